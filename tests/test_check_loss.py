"""What check-loss finds: nothing in our own losses, and each fault in plain words."""

from decimal import Decimal
from pathlib import Path

import mpmath
import pytest
from process import SAMPLES, shell

import losscli.losses  # noqa: F401 - registers
from losscli.laws.exact import exact
from losscli.laws.laws import LAWS, check
from losscli.losses.facts import typical
from losscli.losses.spec import LOSSES, Loss

JUDGED = [
    loss
    for loss in LOSSES.values()
    if not loss.components and not loss.several & {"y", "pi", "p"} and not loss.origin
]


@pytest.mark.parametrize("loss", JUDGED, ids=lambda loss: f"{loss.name}-{loss.task}")
def test_our_own_losses_keep_the_laws(loss: Loss) -> None:
    found = list(check(loss, typical(loss)))
    assert [one.law for one in found] == [*LAWS]
    assert not [one for one in found if one.status == "broken"]
    assert found[0].status == found[1].status == found[2].status == "holds"


@pytest.mark.parametrize(
    "text",
    [
        "log1p(x) + expm1(x) - sqrt(x)/3",
        "tanh(x)*sigmoid(x) + softplus(x)*log2(x)",
        "(x*x + x**2.5) % 7 + hypot(x, 3)",
        "(x if 1 < x < 2 or not x > 0.5 else -abs(x - 4)) + clip(x, 1, 3)",
    ],
)
def test_the_oracle_is_exact(text: str) -> None:
    context = mpmath.MPContext()
    context.dps = 80
    words = {
        "sigmoid": lambda x: 1 / (1 + context.exp(-x)),
        "softplus": lambda x: context.log(1 + context.exp(x)),
        "log2": lambda x: context.log(x, 2),
        "clip": lambda x, low, high: min(max(x, low), high),
        "abs": abs,
    }
    words |= {n: getattr(context, n) for n in ("log1p", "expm1", "sqrt", "tanh", "hypot")}
    for x in (0.25, 0.3, 1.5, 7.0, 41.125):
        found = exact(text)({"x": Decimal(x), 'col("x")': Decimal(x)})
        wanted = eval(text, words | {"x": context.mpf(x)})  # noqa: S307
        assert abs(context.mpf(str(found)) - wanted) <= abs(wanted) * context.mpf("1e-45")


HEAD = "import numpy as np, losscli\nfrom typing import Annotated\n"
FAULTS = {
    "the batch": ("return np.abs(y - pred) / len(y)", "it depends on the batch: a row costs"),
    "the mean": ("return np.abs(y - pred.mean())", "it depends on the batch: a row costs"),
    "one number": ("return np.abs(y - pred).mean()", "line 3: mine returns one number for"),
    "an input": ("y += 1; return y", "mine changes its columns, which other losses need"),
    "other bits": (
        "return np.abs(y - pred)*(1 + 2.0**-50*(len(y) % 2))",
        "other bits on another slice",
    ),
    "chance": ("return np.abs(y - pred)*np.random.rand(len(y))", "the same row costs"),
    "no floor": ("return np.abs(y - pred) + 1", "a perfect prediction costs 1, not 0, where y is"),
    "below": ("return y - pred", "below 0, where y is"),
    "undefined": ("return (np.log(y) - np.log(pred))**2", "it is NaN where y is"),
    "formula": ("return np.abs(y - pred)*1.00001", "its formula"),
}


def test_each_fault_is_said_in_plain_words(tmp_path: Path) -> None:
    names = [f"mine{k}" for k in range(len(FAULTS))]
    body = "".join(
        f"@losscli.loss(formula='abs(y - pred)')\ndef {name}(y, pred):\n    {code}\n"
        for name, (code, _) in zip(names, FAULTS.values(), strict=True)
    )
    (tmp_path / "bad.py").write_text(HEAD + body)
    done = shell("check-loss", "--plugin", "bad.py", cwd=tmp_path, env={"COLUMNS": "2000"})
    assert done.returncode == 1
    pages = done.stdout.split("\n\n")
    for page, name, (case, (_, said)) in zip(pages, names, FAULTS.items(), strict=False):
        assert page.startswith(f"{name}  (regression)"), case
        broken = [line for line in page.split("\n") if line.startswith("  BROKEN")]
        assert any(said.replace("mine ", f"{name} ").replace("line 3: ", "") in b for b in broken)
    assert done.stdout.endswith(f"{len(FAULTS)} losses: {len(FAULTS)} break a law\n")


def test_the_exit_code_tells(tmp_path: Path) -> None:
    plugin = SAMPLES / "plugin.py"
    done = shell("check-loss", "--plugin", plugin, "overestimate")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("  holds   ") == len(LAWS)
    assert done.stdout.endswith("1 loss: none breaks a law\n")
    (tmp_path / "bad.py").write_text(
        HEAD + "@losscli.loss\ndef mine(y, pred):\n    print('hi')\n    raise OSError('no')\n"
    )
    done = shell("check-loss", "--plugin", "bad.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "losscli: bad.py, line 6: mine fails: OSError: no" in done.stderr
    done = shell("check-loss")
    assert (done.returncode, done.stdout) == (2, "")
    assert "losscli check-loss --plugin FILE.py" in done.stderr
