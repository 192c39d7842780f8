"""Each format as an independent reader of it sees it."""

import csv
import json
import math
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from github_runner import command, shown
from handmade import GATED, GATES, GOLDEN, HOSTILE, REPORT, cls, named, with_classes
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt
from process import ROOT, SAMPLES, shell
from prometheus_client.openmetrics.parser import text_string_to_metric_families

import losscli
from losscli.render import Style, format_named, format_names
from losscli.report import Estimate, Report
from losscli.visible import visible

SCHEMA = etree.XMLSchema(etree.parse(str(ROOT / "tests" / "reference" / "junit.xsd")))
PARSE: Any = text_string_to_metric_families
TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)

UNJUDGED = (
    "'mae[class=x] > 1' could not be judged for mae[sex=x]: there is no such class; "
    "there are m, (empty)"
)


def rendered(name: str, report: Report | losscli.Comparison) -> str:
    return format_named(name).render(report, Style())


def many(count: int, status: str) -> Report:
    gate = {"failed": GATES[0], "warned": replace(GATES[2], by=None)}[status]
    gates = tuple(replace(gate, limit=f"mse > {k}") for k in range(count))
    return replace(REPORT, gates=gates, verdict="failed", warnings=())


# JUnit


def suite(report: Report) -> "etree._Element":
    tree = etree.fromstring(rendered("junit", report).encode())
    SCHEMA.assertValid(tree)
    (found,) = tree.findall("testsuite")
    return found


def test_junit_has_a_case_for_each_gate() -> None:
    found = suite(GATED)
    cases = found.findall("testcase")
    assert [case.get("name") for case in cases] == [
        "mse > 3000",
        "p99(mae) > 150",
        "mae[sex=m] > baseline + 2%",
        "mae[sex=x] > 1",
    ]
    assert [[child.tag for child in case] for case in cases] == [
        ["failure"],
        [],
        ["system-out"],
        ["error"],
    ]
    assert (found.get("tests"), found.get("failures"), found.get("errors")) == ("4", "1", "1")
    assert cases[0][0].get("message") == "mse is 3 025, > 3 000 (442 rows)"
    assert "there is no such class; there are m, (empty)" in cases[3][0].get("message")
    properties = {p.get("name"): p.get("value") for p in found.iter("property")}
    assert float(properties["mse"]) == 3025.4
    assert float(properties["mae[sex=m] (gate)"]) == 45.04


def test_junit_is_never_empty() -> None:
    found = suite(REPORT)
    assert found.get("tests") == "1"
    assert [case.get("name") for case in found.findall("testcase")] == ["judged"]
    assert found.find("testcase/failure") is None


@pytest.mark.parametrize("text", HOSTILE)
def test_junit_with_text_of_a_file(text: str) -> None:
    found = suite(named(text))
    assert found.get("name") == f"losscli {visible(f'{text}, second.csv', limit=4000)}"
    assert len(found.findall("testcase")) == 4


@settings(max_examples=50)
@given(TEXTS)
def test_junit_of_any_text_is_valid(text: str) -> None:
    assert len(suite(named(text)).findall("testcase")) == 4


# GitHub


def test_github_shows_what_was_broken() -> None:
    found = shown(rendered("github", GATED))
    errors = [(one.properties["title"], one.message) for one in found["error"]]
    assert errors == [
        ("mse > 3000 (failed)", "mse is 3 025, > 3 000 (442 rows)"),
        ("mae[sex=x] > 1 (unjudged)", UNJUDGED),
    ]
    first, second = found["warning"]
    assert first.properties["title"] == "mae[sex=m] > baseline + 2% (warned)"
    assert first.message.endswith(
        "(baseline 44, 200 rows); without its worst row the gate would pass"
    )
    assert second.message == "2 rows had no prediction and were dropped (--missing drop)"
    (notice,) = found["notice"]
    assert "of 4 gates 1 unjudged, 1 failed, 1 warned, 1 passed" in notice.message


def test_github_without_limits_tells_the_losses() -> None:
    found = shown(rendered("github", REPORT))
    assert not found["error"]
    (notice,) = found["notice"]
    assert notice.properties["title"].startswith("preds.csv · 440 of 442 rows · regression")
    assert notice.message.startswith("mse 3 025 (2 662 … 3 388), mae 44.38 (")


@pytest.mark.parametrize("status", ["failed", "warned"])
@pytest.mark.parametrize(("count", "kept", "more"), [(10, 10, ""), (11, 9, "2"), (5000, 9, "4991")])
def test_github_says_what_it_would_drop(count: int, kept: int, more: str, status: str) -> None:
    text = rendered("github", many(count, status))
    kind = "error" if status == "failed" else "warning"
    found = shown(text)[kind]
    assert text.count(f"::{kind} ") == len(found) == 10
    assert [one.properties["title"] for one in found[:kept]] == [
        f"mse > {k} ({status})" for k in range(kept)
    ]
    assert (found[-1].message == f"and {more} more of them: the report has all") == bool(more)


