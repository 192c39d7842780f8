"""The README says what is so.

`python tests/test_readme.py` writes anew what the README shows of the program.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
import yaml
from github_runner import shown
from process import CALM, ROOT, SAMPLES, python, shell

import losscli.losses  # noqa: F401 - fills the registry
from losscli.cli.losses import call_of
from losscli.errors import Exit
from losscli.losses.formula.functions import FUNCTIONS
from losscli.losses.language import DEFAULTS
from losscli.losses.spec import LOSSES, Loss
from losscli.render import format_named, format_names

README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
WIDTH = {"COLUMNS": "120"}

CONSOLE = re.compile(r"(?<=^```console\n)\$ (?P<command>.*)\n(?:.*\n)*?(?=```$)", re.MULTILINE)
SCRIPT = re.compile(
    r"(?P<script>^```python\n(?P<code>(?:(?!```).*\n)*)```\n\n```text\n)(?:.*\n)*?(?=```$)",
    re.MULTILINE,
)
REFUSAL = re.compile(r"^\| (?P<case>[^|]+) \|(?P<why>[^|]*)\|(?:[^|\n]|\\\|)*\|$", re.MULTILINE)

NUMBERS = b"y_true,y_pred\n1.5,2.25\n"
YES = b"y_true,y_prob\ngood,0.9\nbad,0.2\n"
REFUSED: dict[str, tuple[bytes, str]] = {
    "a prediction is missing": (NUMBERS + b"2.5,\n", ""),
    "a number is `nan` or `inf`": (NUMBERS + b"2.5,nan\n", ""),
    "a number is written in hexadecimal": (NUMBERS + b"2.5,0x10\n", ""),
    "a number has a percent sign": (NUMBERS + b"2.5,50%\n", ""),
    "a number has a thousands comma": (NUMBERS + b'2.5,"1,500"\n', ""),
    "a number is beyond the doubles": (NUMBERS + b"2.5,1e400\n", ""),
    "a row has a field too many": (NUMBERS + b"2.5,3,4\n", ""),
    "a row has a field too few": (NUMBERS + b"2.5\n", ""),
    "two columns of one name": (b"y_true,y_pred,y_pred\n1.5,2,3\n", ""),
    "a quote that is not closed": (b'y_true,y_pred,city\n1.5,2,"Rome\n2.5,3,Oslo\n', "--by city"),
    "bytes that are not UTF-8": (b"y_true,y_pred,city\n1.5,2,K\xf6ln\n", "--by city"),
    "no rows": (b"y_true,y_pred\n", ""),
    "a compressed file that is cut": (b"\x1f\x8b\x08\x00", ""),
    "two columns could be the prediction": (b"y,pred,forecast\n1.5,2,3\n", ""),
    "whole numbers, few of them": (b"y_true,y_pred\n1,2\n2,2\n", ""),
    'classes, and no telling which is "yes"': (YES, ""),
    "a probability that may be of either class": (
        b"y_true,y_pred,probability\nyes,yes,0.6\nno,no,0.7\n",
        "",
    ),
    "a probability outside [0, 1]": (b"y_true,y_prob\n1,0.9\n0,1.2\n", "--prob y_prob"),
    "probabilities that do not sum to 1": (
        b"y_true,prob_a,prob_b,prob_c\na,0.5,0.2,0.2\nb,0.2,0.5,0.3\nc,0.1,0.1,0.8\n",
        "",
    ),
    "margins that look like probabilities": (b"y_true,score\n1,0.9\n0,0.2\n", "--score score"),
    "a negative weight": (b"y_true,y_pred,w\n1.5,2,1\n2.5,3,-1\n", "--weight w"),
    "another number of rows than expected": (NUMBERS, "--expect-rows 2"),
    "a loss that does not exist": (NUMBERS, "--loss hubr"),
    "losses of different kinds of predictions": (NUMBERS, "--loss mse,log_loss"),
    "a formula with more than formulas have": (NUMBERS, "--loss 'abs(pred.real - y)'"),
    "R², accuracy, AUC and the like": (NUMBERS, "--loss r2"),
}
"""What a file holds and which options are given, by what the README calls the case."""


# What the README shows


def printed(command: str) -> str:
    """Return what a terminal shows of a command."""
    program, *words = shlex.split(command)
    assert program == "losscli"
    done = shell(*words, cwd=ROOT, env=WIDTH, stderr=subprocess.STDOUT)
    assert done.returncode in (Exit.PASSED, Exit.FAILED), done.stdout
    return f"$ {command}\n{done.stdout}"


def output(code: str, *arguments: str) -> str:
    done = python(code, *arguments, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


TRY_ALL = """
import io, json, os, sys
from contextlib import redirect_stderr
from losscli.cli import run
lines = {}
for case, (folder, words) in json.loads(sys.argv[1]).items():
    os.chdir(folder)
    with redirect_stderr(io.StringIO()) as said:
        code = run(["eval", "preds.csv", *words])
    lines[case] = code, said.getvalue()
