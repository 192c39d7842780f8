"""What must come out of each case of a delimited text, and what is refused in which words."""

import math
from pathlib import Path

import pytest
from csv_reading import read_all, read_text, refusal

from losscli.data.csv import open_csv
from losscli.errors import DataError, UsageError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "p.csv"


@pytest.mark.parametrize("label", ["NA", "None", "null", "nan", "N/A", "007", "7", " ", "-"])
def test_every_text_but_the_empty_one_is_a_label(path: Path, label: str) -> None:
    assert read_text(path, f"t,y\n{label},1\n,2\n").columns["t"] == [label, None]


@pytest.mark.parametrize("empty", ["", '""'])
def test_only_an_empty_field_is_missing(path: Path, empty: str) -> None:
    seen = read_text(path, f"y,t\n{empty},a\n1,{empty}\n")
    assert seen.columns == {"y": [None, 1.0], "t": ["a", None]}


@pytest.mark.parametrize(
    ("text", "value"),
    [("+1", 1.0), (" 1", 1.0), ("1 ", 1.0), ("1e-3", 0.001), ("1E5", 1e5), (".5", 0.5)]
    + [("2.", 2.0), ('"2.5"', 2.5), ('"2" ', 2.0), ("-0", 0.0), ("1e-400", 0.0), ("1e308", 1e308)]
    + [("inf", math.inf), ("-Infinity", -math.inf), ("0x", None), ("NaN", math.nan)],
)
def test_numbers(path: Path, text: str, value: float | None) -> None:
    body = f"y,t\n{text},a\n"
    if value is None:
        assert "line 2: y is '0x', which is not a number" in refusal(path, body)
        return
    (number,) = read_text(path, body).columns["y"]
    assert number == value or (math.isnan(value) and math.isnan(number))


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


@pytest.mark.parametrize("cell", ['"1"2', '""12', '" "12', '"1"-2', '"-"3', '"1."5'])
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


ROWS = {"y": [1.5, 3.0], "t": ["a", "b"]}


@pytest.mark.parametrize(
    "body",
    [
        "\ufeffy,t\n1.5,a\n3,b\n",
        "y,t\r\n1.5,a\r\n3,b\r\n",
        "y,t\r1.5,a\r3,b\r",
        "y,t\r\n1.5,a\n3,b\r",
        "y,t\n1.5,a\r\r\n3,b\n",
        "\n\ny,t\n\n1.5,a\n\n\n3,b\n\n",
        'y,t\n"1.5","a"\n"3","b"\n',
        '"y","t"\n1.5,a\n3,"b"\n',
        "y;t\n1.5;a\n3;b\n",
        "y;t\n1,5;a\n3;b\n",
        "y\tt\n1.5\ta\n3\tb\n",
        "y|t\n1.5|a\n3|b\n",
    ],
)
def test_ends_marks_and_delimiters_are_read_right(path: Path, body: str) -> None:
    for block in (16, 4 << 20):
        seen = read_text(path, body, block_bytes=block)
        assert seen.columns == ROWS
        assert seen.warnings == []


def test_a_missing_last_line_end_is_read_with_a_warning(path: Path) -> None:
    seen = read_text(path, "y,t\n1.5,a\n3,b")
    assert seen.columns == ROWS
    (warning,) = seen.warnings
    assert "the last line has no newline: was the file cut? --expect-rows N checks" in warning
    assert read_text(path, "y,t\r1.5,a\r3,b").warnings == [warning]


@pytest.mark.parametrize(
    ("body", "note"),
    [
        ("y,t\n1.5,a\n", ""),
        ("y;t\n1.5;a\n", "read with delimiter ';' (--delimiter ';')"),
        ("y;t\n1,5;a\n", "read with delimiter ';', decimal comma (--delimiter ';' --decimal ,)"),
        ("y\tt\n1.5\ta\n", "read with delimiter tab (--delimiter tab)"),
        ("y|t\n1.5|a\n", "read with delimiter '|' (--delimiter '|')"),
    ],
)
def test_what_was_chosen_is_told_with_the_flag_that_pins_it(
    path: Path, body: str, note: str
) -> None:
    assert read_text(path, body).notes == ([f"{path} {note}"] if note else [])
    pinned: dict[str, str] = {}
    if note:
        words = note.split("(")[1].strip(")").split()
        pinned = dict(zip(words[::2], (w.strip("'") for w in words[1::2]), strict=True))
    options = {flag.removeprefix("--"): value for flag, value in pinned.items()}
    assert read_text(path, body, **options).notes == []


