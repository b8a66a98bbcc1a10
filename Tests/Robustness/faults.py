"""The faults that calls meet, and the runs of dsel that meet them."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from running import FIXTURES, Content, Finished, differences, piped, run

# A call that transfers fewer bytes than it was asked for.
SHORT = 0

# The ways in which each call can fail, and whether dsel must get over it.
FAULTS: dict[str, list[tuple[int, bool]]] = {
    "open": [(errno.EIO, False), (errno.EMFILE, False), (errno.EINTR, True)],
    "read": [(errno.EIO, False), (errno.EINTR, True), (SHORT, True)],
    "write": [(errno.EIO, False), (errno.ENOSPC, False), (errno.EINTR, True), (SHORT, True)],
    # A file system without fsync, as some mounts of object stores, is worth a warning.
    "fsync": [
        (errno.EIO, False),
        (errno.ENOSPC, False),
        (errno.EINTR, True),
        (errno.EINVAL, True),
        (errno.ENOSYS, True),
        (errno.ENOTSUP, True),
    ],
    "rename": [(errno.EIO, False), (errno.ENOSPC, False)],
    "mkdir": [(errno.EIO, False), (errno.ENOSPC, False)],
    # Without hard links or locks, as on some network file systems, dsel works as well as it can.
    "link": [(errno.EPERM, True)],
    "lock": [(errno.ENOLCK, True), (errno.EINTR, True)],
    "stat": [(errno.EIO, False)],
    "allocate": [(errno.ENOMEM, False)],
}

# Faults that last once they have begun.
LASTING = {
    "write": [errno.ENOSPC, SHORT],
    "read": [SHORT],
    "link": [errno.EPERM],
    "lock": [errno.ENOLCK],
    "fsync": [errno.EINVAL],
}


@dataclass(frozen=True)
class Fault:
    """A way in which a kind of call fails."""

    call: str
    code: int
    lasts: bool = False

    def __str__(self) -> str:
        name = "short" if self.code == SHORT else errno.errorcode[self.code]
        return f"{self.call}-{name}{'-lasting' if self.lasts else ''}"

    @property
    def is_survivable(self) -> bool:
        """Whether a run must succeed in spite of it."""
        return dict(FAULTS[self.call])[self.code]

    def environment(self, number: int) -> dict[str, str]:
        """What tells faults.c to make the call with this number fail, counted from 1."""
        variables = {
            "FAULT_CALL": self.call,
            "FAULT_NUMBER": str(number),
            "FAULT_ERRNO": str(self.code),
        }
        return {**variables, "FAULT_LASTS": "1"} if self.lasts else variables


def all_faults(calls: list[str]) -> Iterator[Fault]:
    """Every fault of these kinds of calls."""
    for call in calls:
        yield from (Fault(call, code) for code, _ in FAULTS[call])
        yield from (Fault(call, code, lasts=True) for code in LASTING.get(call, []))


@dataclass(frozen=True)
class Scenario:
    """A way to run dsel, and what is in the directory before.

    `@name` in the arguments is one of the inputs.
    """

    name: str
    arguments: str
    # The kinds of calls that fail.
    calls: list[str]
    # Outputs of an earlier run.
    older: tuple[str, ...] = ()
    # The input that comes to standard input.
    piped: str | None = None
    # A directory whose results a run that failed may leave to the next.
    keeps: str | None = None

    def prepare(self, folder: Path) -> None:
        (folder / "spool").mkdir(parents=True)
        for name in self.older:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(f"older {name}\n")

    def run(
        self, dsel: str, folder: Path, inputs: Path, environment: Mapping[str, str]
    ) -> Finished:
        command = [dsel, *(expanded(word, inputs) for word in self.arguments.split())]
        source = piped(inputs / self.piped) if self.piped else None
        return run(command, folder, {"TMPDIR": str(folder / "spool"), **environment}, source)

    def kept(self, files: Content) -> Content:
        """The files without those that a failure may leave, of which none may be temporary."""
        return {
            name: data
            for name, data in files.items()
            if not self.keeps or not name.startswith(self.keeps) or ".dsel-" in name
        }


def expanded(word: str, inputs: Path) -> str:
    return str(inputs / word[1:]) if word.startswith("@") else word


def problem(
    scenario: Scenario,
    fault: Fault,
    finished: Finished,
    before: Content,
    after: Content,
    expected: tuple[bytes, Content],
) -> str | None:
    """Says what is wrong with a run that met a fault; None if nothing is."""
    errors = finished.errors
    if finished.status == 0:
        output, files = expected
        if finished.output != output:
            return "exit status 0, but another standard output than that of an undisturbed run"
        if after != files:
            return "exit status 0, but not as an undisturbed run: " + "; ".join(
                differences(files, after)
            )
    elif fault.is_survivable:
        return (
            f"exit status {finished.status}, though dsel should have got over it: {errors.strip()}"
        )
    elif finished.status != 1:
        return f"exit status {finished.status}: {errors.strip()[:500]}"
    elif not re.search(r"^\S.*[:.].*\.\n\Z", errors, re.S) or "error:" in errors.lower():
        return f"no clear message: {errors!r}"
    elif scenario.kept(after) != scenario.kept(before):
        return "after the failure: " + "; ".join(
            differences(scenario.kept(before), scenario.kept(after))
        )
    return None


def build_library(folder: Path) -> str:
    """Compiles faults.c; returns the path of the library, which is to be preloaded."""
    path = folder / "faults.so"
    source = Path(__file__).with_name("faults.c")
    run(
        [
            "cc",
            "-shared",
            "-fPIC",
            "-O1",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-o",
            str(path),
            str(source),
            "-ldl",
        ]
    ).checked()
    return str(path)


def make_inputs(folder: Path, crawl: Path) -> None:
    """Makes a pool of three containers with an invalid line in each, and a target."""
    lines = crawl.read_bytes().splitlines(keepends=True)[:400]
    parts = {
        "plain.jsonl": lines[:350],
        "packed.jsonl": lines[350:375],
        "zipped.jsonl": lines[375:],
    }
    for name, part in parts.items():
        (folder / name).write_bytes(b"".join(part[:20] + [b'{"text": 7}\n'] + part[20:]))
    run(["zstd", "-q", "--rm", str(folder / "packed.jsonl")]).checked()
    run(["gzip", "-n", str(folder / "zipped.jsonl")]).checked()
    with open(FIXTURES / "wiki.jsonl", "rb") as wiki:
        (folder / "target.jsonl").write_bytes(b"".join(wiki.readlines()[:15]))


POOL = "@plain.jsonl @packed.jsonl.zst @zipped.jsonl.gz"
LAST_TWO = "@packed.jsonl.zst @zipped.jsonl.gz"
FIT = "--ngrams 1 --buckets 1000 --min-tokens 0 --on-error skip --quiet"
MODELS = "--target-model @target.model --pool-model @pool.model.zst --on-error skip --quiet"
KEPT = "--candidates 20 --min-tokens 0"


def make_stage_inputs(dsel: str, folder: Path) -> None:
    """Makes the models, weights and candidates that the stages read."""
    for arguments in [
        f"fit @target.jsonl -o @target.model {FIT}",
        f"fit {POOL} -o @pool.model.zst {FIT}",
        f"fit @plain.jsonl -o @one.model {FIT}",
        f"fit {LAST_TWO} -o @two.model.zst {FIT}",
        f"weigh {POOL} -o @weights.jsonl.zst {MODELS}",
        f"weigh @plain.jsonl -o @one.kept {MODELS} {KEPT}",
        f"weigh {LAST_TWO} -o @two.kept.zst {MODELS} {KEPT}",
    ]:
        run([dsel, *(expanded(word, folder) for word in arguments.split())]).checked()


def scenarios() -> list[Scenario]:
    """`select` with each kind of output, and each of the stages."""
    inputs = f"select --target @target.jsonl {FIT}"
    files = f"{inputs} --count 30 --pool {POOL} --output out.jsonl.zst --rejects rejects.jsonl.gz"
    shards = (
        f"{inputs} --count 12 --pool @packed.jsonl.zst --output-dir out --remainder rest/ "
        "--shard-bytes 15k "
        "--shuffle --threads 1"
    )
    # To files no run makes a directory.
    every = [call for call in FAULTS if call != "mkdir"]
    # Of the others only what differs: where the outputs go, and what is read.
    outputs = ["open", "write", "fsync", "rename", "link", "mkdir", "lock", "stat"]
    stages = ["open", "read", "write", "fsync", "rename", "link", "stat"]
    works = ["open", "read", "write", "fsync", "rename", "mkdir", "stat"]
    return [
        Scenario("shards", shards, outputs),
        Scenario(
            "older-shards",
            f"{shards} --force",
            outputs,
            older=(
                "out/shard_00000000.jsonl",
                "out/shard_00000009.jsonl.zst",
                "out/manifest.json",
                "rest/shard_00000000.jsonl.zst",
            ),
        ),
        # What allocates is the same as with older files, which two threads read.
        Scenario("files", f"{files} --threads 1", [call for call in every if call != "allocate"]),
        Scenario(
            "older-files",
            f"{files} --threads 2 --force",
            every,
            older=(
                "out.jsonl.zst",
                "out.jsonl.zst.manifest.json",
                "rejects.jsonl.gz",
                "rejects.jsonl.gz.reasons.jsonl",
            ),
        ),
        Scenario(
            "pipes",
            f"{inputs} --count 30 --pool - --manifest record.json --rejects rejects.jsonl "
            "--threads 1",
            every,
            piped="packed.jsonl.zst",
        ),
        Scenario("fit", f"fit @packed.jsonl.zst -o m.zst {FIT} --threads 1", stages),
        Scenario(
            "fit-work-dir",
            f"fit {LAST_TWO} -o m --work-dir work {FIT} --threads 1",
            works,
            keeps="work/",
        ),
        Scenario(
            "merge", "merge @one.model @two.model.zst -o m --force --quiet", stages, older=("m",)
        ),
        Scenario("merge-candidates", "merge @one.kept @two.kept.zst -o all --quiet", stages),
        Scenario("weigh", f"weigh {LAST_TWO} -o w.gz {MODELS} --threads 1", stages),
        Scenario(
            "weigh-candidates",
            f"weigh @packed.jsonl.zst -o kept {MODELS} {KEPT} --threads 1",
            stages,
        ),
        Scenario(
            "weigh-work-dir",
            f"weigh {LAST_TWO} --work-dir work {MODELS} --threads 1",
            works,
            keeps="work/",
        ),
        Scenario(
            "resample",
            f"resample --weights @weights.jsonl.zst --pool {POOL} -o out --count 20 --min-tokens 0 "
            "--on-error skip --quiet --threads 1",
            stages,
        ),
        Scenario(
            "resample-candidates",
            f"resample --candidates @one.kept @two.kept.zst --pool {LAST_TWO} -o out "
            "--on-error skip --quiet --threads 1",
            stages,
        ),
    ]


LINUX_ONLY = not sys.platform.startswith("linux")
PROCESSORS = os.cpu_count() or 1