print(json.dumps(lines))
"""


def refused() -> dict[str, str]:
    """Return what is said of each case, as a cell of a Markdown table shows it."""
    with tempfile.TemporaryDirectory() as root:
        cases: dict[str, tuple[str, list[str]]] = {}
        for case, (content, options) in REFUSED.items():
            folder = Path(root, str(len(cases)))
            folder.mkdir()
            (folder / "preds.csv").write_bytes(content)
            cases[case] = str(folder), shlex.split(options)
        # one process for all: each of its own would take longer than all other tests here
        found = json.loads(output(TRY_ALL, json.dumps(cases)))
    cells = {}
    for case, (code, said) in found.items():
        line, end = said.removeprefix("losscli: ").split("\n")
        assert (code, end) == (Exit.UNJUDGED, ""), case
        cells[case] = f"`{line}`".replace("|", r"\|")
    return cells


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def marked(name: str, text: str = TEXT) -> str:
    """Return what stands between the marks of that name."""
    return text.partition(f"<!-- {name} -->")[2].partition(f"<!-- /{name} -->")[0]


def loss_tables() -> str:
    found = sorted(LOSSES.values(), key=lambda one: (one.family != "regression", one.family))
    return "\n" + "\n".join(
        line for _, family in groupby(found, key=attrgetter("family")) for line in table(family)
    )


def table(family: Iterator[Loss]) -> Iterator[str]:
    first, *others = family
    what = (sys.modules[first.function.__module__].__doc__ or "").partition("\n")[0]
    yield from (what, "", "| loss | in words | predictions | rewards | also called |")
    yield "|---|---|---|---|---|"
    for one in (first, *others):
        summary = one.doc.partition("\n\n")[0].replace("\n", " ").replace("|", r"\|")
        rewards = f"the {one.elicits}" if one.elicits not in ("", "-") else ""
        names = ", ".join(f"`{name}`" for name in one.aka)
        yield f"| `{call_of(one)}` | {summary} | {one.task} | {rewards} | {names} |"
    yield ""


def usual(able: Mapping[str, str]) -> Iterator[str]:
    (_, first), *others = able.items()
    yield f"`{first}`"
    yield from (f"`{losses}` from --{role}" for role, losses in others)


def default_losses() -> str:
    lines = (f"| {task} | {'; '.join(usual(able))} |" for task, able in DEFAULTS.items())
    return "\n".join(["", "| predictions | losses |", "|---|---|", *lines, ""])


def renewed(text: str) -> str:
    """Return the README with everything that it shows as the program now is."""
    text = CONSOLE.sub(lambda found: printed(found["command"]), text)
    text = SCRIPT.sub(lambda found: found["script"] + output(found["code"]), text)
    parts = {name: make() for name, make in GENERATED.items()}
    parts["refusals"] = refusals(marked("refusals", text))
    for name, part in parts.items():
        before, mark, rest = text.partition(f"<!-- {name} -->")
        text = before + mark + part + rest[rest.index(f"<!-- /{name} -->") :]
    return text


def formats() -> str:
    found = [format_named(name) for name in format_names()]
    lines = (
        f"| `{f.name}` | {', '.join(f'`{s}`' for s in f.suffixes)} | {f.help} |" for f in found
    )
    return "\n".join(["", "| format | suffix | |", "|---|---|---|", *lines, "", ""])


GENERATED: dict[str, Callable[[], str]] = {
    "losses": loss_tables,
    "defaults": default_losses,
    "formats": formats,
    "functions": lambda: ", ".join(f"`{name}`" for name in FUNCTIONS),
}


def refusals(text: str) -> str:
    cells = refused()
    return REFUSAL.sub(
        lambda found: (
            f"| {found['case']} |{found['why']}| {cells[found['case']]} |"
            if found["case"] in cells
            else found[0]
        ),
        text,
    )


@pytest.mark.parametrize("shown", [*CONSOLE.finditer(TEXT)], ids=lambda found: found["command"])
def test_commands_print_what_is_shown(shown: re.Match[str]) -> None:
    assert printed(shown["command"]) == shown[0]


def test_scripts_print_what_is_shown() -> None:
    found = list(SCRIPT.finditer(TEXT))
    assert found
    for script in found:
        assert script[0] == script["script"] + output(script["code"])


def test_code_that_is_not_run_is_that_of_the_package() -> None:
    run = {script["code"] for script in SCRIPT.finditer(TEXT)} | {pytest_snippet()}
    quoted = [code for code in blocks("python") if code not in run]
    package = [
        path.read_text(encoding="utf-8")
        for path in (*ROOT.glob("losscli/losses/*.py"), ROOT / "sample_data/plugin.py")
    ]
    assert quoted
    assert all(any(code in text for text in package) for code in quoted)


@pytest.mark.parametrize("name", GENERATED)
def test_what_the_registry_holds_is_listed(name: str) -> None:
    assert marked(name) == GENERATED[name]()


def test_every_loss_is_in_the_table_once() -> None:
    listed = re.findall(r"^\| `(\w+)", marked("losses"), re.MULTILINE)
    assert sorted(listed) == sorted(name for name, _ in LOSSES)


def test_refusals_are_as_shown() -> None:
    head, *shown = REFUSAL.finditer(marked("refusals"))
    assert head["case"] == "the file or the option"
    assert {row["case"]: row[0].rpartition("| `")[2] for row in shown} == {
        case: f"{cell[1:]} |" for case, cell in refused().items()
    }
    assert all(row["why"].strip() for row in shown)


# What the README says


def test_it_begins_with_the_two_commands() -> None:
    head = re.match(r"# losscli\n\n```sh\n(?P<first>.*)\n(?P<second>.*)\n```\n", TEXT)
    assert head
    install, _, job = head["first"].partition(" && ")
    assert install == "pip install ."
    shown = CONSOLE.search(TEXT)
    assert shown
    assert shown["command"] == job
    assert head["second"] == "pip install '.[test]' && pytest"


def test_every_option_exists() -> None:
    option = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
    # what the shown commands print, they know
    said = set(option.findall(CONSOLE.sub(lambda found: found["command"], TEXT)))
    helps = [["eval", "--help"], ["compare", "--help"], ["losses", "--help"], ["--help"]]
    known = {found for words in helps for found in option.findall(shell(*words).stdout)}
    assert "--loss" in said
    assert said <= known


def test_exit_codes_are_those_of_the_program() -> None:
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)}
    assert codes == set(Exit)


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    section = TEXT.partition("\n## Dependencies\n")[2].partition("\n## ")[0]
    reasons = dict(re.findall(r"^- \*\*(\w+)\*\* (.+)", section, re.MULTILINE))
    names = {re.split(r"[<>=!~]", line)[0] for line in project["dependencies"]}
    assert reasons.keys() == names
    for line in project["optional-dependencies"]["test"]:
        name = re.split(r"[<>=!~\[]", line)[0]
        assert name.partition("-stubs")[0] in section, name


def test_what_it_names_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    paths = re.findall(r"\b(?:tests|sample_data|losscli)/[\w./]*\w", TEXT)
    assert links
    for path in [*links, *paths]:
        assert (ROOT / path).exists(), path
    headings = {
        re.sub(r"\W+", "-", line.lower()) for line in re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= headings


def test_the_line_for_several_formats_works(tmp_path: Path) -> None:
    block = next(block for block in blocks("sh") if "--output" in block)
    (tmp_path / "preds.csv").write_text("y_true,y_pred,city\n1.5,2,a\n2.5,3.5,b\n")
    words = shlex.split(block.replace("\\\n", "").replace("$GITHUB_STEP_SUMMARY", "summary.md"))
    done = shell(*words[1:], cwd=tmp_path)
    assert (done.returncode, done.stderr) == (Exit.PASSED, "")
    assert {path.name for path in tmp_path.iterdir()} == {"preds.csv", "report.json", "summary.md"}


# What the README gives to a CI


def snippets() -> dict[str, Any]:
    """Return what the YAML of the README holds, by its first key."""
    found = [yaml.safe_load(block) for block in blocks("yaml")]
    return {next(iter(one[0] if isinstance(one, list) else one)): one for one in found}


def pytest_snippet() -> str:
    (code,) = (code for code in blocks("python") if "def test_" in code)
    return code


def as_step(script: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a CI does: with bash, in the folder of the project."""
    place = folder / "bin"
    place.mkdir(exist_ok=True)
    program = place / "losscli"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m losscli "$@"\n')
    program.chmod(0o755)
    paths = {"PATH": f"{place}:{CALM['PATH']}", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],  # noqa: S607 - as the runners do
        cwd=folder,
        env={**CALM, **paths, **env},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copy(SAMPLES / "breast_cancer.csv", tmp_path / "preds.csv")
    return tmp_path


