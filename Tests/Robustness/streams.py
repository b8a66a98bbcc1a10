"""Endless documents, made on the fly, and runs of dsel whose memory is watched."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from running import MB, WIKI, Measured, run

MARK = "@" * 12
# Gives each run a manifest of its own.
NUMBERS = itertools.count()


class Stream:
    """Rounds of lines of several lengths: words, of which one is the line's own number."""

    def __init__(self, folder: Path) -> None:
        self.program, self.round = folder / "stream", folder / "round"
        source = str(Path(__file__).with_name("stream.c"))
        run(["cc", "-O2", "-o", str(self.program), source]).checked()
        words = re.findall("[a-z]{2,}", Path(WIKI).read_text(encoding="utf-8"))
        lines: list[str] = []
        self.tokens = start = size = 0
        # A round has as many lines as fill a megabyte.
        while size < MB:
            for count in [120, 35, 800, 250, 4, 2500]:
                chosen = [words[(start + number * 7) % len(words)] for number in range(count)]
                start += count
                lines.append(
                    json.dumps({"id": f"d{MARK}", "text": " ".join([f"n{MARK}", *chosen])}) + "\n"
                )
                size += len(lines[-1])
                self.tokens += count + 1
        self.documents, self.longest = len(lines), max(map(len, lines))
        self.round.write_text("".join(lines))
        self.bytes = self.round.stat().st_size

    def start(self, byte_count: int) -> tuple[subprocess.Popen[bytes], int]:
        """Begins to send at least so many bytes; returns the process, and the number of rounds."""
        rounds = -(-byte_count // self.bytes)
        return subprocess.Popen(
            [self.program, self.round, str(rounds)], stdout=subprocess.PIPE
        ), rounds


class Watched:
    """dsel on a stream, its memory sampled."""

    def __init__(
        self, stream: Stream, byte_count: int, command: Sequence[str], bound: int, folder: Path
    ) -> None:
        self.stream, self.bound = stream, bound
        self.manifest = folder / f"manifest-{next(NUMBERS)}.json"
        self.source, self.rounds = stream.start(byte_count)
        self.counter = subprocess.Popen(["wc", "-l"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.counter.stdin
        self.begin = time.monotonic()
        self.process = Measured(
            [*command, "--manifest", str(self.manifest)],
            stdin=self.source.stdout,
            stdout=self.counter.stdin.fileno(),
            environment={"TMPDIR": str(folder)},
        )
        self.counter.stdin.close()
        self.samples: list[int] = []
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self) -> None:
        """Samples the resident bytes until the process has ended."""
        status = Path(f"/proc/{self.process.process_id}/status")
        while True:
            try:
                resident = re.search(r"VmRSS:\s+(\d+) kB", status.read_text())
            except (FileNotFoundError, ProcessLookupError):
                return
            if not resident:
                return
            self.samples.append(int(resident[1]) * 1024)
            time.sleep(0.1)

    def finish(self, expected_lines: int | None = None) -> dict[str, Any]:
        """Waits for the end, and checks memory and counts; returns the manifest."""
        counted: IO[bytes] | None = self.counter.stdout
        assert counted
        lines = int(counted.read())
        finished = self.process.finish().checked()
        self.counter.wait()
        self.thread.join()
        seconds = time.monotonic() - self.begin
        sent = self.rounds * self.stream.bytes
        half = len(self.samples) // 2
        first, second = max(self.samples[:half], default=0), max(self.samples[half:], default=0)
        # pytest shows this of tests that fail, and of all with -s.
        print(
            f"{sent / 1e9:.2f} GB in {seconds:.0f} s; in memory at most "
            f"{finished.resident / MB:.0f} MB of {self.bound / MB:.0f}, "
            f"{first / MB:.0f} in the first half, {second / MB:.0f} in the second"
        )
        assert self.source.wait() == 0, "dsel did not read all"
        assert finished.resident <= self.bound, (
            f"{finished.resident} bytes in memory, and {self.bound} are promised"
        )
        # A short run has no halves.
        assert seconds < 10 or second <= 1.1 * first, f"memory grew from {first} to {second} bytes"
        documents = self.rounds * self.stream.documents
        assert lines == (documents if expected_lines is None else expected_lines)
        manifest = json.loads(self.manifest.read_bytes())
        side = manifest.get("pool", manifest)
        assert side["documents"] == documents
        assert side["tokens"] == self.rounds * self.stream.tokens
        assert sum(part["text_bytes"] for part in side["inputs"]) == sent
        return manifest
