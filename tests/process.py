"""The program as a process of its own, as a shell starts it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

CALM = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8"}
"""An environment in which nothing asks for a width, a colour or another encoding."""
PROGRAM = [sys.executable, "-m", "losscli"]
ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "sample_data"


def shell(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run losscli and return what it printed and its exit code."""
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    options.setdefault("stdin", subprocess.DEVNULL)
    env = {**CALM, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        env=env,
        check=False,
        timeout=60,
        encoding="utf-8",
        **options,
    )


def python(code: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a few lines of Python that use the program from within."""
    env = {**CALM, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=env,
        check=False,
        timeout=60,
        capture_output=True,
        encoding="utf-8",
        **options,
    )
