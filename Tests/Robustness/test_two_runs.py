"""Lets a second run write the same output at every moment of the first, as when a scheduler starts
a task twice.

The first run is stopped before its first system call of a kind, before the second such call, and so
on until it makes no more of them. Each time another run writes the same files, and then the first
goes on. Both must succeed, and leave the output whole, and nothing else.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from pathlib import Path

import faults
import pytest
from running import content, ended, run, start

pytestmark = pytest.mark.skipif(faults.LINUX_ONLY, reason="only Linux lets a library be preloaded")

CALLS = ["open", "write", "fsync", "rename", "lock", "stat"]
# Ways to run dsel, and the kinds of calls that a run stops at.
COMMANDS = {
    "select": (
        f"select --target @target.jsonl {faults.FIT} --count 30 --pool @packed.jsonl.zst "
        "--output out.jsonl --force --threads 1",
        [*CALLS, "link"],
    ),
    "work-dir": (
        f"fit {faults.LAST_TWO} -o m {faults.FIT} --work-dir work --force --threads 1",
        [*CALLS, "mkdir"],
    ),
    "by-shard": (
        f"resample --candidates @one.kept @two.kept.zst --pool {faults.POOL} --output-dir out --by-shard "
        "--on-error skip --force --quiet --threads 1",
        [*CALLS, "mkdir"],
    ),
}
CASES = [(name, call) for name, (_, calls) in COMMANDS.items() for call in calls]


class Twice:
    """A command that two runs execute at the same time."""

    def __init__(self, dsel: str, folder: Path, inputs: Path, words: str) -> None:
        self.folder, self.inputs, self.runs = folder, inputs, folder / "runs"
        self.runs.mkdir()
        self.command = [dsel, *(faults.expanded(word, inputs) for word in words.split())]

    def stopped(self, call: str, number: int) -> subprocess.Popen[bytes] | None:
        """Starts a run that stops before a call; None if it makes no such call."""
        reached = self.folder / f"reached-{number}"
        environment = {
            **{"LD_PRELOAD": str(self.inputs / "faults.so"), "FAULT_FOLDER": str(self.runs)},
            **{"FAULT_CALL": call, "FAULT_NUMBER": str(number), "FAULT_STOPS": "1"},
            "FAULT_REPORT": str(reached),
        }
        process = start(self.command, self.runs, environment)
        while not reached.exists():
            if process.poll() is not None and not reached.exists():
                ended(process, self.command, self.runs).checked()
                return None
            time.sleep(0.001)
        while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            time.sleep(0.001)
        return process


@pytest.fixture(scope="module")
def inputs(dsel: str, tmp_path_factory: pytest.TempPathFactory, crawl: Path) -> Path:
    folder = tmp_path_factory.mktemp("inputs").resolve()
    faults.build_library(folder)
    faults.make_inputs(folder, crawl)
    faults.make_stage_inputs(dsel, folder)
    return folder


@pytest.mark.parametrize(("name", "call"), CASES)
def test_two_runs_may_write_the_same_files(
    dsel: str, tmp_path: Path, inputs: Path, name: str, call: str
) -> None:
    twice = Twice(dsel, tmp_path.resolve(), inputs, COMMANDS[name][0])
    run(twice.command, twice.runs).checked()
    expected = content(twice.runs)
    assert expected
    number = 1
    while True:
        # Else the results in it would be used again.
        shutil.rmtree(twice.runs / "work", ignore_errors=True)
        first = twice.stopped(call, number)
        if not first:
            break
        try:
            second = run(twice.command, twice.runs)
        finally:
            first.send_signal(signal.SIGCONT)
        for finished in [ended(first, twice.command, twice.runs), second]:
            assert finished.status == 0, f"stopped before {call} {number}: {finished}"
        assert content(twice.runs) == expected, f"stopped before {call} {number}"
        number += 1
    assert number > 1, f"the run makes no call of {call}"
