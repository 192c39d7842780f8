"""Settings: flags beat the environment, that beats the configuration, that the defaults."""

import errno
import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from process import shell

from losscli.cli.config import _written
from losscli.cli.settings import in_force
from losscli.errors import UsageError

ROWS = "y_true,y_pred,city\n1.5,2.5,a\n3.5,5.5,a\n10.5,6.5,b\n"  # mse 7, mae 7/3


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "preds.csv").write_text(ROWS)
    (tmp_path / "sub").mkdir()
    return tmp_path


def configure(project: Path, text: str, name: str = "pyproject.toml") -> None:
    (project / name).write_text(f'[project]\nname = "x"\n\n[tool.losscli]\n{text}\n')


def report(project: Path, *words: str, **options: Any) -> dict[str, Any]:
    done = shell("eval", project / "preds.csv", "-q", *words, "--format", "json", **options)
    assert done.returncode in (0, 1), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_nearest_configuration_is_in_force(project: Path) -> None:
    configure(project, 'loss = "mae"\nby = ["city"]\ntop = 1\nfail-if = ["mae > 2"]')
    for folder in (project, project / "sub"):
        found = report(project, cwd=folder)
        assert [loss["loss"] for loss in found["losses"]] == ["mae"]
        assert found["columns"]["by"] == ["city"]
        assert len(found["outliers"]["worst"]) == 1
        assert found["verdict"] == "failed"
    # a pyproject.toml without our table is passed over
    (project / "sub" / "pyproject.toml").write_text('[tool.other]\nlosscli = "no"\n')
    assert report(project, cwd=project / "sub")["verdict"] == "failed"
    configure(project / "sub", 'loss = "mse"')
    assert report(project, cwd=project / "sub")["losses"][0]["loss"] == "mse"


