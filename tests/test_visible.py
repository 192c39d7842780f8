"""Text from a file that reaches a terminal or a log is harmless and on one line."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.visible import visible

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cat", "cat"),
        ("", ""),
        ("two words", "two words"),
        ("Zürich 日本語 🙂", "Zürich 日本語 🙂"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31mred", r"\x9b31mred"),
        ("a\nb\r\tc\x00\x7f", r"a\x0ab\x0d\x09c\x00\x7f"),
        ("\u202eabc\u2066", r"\u202eabc\u2066"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("no\u00a0break", r"no\xa0break"),
        ("line\u2028paragraph\u2029", r"line\u2028paragraph\u2029"),
        ("\udcff", r"\udcff"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("hangul\u3164filler", r"hangul\u3164filler"),
        ("heart\ufe0f", r"heart\ufe0f"),
        ("##[error]x", r"#\x23[error]x"),
        ("a ##[group]", r"a #\x23[group]"),
        ("###[x]", r"##\x23[x]"),
        ("##vso[task.setvariable]", r"#\x23vso[task.setvariable]"),
        ("## heading", "## heading"),
        ("::stop-commands::t", r":\x3astop-commands::t"),
        ("  ::error::x", r"  :\x3aerror::x"),
        ("word ::error::x", r"word :\x3aerror::x"),
        ("std::vector", "std::vector"),
        ("[/red] :smile: | <b>", "[/red] :smile: | <b>"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_long_texts_are_cut_to_the_limit() -> None:
    assert visible("x" * 60) == "x" * 60
    assert visible("x" * 61) == "x" * 59 + "…"
    assert visible("\n" * 1_000_000, limit=8) == r"\x0a\x0…"


@given(ANY_TEXT, st.integers(1, 100))
def test_nothing_unseen_nor_obeyed_is_left(text: str, limit: int) -> None:
    shown = visible(text, limit)
    assert len(shown) <= limit
    assert all(unicodedata.category(c)[0] not in "CZ" or c == " " for c in shown)
    assert not re.search(r"##\w*\[", shown)
    assert not re.search(r"(^|\s)::", shown)


@given(ANY_TEXT)
def test_what_is_visible_stays_as_it_is(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert visible(visible(text, 2000), 2000) == visible(text, 2000)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60))
def test_plain_ascii_is_not_changed_but_for_commands(text: str) -> None:
    if "##" not in text and "::" not in text:
        assert visible(text) == text