@settings(max_examples=100)
@given(TEXTS)
def test_github_obeys_no_text_of_a_file(text: str) -> None:
    for one in (text, *HOSTILE[:1], f"::error::{text}", f"%0A::error::{text}", f"##[error]{text}"):
        lines = rendered("github", named(one)).splitlines()
        found = [command(line) for line in lines]
        assert [c.name for c in found if c] == ["error", "error", "warning", "warning", "notice"]
        assert len(found) == 5
        assert all(c and c.message for c in found)


def test_other_formats_are_no_commands() -> None:
    for name in set(format_names()) - {"github"}:
        for text in HOSTILE:
            assert not any(map(command, rendered(name, named(text)).splitlines()))


# OpenMetrics


def samples(report: Report | losscli.Comparison) -> dict[tuple[str, ...], float]:
    text = rendered("openmetrics", report)
    found = {}
    for family in PARSE(text):
        assert family.type == "gauge"
        assert family.documentation
        for sample in family.samples:
            found[(sample.name, *sample.labels.values())] = sample.value
    assert len(found) == sum(not line.startswith("#") for line in text.splitlines())
    return found


def test_openmetrics_has_every_number() -> None:
    found = samples(GATED)
    assert found["losscli_loss", "mse"] == 3025.4
    assert found["losscli_loss", "mae", "sex", "m"] == 45.04
    assert found["losscli_loss", "mae", "sex", "(empty)"] == 43.9
    assert math.isnan(found["losscli_loss", "huber(delta=2)", "sex", "(empty)"])
    assert found["losscli_loss_low", "mae"] == pytest.approx(44.378 * 0.88, rel=1e-11)
    assert found["losscli_loss_rows", "mse"] == 442
    assert found["losscli_gate_broken", "mse > 3000", "fail"] == 1
    assert found["losscli_gate_broken", "p99(mae) > 150", "fail"] == 0
    assert found["losscli_gate_broken", "mae[sex=m] > baseline + 2%", "warn"] == 1
    assert math.isnan(found["losscli_gate_broken", "mae[sex=x] > 1", "fail"])


def test_openmetrics_ends_with_its_mark_and_has_infinity() -> None:
    infinite = Estimate(math.inf, 442, status="infinite", infinite_rows=3)
    report = replace(REPORT, losses=(replace(REPORT.losses[0], estimate=infinite),))
    assert samples(report)["losscli_loss", "mse"] == math.inf
    assert rendered("openmetrics", report).endswith("\n# EOF\n")


@settings(max_examples=50)
@given(st.lists(TEXTS, min_size=1, max_size=3, unique=True))
def test_openmetrics_of_any_classes_is_valid(names: list[str]) -> None:
    found = samples(with_classes((*names, "a\\", 'a"', "a\n", "a\\n", "a\\x0a", None, "(empty)")))
    classes = [key for key in found if key[0] == "losscli_loss" and len(key) > 2]
    assert len(classes) == len(names) + 7


# Markdown


def tables(report: Report) -> list[list[list[str]]]:
    tokens = MarkdownIt("commonmark").enable("table").parse(rendered("markdown", report))
    found: list[list[list[str]]] = []
    for token, inside in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in ("th_open", "td_open"):
            assert inside
            texts = inside.children or []
            assert all(t.type in ("text", "text_special") for t in texts), inside.content
            found[-1][-1].append("".join(t.content for t in texts))
    return found


def test_markdown_has_a_row_for_each_thing() -> None:
    losses, breakdown, worst, gates = tables(GATED)
    assert [row[0] for row in losses] == ["loss", "mse", "mae", "huber(delta=2)"]
    assert [row[0] for row in breakdown] == ["by sex", "m", "(empty)"]
    assert [row[0] for row in worst] == ["row", "17", "3051"]
    assert [row[0] for row in gates] == ["gate", "mse", "p99(mae)", "mae[sex=m]", "mae[sex=x]"]
    assert [row[-2] for row in gates[1:]] == ["failed", "passed", "warned", "unjudged"]
    for table in (losses, breakdown, worst, gates):
        assert len({len(row) for row in table}) == 1


@settings(max_examples=50)
@given(TEXTS)
def test_markdown_of_any_text_keeps_its_rows(text: str) -> None:
    shapes = [[len(row) for row in table] for table in tables(named(text))]
    assert shapes == [[len(row) for row in table] for table in tables(named("cat"))]


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_the_text_of_a_file_as_it_is(text: str) -> None:
    breakdown = tables(named(text))[1]
    assert breakdown[0][0].strip() == f"by {visible(text)}".strip()


