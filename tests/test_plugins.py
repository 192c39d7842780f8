"""Losses that users write in Python: from a plugin, from a package, and in a program."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from process import python, shell

ROWS = "y_true,y_pred,minutes,city\n3,2.5,10,Oslo\n1,1.5,20,Rome\n4,3,5,Oslo\n2,2.25,8,Rome\n"
MINE = '''
"""My losses."""
import numpy as np
import losscli

@losscli.loss
def late(y, pred, minutes):
    """Being late costs a unit a minute."""
    print("hello")
    return np.abs(y - pred) * minutes

@losscli.loss(aka=("pw",))
def power_of(y, pred, *, p: float = 1.5, how="plain"):
    return np.abs(y - pred) ** p

@losscli.loss
def surprise_of(prob, y):
    return -np.log(np.where(y == 1, prob, 1 - prob))
'''
LATE = (5 + 10 + 5 + 2) / 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "p.csv").write_text(ROWS)
    (tmp_path / "mine.py").write_text(MINE)
    return tmp_path


def test_a_custom_loss_is_a_loss_like_any_other(folder: Path) -> None:
    words = ["--plugin", "mine.py", "--loss", "late,power_of(p=2),0.5*mae + 0.5*late"]
    limits = ["--fail-if", "late[city=Rome] > 5", "--by", "city", "--minutes", "minutes"]
    done = shell("eval", "p.csv", *words, *limits, "--format", "json", cwd=folder)
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert "hello" in done.stderr
    assert [one["value"] for one in found["losses"]] == [LATE, 1.5625 / 4, (LATE + 2.25 / 4) / 2]
    assert [one["skill"] is None for one in found["losses"]] == [True, False, True]
    assert found["gates"][0]["value"] == 6
    assert found["columns"]["minutes"] == "minutes"
    compared = shell(
        *("compare", "p.csv", "p.csv", "--plugin", "mine.py", "--loss", "late"),
        *("--format", "json"),
        cwd=folder,
    )
    assert json.loads(compared.stdout)["losses"][0]["new"] == LATE


def test_it_is_listed_and_explained(folder: Path) -> None:
    listed = shell("losses", "--plugin", "mine.py", "--search", "minute", cwd=folder).stdout
    assert listed.startswith("Losses of mine.py\n  late    ")
    told = shell("explain", "pw", "--plugin", "mine.py", cwd=folder).stdout
    assert re.search(r"^  p +default 1.5; a number in \(-inf, inf\)$", told, re.MULTILINE)
    assert re.search(r"^  how +default plain; a word$", told, re.MULTILINE)
    curve = shell("explain", "late", "--plugin=mine.py", cwd=folder)
    assert "row loss against y - pred, minutes is 1" in curve.stdout
    assert "hello" not in curve.stdout
    assert (
        "proper       strictly"
        in shell("explain", "surprise_of", "--plugin", "mine.py", cwd=folder).stdout
    )


@pytest.mark.parametrize("said", ["*, steps=2", "*, steps: int = 2", "*, steps: 'int'"])
def test_a_whole_number_is_an_int_where_the_parameter_is_one(folder: Path, said: str) -> None:
    (folder / "ints.py").write_text(
        "import losscli\n@losscli.loss\n"
        f"def stepped(y, pred, {said}):\n    return sum(abs(y - pred) for _ in range(steps))\n"
    )
    words = ["--plugin", "ints.py", "--loss", "stepped(steps=3),3*mae", "--format", "json"]
    done = shell("eval", "p.csv", *words, cwd=folder)
    assert done.returncode == 0, done.stderr
    stepped, mae = json.loads(done.stdout)["losses"]
    assert stepped["value"] == pytest.approx(mae["value"])
    half = shell("eval", "p.csv", "--plugin", "ints.py", "--loss", "stepped(steps=1.5)", cwd=folder)
    assert "'float' object" in half.stderr


BODY = """import numpy as np, losscli
@losscli.loss
def mine(y, pred):
    e = y - pred
    {}