def test_the_configuration_is_one(project: Path) -> None:
    (block,) = blocks("toml")
    (project / "pyproject.toml").write_text(block)
    read = tomllib.loads(shell("config", cwd=project).stdout)["tool"]["losscli"]
    asked = tomllib.loads(block)["tool"]["losscli"]
    assert {key: read[key] for key in asked} == {
        key: [value] if isinstance(read[key], list) and isinstance(value, str) else value
        for key, value in asked.items()
    }


@pytest.mark.parametrize(("limits", "code"), [("mse > 5\nmae > 1\n", 1), ("mse > 5", 0), ("", 0)])
def test_the_action_judges_and_shows(limits: str, code: int, project: Path) -> None:
    action = snippets()["name"]
    install, judge = action["runs"]["steps"]
    assert install["run"] == 'python -m pip install --quiet "$PACKAGE"'
    use = snippets()["uses"][0]["with"]
    assert use.keys() <= action["inputs"].keys()
    inputs = {"file": use["file"], "fail-if": limits, "package": use["package"]}
    env = {
        key: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: inputs[found[1]], value)
        for key, value in judge["env"].items()
    }
    done = as_step(judge["run"], project, GITHUB_STEP_SUMMARY=str(project / "s.md"), **env)
    assert done.returncode == code, done.stderr
    annotations = shown(done.stdout)
    assert [one.properties["title"] for one in annotations["error"]] == ["mae > 1 (failed)"] * code
    assert (project / "s.md").read_text().startswith("### preds.csv")


