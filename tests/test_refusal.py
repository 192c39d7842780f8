"""What CI shows where nothing could be judged, and files that are no plain files."""

import json
import subprocess
from pathlib import Path

import pytest
from github_runner import shown
from lxml import etree
from process import CALM, PROGRAM, ROOT, shell

SCHEMA = etree.XMLSchema(etree.parse(str(ROOT / "tests" / "reference" / "junit.xsd")))
ROWS = "y_true,y_pred\n1.5,2.5\n3.5,5.5\n10.5,6.5\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "preds.csv").write_text(ROWS)
    return tmp_path


def error_in(path: Path) -> str:
    """Return the message of the only test case, which is an error."""
    tree = etree.parse(str(path))
    SCHEMA.assertValid(tree)
    (case,) = tree.findall(".//testcase")
    (error,) = case
    assert error.tag == "error"
    return str(error.get("message"))


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("eval preds.csv --fail-if hubr>1", "unknown loss 'hubr'"),
        ("eval preds.csv --fail-iff mse>1", "no such option --fail-iff"),
        ("eval gone.csv", "gone.csv: cannot be read"),
        ("eval preds.csv --against gone.json --fail-if mse>baseline", "gone.json"),
        ("eval preds.csv --true z", "no column 'z'"),
        ("compare preds.csv gone.csv", "gone.csv: cannot be read"),
        ("compare preds.csv preds.csv --id z", "no column 'z'"),
        ("compare preds.csv preds.csv --mode pont", "--mode takes one of"),
    ],
)
def test_what_cannot_be_judged_is_an_error_in_ci(words: str, what: str, folder: Path) -> None:
    outputs = ("-o", "r.xml", "--output=github:lines", "-o", "markdown:page", "-o", "r.json")
    done = shell(*words.split(), *outputs, "--format", "github", cwd=folder)
    said = done.stderr.splitlines()[-1].removeprefix("losscli: ")
    assert what in said
    assert done.returncode == 2
    assert error_in(folder / "r.xml") == said
    for text in (done.stdout, (folder / "lines").read_text()):
        (error,) = shown(text)["error"]
        assert (error.properties["title"], error.message) == ("losscli (unjudged)", said)
    assert "Nothing was judged" in (folder / "page").read_text()
    assert sorted(path.name for path in folder.iterdir()) == ["lines", "page", "preds.csv", "r.xml"]


def test_settings_tell_where_the_error_goes_too(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.losscli]\noutput = 'r.xml'\nloss = 'mes'\n")
    assert shell("eval", "preds.csv", cwd=folder).returncode == 2
    assert "did you mean mse" in error_in(folder / "r.xml")
    (folder / "pyproject.toml").write_text("[tool.losscli]\nlos = 'mse'\n")
    assert shell("eval", "preds.csv", "-qo", "s.xml", cwd=folder).returncode == 2
    assert "tool.losscli.los" in error_in(folder / "s.xml")


def test_no_file_is_lost_to_an_error(folder: Path) -> None:
    (folder / "in.xml").write_text(ROWS)
    words = ("eval", "in.xml", "-o", "in.xml")
    assert shell(*words, cwd=folder).returncode == 2
    assert (folder / "in.xml").read_text() == ROWS
    (folder / "r.xml").write_text("before")
    done = shell("eval", "gone.csv", "-o", "r.xml", "-o", "json:no/r.json", cwd=folder)
    assert "there is no folder" in done.stderr
    assert "there is no folder" in error_in(folder / "r.xml")
    assert shell("losses", "--tsak", "x", "--output", "r.md", cwd=folder).returncode == 2
    assert not (folder / "r.md").exists()
    full = shell("eval", "gone.csv", "--format", "junit", "-o", "junit:/dev/full", cwd=folder)
    assert full.returncode == 2
    assert full.stdout.endswith("</testsuites>\n")


def run(words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run losscli through a shell that knows redirections."""
    return subprocess.run(
        ["bash", "-c", f'"$@" eval preds.csv -q --loss mse --top 0 {words}', "-", *PROGRAM],  # noqa: S607 - any bash will do
        env={**CALM, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        check=False,
        text=True,
    )


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_stdout_that_is_a_file_is_written_on(name: str, folder: Path) -> None:
    assert run(f"-o json:{name} > out.txt", folder).returncode == 0
    text = (folder / "out.txt").read_text()
    found, end = json.JSONDecoder().raw_decode(text)
    assert found["losses"][0]["value"] == 7.0
    assert text[end:].lstrip().startswith("preds.csv · 3 rows")
    assert run(f"-o json:{name} >> out.txt", folder).returncode == 0
    assert (folder / "out.txt").read_text() == 2 * text


def test_any_open_file_is_written_on(folder: Path) -> None:
    assert run("-o junit:/dev/fd/7 7> seven.xml", folder).returncode == 0
    SCHEMA.assertValid(etree.parse(str(folder / "seven.xml")))
    done = run("-o junit:/dev/fd/9", folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "losscli: /dev/fd/9: Bad file descriptor\n"
    done = run("-o json:out.txt > out.txt", folder)
    assert "out.txt is where stdout goes" in done.stderr
    assert done.returncode == 2


def test_links_stay_links(folder: Path) -> None:
    (folder / "link.json").symlink_to("real.json")
    assert shell("eval", "preds.csv", "-o", "link.json", cwd=folder).returncode == 0
    assert (folder / "link.json").is_symlink()
    assert json.loads((folder / "real.json").read_text())["verdict"] == "none"
    (folder / "a.json").symlink_to("b.json")
    (folder / "b.json").symlink_to("a.json")
    done = shell("eval", "preds.csv", "-o", "a.json", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Too many levels of symbolic links" in done.stderr