@pytest.mark.parametrize("kind", ["folder", "dangling", "loop", "utf-16", "utf-16-le", "broken"])
def test_the_nearest_configuration_is_never_lost(kind: str, project: Path) -> None:
    configure(project, 'fail-if = ["mae > 100"]')
    file = project / "sub" / "pyproject.toml"
    table = '[tool.losscli]\nfail-if = ["mae > 2"]\n'
    if kind == "folder":
        file.mkdir()
    elif kind in ("dangling", "loop"):
        file.symlink_to("nowhere.toml" if kind == "dangling" else file.name)
    else:
        file.write_bytes(table.encode(kind) if kind != "broken" else f"{table}[".encode())
    done = shell("eval", project / "preds.csv", cwd=file.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert str(file) in done.stderr
    assert "--config" in done.stderr
    assert done.stderr.count("\n") == 1
    named = shell("eval", project / "preds.csv", "--config", project / file.name, cwd=file.parent)
    assert named.returncode == 0


def test_a_configuration_may_escape_its_name(project: Path) -> None:
    text = '[tool."loss\\u0063li"]\nfail-if = ["mae > 2"]\n'
    (project / "pyproject.toml").write_text(text)
    assert report(project, cwd=project)["verdict"] == "failed"


def test_a_broken_project_of_somebody_else_is_passed_over(project: Path) -> None:
    configure(project, 'fail-if = ["mae > 2"]')
    (project / "sub" / "pyproject.toml").write_bytes(b"[tool.other\nname = 'caf\xe9'\n")
    assert report(project, cwd=project / "sub")["verdict"] == "failed"


def test_flags_beat_the_environment_which_beats_the_file(project: Path) -> None:
    configure(project, "top = 1\nlevel = 0.5")
    env = {"LOSSCLI_TOP": "2"}

    def top(*words: str, **env: str) -> int:
        return len(report(project, *words, cwd=project, env=env)["outliers"]["worst"])

    assert top() == 1
    assert top(**env) == 2
    assert top("--top", "3", **env) == 3
    assert report(project, cwd=project, env=env)["losses"][0]["level"] == 0.5
    assert top("--top", "10", **env) == 3  # a flag with the default's value is a flag


def test_the_environment_in_its_own_words(project: Path) -> None:
    env = {"LOSSCLI_FAIL_IF": "mae > 2\nmse > 100\n", "LOSSCLI_EXIT_ZERO": "yes"}
    done = shell("eval", project / "preds.csv", "--loss", "mse", "--format", "json", env=env)
    assert done.returncode == 0
    assert [gate["status"] for gate in json.loads(done.stdout)["gates"]] == ["failed", "passed"]
    assert "losscli: set by $LOSSCLI_FAIL_IF: fail-if\n" in done.stderr
    env["LOSSCLI_EXIT_ZERO"] = "0"
    assert shell("eval", project / "preds.csv", "-q", env=env).returncode == 1


def test_a_named_configuration(project: Path) -> None:
    configure(project, 'loss = "mae"')
    configure(project, 'loss = "mse"', "ci.toml")
    (project / "ci.toml").rename(project / "sub" / "ci.toml")
    for words, env in (
        (["--config", "sub/ci.toml"], {}),
        ([], {"LOSSCLI_CONFIG": "sub/ci.toml"}),
    ):
        found = report(project, *words, cwd=project, env=env)
        assert found["losses"][0]["loss"] == "mse"


def test_named_sums_can_be_losses_and_limits(project: Path) -> None:
    table = '[tool.losscli.losses]\nblend = "0.5*mse + 0.5*mae"\n'
    configure(project, f'loss = ["mae", "blend"]\nfail-if = ["blend > 4"]\n{table}')
    found = report(project, cwd=project)
    assert [loss["name"] for loss in found["losses"]] == ["mae", "blend"]
    assert found["losses"][1]["value"] == pytest.approx((7 + 7 / 3) / 2)
    assert found["gates"][0]["measure"] == "blend"
    assert found["verdict"] == "failed"
    configure(project, f'loss = "mae"\nfail-if = ["p50(blend) > 1.6"]\n{table}')
    found = report(project, cwd=project)
    assert [loss["name"] for loss in found["losses"]] == ["mae", "blend"]
    assert found["gates"][0]["value"] == 3.0  # of 1, 3 and 10
    assert [loss["name"] for loss in report(project, "--loss", "blend", cwd=project)["losses"]] == [
        "blend"
    ]


def test_paths_of_a_configuration_stand_beside_it(project: Path) -> None:
    assert shell("eval", "preds.csv", "--save", "base.json", cwd=project).returncode == 0
    words = 'output = ["json:sub/out", "r.md"]\nagainst = "base.json"\nfail-if = "mse > baseline"'
    configure(project, words)
    assert shell("eval", "../preds.csv", cwd=project / "sub").returncode == 0
    assert json.loads((project / "sub" / "out").read_text())["verdict"] == "passed"
    assert (project / "r.md").exists()


@pytest.mark.parametrize(
    ("text", "name", "rows", "words"),
    [
        ('loss = "mase"\ntrain = "h.csv"', "h.csv", "y_true\n1\n2\n4\n", []),
        (
            'loss = "cost"\ncost-matrix = "m.csv"',
            "m.csv",
            ",a,b\na,0,1\nb,5,0\n",
            ["--true", "city", "--label", "said"],
        ),
    ],
)
def test_what_a_configuration_reads_stands_beside_it(
    text: str, name: str, rows: str, words: list[str], project: Path
) -> None:
    configure(project, text)
    (project / name).write_text(rows)
    judged = "y_true,y_pred,city,said\n1.5,2.5,a,b\n3.5,5.5,b,b\n"
    (project / "preds.csv").write_text(judged)
    done = shell("eval", "../preds.csv", *words, cwd=project / "sub")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "path", ["../out.json", "/nope/out.json", "json:../../x", "sub/../../x.md"]
)
def test_a_configuration_writes_in_its_folder_only(path: str, project: Path) -> None:
    configure(project, f'output = "{path}"')
    before = sorted(project.rglob("*"))
    done = shell("eval", "preds.csv", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not in the folder of the configuration; name it with a flag" in done.stderr
    assert sorted(project.rglob("*")) == before


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("los = 'mse'", ".los: there is no such setting; did you mean loss?"),
        ("fail_if = 'mse > 1'", ".fail_if: there is no such setting; did you mean fail-if?"),
        ("zzz = 1", ".zzz: there is no such setting; losscli config lists the settings"),
        ("top = 'x'", ".top: takes a number; such as top = 10"),
        ("top = true", ".top: takes a number; such as top = 10"),
        ("top = -1", ".top: --top takes a whole number of at least 0, not '-1'; such as"),
        ("top = 1.5", ".top: --top takes a whole number of at least 0, not '1.5'"),
        ("missing = 'no'", ".missing: --missing takes one of 'error', 'drop', not 'no'"),
        ("normalize = 'yes'", ".normalize: takes true or false; such as normalize = true"),
        ("positive = 1", '.positive: takes a text; such as positive = "…"'),
        ("by = [1]", '.by: takes a list of texts; such as by = ["…"]'),
        ("files = ['x.csv']", ".files: there is no such setting"),
        ("config = 'x'", ".config: there is no such setting"),
        ("plugins = ['os']", ".plugins: there is no such setting"),
        ("losses = 'mse'", ".losses: is no table of named sums; [tool.losscli.losses] holds"),
        ("losses.a = 'hubr'", ".losses.a: unknown loss 'hubr'; did you mean huber?"),
        ("losses.a = 'mse, mae'", ".losses.a: is not the name of one sum of losses"),
        ("losses.a = '__import__(\"os\")'", ".losses.a: unknown loss '__import__'"),
        ("losses.'a b' = 'mse'", ".losses.a b: "),
        ('loss = "mse', ": is no TOML ("),
    ],
)
def test_a_configuration_that_is_wrong(text: str, line: str, project: Path) -> None:
    configure(project, text)
    done = shell("eval", "preds.csv", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"losscli: {project / 'pyproject.toml'}")
    assert line in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("env", "line"),
    [
        ({"LOSSCLI_FAIL_FI": "mse > 1"}, "$LOSSCLI_FAIL_FI: there is no such setting; did you"),
        ({"LOSSCLI_XYZ": "1"}, "$LOSSCLI_XYZ: there is no such setting; unset LOSSCLI_XYZ"),
        ({"LOSSCLI_TOP": "x"}, "$LOSSCLI_TOP: --top takes a whole number of at least 0, not 'x'"),
        ({"LOSSCLI_STRICT": "maybe"}, "$LOSSCLI_STRICT: 'maybe' is neither yes nor no; set it to"),
        ({"LOSSCLI_CONFIG": "no.toml"}, "no.toml: there is no such configuration; --config FILE"),
    ],
)
def test_an_environment_that_is_wrong(env: dict[str, str], line: str, project: Path) -> None:
    done = shell("eval", "preds.csv", env=env, cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"losscli: {line}")


