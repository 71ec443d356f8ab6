"""What becomes of seats and attendance when a person is erased (participants.erasing)."""

from __future__ import annotations

from participants.erasing import keep, nobody


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