def test_markdown_of_many_gates_stays_small_and_shows_the_broken_ones() -> None:
    passed = replace(GATES[1], limit="mse > 1" + "é" * 100)
    report = replace(REPORT, gates=(passed,) * 20_000 + GATES, verdict="unjudged")
    text = rendered("markdown", report)
    assert len(text.encode()) < 1024 * 1024
    statuses = [row[-2] for row in tables(report)[-1][1:4]]
    assert statuses == ["unjudged", "failed", "warned"]
    assert re.search(r"… and 1\d \d{3} passed", text)


# JSON lines and CSV


def test_json_lines_and_csv_hold_the_same_records() -> None:
    lines = [json.loads(line) for line in rendered("jsonl", GATED).splitlines()]
    rows = list(csv.DictReader(StringIO(rendered("csv", GATED))))
    assert len(lines) == len(rows) == len(GATED.losses) + len(GATED.breakdown)
    for line, row in zip(lines, rows, strict=True):
        assert list(line) == list(row)
        for key, text in row.items():
            value = line[key]
            assert text == ("" if value is None else str(value))
    assert lines[0]["value"] == 3025.4
    assert lines[5]["class"] == "m"
    assert lines[6]["class"] is None


@settings(max_examples=50)
@given(TEXTS)
def test_json_lines_keep_any_text(text: str) -> None:
    shown = rendered("jsonl", with_classes((text, None)))
    lines = [json.loads(line) for line in shown.split("\n")[:-1]]
    assert [line["class"] for line in lines] == [None, text, None]
    assert all(line.isprintable() for line in shown.split("\n"))


# A comparison of two models


@pytest.fixture(scope="module")
def comparison() -> losscli.Comparison:
    random = np.random.default_rng(1)
    y = random.normal(size=400)
    old = pd.DataFrame({"y": y, "pred": y + random.normal(size=400), "city": ["a", "b"] * 200})
    new = old.assign(pred=old["pred"] + random.normal(size=400))
    return losscli.compare(old, new, losses=["mse", "mae"], by="city")


def test_every_format_shows_a_comparison(comparison: losscli.Comparison) -> None:
    mse, mae = comparison.losses
    tree = etree.fromstring(rendered("junit", comparison).encode())
    SCHEMA.assertValid(tree)
    assert len(tree.findall(".//testcase")) == len(comparison.gates) > 0
    assert len(tree.findall(".//failure")) == len(shown(rendered("github", comparison))["error"])
    found = samples(comparison)
    assert found["losscli_loss", "mse", "old"] == pytest.approx(mse.old, rel=1e-11)
    assert found["losscli_loss", "mae", "new"] == pytest.approx(mae.new, rel=1e-11)
    assert found["losscli_change", "mse"] == pytest.approx(mse.change, rel=1e-11)
    lines = [json.loads(line) for line in rendered("jsonl", comparison).splitlines()]
    rows = list(csv.DictReader(StringIO(rendered("csv", comparison))))
    assert [line["change"] for line in lines] == [float(row["change"]) for row in rows]
    assert lines[0]["change"] == mse.change


# All of them, from the program


def test_the_program_writes_them_all_at_once(tmp_path: Path) -> None:
    words = ["--fail-if", "mse > 4.6", "--fail-if", "mae[class=*] > 1.5", "--by", "diagnosis"]
    kinds = {"r.xml": "junit", "r.prom": "openmetrics", "r.jsonl": "jsonl", "r.md": "markdown"}
    outputs = [word for name in kinds for word in ("-o", f"{tmp_path}/{name}")]
    outputs += ["-o", f"github:{tmp_path}/lines"]
    done = shell(
        "eval", "breast_cancer.csv", "-q", *words, *outputs, "--format", "json", cwd=SAMPLES
    )
    assert done.returncode == 1
    gates = json.loads(done.stdout)["gates"]
    tree = etree.parse(f"{tmp_path}/r.xml")
    SCHEMA.assertValid(tree)
    assert len(tree.findall(".//testcase")) == len(gates) == 3
    assert len(tree.findall(".//failure")) == 2
    assert len(shown((tmp_path / "lines").read_text())["error"]) == 2
    families = {f.name for f in PARSE((tmp_path / "r.prom").read_text())}
    assert "losscli_gate_broken" in families


def test_goldens_exist_for_every_format() -> None:
    endings = {path.suffix for path in GOLDEN.iterdir()}
    assert {".github", ".jsonl", ".junit", ".openmetrics", ".csv", ".json", ".md"} <= endings
    assert cls("a", "mse", 1.0, 1.0).loss == "mse"
