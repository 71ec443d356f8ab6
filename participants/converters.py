"""Path converter ``number``.

Only what can be a participant number, so that no word of an address is taken for one.
"""


class ParticipantNumber:
    regex = "[A-Z]{2}-[A-Z]{2}-[0-9]{5,7}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
