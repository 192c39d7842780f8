"""The best constant of several truths: labels that can be true together, and soft labels."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pandas as pd
import pytest

import losscli
from losscli.losses.spec import LOSSES
from losscli.report import truths_of
from losscli.report.records import LossResult

NAMES = ("cat", "dog", "emu", "fox")
N = 400


def frame(y: np.ndarray, predicted: np.ndarray, role: str, **more: Any) -> pd.DataFrame:
    truths = {f"y_{name}": column for name, column in zip(NAMES, y.T, strict=False)}
    others = {f"{role}_{name}": column for name, column in zip(NAMES, predicted.T, strict=False)}
    return pd.DataFrame({**truths, **others, **more})


def labels() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(31)
    y = (draw.uniform(size=(N, 4)) < [0.07, 0.4, 0.62, 0.95]).astype(float)
    return y, draw.uniform(0.01, 0.99, (N, 4)), draw.lognormal(size=N)


def soft() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(32)
    y, probs = (draw.dirichlet([0.5, 1, 2, 3], size=N) for _ in range(2))
    y[:3] = np.eye(4)[[0, 1, 1]]
    return y, probs, draw.lognormal(size=N)


def exact_means(y: np.ndarray, weight: np.ndarray) -> list[Fraction]:
    total = sum(map(Fraction, weight.tolist()), Fraction())
    # weighted values are exact sums of the rounded products
    return [sum(map(Fraction, (c * weight).tolist()), Fraction()) / total for c in y.T]


def surprise(share: Fraction) -> Any:
    known = mpmath.mpf(share.numerator) / share.denominator
    return -known * mpmath.log(known) if share else mpmath.mpf(0)


def constants(data: pd.DataFrame, **options: Any) -> dict[str, LossResult]:
    return {one.name: one for one in losscli.evaluate(data, **options).losses}


@pytest.mark.parametrize("weighted", [False, True])
def test_the_mean_of_each_label_is_best(weighted: bool) -> None:  # noqa: FBT001
    y, prob, weight = labels()
    data = frame(y, prob, "prob", w=weight)
    options = {"weight": "w"} if weighted else {}
    found = constants(data, task="multilabel", **options)
    means = exact_means(y, weight if weighted else np.ones(N))
    with mpmath.workdps(40):
        known = float(sum(surprise(m) + surprise(1 - m) for m in means) / 4)
    log_loss, hamming = found["log_loss"].best_constant, found["hamming"].best_constant
    assert log_loss is not None
    assert hamming is not None
    assert log_loss.prediction == dict(zip(NAMES, map(float, means), strict=True))
    assert log_loss.value == pytest.approx(known, rel=1e-14)
    assert hamming.prediction == {"cat": 0, "dog": 0, "emu": 1, "fox": 1}
    assert hamming.value == pytest.approx(float(sum(min(m, 1 - m) for m in means) / 4), rel=1e-14)
    skill = 1 - found["hamming"].estimate.value / hamming.value
    assert found["hamming"].skill == pytest.approx(skill, rel=1e-14)


@pytest.mark.parametrize("weighted", [False, True])
def test_the_mean_of_soft_labels_is_best(weighted: bool) -> None:  # noqa: FBT001
    y, probs, weight = soft()
    data = frame(y, probs, "prob", w=weight)
    options = {"weight": "w"} if weighted else {}
    found = constants(data, task="soft", **options)
    means = exact_means(y, weight if weighted else np.ones(N))
    of_rows = weight if weighted else np.ones(N)
    with mpmath.workdps(40):
        least = sum(map(surprise, means))
        rows = [sum(surprise(Fraction(t)) for t in row) for row in y.tolist()]
        lost = sum(mpmath.mpf(w) * e for w, e in zip(of_rows.tolist(), rows, strict=True))
        lost /= mpmath.fsum(of_rows.tolist())
        known = {"cross_entropy": float(least), "kl": float(least - lost)}
    for name, value in known.items():
        constant = found[name].best_constant
        assert constant is not None
        assert constant.value == pytest.approx(value, rel=1e-13)
        assert isinstance(constant.prediction, dict)
        assert list(constant.prediction) == list(NAMES)
        wanted = [float(m / sum(means)) for m in means]
        assert list(constant.prediction.values()) == pytest.approx(wanted, rel=1e-15)


OF_SHARES = [x for x in LOSSES.values() if x.task in {"soft", "multilabel"} and x.elicits]


@pytest.mark.parametrize("loss", OF_SHARES, ids=lambda loss: f"{loss.name}-{loss.task}")
@pytest.mark.parametrize("compat", [None, "torch"])
def test_a_model_that_says_the_best_constant_has_no_skill(loss: Any, compat: str | None) -> None:
    y, predicted, _ = labels() if loss.task == "multilabel" else soft()
    role = "label" if "label" in loss.roles else "prob"
    given = predicted if role == "prob" else (predicted > 0.5).astype(float)
    options = {"task": loss.task, "losses": loss.name, "compat": compat}
    (first,) = losscli.evaluate(frame(y, given, role), **options).losses
    assert first.best_constant is not None
    best = np.tile(list(first.best_constant.prediction.values()), (N, 1))  # type: ignore[union-attr]
    (again,) = losscli.evaluate(frame(y, best, role), **options).losses
    assert again.estimate.value == pytest.approx(first.best_constant.value, rel=1e-13)
    assert again.best_constant == first.best_constant
    assert again.skill == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("task", ["soft", "multilabel"])
def test_any_order_has_the_same_constant(task: str, tmp_path: Path) -> None:
    y, predicted, weight = soft() if task == "soft" else labels()
    data = frame(y, predicted, "prob", w=weight)
    found = [losscli.evaluate(data, task=task, weight="w").losses]
    path = tmp_path / "p.csv"
    data.sample(frac=1, random_state=1).to_csv(path, index=False)
    found.append(losscli.evaluate(path, task=task, weight="w", jobs=3).losses)
    parts = [data[300:], data[:7], data[7:300]]
    found.append(losscli.evaluate(iter(parts), task=task, weight="w").losses)
    assert found[0][0].best_constant is not None
    for other in found[1:]:
        assert [one.best_constant for one in other] == [one.best_constant for one in found[0]]


def test_soft_labels_that_are_all_the_same_leave_nothing_to_gain() -> None:
    y = np.tile([0.1, 0.2, 0.3, 0.4], (N, 1))
    found = constants(frame(y, y[:, ::-1], "prob"), task="soft")
    assert found["kl"].best_constant is not None
    assert found["kl"].best_constant.value == 0
    assert np.isnan(found["kl"].skill)
    assert found["cross_entropy"].skill < 0


def test_labels_that_never_differ_cost_nothing() -> None:
    y = np.tile([1.0, 0.0], (20, 1))
    found = constants(frame(y, np.full((20, 2), 0.25), "prob"), task="multilabel")
    for one in found.values():
        assert one.best_constant is not None
        assert one.best_constant.prediction == {"cat": 1.0, "dog": 0.0}
        assert one.best_constant.value == 0
        assert np.isnan(one.skill)


def test_very_many_labels_have_no_constant(monkeypatch: pytest.MonkeyPatch) -> None:
    y, prob, _ = labels()
    for most, known in ((4, True), (3, False)):
        monkeypatch.setattr(truths_of, "MOST_LABELS", most)
        found = constants(frame(y, prob, "prob"), task="multilabel")
        assert [one.best_constant is not None for one in found.values()] == [known, known]


def test_a_row_that_counts_for_nothing_is_in_no_mean() -> None:
    y = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    data = frame(y, np.full((3, 2), 0.5), "prob", w=[1.0, 3.0, 0.0])
    found = constants(data, task="multilabel", weight="w", losses="log_loss")["log_loss"]
    assert found.best_constant is not None
    assert found.best_constant.prediction == {"cat": 0.25, "dog": 0.75}


def test_which_labels_stand_together_is_not_known_from_their_means() -> None:
    y, prob, _ = labels()
    said = (prob > 0.5).astype(float)
    found = constants(frame(y, said, "label"), task="multilabel", losses="zero_one,hamming")
    assert found["zero_one"].best_constant is None
    assert found["hamming"].best_constant is not None
    score = frame(y, prob, "score")
    (margin,) = losscli.evaluate(score, losses="multi_label_margin").losses
    assert margin.best_constant is None
    for name in ("zero_one", "multi_label_margin"):
        assert "which labels stand together" in " ".join(LOSSES[name, "multilabel"].doc.split())


def test_a_loss_that_sees_labels_together_is_not_told_by_means(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(
        "import losscli\n\n\n"
        '@losscli.loss(elicits="probabilities", task="multilabel")\n'
        "def either(y, prob):\n"
        '    """Squared distance of the largest probability from whether any label is true."""\n'
        "    return (y.max(axis=1) - prob.max(axis=1)) ** 2\n"
    )
    y, prob, _ = labels()
    frame(y, prob, "prob").to_csv(tmp_path / "p.csv", index=False)
    from losscli.losses.plugin.load import load  # noqa: PLC0415

    known = dict(LOSSES)
    try:
        load(str(path))
        (found,) = losscli.evaluate(tmp_path / "p.csv", losses="either", task="multilabel").losses
    finally:
        LOSSES.clear()
        LOSSES.update(known)
    assert found.best_constant is None
