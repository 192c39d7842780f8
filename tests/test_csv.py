"""What must come out of each case of a delimited text, and what is refused in which words."""

from pathlib import Path
from typing import Any

import pytest
from csv_reading import open_csv, read_all, read_text, refusal

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
    path.write_text("a;b;t,y\n1;2,3\n4,5\n")
    assert open_csv([str(path)]).names == ("a;b;t", "y")
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
        ('1,a\n2,"a\n""b\n3,c\n', "line 3: the quote that opens here is not closed"),
        ('1,a\n2,"b\nc"\n3,c,d\n4,"e\n', "line 5: 3 fields where the header has 2"),
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
    "options",
    [
        {"delimiter": ""},
        {"delimiter": ",,"},
        {"delimiter": '"'},
        {"delimiter": "é"},
        {"decimal": ";"},
        {"delimiter": ",", "decimal": ","},
        {"encoding": "klingon"},
    ],
)
def test_options_that_cannot_be_are_usage_errors(path: Path, options: dict[str, Any]) -> None:
    path.write_text("y,t\n1,a\n")
    with pytest.raises(UsageError):
        open_csv([str(path)], **options)


def test_the_sample_gives_the_texts_of_the_first_rows(path: Path) -> None:
    path.write_text('y,t,y\n 1,"a ""b""\nc",5\n,NA,6\n')
    sample = open_csv([str(path)]).sample()
    assert sample == {"y": [" 1", None], "t": ['a "b"\nc', "NA"]}
