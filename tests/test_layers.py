"""Imports point down only, and start-up stays light."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "losscli"

ORDER = [
    "cli",
    "assertion",
    "render",
    "advice",
    "improvement",
    "comparison",
    "evaluation",
    "job",
    "facts",
    "refusals",
    "row_losses",
    "truth_file",
    "class_weights",
    "adapt",
    "finder",
    "gates",
    "run",
    "wanted",
    "report",
    "summarise",
    "work",
    "group_block",
    "truth_block",
    "sorted_block",
    "bad_rows",
    "part_block",
    "engine",
    "data",
    "summary",
    "laws",
    "losses",
    "roles",
    "minimum",
    "draft",
    "errors",
    "leaving",
    "processors",
    "visible",
    "dataclass",
]
"""The rooms from top to bottom: each may import what stands below it."""
FREE = {"__init__", "__main__"}


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    own = room("losscli." + ".".join(path.relative_to(PACKAGE).with_suffix("").parts))
    if own in FREE:
        return
    assert own in ORDER, f"{own} has no place in the order"
    for module in imports(path):
        if module.split(".")[0] == "losscli" and room(module) not in FREE:
            below = ORDER.index(room(module)) >= ORDER.index(own)
            assert below, f"{path.name} imports {module}, which stands above it"


KNOWS = {
    "typer": {"cli"},
    "rich": {"cli", "render"},
    "pandas": {"comparison", "data", "improvement", "report"},
    "pyarrow": {"data"},
    "scipy": {"improvement"},
}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_each_library_is_known_in_its_room_only(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0]
    for module in imports(path):
        library = module.split(".")[0]
        assert library not in KNOWS or own in KNOWS[library], f"{path} imports {module}"
        assert not module.startswith("scipy.stats")


HEAVY = ("pandas", "pyarrow", "scipy", "sklearn")


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["losses"],
        ["explain", "huber"],
        ["eval", "--nonsense"],
        ["eval", "--help"],
        ["compare", "--help"],
        ["improve", "--help"],
        ["suggest", "--help"],
    ],
    ids=" ".join,
)
def test_what_needs_no_data_imports_no_reader(words: list[str]) -> None:
    program = (
        "import json, sys\n"
        "from losscli.cli import run\n"
        f"run({words!r})\n"
        f"print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stderr.splitlines()[-1]) == []


@pytest.mark.parametrize(
    "rows",
    [
        'y_true,y_pred,city\n1.5,2,"a b"\n2.5,3.25,"c"\n',
        'y_true,y_pred,city\n1.5,2,"a\nb"\n2.5,3.25,c\n',
        "y_true,y_prob,city\n1,0.5,\n0,0.25,c\n",
        "y_true,y_pred,city\na,b,a\nb,b,c\n",
    ],
)
def test_evaluating_a_file_imports_neither_pandas_nor_what_arrow_computes(
    tmp_path: Path, rows: str
) -> None:
    path = tmp_path / "p.csv"
    path.write_text(rows)
    program = (
        "import sys, losscli\n"
        f"losscli.evaluate({str(path)!r}, by='city')\n"
        "print({'pandas', 'pyarrow.compute'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
