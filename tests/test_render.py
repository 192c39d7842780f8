"""What each format makes of a report."""

import csv
import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from handmade import (
    GOLDEN,
    HOSTILE,
    OUTLIERS,
    REPORT,
    WORST,
    cls,
    goldens,
    loss,
    named,
    with_classes,
)
from hypothesis import given, settings
from hypothesis import strategies as st

import losscli.render
from losscli.errors import UsageError
from losscli.render import Style, _digits, format_for, format_named, format_names
from losscli.report import Estimate, Report

FORMATS = format_names()
DASH = "\N{EN DASH}"


def table(report: Report, width: int = 120, **style: bool) -> str:
    return format_named("table").render(report, Style(width=width, **style))


@pytest.mark.parametrize("name", sorted(goldens()))
def test_golden(name: str) -> None:
    assert goldens()[name] == (GOLDEN / name).read_text(encoding="utf-8")


# Numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3025.4, "3 025"),
        (35948.16, "35 948"),
        (-1234567.8, "-1 234 568"),
        (44.378, "44.38"),
        (9.99996, "10.00"),
        (0.12345678, "0.1235"),
        (0.00012345, "0.0001234"),
        (0.000012345, "1.234e-5"),
        (1.2345678e9 + 0.5, "1.235e9"),
        (5e-324, "4.941e-324"),
        (1.7976931348623157e308, "1.798e308"),
        (45.0, "45"),
        (0.0, "0"),
        (-0.0, "0"),
        (math.nan, DASH),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert _digits.number(value) == text


@given(st.floats(-1e308, 1e308))
def test_a_number_reads_back_to_four_digits(value: float) -> None:
    read = float(_digits.number(value).replace(" ", ""))
    assert read == pytest.approx(value, rel=5.1e-4, abs=0)


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (0.48, "48 %"),
        (0.0269, "2.7 %"),
        (4.7e-8, "4.7e-6 %"),
        (1.0, "100 %"),
        (0.996, "99.6 %"),
        (0.99996, "99.996 %"),
        (1 - 1e-12, "> 99.9999 %"),
        (-12.34, "-1 234 %"),
        (math.nan, DASH),
    ],
)
def test_shares_never_look_whole_when_they_are_not(part: float, text: str) -> None:
    assert _digits.percent(part) == text


def test_an_estimate_has_the_digits_that_are_known() -> None:
    known = Estimate(25.01234, 10**7, 0.005, 25.00123, 25.02345)
    report = replace(REPORT, losses=(loss("mse", 1.0, estimate=known),), breakdown=())
    assert "25.012   25.001 … 25.023" in table(report)


def test_truth_and_prediction_are_told_apart() -> None:
    assert _digits.told_apart(310.0, 120.4123) == ("310", "120.412")
    assert _digits.told_apart(1e6 + 0.5, 1e6 + 0.25) == ("1000000.5", "1000000.25")


# The table


@pytest.mark.parametrize("width", range(8, 132, 4))
@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_number_is_cut_at_any_width(width: int, *, ascii_only: bool) -> None:
    text = table(REPORT, width, ascii=ascii_only)
    for number in ("3 025", "44.38", "0.01235", "3 111", "2 949", "45.04", "50 %", "35 948"):
        assert number in text
    assert "1000000.5" in text
    assert "1000000.25" in text
    cut = re.compile(r"\d(…|\.\.)$|\d…")
    assert not [line for line in text.splitlines() if cut.search(line)]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_lines_fit_the_width(width: int) -> None:
    assert max(map(len, table(REPORT, width).splitlines())) <= width


def test_what_can_be_missed_goes_first() -> None:
    wide, narrow = table(REPORT, 120), table(REPORT, 80)
    assert "█" in wide
    assert "2 489 … 3 733" in wide
    assert "█" not in narrow
    assert "2 489 … 3 733" not in narrow
    assert "2 489 … 3 733" in table(REPORT, 30)  # line by line there is room for all


def test_the_words_for_no_number() -> None:
    infinite = Estimate(math.inf, 442, status="infinite", infinite_rows=3)
    one = replace(infinite, infinite_rows=1)
    undefined = Estimate(math.nan, 442, status="undefined")
    losses = tuple(
        loss(name, 1.0, estimate=estimate, best_constant=None, skill=math.nan)
        for name, estimate in (("a", infinite), ("b", one), ("c", undefined))
    )
    lines = table(replace(REPORT, losses=losses, breakdown=(), outliers=None)).splitlines()
    said = [re.split(r"\s{2,}", line.strip()) for line in lines[3:6]]
    assert said == [
        ["a", "infinite (3 rows)", DASH, DASH, DASH, "442"],
        ["b", "infinite (1 row)", DASH, DASH, DASH, "442"],
        ["c", "undefined", DASH, DASH, DASH, "442"],
    ]


