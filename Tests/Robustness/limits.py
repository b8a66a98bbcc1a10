"""The memory that dsel promises to need, and hostile files made on the fly.

The promise is 96 MB, 64 B for each selected document, the longest line and the zstd window for each
thread, and 56 B for each bucket. The address space of a run is limited to that and to what a
process maps and hardly touches.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from running import MB, measured, run

THREADS = 2
BASE = 96 * MB
# What a process maps beside what it touches: the program, its libraries, and for each thread the
# stack and the heap, for which glibc sets 64 or 128 MiB of addresses aside.
MAPPED = 512 * MB
SMALL = ["--estimator", "ratio", "--threads", str(THREADS), "--quiet"]
LINUX_ONLY = not sys.platform.startswith("linux")

# Writes a file.
Maker = Callable[[Path], object]


@dataclass(frozen=True)
class Limit:
    """A file made on the fly, and what dsel must say of it."""

    name: str
    make: Maker
    said: Sequence[str] = ()
    # The bytes that dsel may need beyond the base.
    extra: int = 0
    options: Sequence[str] = ()
    status: int = 1

    def check(self, command: Sequence[str]) -> None:
        check(command, self.said, self.extra, self.status)


def check(command: Sequence[str], said: Sequence[str], extra: int = 0, status: int = 1) -> None:
    """Runs dsel within the base and `extra` bytes, and checks what it says."""
    finished = measured(command, space=MAPPED + BASE + extra, seconds=60)
    assert finished.status == status, f"exit status {status} was expected\n{finished}"
    for fragment in said:
        assert fragment in finished.errors, f"the message lacks “{fragment}”\n{finished}"
    assert len(finished.errors) < 2000, f"a message of {len(finished.errors)} bytes\n{finished}"
    assert finished.resident <= BASE + extra, (
        f"{finished.resident / MB:.1f} MB in memory, and {(BASE + extra) / MB:.1f} are promised\n"
        f"{finished}"
    )


def parts(make: Callable[[], Sequence[bytes]]) -> Maker:
    """Writes these parts, which are made only when they are needed."""

    def write(path: Path) -> None:
        with open(path, "wb") as file:
            file.writelines(make())

    return write


def exactly(*pieces: bytes) -> Maker:
    """Writes these bytes."""
    return parts(lambda: pieces)


def shell(source: str, compressor: str = "zstd -q -1") -> Maker:
    """Writes the output of a shell command, compressed: Python never holds a bomb."""
    return lambda path: run(["/bin/sh", "-c", f"{source} | {compressor} > '{path}'"]).checked()


def frame(window_log: int, content_size: int | None) -> bytes:
    """A zstd frame (RFC 8878) that asks for a window and claims a size, and has one empty block."""
    header = b"\x28\xb5\x2f\xfd" + bytes(
        [0b1100_0000 if content_size is not None else 0, (window_log - 10) << 3]
    )
    size = struct.pack("<Q", content_size) if content_size is not None else b""
    return header + size + b"\x01\x00\x00"
