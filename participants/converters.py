"""Path converter ``number``.

Only what can be a participant number, so that no word of an address is taken for one.
"""

from django.urls import register_converter


class ParticipantNumber:
    regex = "[A-Z]{2}-[A-Z]{2}-[0-9]{5,7}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ParticipantNumber, "number")