"""


def stated(fact: str) -> str:
    return f"import losscli\n@losscli.loss({fact})\ndef mine(y, pred):\n    return abs(y - pred)\n"


BAD: dict[str, tuple[str, str]] = {
    "raises on import": ("1/0\n", "bad.py, line 1: the plugin fails: ZeroDivisionError: division"),
    "leaves on import": ("\nraise SystemExit(0)\n", "bad.py, line 2: the plugin fails: SystemExit"),
    "no Python": ("def f(:\n", "bad.py, line 1: the plugin is no Python: invalid syntax"),
    "no losses": ("x = 1\n", "bad.py: the plugin registers no loss; decorate a function"),
    "lacks a module": ("import nosuchthing\n", "bad.py, line 1: the plugin fails: ModuleNotFound"),
    "a name of ours": (
        "import losscli\n@losscli.loss\ndef mse(y, pred):\n    return y\n",
        "bad.py, line 2: the loss 'mse' is registered twice for regression; give it another name",
    ),
    "a name twice": (
        BODY.format("return e") + "\n" + BODY.format("return e"),
        "the loss 'mine' is registered twice for regression",
    ),
    "a default": (
        "import losscli\n@losscli.loss\ndef mine(y, pred, p=2):\n    return y\n",
        "bad.py, line 2: the plugin fails: TypeError: p has a default, so it is no column: write *",
    ),
    "any columns": (
        "import losscli\n@losscli.loss\ndef mine(*columns):\n    return 1\n",
        "bad.py, line 2: the plugin fails: TypeError: *columns names no column",
    ),
    "no columns": (
        "import losscli\n@losscli.loss\ndef mine():\n    return 1\n",
        "bad.py, line 2: the plugin fails: TypeError: mine asks for no column",
    ),
    "a class": (
        "import losscli\n@losscli.loss\nclass mine:\n    pass\n",
        "bad.py, line 2: the plugin fails: TypeError: a loss is a function, not type",
    ),
    "no name": (
        "import losscli\nlosscli.loss(lambda y, pred: y)\n",
        "bad.py, line 2: the plugin fails: ValueError: '<lambda>' is no name that --loss can hold",
    ),
    "leaves on a block": (
        BODY.format("raise SystemExit(0)"),
        "bad.py, line 5: mine fails: SystemE",
    ),
    "leaves without a word": (
        "import os\n" + BODY.format("os._exit(0)"),
        "bad.py, line 6: mine fails: SystemExit: os._exit(0) would end the program",
    ),
    "leaves without a word on import": (
        "from os import _exit\n_exit(0)\n",
        "bad.py, line 2: the plugin fails: SystemExit: os._exit(0) would end the program",
    ),
    "cannot say what is wrong": (
        "class Mute(Exception):\n    def __str__(self): raise ValueError('no')\n"
        + BODY.format("raise Mute"),
        "bad.py, line 7: mine fails: Mute; mend it there",
    ),
    "an error of ours": (
        "from losscli.errors import UsageError\n" + BODY.format("raise UsageError('hi')"),
        "bad.py, line 6: mine fails: UsageError: hi; mend it there",
    ),
    "fails in a thread": (
        "import threading\n"
        + BODY.format("t = threading.Thread(target=lambda: 1 / 0); t.start()")
        + "    t.join()\n    return abs(e)\n",
        "bad.py, line 6: mine fails: ZeroDivisionError",
    ),
    "fails when it is read": (
        "class Odd:\n    def __array__(self, *_, **__): raise OSError('odd')\n"
        + BODY.format("return Odd()"),
        "bad.py, line 2: mine fails: OSError: odd",
    ),
    "no array": (BODY.format("return ()"), "line 2: mine returns a tuple of 0: its value takes 1"),
    "two arrays": (BODY.format("return e, e"), "mine returns a tuple of 2: its value takes 1"),
    "too few for its parts": (
        stated("parts=('one', 'other')"),
        "bad.py, line 2: mine returns one array: its value takes 3",
    ),
    "Decimals": (
        "from decimal import Decimal\n" + BODY.format("return [Decimal(1)] * 4"),
        "bad.py, line 3: mine returns list, not numbers",
    ),
    "a keyword": (stated("name='lambda'"), "ValueError: 'lambda' is no name that --loss can hold"),
    "a role": (stated("name='prob'"), "ValueError: 'prob' is no name that --loss can hold"),
    "a function": (stated("name='where'"), "ValueError: 'where' is no name that --loss can hold"),
    "a letter": (stated("name='größe'"), "ValueError: 'größe' is no name that --loss can hold"),
    "a text as names": (
        stated("aka='mx'"),
        "bad.py, line 2: the plugin fails: TypeError: aka must be a tuple of texts, as in",
    ),
    "a number as formula": (stated("formula=3"), "line 2: the plugin fails: TypeError: formula"),
    "a number as floor": (stated("floor=0"), "TypeError: floor must be a text, not int"),
    "a word as task": (stated("task='none'"), "ValueError: task must be one of multiclass, "),
    "a word as way": (stated("combine='mean'"), "TypeError: combine must be a function, not str"),
    "a number as way": (stated("combine=lambda: 3"), "TypeError: combine must be a losscli.losses"),
    "a number as domain": (stated("domain=lambda: 3"), "TypeError: domain must give a losscli"),
    "a number as check": (stated("check=lambda: 3"), "TypeError: check must say what is wrong"),
    "no such parameter": (
        stated("elicits='quantile alpha'"),
        "ValueError: elicits names a parameter after 'quantile', and 'alpha' is none",
    ),
    "no such argument": (stated("squares=('e',)"), "squares names arguments, and 'e' is none"),
    "a list as parameter": (
        "import losscli\n@losscli.loss\ndef mine(y, pred, *, p=[2]):\n    return y\n",
        "TypeError: p must be a number, a text, True or False, not list",
    ),
    "a way that fails": (
        stated("combine=lambda *, p: 1 / p").replace("pred)", "pred, *, p=0)", 1),
        "bad.py, line 2: the plugin fails: ZeroDivisionError: division by zero; mend it there",
    ),
    "masked": (
        BODY.format("return np.ma.masked_less(e, 0)"),
        "mine returns masked numbers, not one a row",
    ),
    "raises on a block": (
        BODY.format("raise RuntimeError('no\\x1b[31m luck')"),
        "bad.py, line 5: mine fails: RuntimeError: no",
    ),
    "fails in numpy": (BODY.format("return e + np.ones(3)"), "bad.py, line 5: mine fails: ValueE"),
    "one number": (BODY.format("return e.mean()"), "line 2: mine returns one number for 4 rows"),
    "too few": (BODY.format("return e[:2]"), "mine returns 2 numbers for 4 rows, not one number"),
    "a table": (BODY.format("return e[:, None]"), "an array of shape (4, 1) for 4 rows"),
    "nothing": (BODY.format("return"), "bad.py, line 2: mine returns NoneType, not numbers"),
    "text": (BODY.format("return ['a'] * len(e)"), "mine returns an array of <U1, not numbers"),
    "complex": (BODY.format("return e * 1j"), "mine returns an array of complex128, not numbers"),
    "lets its input be changed": (
        BODY.format("y.flags.writeable = True; y += 1; return e"),
        "bad.py, line 5: mine changes its columns, which other losses need; work on a copy",
    ),
    "changes its input": (
        BODY.format("y += 1; return e"),
        "bad.py, line 5: mine changes its columns, which other losses need; work on a copy",
    ),
    "not a number": (BODY.format("return np.log(e - 9)"), "p.csv, line 2: mine is not a number"),
    "minus infinity": (BODY.format("return e - np.inf"), "p.csv, line 2: mine is minus infinity"),
}
TRY_ALL = """
import io, json, sys, warnings
from contextlib import redirect_stderr
warnings.simplefilter('ignore')
from losscli.cli import run
lines = {}
for case, source in json.loads(sys.argv[1]).items():
    open("bad.py", "w").write(source)
    from losscli.losses.plugin import load
    from losscli.losses.spec import LOSSES
    load._LOADED.clear()
    LOSSES.pop(("mine", "regression"), None)
    with redirect_stderr(io.StringIO()) as said:
        code = run(["eval", "p.csv", "--plugin", "bad.py", "--loss", "mine", "--jobs", "1"])
    lines[case] = code, said.getvalue()
