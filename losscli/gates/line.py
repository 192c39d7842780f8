"""The text of a limit: what stands outside of brackets and quotes, and errors with the place."""

import re
from collections.abc import Iterator

from losscli.errors import UsageError
from losscli.visible import visible

LONGEST = 10_000
"""A limit longer than this is a file that was named by mistake."""
EXAMPLE = "as in 'mse > 0.25'"


class Line:
    """The text of one limit; `option` is where it was given."""

    def __init__(self, text: object, option: str) -> None:
        if not isinstance(text, str):
            raise UsageError(f"{text!r} is no text of a limit", remedy=EXAMPLE)
        if len(text) > LONGEST:
            what = f"a limit has {len(text)} characters, more than {LONGEST}"
            raise UsageError(what, where=option, remedy=EXAMPLE)
        self.text = re.sub(r"[\t\r\n]", " ", text)
        self.option = option

    def outside(self, start: int, end: int) -> Iterator[int]:
        """Yield the places that stand outside of brackets; quotes count inside of [ and ]."""
        opened: list[tuple[str, int]] = []
        quote, begun = "", 0
        for at in range(start, end):
            character = self.text[at]
            if quote:
                quote = "" if character == quote else quote
            elif character in "\"'" and any(bracket == "[" for bracket, _ in opened):
                quote, begun = character, at
            elif character in "([":
                opened.append((character, at))
            elif character in ")]":
                if not opened or opened.pop()[0] + character not in ("()", "[]"):
                    raise self.error(at, "this bracket was not opened")
            elif not opened:
                yield at
        if quote:
            raise self.error(begun, "this quote is not closed")
        if opened:
            raise self.error(opened[-1][1], "this bracket is not closed")

    def unquoted(self, start: int, end: int) -> Iterator[int]:
        """Yield the places that stand outside of quotes."""
        quote = ""
        for at in range(start, end):
            character = self.text[at]
            if quote:
                quote = "" if character == quote else quote
            elif character in "\"'":
                quote = character
            else:
                yield at

    def closing(self, opened: int, end: int) -> int:
        """Return where the bracket that opens at a place is closed; -1 where it is not."""
        depth = 0
        for at in self.unquoted(opened, end):
            depth += (self.text[at] == "(") - (self.text[at] == ")")
            if not depth:
                return at
        return -1

    def error(self, at: int, what: str, remedy: str = "") -> UsageError:
        """Return the error that something is wrong at a place."""
        while at < len(self.text) and self.text[at] == " ":
            at += 1
        lead = len(self.text) - len(self.text.lstrip())
        said = visible(self.text.strip(), limit=200)
        place = f"{self.option or 'limit'} '{said}', character {max(at - lead, 0) + 1}"
        return UsageError(what, where=place, remedy=remedy)
