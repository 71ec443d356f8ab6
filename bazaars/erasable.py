"""What becomes of applications and stalls when a person is erased (participants.erasing).

The frozen list and the published record of a draw hold random ids, agency, kind of goods and turns: no name
and no participant number. They stay as they are, and the draw can still be verified by anyone.
"""

from __future__ import annotations

from participants.erasing import blank, keep, nobody


def declare() -> None:
    """Called when the app starts."""
    nobody(
        "bazaars.Bazaar",
        "bazaars.Site",
        "bazaars.Stall",
        "bazaars.Quota",
        "bazaars.SeedPart",
        why="the event and its places",
    )
    nobody("bazaars.Draw", why="applications under random ids; the record must stay verifiable")
    blank(
        "bazaars.Application",
        person="participant",
        columns={"product": ""},
        stays=("public_id",),
        why="applications are counted; what was offered is the person's own words",
    )
    keep("bazaars.Allocation", person="participant", why="stalls held are counted")
    keep("bazaars.TurnLedger", person="participant", why="turns of the last twelve months are counted")
