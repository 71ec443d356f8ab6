"""What a cell of a file may hold when it leaves the house."""

_DANGEROUS = ("=", "+", "-", "@")
_PERHAPS = frozenset("=+-@ \u3000\u00a0＝＋－＠")


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula; a phone number in E.164 keeps its plus, as text.

    Rule 66. Line breaks and tabs become blanks: some programs look for a formula behind them.
    """
    if not text.isprintable():
        text = "".join([char if char.isprintable() else " " for char in text])
    if text[:1] not in _PERHAPS or not text.lstrip().startswith((*_DANGEROUS, "＝", "＋", "－", "＠")):
        return text
    if text[0] == "+" and text[1:].isascii() and text[1:].isdigit():
        return text
    return f"'{text}"
