"""The runs of `dsel select` that are killed and disturbed, and what they leave."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from pathlib import Path

from running import WIKI, Content, Finished, content, ended, piped, start

OUTPUTS = [
    "out.jsonl.zst",
    "out.jsonl.zst.manifest.json",
    "rejects.jsonl",
    "rejects.jsonl.reasons.jsonl",
]
# A temporary file of one of the outputs, and an output that was moved out of the way. The trial
# file with which a run begins is renamed to `.NAME.PID-2.dsel-tmp` before it is removed.
LEFTOVER = re.compile(
    rf"\.({'|'.join(re.escape(name) for name in OUTPUTS)})\.\d+(-\d+)?\.dsel-(tmp|old)"
)


class FileRun:
    """A selection to files: its command, and the directory that it runs in."""

    def __init__(self, dsel: str, folder: Path, pool: list[str], input: Path | None = None) -> None:
        self.folder, self.input = folder, input
        (folder / "spool").mkdir(parents=True)
        self.command = [
            dsel,
            "select",
            "--target",
            WIKI,
            "--pool",
            *pool,
            "--count",
            "300",
            "--on-error",
            "skip",
            "--max-skipped",
            "100%",
            "--rejects",
            "rejects.jsonl",
            "--output",
            "out.jsonl.zst",
            "--force",
            "--quiet",
        ]

    def start(self) -> subprocess.Popen[bytes]:
        source = piped(self.input) if self.input else None
        process = start(self.command, self.folder, {"TMPDIR": str(self.folder / "spool")}, source)
        if source:
            source.close()
        return process

    def ended(self, process: subprocess.Popen[bytes]) -> Finished:
        return ended(process, self.command, self.folder)

    def finish(self) -> Finished:
        """Runs undisturbed."""
        return self.ended(self.start())

    def interrupt(self, number: signal.Signals, delay: float) -> Finished:
        """Runs, and gets the signal after a delay of so many seconds."""
        process = self.start()
        time.sleep(delay)
        process.send_signal(number)
        return self.ended(process)

    def names(self) -> list[str]:
        """The names in the directory and in that for temporary files."""
        return sorted(
            path.name
            for folder in [self.folder, self.folder / "spool"]
            for path in folder.iterdir()
        )

    def outputs(self) -> Content:
        return {name: data for name, data in content(self.folder).items() if name in OUTPUTS}


class ShardRun(FileRun):
    """A selection and a remainder in shards: each run has more of them than the last, or fewer."""

    def __init__(self, dsel: str, folder: Path, pool: list[str]) -> None:
        super().__init__(dsel, folder, pool)
        self.inputs, self.turn = self.command[: self.command.index("--count")], 0

    def turn_over(self) -> None:
        """Changes what the next run writes."""
        self.turn += 1
        count, size = ("300", "4k") if self.turn % 2 else ("200", "5k")
        self.command = [
            *self.inputs,
            "--count",
            count,
            "--output-dir",
            "out",
            "--remainder",
            "rest/",
            "--shard-bytes",
            size,
            "--estimator",
            "ratio",
            "--shuffle",
            "--shuffle-seed",
            str(self.turn % 2),
            "--force",
            "--quiet",
        ]

    @property
    def manifest(self) -> Path:
        return self.folder / "out" / "manifest.json"

    def shards(self) -> list[Content]:
        """The shards of the selection, and those of the remainder."""
        return [
            {
                name: data
                for name, data in content(self.folder / folder).items()
                if name.startswith("shard_")
            }
            for folder in ["out", "rest"]
        ]

    def strangers(self) -> list[str]:
        """Hidden files beside the shards."""
        folders = [self.folder / "out", self.folder / "rest"]
        return [
            path.name
            for folder in folders
            for path in folder.iterdir()
            if path.name.startswith(".")
        ]

    def interrupt_names(self, number: signal.Signals, delay: float) -> Finished:
        """Runs, and gets the signal while outputs get their names: the older manifest is gone."""
        if not self.manifest.exists():
            return self.interrupt(number, 10 * delay)
        process = self.start()
        while process.poll() is None and self.manifest.exists():
            pass
        begin = time.monotonic()
        while time.monotonic() - begin < delay:
            pass
        process.send_signal(number)
        return self.ended(process)


def timed(run: FileRun) -> tuple[Content, float]:
    """What an undisturbed run leaves, and how many seconds it takes."""
    begin = time.monotonic()
    run.finish().checked()
    return run.outputs(), time.monotonic() - begin
