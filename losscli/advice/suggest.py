"""From a source to advice: one reading, the facts, the rules that they fire."""

import os
import shlex
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import losscli.advice.rules  # noqa: F401 - fills the registry
from losscli import engine as engines
from losscli.advice.facts import facts
from losscli.advice.own import own
from losscli.advice.records import FITS, MISLEADS, Advice, Suggestion
from losscli.advice.rule import RULES, Rule
from losscli.advice.seen import Seen, look
from losscli.data.block import Piece, Source
from losscli.data.columns import Plan
from losscli.data.peek import Peek
from losscli.refusals import check_rows
from losscli.run import Blocks, Progress, Run
from losscli.truth_file import opened
from losscli.visible import visible
from losscli.wanted import reading as known_words
from losscli.wanted import wanted
from losscli.work import Work


def suggest(
    data: Any,  # noqa: ANN401 - a path, several, or a DataFrame
    *,
    engine: str = "threads",
    scheduler: Any = None,  # noqa: ANN401 - as in `evaluate`
    jobs: int | None = None,
    progress: Progress | None = None,
    hybrids: Sequence[str] = (),
    **reading: Any,  # noqa: ANN401
) -> Advice:
    """Say which losses fit these predictions and which mislead, each with its reason.

    The rules (losscli.advice.rules) look at the task and at what one reading of the rows tells:
    zeros, signs, counts, the tail of the errors, rare classes, certain probabilities that were
    wrong, and so on. `reading` are the arguments of `losscli.evaluate` that say what is read.
    Losses of a plugin and named sums (`hybrids`, as there) are told where their columns are there.
    Raises DataError and UsageError as `evaluate` does.
    """
    for word in reading.keys() - known_words():
        raise TypeError(f"suggest() got an unexpected keyword argument {word!r}")
    source, found, apart = opened(data, reading, wanted(reading, ()))
    work = Work(chosen=(), by=(), top=0, numeric=False)
    with engines.opened(engine, scheduler) as fold:
        run = Run(source, found, work, jobs, progress, fold)
        seen = run.over(Seen(), partial(_look, run.blocks, found.truth))
    source = run.source
    source.check(seen.census.rows_of_files)
    check_rows(seen.census, reading.get("expect_rows"), found)
    known = facts(seen, found)
    told = [words for _, words in seen.census.rounded.values()]
    base = _base(source.files, reading, data)
    lot = [*own(found, _numeric(source, reading.get("columns") or {}), hybrids)]
    ours = [
        Suggestion(loss, FITS, visible(why, 200), "own", _command([*base, *_plugin(file)], loss))
        for loss, why, file in lot
    ]
    ruled = _suggestions(known, found, base)
    advice = (*(one for one in ruled if one.verdict == FITS), *ours)
    advice += tuple(one for one in ruled if one.verdict == MISLEADS)
    fits = dict.fromkeys(
        one.loss for one in advice if one.verdict == FITS and "--score" not in one.command
    )
    plugins = dict.fromkeys(word for _, _, file in lot for word in _plugin(file))
    return Advice(
        files=source.files,
        columns={**found.shown, **apart},
        task=found.task,
        rows=seen.census.rows,
        judged=seen.census.judged,
        dropped=sum(seen.census.dropped.values()),
        suggestions=advice,
        command=_command([*base, *plugins], ",".join(fits)) if fits else "",
        warnings=(*source.warnings, *told, *found.warnings),
        notes=(*source.notes, *found.notes),
    )


def _numeric(source: Source, columns: Mapping[str, str]) -> set[str]:
    """Return the columns of numbers, and the names that some are given, by the first rows."""
    peek = Peek(source.sample())
    names = {name for name in peek.sample if peek.numeric(name)}
    return names | {name for name, column in columns.items() if column in names}


def _look(blocks: Blocks, truth: str, piece: Piece, before: Seen) -> Seen:
    return before + look(blocks.of(piece), truth)


def _suggestions(
    known: Mapping[str, Any], found: Plan, base: Sequence[str]
) -> tuple[Suggestion, ...]:
    """Return what the rules say, each loss once; a warning beats a recommendation."""
    fired = [rule for rule in RULES.values() if rule.applies(known)]
    shown = {name: visible(v) if isinstance(v, str) else v for name, v in known.items()}
    warned = {
        loss.format(**shown): Suggestion(
            loss.format(**shown), MISLEADS, rule.why.format(**shown), rule.name, ""
        )
        for rule in reversed(fired)
        for loss in rule.misleads
    }
    advised: dict[str, Suggestion] = {}
    for rule in fired:
        for text in rule.fits:
            loss = text.format(**shown)
            if loss not in warned and loss not in advised:
                command = _command(_with_flags(base, rule, found), loss)
                why = rule.why.format(**shown)
                advised[loss] = Suggestion(loss, FITS, why, rule.name, command)
    misleading = (
        Suggestion(one.loss, MISLEADS, one.why, one.rule, f"losscli explain {_name(one.loss)}")
        for one in reversed(warned.values())
    )
    return (*advised.values(), *misleading)


def _plugin(file: str) -> list[str]:
    return [f"--plugin={file}"] if file else []


def _name(loss: str) -> str:
    return loss.partition("(")[0]


def _with_flags(base: Sequence[str], rule: Rule, found: Plan) -> list[str]:
    """Let a column of probabilities be read as a score where a rule says that it is one."""
    if not rule.flags:
        return list(base)
    column = str(found.columns.get("prob") or found.columns.get("logit"))
    kept = [word for word in base if not word.startswith(("--prob=", "--task="))]
    return [*kept, *(f"{flag}={column}" for flag in rule.flags)]


def _base(files: Sequence[str], reading: Mapping[str, Any], data: Any) -> list[str]:  # noqa: ANN401
    """Return the words of the command that reads the same, without its losses."""
    names = list(files) if not hasattr(data, "columns") else ["preds.csv"]
    words = ["losscli", "eval", *(f"./{n}" if n.startswith("-") and n != "-" else n for n in names)]
    for name, value in reading.items():
        if value is None or value is False or (name, value) == ("missing", "error"):
            continue
        if name == "truth" and not isinstance(value, str | os.PathLike | list | tuple):
            words.append("--truth=truth.csv")  # as preds.csv stands for a frame
        elif name == "columns":
            words += [f"--column={role}={column}" for role, column in dict(value).items()]
        else:
            flag = f"--{name.replace('_', '-')}"
            words.append(flag if value is True else f"{flag}={_text(value)}")
    return words


def _text(value: Any) -> str:  # noqa: ANN401 - what names columns
    if isinstance(value, Mapping):
        return ",".join(f"{key}={column}" for key, column in value.items())
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _command(base: Sequence[str], losses: str) -> str:
    return shlex.join([*base, "--loss", losses])
