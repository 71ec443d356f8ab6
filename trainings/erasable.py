"""What becomes of seats and attendance when a person is erased (participants.erasing)."""

from __future__ import annotations

from participants.erasing import blank, delete, keep, nobody


def declare() -> None:
    """Called when the app starts."""
    nobody(
        "trainings.Activity",
        "trainings.Venue",
        "trainings.Trainer",
        "trainings.TrainingSession",
        why="what is taught, where and by whom: staff and places",
    )
    keep("trainings.Booking", person="participant", why="seats are counted; states and times name nobody")
    keep(
        "trainings.AttendanceScan",
        person="participant",
        stays=("device",),
        why="attendance is counted; the device is the office's",
    )
    blank(
        "trainings.NameConfirmation",
        person="participant",
        columns={"name": ""},
        why="that a name was confirmed; the name goes",
    )
    keep(
        "trainings.Certificate",
        person="participant",
        stays=("number", "revoke_reason"),
        why="numbers have no gaps, and certificates are counted; the number names nobody",
    )
    blank(
        "trainings.CertificateEdition",
        person="certificate__participant",
        columns={"name": ""},
        stays=("facts", "reason", "code_lookup", "code_ciphertext"),
        why="whoever checks a print learns that it was issued, not to whom; facts are days and courses",
    )
    delete("trainings.CalendarFeed", person="participant", why="an address that shows the person's sessions")
    nobody("trainings.CertificateSeries", why="counters")
