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

OURS = [loss for loss in LOSSES.values() if not loss.origin]


@pytest.mark.parametrize("loss", OURS, ids=lambda loss: f"{loss.name}-{loss.task}")
def test_our_own_losses_keep_the_laws(loss: Loss) -> None:
    found = list(check(loss, typical(loss)))
    assert [one.law for one in found] == [*LAWS]
    broken = [one.said for one in found if one.status == "broken"]
    if loss.name == "cosine":  # a vector of zeros has no direction
        assert [said.endswith(", pred is (0, 0, 0); " + UNDEFINED) for said in broken] == [True]
    else:
        assert not broken
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


UNDEFINED = (
    "compute it there, or say where it is defined, as in "
    "pred: Annotated[float, Interval(low=0, low_open=True)]"
)
HEAD = "import numpy as np, losscli\nfrom typing import Annotated\n"
FAULTS = {
    "the batch": ("return np.abs(y - pred) / len(y)", "it depends on the batch: a row costs"),
    "the mean": ("return np.abs(y - pred.mean())", "it depends on the batch: a row costs"),
    "one number": ("return np.abs(y - pred).mean()", "one number for 1 row, not an array of one"),
    "an input": ("y += 1; return y", "mine changes its columns, which other losses need"),
    "other bits": (
        "return np.abs(y - pred)*(1 + 2.0**-50*(len(y) % 2))",
        "other bits on another slice",
    ),
    "chance": ("return np.abs(y - pred)*np.random.rand(len(y))", "the same row costs"),
    "no number": ("e = np.abs(y - pred); return e*e/e", "and not 0; compute it there"),
    "no floor": ("return np.abs(y - pred) + 1", "a perfect prediction costs 1 where y is"),
    "below": ("return y - pred", "it is below 0: -"),
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


FACTS = """
from losscli.losses.spec import BOX, Matrix
from losscli.losses.domain import Choice, Interval, UNIT
from losscli.losses.combine import RATIO
"""
OF_EVERY_SHAPE = {
    "(y: Matrix, pred: Matrix)": ("np.abs(y - pred).sum(axis=1)", ""),
    "(y: Matrix, pred: Matrix) ": ("np.abs(y - pred).sum(axis=1) / len(y)", "depends on the batch"),
    "(y: Matrix, prob: Matrix)": ("np.abs(y - prob).max(axis=1) + 1", "costs 1 where y is ("),
    "(y: Matrix, label: Matrix)": ("(y != label).sum(axis=1)", ""),
    "(y: Matrix, score: Matrix)": ("np.log(score).sum(axis=1)", "minus infinity where y is ("),
    "(y: Matrix, probs)": ("((y - probs)**2).sum(axis=1) - .1", "it is below 0: -0.0"),
    "(y, probs)": ("1 - probs[np.arange(len(y)), y]", ""),
    "(y, probs) ": ("1 - probs[:, 0]", "costs 1 where y is 2, probs is (0, 0, 1)"),
    "(y, probs, cost_matrix)": ("cost_matrix[y, probs.argmax(axis=1)]", ""),
    "(y, logits)": ("np.log(np.exp(logits).sum(axis=1)) - logits[:, 0]", "where y is"),
    "(y, scores)": ("scores.max(axis=1) - scores[np.arange(len(y)), y]", ""),
    "(y, label)": ("y == label", "costs 1 where y is "),
    "(y, quantiles, levels)": ("np.abs(y[:, None] - quantiles) @ levels", ""),
    "(y, members)": ("np.abs(y - np.median(members, axis=1)) + y", "it is below 0"),
    "(y, lower, upper)": ("upper - lower + (y < lower)*(lower - y)", ""),
    "(y, mean, std)": ("((y - mean)/std)**2", "it is NaN where y is"),
    "(y, score)": ("np.maximum(0, 1 - y*score)", ""),
    "(y, score, score2)": ("np.maximum(0, y*(score2 - score))", ""),
    "(y, pred, price)": ("np.abs(y - pred)/price", "it is NaN where y is"),
    "(z, v, pi: Annotated[Matrix, UNIT], p: Matrix)": ("np.log(p[:, 0]) + z", "pi is ("),
    "(y, pred, *, k: Annotated[float, UNIT] = 1.0)": ("np.abs(y - pred) + 1 - k", "with k=0.0 "),
    "(y, pred, *, by: Annotated[str, Choice(('a', 'b'))] = 'a')": (
        "np.abs(y - pred) - (by == 'b')",
        "with by=b it is below 0: -",
    ),
    "(y: Annotated[float, Interval(2, 3)], pred)": ("(y < 2) + (y > 3)", ""),
}
STATED = {
    "components=BOX": ("(y: Matrix, pred: Matrix)", "np.abs(y - pred).max(axis=1)", ""),
    "combine=RATIO": ("(y, pred)", "(y - pred)**2, y*0 + len(y)", "depends on the batch"),
    "combine=RATIO, floor='0'": ("(y, pred)", "(y - pred)**2 + 1, y**2", "costs 1 where"),
    "bound=2": ("(y, pred)", "np.abs(y - pred)", ", more than its bound, 2"),
    "bound='1'": ("(y, prob)", "np.abs(y - prob)", ""),
    "elicits='mean'": ("(y, pred)", "np.abs(y - pred)", "predicting the mean, 3.2"),
    "elicits='median'": ("(y, pred)", "np.abs(y - pred)", ""),
    "elicits='quantile q'": (
        "(y, pred, *, q: Annotated[float, UNIT] = 0.5)",
        "np.where(y > pred, q*(y - pred), (1 - q)*(pred - y))",
        "",
    ),
    "elicits='quantile q', aka=('turned',)": (
        "(y, pred, *, q: Annotated[float, UNIT] = 0.5)",
        "np.where(y < pred, q*(pred - y), (1 - q)*(y - pred))",
        "with q=0.0 predicting the quantile",
    ),
    "elicits='probability'": ("(y, prob)", "np.abs(y - prob)", "predicting the probability, 0.3"),
    "elicits='probabilities'": ("(y, probs)", "((np.eye(3)[y] - probs)**2).sum(axis=1)", ""),
    "ideal='y/2'": ("(y, pred)", "np.abs(y - 2*pred)", ""),
    "ideal='y/3'": ("(y, pred)", "np.abs(y - 2*pred)", "a perfect prediction costs"),
    "floor='abs(y)'": ("(y, pred)", "np.abs(y) + np.abs(y - pred)", ""),
    "floor='abs(y)/2'": ("(y, pred)", "np.abs(y) + np.abs(y - pred)", ", and not abs(y)/2"),
}


def test_a_loss_of_every_shape_is_tried(tmp_path: Path) -> None:
    """And what is said of it by its author: each broken law is found, and no other is."""
    cases = [("", *case) for case in ((s, *c) for s, c in OF_EVERY_SHAPE.items())]
    cases += [(facts, *case) for facts, case in STATED.items()]
    body = "".join(
        f"@losscli.loss({facts})\ndef mine{k}{shape}:\n    return {code}\n"
        for k, (facts, shape, code, _) in enumerate(cases)
    )
    (tmp_path / "shapes.py").write_text(HEAD + FACTS + body)
    done = shell("check-loss", "--plugin", "shapes.py", cwd=tmp_path, env={"COLUMNS": "2000"})
    assert done.stderr == ""
    pages = done.stdout.split("\n\n")
    assert len(pages) == len(cases) + 1
    for page, (*case, said) in zip(pages, cases, strict=False):
        broken = [line for line in page.split("\n") if line.startswith("  BROKEN")]
        assert len(broken) >= 1 if said else not broken, (case, broken)
        assert any(said in line for line in broken) or not said, (case, broken)


def test_the_exit_code_tells(tmp_path: Path) -> None:
    plugin = SAMPLES / "plugin.py"
    done = shell("check-loss", "--plugin", plugin, "overestimate")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("  holds   ") == len(LAWS) - 2
    assert "  open    nothing is above its bound: it states none\n" in done.stdout
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