def test_the_delimiter_with_most_columns_wins_where_rows_agree(path: Path) -> None:
    seen = read_text(path, "y;t|u,v;t\n1;a|b,c;d\n".replace(",v", ""))
    assert seen.columns["y"] == [1.0]
    assert open_csv([str(path)]).names == ("y", "t|u", "t")
    path.write_text('t,y\n"a;b",1\n"c;d;e",2\n')
    assert open_csv([str(path)]).names == ("t", "y")


def test_a_number_with_the_other_decimal_mark_names_the_flag(path: Path) -> None:
    words = refusal(path, "y;u\n1,5;2.5\n")
    assert "line 2: y is '1,5'" in words
    assert "--decimal ," in words
    assert "--decimal ." in refusal(path, "y;u\n1.5;2\n", decimal=",")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("1,a\n2,b,\n", "line 3: 3 fields where the header has 2, the last one empty"),
        ("1,a\n2,b,c\n", "line 3: 3 fields where the header has 2; put a field that holds ','"),
        ("1,a\n2\n3,c\n", "line 3: 1 field where the header has 2; complete the row"),
        ("1,a\n2", "line 3: 1 field where the header has 2; the file seems to be cut"),
        ("1,a\n   \n3,c\n", "line 3: nothing but spaces; delete the line: sed -i '3d'"),
        ("1,a,\n2,b,\n", "line 2: 3 fields where the header has 2, the last one empty"),
        ("x,1,a\nz,2,b\n", "line 2: 3 fields where the header has 2, and so in every row"),
        ('1,"a\nb"\n2,b,c\n', "line 4: 3 fields where the header has 2"),
        ("1,a\ny,t\n2,b\n", "line 3: y is 'y', the name of the column: the header line stands"),
        ('1,a\n2,"b\n3,c\n', "line 3: the quote that opens here is not closed"),
        ('1,"a\n2,"b"\n3,"c"\n', "line 2: the quote that opens here is not closed"),
        ('1,a\n"2,b\n3,"c"\n', "line 3: the quote that opens here is not closed"),
        ('1,"x\ny"\n2,"a ""b\n3,c\n', "line 4: the quote that opens here is not closed"),
    ],
)
def test_rows_of_another_shape_are_refused_with_their_line(
    path: Path, rows: str, words: str
) -> None:
    for block in (16, 4 << 20):
        assert words in refusal(path, "y,t\n" + rows, block_bytes=block)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "the file is empty"),
        ("\ufeff", "the file is empty"),
        ("\n\r\n\n", "only blank lines"),
        ("y,t\n", "a header and nothing below it"),
        ("y,t\n\n\n", "a header and nothing below it"),
        ("y,t", "a header and nothing below it"),
        ("y,t\n" + "\n" * 300_000, "a header and nothing below it"),
    ],
)
def test_no_rows_is_refused(path: Path, body: str, why: str) -> None:
    words = refusal(path, body)
    assert words.startswith("p.csv: no rows")
    assert why in words


def test_a_header_of_numbers_is_refused(path: Path) -> None:
    words = refusal(path, "0.1,0.2\n0.3,0.4\n")
    assert "line 1: the first line holds only numbers" in words
    assert "sed -i '1i y_true,y_pred' " in words
    assert read_text(path, "y,0.1,0.9\n1,2,3\n").columns["0.1"] == [2.0]


def test_columns_that_cannot_be_told_apart_are_refused_only_if_used(path: Path) -> None:
    path.write_text("y,t,y\n1,a,2\n")
    with pytest.raises(DataError, match="columns 1 and 3 are all named y"):
        read_all(open_csv([str(path)]), ["y"])
    assert read_all(open_csv([str(path)]), ["t"]).columns == {"t": ["a"]}
    path.write_text("\u00e9,t,e\u0301\n1,a,2\n")
    for name in ("\u00e9", "e\u0301"):
        with pytest.raises(DataError, match="columns 1 and 3 look the same"):
            read_all(open_csv([str(path)]), [name])
    assert read_all(open_csv([str(path)]), ["t"]).columns == {"t": ["a"]}


@pytest.mark.parametrize(
    "options", [{"delimiter": ""}, {"delimiter": ",,"}, {"delimiter": '"'}, {"decimal": ";"}]
    + [{"delimiter": ",", "decimal": ","}, {"encoding": "klingon"}, {"delimiter": "é"}]
)
def test_options_that_cannot_be_are_usage_errors(path: Path, options: dict[str, str]) -> None:
    path.write_text("y,t\n1,a\n")
    with pytest.raises(UsageError):
        open_csv([str(path)], **options)


def test_the_sample_gives_the_texts_of_the_first_rows(path: Path) -> None:
    path.write_text('y,t,y\n 1,"a ""b""\nc",5\n,NA,6\n')
    sample = open_csv([str(path)]).sample()
    assert sample == {"y": [" 1", None], "t": ['a "b"\nc', "NA"]}
