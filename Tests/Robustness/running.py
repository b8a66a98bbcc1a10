"""Where things are, how dsel is run, and how what it left is compared. All tests share this."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "Fixtures"
WIKI = str(FIXTURES / "wiki.jsonl")
MB, MIB = 10**6, 1 << 20

# A crash must not wait for a backtrace.
QUIET = {"SWIFT_BACKTRACE": "enable=no"}

# What is in a directory: a file's bytes, a manifest's members, None for a directory.
Content = dict[str, Any]


def find_dsel(option: str | None) -> str | None:
    """The program under test: the option's, $DSEL, or this checkout's release build."""
    named = option or os.environ.get("DSEL")
    candidates = (
        [named] if named else [ROOT / ".build-release/release/dsel", ROOT / ".build/release/dsel"]
    )
    return next((os.path.abspath(path) for path in candidates if os.access(path, os.X_OK)), None)


def byte_count(text: str) -> int:
    """A number of bytes such as 100M or 1.5G."""
    match = re.fullmatch(r"([0-9.]+)([kMG]?)", text)
    if not match:
        raise ValueError(f"{text} is no size such as 100M or 5G")
    return int(float(match[1]) * {"": 1, "k": 1e3, "M": 1e6, "G": 1e9}[match[2]])


@dataclass(frozen=True)
class Finished:
    """A program that has ended."""

    command: Sequence[str]
    status: int
    output: bytes
    errors: str
    folder: str | None = None
    # What the program's environment had beside the test's own.
    environment: Mapping[str, str] = field(default_factory=dict)
    # The most bytes that it had in memory, where that was measured.
    resident: int = 0

    def __str__(self) -> str:
        return (
            f"exit status {self.status}: {self.errors.strip()[:4000]}\n  command: {self.shell_line}"
        )

    @property
    def shell_line(self) -> str:
        """What repeats the run in a shell, as long as its directory is there."""
        names = [f"{name}={shlex.quote(value)}" for name, value in self.environment.items()]
        moved = f"cd {shlex.quote(self.folder)} && " if self.folder else ""
        line = moved + " ".join([*names, shlex.join(self.command)])
        return line if len(line) < 5000 else line[:5000] + "…"

    def checked(self) -> Finished:
        """The run itself, if it succeeded."""
        assert self.status == 0, str(self)
        return self


def start(
    command: Sequence[str],
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: IO[bytes] | int | None = None,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Starts a program without input, or with the one that is given; its errors go to a pipe."""
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **QUIET, **(environment or {})},
        stdin=subprocess.DEVNULL if stdin is None else stdin,
        **{"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **options},
    )


def ended(
    process: subprocess.Popen[bytes], command: Sequence[str], folder: Path, seconds: float = 120
) -> Finished:
    """Waits for the end of a program that was started with `start`."""
    errors = process.communicate(timeout=seconds)[1].decode(errors="replace")
    return Finished(command, process.returncode, b"", errors, str(folder))


def piped(path: str | Path) -> IO[bytes]:
    """A file's bytes as they come from a pipe, not the file itself: dsel has to spool them."""
    with open(path, "rb") as file:
        source = subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE)
    assert source.stdout
    return source.stdout


def run(
    command: Sequence[str],
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: IO[bytes] | int | None = None,
    seconds: float = 120,
) -> Finished:
    """Runs a program to its end; kills one that takes longer, and raises `TimeoutExpired`."""
    process = start(command, folder, environment, stdin, stdout=subprocess.PIPE)
    if stdin is not None and not isinstance(stdin, int):
        stdin.close()
    try:
        output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Finished(
        command,
        process.returncode,
        output,
        errors.decode(errors="replace"),
        str(folder) if folder else None,
        environment or {},
    )


class Measured:
    """A program that runs within limits, and of which the memory is measured."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path | None = None,
        stdin: IO[bytes] | int | None = None,
        space: int = 0,
        descriptors: int = 0,
        seconds: int = 0,
        environment: Mapping[str, str] | None = None,
        stdout: int = subprocess.DEVNULL,
    ) -> None:
        self.command, self.folder = command, folder
        reader, writer = os.pipe()
        script = str(Path(__file__).with_name("measure.py"))
        launcher = [
            sys.executable,
            "-I",
            "-S",
            script,
            str(writer),
            str(space),
            str(descriptors),
            str(seconds),
        ]
        self.process = start(
            [*launcher, *command], folder, environment, stdin, stdout=stdout, pass_fds=[writer]
        )
        os.close(writer)
        if stdin is not None and not isinstance(stdin, int):
            stdin.close()
        self.report = os.fdopen(reader)
        self.process_id = int(self.report.readline())

    def finish(self) -> Finished:
        """Waits for the end."""
        assert self.process.stderr
        errors = self.process.stderr.read().decode(errors="replace")
        status, resident = self.report.readline().split()
        self.report.close()
        self.process.wait()
        return Finished(
            self.command,
            int(status),
            b"",
            errors,
            str(self.folder) if self.folder else None,
            {},
            int(resident),
        )


def measured(command: Sequence[str], **options: Any) -> Finished:
    """Runs a program to its end within the limits of `Measured`."""
    return Measured(command, **options).finish()


def content(folder: Path) -> Content:
    """All that is in a directory, by path: of a manifest all but the times, of a directory None."""
    files: Content = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_dir():
            files[name + "/"] = None
            continue
        data = path.read_bytes()
        files[name] = data
        if name.endswith("json") and data.startswith(b"{\n"):
            files[name] = {
                key: value for key, value in json.loads(data).items() if key != "timings"
            }
    return files


def differences(expected: Content, found: Content) -> list[str]:
    """What tells two directories apart, in words."""
    said = [f"{name} is missing" for name in sorted(expected.keys() - found.keys())]
    said += [f"{name} should not be there" for name in sorted(found.keys() - expected.keys())]
    for name in sorted(expected.keys() & found.keys()):
        if expected[name] != found[name]:
            said.append(f"{name}: {difference(expected[name], found[name])}")
    return said


def difference(expected: Any, found: Any) -> str:
    """What tells two files apart, in words."""
    if isinstance(expected, dict) and isinstance(found, dict):
        keys = [key for key in {**expected, **found} if expected.get(key) != found.get(key)]
        return "; ".join(
            f'"{key}" is {found.get(key)!r:.300}, not {expected.get(key)!r:.300}' for key in keys
        )
    if isinstance(expected, bytes) and isinstance(found, bytes):
        pairs = enumerate(zip(expected, found))
        place = next((place for place, (a, b) in pairs if a != b), min(len(expected), len(found)))
        return (
            f"{len(found)} bytes, not {len(expected)}; from byte {place} on "
            f"{found[place : place + 40]!r}, not {expected[place : place + 40]!r}"
        )
    return f"{found!r:.300}, not {expected!r:.300}"
