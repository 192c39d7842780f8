"""What is a number in a delimited text, and what is refused in its place."""

import math
from pathlib import Path

import pytest
from csv_reading import open_csv, read_all, read_text, refusal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "p.csv"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+1", 1.0),
        (" 1", 1.0),
        ("1 ", 1.0),
        ("1e-3", 0.001),
        ("1E5", 1e5),
        (".5", 0.5),
        ("2.", 2.0),
        ('"2.5"', 2.5),
        ('"2" ', 2.0),
        ("1e-400", 0.0),
        ("1e308", 1e308),
        ("inf", math.inf),
        ("-Infinity", -math.inf),
    ],
)
def test_what_is_a_number(path: Path, text: str, value: float) -> None:
    assert read_text(path, f"y,t\n{text},a\n").columns["y"] == [value]


@pytest.mark.parametrize("text", ["nan", "NaN", "-nan", "nan(1)"])
def test_the_text_nan_is_a_number_and_not_missing(path: Path, text: str) -> None:
    (number,) = read_text(path, f"y,t\n{text},a\n").columns["y"]
    assert math.isnan(number)


@pytest.mark.parametrize(
    ("cell", "shown", "remedy"),
    [
        ("0x10", "0x10", "write 16 instead"),
        ("1_000", "1_000", "write 1000 instead"),
        ("50%", "50%", "write 0.5 instead"),
        ("12.5%", "12.5%", "write 0.125 instead"),
        ("-7%", "-7%", "write -0.07 instead"),
        ("200%", "200%", "write 2 instead"),
        ("$4", "$4", "write 4 instead"),
        ("4.5€", "4.5€", "write 4.5 instead"),
        ("\uff11\uff12", "\uff11\uff12", "write 12 instead"),
        ("\u22121", "\u22121", "write -1 instead"),
        ("1\x0b", r"1\x0b", "write 1 instead"),
        ("1\x00", r"1\x00", "write 1 instead"),
        ("\xa01", r"\xa01", "write 1 instead"),
        ('"1,234.5"', "1,234.5", "write 1234.5 instead"),
        ("1 000", "1 000", "write 1000 instead"),
        ("true", "true", "write 1 instead"),
        ("No", "No", "write 0 instead"),
        ("NA", "NA", "leave the cell empty"),
        ("   ", "   ", "leave the cell empty"),
        ("cat", "cat", "name the column that holds the numbers"),
        ("1d5", "1d5", "mend the cell"),
        ('"1"-2', '"1"-2', "mend the cell"),
        ("\x1b[31m1", r"\x1b[31m1", "mend the cell"),
    ],
)
def test_what_is_no_number_is_refused_with_a_remedy(
    path: Path, cell: str, shown: str, remedy: str
) -> None:
    words = refusal(path, f"t,y\na,1\n\nb,{cell}\nc,2\n")
    assert words.startswith(f"p.csv, line 4: y is '{shown}', which is not a number")
    assert remedy in words


def test_a_character_that_looks_like_another_is_named(path: Path) -> None:
    assert "'\u22121', which is not a number (it holds U+2212)" in refusal(path, "y\n\u22121\n")


@pytest.mark.parametrize("cell", ['"1"2', '""12', '" "12', '"-"3', '"1."5'])
def test_a_stray_quote_in_a_number_is_refused(path: Path, cell: str) -> None:
    words = refusal(path, f'y,t\n1,"São Paulo"\n{cell},"b"\n')
    assert words.startswith(f"p.csv, line 3: y is '{cell}', a number with a quote in it")
    # The quote may be anywhere in the text, at odd and even places and at the border of slices.
    for size in (2**18 - 9, 2**18 - 8, 2**18 - 7, 2**18 - 6):
        body = "y,t\n" + "1,a\n" * (size // 4) + "1,a" + "a" * (size % 4) + f'\n{cell},"b"\n'
        assert f"y is '{cell}', a number with a quote" in refusal(path, body)


def test_a_stray_quote_in_text_stays_as_it_stands(path: Path) -> None:
    seen = read_text(path, 'y,t,t2\n1,5" pipe,"1"2\n2,"c"d,"e"\n3,"f""g",\n')
    assert seen.columns["t"] == ['5" pipe', "cd", 'f"g']


@pytest.mark.parametrize("cell", ["1e400", "-1e309", "9" * 400, "1e99999"])
def test_overflow_is_refused(path: Path, cell: str) -> None:
    words = refusal(path, f"t,y\na,inf\nb,{cell}\n")
    assert words.startswith("p.csv, line 3: y is '")
    assert "beyond the largest double" in words


def test_integers_that_were_rounded_are_told_once(path: Path) -> None:
    exact = "9007199254740992,-9007199254740994,1e20,123456789012345678901.5,nan"
    body = "y\n" + exact.replace(",", "\n") + "\n9007199254740993\n9007199254740995\n"
    seen = read_text(path, body)
    assert seen.columns["y"][-1] == 9007199254740996.0
    (warning,) = seen.warnings
    assert "p.csv, line 7: y 9007199254740993 is an integer above 2^53" in warning
    assert "was read as 9007199254740992" in warning
    assert read_text(path, "y\n" + exact.replace(",", "\n") + "\n").warnings == []


def test_the_rounded_integer_that_is_told_does_not_depend_on_blocks(path: Path) -> None:
    path.write_text("y\n" + "1\n" * 20 + "9007199254740993\n" * 20)
    told = {
        tuple(read_all(open_csv([str(path)], block_bytes=block), jobs=jobs).warnings)
        for block in (16, 64, 1000)
        for jobs in (1, 3)
    }
    assert len(told) == 1
    assert "line 22" in next(iter(told))[0]