def test_classes_stand_by_share_then_name() -> None:
    shares = {"b": 0.2, "a": 0.2, None: 0.1, "z": 0.5}
    breakdown = tuple(cls(name, "mse", 1.0, share) for name, share in shares.items())
    text = table(replace(with_classes(()), breakdown=breakdown))
    assert re.findall(r"^ (\S+) +200 ", text, re.MULTILINE) == ["z", "a", "b", "(empty)"]


def test_an_infinite_class_comes_first() -> None:
    infinite = Estimate(math.inf, 5, status="infinite", infinite_rows=5)
    worse = replace(cls("worse", "mse", 1.0, math.nan), estimate=infinite)
    report = replace(with_classes(()), breakdown=(cls("fine", "mse", 9.0, math.nan), worse))
    text = table(report)
    assert text.index(" worse ") < text.index(" fine ")


def test_of_thousands_of_classes_the_worst_are_shown() -> None:
    names = tuple(f"c{number:04}" for number in range(5000))
    text = table(with_classes(names))
    assert len(re.findall(r"^ c\d{4} ", text, re.MULTILINE)) == 20
    assert "… and 4 980 more classes; --format json has all" in text
    assert "… and 1 more class;" in table(with_classes(names[:21]))


def test_empty_cells_and_the_word_for_them_are_told_apart() -> None:
    names = (None, "(empty)", '"(empty)"', "", '""', " ", " a", "a ", "a")
    text = table(with_classes(names))
    shown = re.findall(r"^ (\S.*?) +200 ", text, re.MULTILINE)
    assert sorted(shown) == sorted(set(shown))
    assert len(shown) == len(names)
    assert "(empty)" in shown


def test_several_files_are_named_beside_the_rows() -> None:
    rows = (WORST[0], replace(WORST[1], file="b.csv"))
    outliers = replace(OUTLIERS, worst=rows)
    text = table(replace(REPORT, files=("preds.csv", "b.csv", "c.csv"), outliers=outliers))
    assert text.startswith("preds.csv and 2 more · ")
    assert re.search(r"^ 3051 +b\.csv ", text, re.MULTILINE)


@pytest.mark.parametrize("name", ["row", "loss", "share", "id", "why", "value"])
def test_a_column_may_have_the_name_of_one_of_ours(name: str) -> None:
    report = replace(REPORT, columns={**REPORT.columns, "y": name, "pred": name})
    assert re.search(r"^ +17 +p-9 +310 +120\.4 +35 948 +2\.7 %", table(report), re.MULTILINE)


def test_predictions_of_many_classes_are_short() -> None:
    probs = {str(digit): digit / 45 for digit in range(10)}
    quantiles = {"0.05": 1.0, "0.25": 2.0, "0.5": 3.5, "0.75": 4.0, "0.95": 50.0}
    rows = [replace(WORST[0], y="8", pred=probs), replace(WORST[0], pred=quantiles)]
    report = replace(REPORT, outliers=replace(OUTLIERS, worst=(rows[0],)))
    assert "9: 0.2, 8: 0.1778" in table(report)
    report = replace(REPORT, task="distribution", outliers=replace(OUTLIERS, worst=(rows[1],)))
    assert "0.05: 1, 0.5: 3.5, 0.95: 50" in table(report)


def test_colour_only_where_it_is_wanted() -> None:
    assert "\x1b" not in table(REPORT)
    coloured = table(REPORT, colour=True)
    assert "\x1b[1m" in coloured
    stripped = re.sub(r"\x1b\[[\d;]*m", "", coloured)
    assert [line.rstrip() for line in stripped.splitlines()] == table(REPORT).splitlines()


def test_ascii_terminals_get_ascii() -> None:
    for text in HOSTILE:
        assert table(named(text), ascii=True).isascii()


# Text of a file


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("width", [30, 120])
def test_text_of_a_file_is_harmless(text: str, name: str, width: int) -> None:
    shown = format_named(name).render(named(text), Style(width=width))
    assert shown.endswith("\n")
    for line in shown.split("\n"):
        assert line.isprintable()
        # what a GitHub Actions run is told is checked in test_formats.py
        assert name == "github" or not line.lstrip().startswith("::")
        assert not re.search(r"##\w*\[", line)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_table_keeps_its_shape(text: str) -> None:
    harmless, hostile = (table(named(t), 900).split("\n") for t in ("cat", text))
    assert len(harmless) == len(hostile)


