"""Two rows that are one person: nothing that points to a participant is forgotten."""

from __future__ import annotations

from participants import merging


def test_every_reference_to_a_participant_says_how_it_is_merged():
    declared = set(merging.rules())

    assert {name for name, _field in merging.references()} == declared, (
        "Declare the field with its rule in participants/merging.py, or in the app's AppConfig.ready()"
    )


def test_the_test_sees_keys_and_bare_numbers():
    found = {name for name, _field in merging.references()}

    assert {
        "participants.StepReached.participant",
        "trainings.Booking.participant",
        "notifications.Message.participant_id",
    } <= found