def test_the_job_of_gitlab_leaves_its_reports(project: Path) -> None:
    job = snippets()["losses"]["losses"]
    install, judge = job["script"]
    assert install == 'pip install --quiet "$PACKAGE"'
    (project / "pyproject.toml").write_text('[tool.losscli]\nfail-if = "mae > 1"\n')
    assert as_step(judge, project).returncode == Exit.FAILED
    reports = job["artifacts"]["reports"]
    assert "<failure" in (project / reports["junit"]).read_text()
    assert "losscli_gate_broken" in (project / reports["metrics"]).read_text()


def test_the_hook_judges_what_a_commit_changes(project: Path) -> None:
    (hook,) = snippets()["repos"]["repos"][0]["hooks"]
    assert re.search(hook["files"], "predictions/a.csv")
    (project / "pyproject.toml").write_text('[tool.losscli]\nfail-if = "mae > 1"\n')
    assert as_step(f"{hook['entry']} preds.csv", project).returncode == Exit.FAILED


def test_the_assertion_is_one(project: Path) -> None:
    (project / "test_it.py").write_text(pytest_snippet())
    rows = "y_true,y_pred,city\n1.5,1.75,a\n2.5,3.5,b\n"  # mse 0.53125
    for text, code in ((rows, 1), (rows.replace("3.5,b", "2.75,b"), 0)):
        (project / "preds.csv").write_text(text)
        command = f"{sys.executable} -m pytest -q -p no:cacheprovider test_it.py"
        done = as_step(command, project)
        assert done.returncode == code
        assert ("mse is 0.5312, not <= 0.25 (2 rows)" in done.stdout) == bool(code)


if __name__ == "__main__":
    README.write_text(renewed(TEXT), encoding="utf-8")