@pytest.mark.parametrize("text", [t for t in HOSTILE if len(t) < 40 and t.isascii()])
def test_markup_is_shown_as_it_is(text: str) -> None:
    if text.isprintable() and "##" not in text and "::" not in text and text.strip() == text:
        assert text in table(with_classes((text, "b")), 200)


@pytest.mark.parametrize("text", HOSTILE)
def test_json_is_what_the_report_says(text: str) -> None:
    report = named(text)
    shown = format_named("json").render(report, Style())
    assert json.loads(shown) == report.to_dict()
    shown.encode("utf-8")


def test_json_is_the_text_of_the_report() -> None:
    assert format_named("json").render(REPORT, Style()) == REPORT.to_json() + "\n"


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_rows_keep_their_cells(text: str) -> None:
    shown = format_named("markdown").render(named(text), Style())
    for block in re.findall(r"(?:^\|.*\|$\n?)+", shown, re.MULTILINE):
        cells = {len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in block.splitlines()}
        assert len(cells) == 1
    plain = re.sub(r"\\.|&(?:amp|lt|gt);|\[!WARNING\]|^> |\*\*", "", shown, flags=re.MULTILINE)
    assert not set("`*_[]<&$~") & set(plain)


@pytest.mark.parametrize("count", [2_000, 50_000])
def test_markdown_stays_below_one_mebibyte(count: int) -> None:
    names = tuple(f"{number:05}" + "_" * 1000 for number in range(count))
    shown = format_named("markdown").render(with_classes(names), Style())
    assert len(shown.encode()) < 1024 * 1024
    assert "more classes" in shown
    assert "2 rows had no prediction" in shown


def test_markdown_that_is_too_long_says_so() -> None:
    warnings = tuple(f"{number} {'é' * 900}" for number in range(1000))
    shown = format_named("markdown").render(replace(REPORT, warnings=warnings), Style())
    assert len(shown.encode()) < 1024 * 1024
    assert shown.endswith("Cut here: GitHub takes at most 1 MiB; `--format json` has all.\n")


def records(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(format_named("csv").render(report, Style()))))


def test_csv_has_a_record_for_each_loss_and_class() -> None:
    found = records(REPORT)
    assert [(r["by"], r["class"], r["loss"]) for r in found[:5]] == [
        ("", "", "mse"),
        ("", "", "mae"),
        ("", "", "huber(delta=2)"),
        ("sex", "m", "mse"),
        ("sex", "m", "mae"),
    ]
    assert len(found) == 9
    assert float(found[0]["value"]) == 3025.4
    assert float(found[0]["best_constant"]) == 6050.8
    assert found[8]["value"] == ""


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(1)", "'@SUM(1)"),
        ("  =1+1", "'  =1+1"),
        ("-1", "-1"),
        ("+1e5", "+1e5"),
        ("-1_0", "'-1_0"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("a=1", "a=1"),
    ],
)
def test_csv_gives_spreadsheets_no_formula(cell: str, written: str) -> None:
    assert records(with_classes((cell,)))[1]["class"] == written


@settings(max_examples=30)
@given(st.text(st.characters(exclude_categories=()), max_size=20))
def test_any_class_name_goes_through_every_format(name: str) -> None:
    for found in map(format_named, FORMATS):
        shown = found.render(with_classes((name, None)), Style(width=60))
        assert all(line.isprintable() for line in shown.split("\n"))


# Finding formats


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_says_what_it_is(name: str) -> None:
    found = format_named(name)
    assert found.help.endswith(".")
    assert len(found.help) <= 70
    assert all(suffix.startswith(".") for suffix in found.suffixes)
    for suffix in found.suffixes:
        assert format_for(Path(f"report{suffix.upper()}")) == found


def test_a_new_format_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = '"""Shouts."""\nSUFFIXES = (".loud",)\ndef render(report, style):\n    return "!"\n'
    (tmp_path / "loud.py").write_text(code)
    monkeypatch.setattr(losscli.render, "__path__", [*losscli.render.__path__, str(tmp_path)])
    assert "loud" in format_names()
    assert format_named("loud").help == "Shouts."
    assert format_for(Path("x.loud")).render(REPORT, Style()) == "!"


@pytest.mark.parametrize(
    ("choose", "said"),
    [
        (lambda: format_named("jsn"), "there is no format 'jsn'; did you mean json?"),
        (lambda: format_named("_page"), "there is no format '_page'; choose one of table, csv,"),
        (
            lambda: format_for(Path("a.doc")),
            "no format has the suffix '.doc'; end it in .txt, .csv",
        ),
        (lambda: format_for(Path("a")), "no format has the file name without a suffix; end it in"),
    ],
)
def test_an_unknown_format_is_refused(choose: Callable[[], object], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        choose()
    assert str(refused.value).startswith(said)