def test_a_named_file_without_our_table(project: Path) -> None:
    (project / "x.toml").write_text("[tool.other]\n")
    done = shell("eval", "preds.csv", "--config", "x.toml", cwd=project)
    assert done.stderr == "losscli: x.toml: has no table [tool.losscli]; add one\n"
    (project / "x.toml").write_text("tool = 3\n[losscli]")
    assert shell("eval", "preds.csv", "--config", "x.toml", cwd=project).returncode == 2


def test_what_is_in_force_is_printed_as_a_configuration(project: Path) -> None:
    table = '[tool.losscli.losses]\nblend = "0.5*mse + 0.5*mae"\n'
    configure(project, f'loss = ["mae", "blend"]\nmissing = "drop"\n{table}')
    env = {"LOSSCLI_TOP": "2", "LOSSCLI_TRUE": 'a "b\\'}
    done = shell("config", cwd=project / "sub", env=env)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == f"# {project / 'pyproject.toml'}"
    assert 'loss = ["mae", "blend"]  # pyproject.toml' in lines
    assert "top = 2  # $LOSSCLI_TOP" in lines
    assert "level = 0.95  # default" in lines
    assert "# pred is not set" in lines
    read = tomllib.loads(done.stdout)["tool"]["losscli"]
    assert read["true"] == 'a "b\\'
    assert read["losses"] == {"blend": "0.5*mse + 0.5*mae"}
    # what was printed says the same as what it was printed from
    (project / "sub" / "copy.toml").write_text(done.stdout)
    again = shell("config", "--config", "copy.toml", cwd=project / "sub")
    assert tomllib.loads(again.stdout) == tomllib.loads(done.stdout)


def test_without_a_configuration_there_are_defaults(project: Path) -> None:
    lines = shell("config", cwd=project).stdout.splitlines()
    assert lines[0] == "# no pyproject.toml with a table [tool.losscli], from here upwards"
    assert all(line.endswith(("# default", "is not set")) for line in lines[2:])


def test_what_was_set_is_said(project: Path) -> None:
    configure(project, 'loss = "mae"')
    done = shell("eval", "preds.csv", cwd=project)
    assert f"losscli: set by {project / 'pyproject.toml'}: loss\n" in done.stderr
    assert shell("eval", "preds.csv", "-q", cwd=project).stderr == ""


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_written_as_toml(text: str) -> None:
    written = _written([text])
    assert tomllib.loads(f"a = {written}") == {"a": [text]}
    assert written.isprintable()


@pytest.mark.parametrize("method", ["read_bytes", "lstat", "stat"])
def test_a_configuration_that_may_not_be_read_is_never_lost(
    method: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(project, 'fail-if = ["mae > 2"]')
    monkeypatch.chdir(project)
    assert in_force(None).values["fail_if"].value == ["mae > 2"]

    def denied(path: Path, **_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    with monkeypatch.context() as patched:
        patched.setattr(Path, method, denied)
        with pytest.raises(UsageError, match="cannot be read: Permission denied; mend or remove"):
            in_force(None)
