"""Results that tasks make once, and the runs of the program that make them."""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence

from .._errors import DselError
from .._process import Run, Word
from . import _storage
from ._plan import Job

Record = Dict[str, Any]

# What a task says of its own files, which may be untrue of all of them, begins so.
_OF_ALL_FILES = "the model is empty: "


def once(
    job: Job, kind: str, suffix: str, parts: Sequence[object], make: Callable[[str], Record]
) -> Record:
    """The record of a result, which is made if it isn't there.

    Args:
        suffix: of the result's file; empty if there is none.
        parts: what the result depends on.
    """
    folder = _storage.joined(job.work, kind)
    key = _storage.name_of(job.version, *parts)
    name = _storage.joined(folder, key + ".json")
    known = _storage.read_json(name)
    if known is not None:
        path = _storage.joined(folder, known["name"])
        if not suffix or size_of(path) == known["stored_bytes"]:
            return _result(known, path, name, True)
    begin = time.monotonic()
    log = _logs[_here()] = _Log()
    record: Record = {}

    def final() -> str:
        record["name"] = str(record.get("content", key)) + suffix
        return _storage.joined(folder, record["name"])

    if suffix:
        with _storage.new_file(_storage.joined(folder, key + suffix), final) as temporary:
            record.update(make(temporary))
            record["stored_bytes"] = os.stat(temporary).st_size
    else:
        record.update(make(""))
    path = final()
    # These differ between two runs.
    record["warnings"] = log.warnings
    record["seconds"] = round(time.monotonic() - begin, 3)
    record["processor_seconds"] = round(log.processor_seconds, 3)
    _storage.write_json(name, record)
    return _result(record, path, name, False)


def _result(record: Record, path: str, name: str, is_reused: bool) -> Record:
    """What the driver gets. It has that of all tasks in memory, so it is short."""
    numbers = [record[key] for key in ("seconds", "processor_seconds")]
    cost = [*numbers, record.get("stored_bytes", 0), is_reused]
    left_out = ("name", "seconds", "processor_seconds", "stored_bytes", "content")
    kept = {key: value for key, value in record.items() if value and key not in left_out}
    return {**kept, "file": path, "record": name, "cost": cost}


class _Log:
    """What the runs of a thread's present task said."""

    def __init__(self) -> None:
        self.warnings: List[str] = []
        self.processor_seconds = 0.0


_logs: Dict[int, _Log] = {}


def _here() -> int:
    return threading.get_ident()


def run(job: Job, words: Sequence[Word]) -> Record:
    """Runs the program, and returns its report."""
    extra = ["--force"] if words[0] in ("weigh", "merge", "fit") else []
    if words[0] == "resample" and not any(str(word).startswith("--picks=") for word in words):
        extra = ["--force"]
    done = Run([*words, *extra], report_on_output=True, shows_warnings=False).finish()
    report = done.report or {}
    _count(done)
    version = report.get("dsel_version", job.version)
    if version != job.version:
        raise DselError(
            f"dsel {version} is on {os.uname().nodename}, and dsel {job.version} where the "
            "selection was begun.",
            advice="Install one version on all machines.",
        )
    return report


@contextmanager
def lines_of(words: Sequence[Word]) -> Iterator[Iterator[bytes]]:
    """The lines that the program prints. They are to be read to the end."""
    program = Run(words, shows_warnings=False)
    lines = program.lines()
    try:
        yield lines
    finally:
        lines.close()
    _count(program)


def _count(done: Run) -> None:
    log = _logs[_here()]
    log.warnings += done.warnings
    log.processor_seconds += done.processor_seconds


def size_of(path: str) -> Optional[int]:
    found = _storage.facts(path)
    return None if found is None else found[0]


def warnings_of(records: Sequence[Record]) -> List[str]:
    """The warnings of tasks that are true of the whole selection."""
    said: Dict[str, int] = {}
    for record in records:
        for text in dict.fromkeys(record.get("warnings", ())):
            said[text] = said.get(text, 0) + 1
    # Each task reads some files only.
    return [
        text
        for text, number in said.items()
        if number == len(records) or not text.startswith(_OF_ALL_FILES)
    ]
