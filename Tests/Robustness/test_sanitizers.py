"""Runs whole commands over fixtures and malformed files, with four threads.

This is for a dsel that was built with a sanitizer: every run must end with 0 or 1, as it should,
and without a report. `scripts/test.sh --only address` and `--only thread` build one and run this;
any other is named with --dsel.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from running import FIXTURES, WIKI, piped, run

MALFORMED = FIXTURES / "malformed"
THREADS = "--threads 4"
POOL = "pool0.jsonl.zst pool1.jsonl.gz pool2.jsonl pool3.jsonl pool4.jsonl pool5.jsonl"
SELECT = f"select --target {WIKI} --pool {POOL} {THREADS} --count 100"
FIT = f"fit {THREADS} --buckets 100k"
MODELS = "--target-model target.model --pool-model pool.model"
WEIGH = f"weigh {POOL} {MODELS} {THREADS}"

# The leak checker is off: a Swift process leaves its global objects to its end.
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=0:exitcode=99",
    "TSAN_OPTIONS": "exitcode=99:halt_on_error=0",
}


@dataclass(frozen=True)
class Command:
    """A command line, and the commands whose outputs it reads."""

    name: str
    arguments: str
    needs: tuple[str, ...] = ()


COMMANDS = [
    Command("select", f"{SELECT} --output out.jsonl"),
    Command(
        "select-shards",
        f"{SELECT} --estimator ratio --shuffle --output-dir out --shard-bytes 20k "
        "--remainder rest/",
    ),
    Command(
        "select-reference",
        f"{SELECT} --compat dsir --duplicates keep --annotate --output same.jsonl.gz",
    ),
    Command("select-temperature", f"{SELECT} --temperature auto --output warm.jsonl.zst"),
    Command("fit-target", f"{FIT} {WIKI} --output target.model"),
    Command("fit-pool", f"{FIT} {POOL} --output pool.model"),
    Command(
        "merge", "merge pool.model target.model --output both.model.zst", ("fit-pool", "fit-target")
    ),
    Command("weigh", f"{WEIGH} --output weights.jsonl", ("fit-pool", "fit-target")),
    Command(
        "weigh-candidates",
        f"{WEIGH} --candidates 100 --output candidates",
        ("fit-pool", "fit-target"),
    ),
    Command(
        "resample-weights",
        f"resample --weights weights.jsonl --pool {POOL} {THREADS} --count 100 --output one",
        ("weigh",),
    ),
    Command(
        "resample-candidates",
        f"resample --candidates candidates --pool {POOL} {THREADS} --output two",
        ("weigh-candidates",),
    ),
    Command(
        "resample-epochs",
        f"resample --weights weights.jsonl --pool {POOL} {THREADS} --count 50 --epochs 3 "
        "--without-repeats --shuffle "
        "--output often.jsonl.zst",
        ("weigh",),
    ),
    Command(
        "select-two-targets",
        f"select --target a={WIKI} --target b=pool2.jsonl --pool {POOL} {THREADS} --count 80 "
        "--replay 0.1 --output three",
    ),
    Command(
        "compare",
        f"compare --target {WIKI} --selected one --pool {POOL} {THREADS}",
        ("resample-weights",),
    ),
    Command("explain", f"explain {MODELS} pool2.jsonl --line 2", ("fit-pool", "fit-target")),
    Command("explain-target", f"explain --target {WIKI} --pool {POOL}"),
]
BY_NAME = {command.name: command for command in COMMANDS}


class Workshop:
    """A directory with a pool, in which each command runs once, after those that it needs."""

    def __init__(self, dsel: str, folder: Path, crawl: Path) -> None:
        self.dsel, self.folder = dsel, folder
        self.outcomes: dict[str, str] = {}
        # The pool is in three containers and several shards, so that threads change from shard to
        # shard. Two shards are long enough for several chunks of half a megabyte.
        lines = crawl.read_bytes().splitlines(keepends=True)
        for number in range(6):
            part = b"".join(lines[number::6]) * (4 if number < 2 else 1)
            (folder / f"pool{number}.jsonl").write_bytes(part)
        run(["zstd", "-q", "--rm", str(folder / "pool0.jsonl")]).checked()
        run(["gzip", "-n", str(folder / "pool1.jsonl")]).checked()

    def problem(
        self, arguments: list[str], statuses: tuple[int, ...] = (0,), input: Path | None = None
    ) -> str:
        """Runs dsel; returns what is wrong, or nothing."""
        command = [self.dsel, *arguments, "--quiet"]
        try:
            finished = run(
                command, self.folder, SANITIZERS, piped(input) if input else None, seconds=300
            )
        except subprocess.TimeoutExpired as timeout:
            return f"dsel hangs: {timeout}"
        return (
            str(finished)
            if finished.status not in statuses or "Sanitizer" in finished.errors
            else ""
        )

    def outcome(self, name: str) -> str:
        """What is wrong with a run of the command with this name, or nothing."""
        if name not in self.outcomes:
            for needed in BY_NAME[name].needs:
                self.outcome(needed)
            self.outcomes[name] = self.problem(BY_NAME[name].arguments.split())
        return self.outcomes[name]


@pytest.fixture(scope="module")
def workshop(dsel: str, tmp_path_factory: pytest.TempPathFactory, crawl: Path) -> Workshop:
    return Workshop(dsel, tmp_path_factory.mktemp("sanitizers"), crawl)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_command_runs_without_a_report(workshop: Workshop, name: str) -> None:
    assert workshop.outcome(name) == ""


def test_a_pool_from_a_pipe_is_read_without_a_report(workshop: Workshop) -> None:
    arguments = f"select --target {WIKI} --pool - {THREADS} --count 10 --output piped"
    assert workshop.problem(arguments.split(), input=workshop.folder / "pool2.jsonl") == ""


def malformed_cases() -> Iterator[object]:
    """Each malformed file, in each place where a file may be named."""
    select = f"select --target {WIKI} --pool @ --min-tokens 0 --estimator ratio {THREADS}"
    arguments = {
        "select": select,
        "select-skip": f"{select} --on-error skip --rejects /dev/null",
        "fit": "fit @ --no-sample",
        "merge": "merge @",
        "weigh": f"weigh @ {MODELS} {THREADS}",
        "weigh-model": "weigh pool2.jsonl --target-model @ --pool-model pool.model",
        "resample-weights": f"resample --weights @ --pool {POOL} --count 5",
        "resample-candidates": f"resample --candidates @ --pool {POOL}",
        "resample-field": f"resample --field metadata.quality @ --count 5 {THREADS}",
        "compare": f"compare --target {WIKI} --selected @ {THREADS}",
        "explain": f"explain {MODELS} @ --line 1",
    }
    for path in sorted(MALFORMED.iterdir()):
        for name, words in arguments.items():
            # A hundred million tokens, which explain has to count one by one: right, but slow.
            if path.name == "README.md" or (name == "explain" and path.name == "bomb.jsonl.zst"):
                continue
            yield pytest.param(path, words, id=f"{path.name}-{name}")


@pytest.mark.sampled
@pytest.mark.parametrize(("path", "words"), [*malformed_cases()])
def test_a_malformed_file_is_read_without_a_report(
    workshop: Workshop, path: Path, words: str
) -> None:
    for needed in ["fit-target", "fit-pool"]:
        assert workshop.outcome(needed) == ""
    arguments = [str(path) if word == "@" else word for word in words.split()]
    assert workshop.problem(arguments, statuses=(0, 1)) == ""