print(json.dumps(lines))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    folder = tmp_path_factory.mktemp("bad")
    (folder / "p.csv").write_text(ROWS)
    done = python(TRY_ALL, json.dumps({case: text for case, (text, _) in BAD.items()}), cwd=folder)
    assert done.returncode == 0, done.stderr
    assert not done.stdout.count("\n") > 1
    found: dict[str, tuple[int, str]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("case", BAD)
def test_a_failure_points_at_the_line_of_the_plugin(
    case: str, said: dict[str, tuple[int, str]]
) -> None:
    code, line = said[case]
    assert code == 2
    assert BAD[case][1] in line
    assert line.count("\n") == 1
    assert line.rstrip("\n").isprintable()


def test_a_plugin_that_is_not_there_is_one_line(folder: Path) -> None:
    done = shell("eval", "p.csv", "--plugin", "no.py", "--loss", "mine", cwd=folder)
    assert done.stderr.startswith("losscli: no.py: the plugin cannot be read: No such file")
    assert (done.returncode, done.stdout) == (2, "")


def test_no_configuration_and_no_environment_names_a_plugin(folder: Path) -> None:
    (folder / "mine.py").write_text("open('ran', 'w')")
    (folder / "pyproject.toml").write_text('[tool.losscli]\nplugin = ["mine.py"]\n')
    done = shell("eval", "p.csv", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "tool.losscli.plugin: a plugin is a program" in done.stderr
    assert "name it in the command: --plugin FILE.py" in done.stderr
    (folder / "pyproject.toml").unlink()
    done = shell("eval", "p.csv", cwd=folder, env={"LOSSCLI_PLUGIN": "mine.py"})
    assert (done.returncode, done.stdout) == (2, "")
    assert "$LOSSCLI_PLUGIN: a plugin is a program" in done.stderr
    assert not (folder / "ran").exists()


def test_an_installed_package_brings_losses(folder: Path) -> None:
    (folder / "theirs.py").write_text(MINE.replace("def late", "print('seen')\ndef late", 0))
    info = folder / "theirs-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[losscli.losses]\nall = theirs\n")
    path = os.pathsep.join([str(folder), str(Path(__file__).parent.parent)])
    code = "import sys\nfrom losscli.cli import run\ncode = run(sys.argv[1:])\n"
    code += "print('theirs' in sys.modules, file=sys.stderr)\nraise SystemExit(code)"
    words = ["eval", "p.csv", "--format", "json", "--loss"]
    done = python(code, *words, "late", cwd=folder, env={"PYTHONPATH": path})
    assert json.loads(done.stdout)["losses"][0]["value"] == LATE
    done = python(code, *words, "mse", cwd=folder, env={"PYTHONPATH": path})
    assert done.stderr.rstrip().endswith("False")
    listed = python(code, "losses", "--search", "late", cwd=folder, env={"PYTHONPATH": path})
    assert "Being late costs" in listed.stdout
    (folder / "theirs.py").write_text("1/0")
    done = python(code, *words, "late", cwd=folder, env={"PYTHONPATH": path})
    assert done.returncode == 2
    assert "the losses of the package theirs cannot be loaded: ZeroDivisionError" in done.stderr


PROGRAM = dedent("""
    import json, numpy as np, pandas as pd, losscli
    from losscli.losses.spec import LOSSES

    @losscli.loss
    def late(y, pred, minutes):
        return np.abs(y - pred) * minutes

    frame = pd.read_csv("p.csv")
    found = [
        losscli.evaluate(data, losses="late", engine=engine).losses[0].estimate.value
        for data in (frame, "p.csv") for engine in ("threads", "processes")
    ]
    print(json.dumps([found, late(1.0, 2.0, 3.0), ("late", "regression") in LOSSES]))
""")


def test_a_program_registers_its_own(folder: Path) -> None:
    done = python(PROGRAM, cwd=folder)
    assert json.loads(done.stdout) == [[LATE] * 4, 3.0, True]


def test_it_travels_to_a_process_that_has_not_run_it(folder: Path) -> None:
    code = (
        "import pickle, sys\nfrom losscli.losses.plugin.load import load\n"
        "loss = [one for one in load('mine.py') if one.name == 'power_of'][0]\n"
        "from losscli.losses.language import parse, resolve\n"
        "(formula,) = resolve(parse(['c = abs(y - pred)**2']), 'regression')\n"
        "sys.stdout.buffer.write(pickle.dumps((loss, formula)))"
    )
    written = shell_bytes(code, folder)
    read = (
        "import pickle, sys, numpy as np\n"
        "loss, formula = pickle.load(sys.stdin.buffer)\n"
        "y, pred = np.array([1.0]), np.array([3.0])\n"
        "print(loss.function(y, pred, p=3), formula.terms({'y': y, 'pred': pred})[0])"
    )
    (folder / "mine.py").unlink()
    assert shell_bytes(read, folder, written).strip() == b"[8.] [4.]"


def shell_bytes(code: str, folder: Path, given: bytes = b"") -> bytes:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=given,
        capture_output=True,
        check=True,
        cwd=folder,
        env=env,
    )
    return done.stdout


