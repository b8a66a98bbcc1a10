"""Lets a second run write the same output at every moment of the first, as when a scheduler starts
a task twice.

The first run is stopped before its first system call of a kind, before the second such call, and so
on until it makes no more of them. Each time another run writes the same files, and then the first
goes on. Both must succeed, and leave the output whole, and nothing else.
"""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import faults
import pytest
from running import Finished, content, run, start

pytestmark = pytest.mark.skipif(faults.LINUX_ONLY, reason="only Linux lets a library be preloaded")

OUTPUTS = ["out.jsonl", "out.jsonl.manifest.json"]


class Twice:
    """A command that two runs execute at the same time."""

    def __init__(self, dsel: str, folder: Path, crawl: Path) -> None:
        self.folder = folder
        inputs = folder / "inputs"
        inputs.mkdir()
        self.library = faults.build_library(inputs)
        faults.make_inputs(inputs, crawl)
        self.runs = folder / "runs"
        self.runs.mkdir()
        words = (
            f"select --target @target.jsonl {faults.FIT} --count 30 --pool @packed.jsonl.zst "
            "--output out.jsonl --force --threads 1"
        )
        self.command = [dsel, *(faults.expanded(word, inputs) for word in words.split())]

    def stopped(self, call: str, number: int) -> subprocess.Popen[bytes] | None:
        """Starts a run that stops before a call; None if it makes no such call."""
        reached = self.folder / f"reached-{call}-{number}"
        environment = {
            **{"LD_PRELOAD": self.library, "FAULT_FOLDER": str(self.runs)},
            **{"FAULT_CALL": call, "FAULT_NUMBER": str(number), "FAULT_STOPS": "1"},
            "FAULT_REPORT": str(reached),
        }
        process = start(self.command, self.runs, environment)
        while not reached.exists():
            if process.poll() is not None and not reached.exists():
                self.ended(process).checked()
                return None
            time.sleep(0.001)
        while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            time.sleep(0.001)
        return process

    def ended(self, process: subprocess.Popen[bytes]) -> Finished:
        errors = process.communicate(timeout=60)[1].decode(errors="replace")
        return Finished(self.command, process.returncode, b"", errors, str(self.runs))

    def outputs(self) -> tuple[bytes, int]:
        """The selection, and how many documents its manifest says that it has."""
        assert sorted(content(self.runs)) == OUTPUTS
        manifest = json.loads((self.runs / OUTPUTS[1]).read_text())
        return (self.runs / OUTPUTS[0]).read_bytes(), manifest["selected"]["documents"]


@pytest.fixture(scope="module")
def twice(dsel: str, tmp_path_factory: pytest.TempPathFactory, crawl: Path) -> Twice:
    return Twice(dsel, tmp_path_factory.mktemp("twice").resolve(), crawl)


@pytest.mark.parametrize("call", ["open", "write", "fsync", "rename", "link", "lock", "stat"])
def test_two_runs_may_write_the_same_output(twice: Twice, call: str) -> None:
    run(twice.command, twice.runs).checked()
    expected = twice.outputs()
    number = 1
    while first := twice.stopped(call, number):
        try:
            run(twice.command, twice.runs).checked()
        finally:
            first.send_signal(signal.SIGCONT)
        finished = twice.ended(first)
        assert finished.status == 0, f"stopped before {call} {number}: {finished}"
        assert twice.outputs() == expected, f"stopped before {call} {number}"
        number += 1
    assert number > 1, f"the run makes no call of {call}"
