"""Who fosters whom, and who mentors whom."""

from __future__ import annotations

from datetime import date, timedelta

from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import CITY, PALMERAH
from okoce.organisations.management.commands.load_organisations import code_of
from participants.models import FosterLink, MentorAssignment, Participant

# Every how many people an agency fosters one beside the Sudin that registered them.
FOSTERED_BY = {"kpkp": 7, "pkk": 5, "ppapp": 9, "parekraf": 11}
CASELOAD = 60  # people per mentor


def registered_on(today: date) -> date:
    """The day the list of West Jakarta was brought in: in January, before the first bazaar."""
    return min(date(today.year, 1, 15), today - timedelta(days=75))


def foster_and_mentor(users: dict[str, User], today: date) -> None:
    """Spreads the imported people over the agencies and gives the mentor a caseload in Palmerah."""
    everybody = list(Participant.objects.in_programme().order_by("number").values_list("pk", flat=True))
    links = [
        FosterLink(participant_id=pk, organisation_id=code_of(agency, CITY), valid_from=registered_on(today))
        for agency, every in FOSTERED_BY.items()
        for pk in everybody[::every]
    ]
    FosterLink.objects.bulk_create(links, ignore_conflicts=True, batch_size=2000)
    caseload = (
        Participant.objects.of_kecamatan(PALMERAH).order_by("number").values_list("pk", flat=True)[:CASELOAD]
    )
    MentorAssignment.objects.bulk_create(
        [
            MentorAssignment(
                participant_id=pk, mentor=users["pendamping.palmerah"], valid_from=registered_on(today)
            )
            for pk in caseload
        ],
        ignore_conflicts=True,
    )