def test_an_argument_may_be_called_like_an_option(folder: Path) -> None:
    """The option means what it always means; the column is the one of that name."""
    (folder / "odd.csv").write_text("y_true,y_pred,season,top,heavy\n3,2,10,1,5\n1,1.5,20,2,6\n")
    (folder / "odd.py").write_text(
        "import losscli\n@losscli.loss\ndef odd(y, pred, season, top, weight):\n"
        "    return abs(y - pred)*season*top*weight\n"
        "@losscli.loss\ndef other(y, logits):\n    return logits[:, 0]\n"
    )
    words = ["--plugin", "odd.py", "--loss", "odd", "--column", "weight=heavy", "--top", "1"]
    done = shell("eval", "odd.csv", *words, "--format", "json", cwd=folder)
    assert json.loads(done.stdout)["losses"][0]["value"] == (50 + 120) / 2


def test_a_module_beside_a_plugin_is_found_by_its_folder(folder: Path) -> None:
    (folder / "my losses").mkdir()
    (folder / "my losses" / "beside.py").write_text("minutes = 60\n")
    (folder / "my losses" / "imports.py").write_text("import beside\n" + MINE)
    words = ["eval", "p.csv", "--plugin", "my losses/imports.py", "--loss", "late"]
    done = shell(*words, cwd=folder)
    assert done.stderr.endswith("; name its folder: PYTHONPATH='my losses' losscli …\n")
    path = os.pathsep.join(["my losses", str(Path(__file__).parent.parent)])
    assert shell(*words, cwd=folder, env={"PYTHONPATH": path}).returncode == 0
