"""What a test of the session pages types and reads."""

from django.urls import reverse

from tests.factories import (
    TrainerFactory,
    VenueFactory,
)

HTMX = {"HX-Request": "true"}


def url(name, session, *args):
    return reverse(f"trainings:{name}", args=[session.pk, *args])


def plan(**changes):
    venue = changes.pop("venue", None) or VenueFactory()
    trainer = changes.pop("trainer", None) or TrainerFactory()
    return {
        "activity": "dasar",
        "kecamatan": "31.73.07",
        "date": "2026-08-19",
        "start": "09:00",
        "end": "12:00",
        "venue": venue.pk,
        "trainer": trainer.pk,
        "capacity": "",
    } | changes


def errors(response) -> dict[str, list[str]]:
    return {field: [str(e) for e in found] for field, found in response.context["form"].errors.items()}
