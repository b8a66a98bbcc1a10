"""Hostile files of models, candidates and weights meet a limit that is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import limits
import pytest
from limits import SMALL, check
from running import MIB, WIKI, run

pytestmark = pytest.mark.skipif(limits.LINUX_ONLY, reason="only Linux limits address spaces")

BUCKETS = 1000
# The members of a JSON object.
Members = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """Sound files, of which the hostile ones are made."""

    folder: Path
    model_path: str
    model: Members
    candidates: Members
    lines: list[Members]


@pytest.fixture(scope="module")
def known(dsel: str, tmp_path_factory: pytest.TempPathFactory) -> Known:
    folder = tmp_path_factory.mktemp("files")
    model, candidates = str(folder / "model"), str(folder / "candidates")
    run(
        [dsel, "fit", WIKI, "--output", model, "--buckets", str(BUCKETS), "--no-sample", "--quiet"]
    ).checked()
    weigh = [
        dsel,
        "weigh",
        WIKI,
        "--target-model",
        model,
        "--pool-model",
        model,
        "--output",
        candidates,
    ]
    run([*weigh, "--candidates", "20", "--min-tokens", "0", *SMALL]).checked()
    header, *lines = [json.loads(line) for line in Path(candidates).read_bytes().splitlines()]
    return Known(folder, model, json.loads(Path(model).read_bytes()), header, lines)


@dataclass(frozen=True)
class Hostile:
    """A file made from a sound one: its bytes, and what follows them endlessly, if anything."""

    name: str
    make: Callable[[Known], bytes]
    said: list[str]
    repeat: Callable[[Known], str] | None = None
    # How much there is of what is repeated, and the bytes that dsel may need for it.
    size: str = "300M"
    extra: int = 0
    status: int = 1
    # Whether `yes` repeats it without line feeds.
    on_one_line: bool = False

    def write(self, known: Known) -> str:
        path = known.folder / self.name
        begin = self.make(known)
        if not self.repeat:
            path.write_bytes(begin)
            return str(path)
        path.with_suffix(".begin").write_bytes(begin)
        again = f"yes '{self.repeat(known)}'" + (" | tr -d '\\n'" if self.on_one_line else "")
        limits.shell(f"{{ cat '{path.with_suffix('.begin')}'; {again}; }} | head -c {self.size}")(
            path
        )
        return str(path)


def model_with(**members: Any) -> Callable[[Known], bytes]:
    """The sound model with other members; one may be a function of the known one."""
    return lambda known: json.dumps(
        {
            **known.model,
            **{
                name: value(known.model[name]) if callable(value) else value
                for name, value in members.items()
            },
        }
    ).encode()


def models() -> Iterator[Hostile]:
    for name in ["documents", "tokens"]:
        for value in [2**56 + 1, 2**63 - 1]:
            said = [f'the member "{name}" exceeds {1 << 56:,}']
            yield Hostile(f"{name}-{value}", model_with(**{name: value}), said)
        yield Hostile(f"{name}-{2**63}", model_with(**{name: 2**63}), ["a whole number from 0 to 2^64 - 1 is expected"])
    for number in [2**64, 10**30, -1, 1.5]:
        yield Hostile(f"documents-{number}", model_with(documents=number), ["a whole number from 0 to 2^64 - 1 is expected"])
    yield Hostile(
        "count-2^63",
        model_with(counts=lambda counts: [2**63, *counts[1:]]),
        ['"counts" exceeds'],
    )
    yield Hostile("counts-sum", model_with(counts=[2**55] * BUCKETS), ['"counts" exceeds'])
    yield Hostile(
        "count-2^64", model_with(counts=lambda counts: [2**64, *counts[1:]]), ["a whole number from 0 to 2^64 - 1 is expected"]
    )
    yield Hostile(
        "buckets-2^40",
        model_with(settings=lambda known: {**known, "buckets": 2**40}),
        ['"settings.buckets" has an impossible value'],
    )
    yield Hostile(
        "fewer-counts", model_with(counts=lambda counts: counts[:-1]), ['"counts" has an impossible value']
    )
    yield Hostile(
        "eligible",
        model_with(eligible=lambda known: {**known, "bytes": 2**63 - 1}),
        ['"eligible.bytes" exceeds'],
    )
    yield Hostile(
        "inputs",
        model_with(inputs=lambda known: [{**known[0], "bytes": 2**62}]),
        ['"inputs[].bytes" exceeds'],
    )
    yield Hostile(
        "long-path",
        model_with(inputs=lambda known: [{**known[0], "path": "a" * 30_000}]),
        ["is too long"],
    )
    yield Hostile("deep", lambda _: b'{"x": ' + b"[" * 100_000, ["nested deeper than 64 levels"])
    yield Hostile(
        "keys",
        lambda _: b"{" + b",".join(b'"k%d": 1' % number for number in range(1_000_000)) + b"}",
        ["is too long"],
    )
    yield Hostile(
        "endless-string", lambda _: b'{"x": "', ["is too long"], lambda _: "so on"
    )
    yield Hostile(
        "endless-number",
        lambda _: b'{"documents": ',
        ["is too long"],
        lambda _: "1",
        on_one_line=True,
    )
    yield Hostile("endless-blanks", lambda _: b'{"x": ', ["not valid JSON"], lambda _: " ")
    # Up to 2^24 counts of 8 bytes are read, and the array may be twice as large while it grows.
    yield Hostile(
        "endless-counts",
        lambda _: b'{"counts": [1',
        ['"counts" exceeds 16,777,216'],
        lambda _: ",1",
        extra=3 * 8 * (1 << 24),
    )


# A million inputs: 40 bytes each and their paths, twice while the array grows.
PATHS = 2 * (64 * MIB + 3 * 40 * MIB)


def endless_inputs() -> Iterator[Hostile]:
    def begin(known: Known) -> bytes:
        return f'{{"inputs": [{json.dumps(known.model["inputs"][0])}'.encode()

    def input(known: Known, **members: str) -> str:
        return "," + json.dumps({**known.model["inputs"][0], **members})

    yield Hostile(
        "endless-inputs",
        begin,
        ['"inputs" exceeds 1,048,576'],
        lambda known: input(known),
        "1G",
        PATHS,
    )
    yield Hostile(
        "endless-paths",
        begin,
        ['"inputs" exceeds 67,108,864'],
        lambda known: input(known, path="p" * 4000),
        "1G",
        PATHS,
    )


@pytest.mark.sampled
@pytest.mark.parametrize("role", ["target", "pool", "merged"])
@pytest.mark.parametrize("hostile", [*models()], ids=lambda hostile: hostile.name)
def test_a_model_meets_its_limit(dsel: str, known: Known, hostile: Hostile, role: str) -> None:
    path = hostile.write(known)
    target, pool = (path, known.model_path) if role == "target" else (known.model_path, path)
    command = [dsel, "merge", known.model_path, path, "--quiet"]
    if role != "merged":
        command = [dsel, "weigh", WIKI, "--target-model", target, "--pool-model", pool, *SMALL]
    check(command, hostile.said, hostile.extra)


@pytest.mark.sampled
@pytest.mark.parametrize("hostile", [*endless_inputs()], ids=lambda hostile: hostile.name)
def test_a_model_of_endlessly_many_inputs_meets_its_limit(
    dsel: str, known: Known, hostile: Hostile
) -> None:
    check(
        [dsel, "merge", known.model_path, hostile.write(known), "--quiet"],
        hostile.said,
        hostile.extra,
    )


def encoded(header: Members, lines: list[Members]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in [header, *lines])


def header_with(**members: Any) -> Callable[[Known], bytes]:
    """The sound candidates with another header."""
    return lambda known: encoded({**known.candidates, **members}, known.lines)


def first_with(**members: Any) -> Callable[[Known], bytes]:
    """The sound candidates with another first one."""
    return lambda known: encoded(
        known.candidates, [{**known.lines[0], **members}, *known.lines[1:]]
    )


def many_shards(known: Known) -> bytes:
    """The beginning of a header: one shard with a long path."""
    begin = json.dumps({**known.candidates, "shards": []}).split('"shards": [')[0]
    return f'{begin}"shards": [{long_shard(known)}'.encode()


def long_shard(known: Known) -> str:
    return json.dumps({**known.candidates["shards"][0], "path": "p" * 4000})


def candidate_files() -> Iterator[Hostile]:
    # A budget may be any number, and takes no memory before it is used.
    yield Hostile("count", header_with(count=2**63 - 1), [], status=0)
    for name in ["documents", "eligible_documents", "candidates"]:
        for value in [2**56 + 1, 2**63 - 1]:
            yield Hostile(
                f"{name}-{value}",
                header_with(**{name: value}),
                [f'"{name}" exceeds {1 << 56:,}'],
            )
        yield Hostile(f"{name}-2^64", header_with(**{name: 2**64}), ["a whole number from 0 to 2^64 - 1 is expected"])
    for name in ["shard", "offset", "bytes", "text_bytes", "tokens", "copies"]:
        for value in [2**44, 2**63 - 1]:
            yield Hostile(f"{name}-{value}", first_with(**{name: value}), [f'"{name}" has an impossible value'])
        yield Hostile(f"{name}-2^63", first_with(**{name: 2**63}), ["a whole number from 0 to 2^64 - 1 is expected"])
    yield Hostile(
        "key-1e999",
        lambda known: encoded(known.candidates, known.lines).replace(
            b'"key": ', b'"key": 1e999, "x": ', 1
        ),
        ["not valid JSON"],
    )
    yield Hostile(
        "more-than-said",
        lambda known: encoded(known.candidates, [*known.lines, known.lines[-1]]),
        ['"candidates" has an impossible value'],
    )
    yield Hostile(
        "fewer-than-said",
        lambda known: encoded(known.candidates, known.lines[:-1]),
        ['"candidates" has an impossible value'],
    )
    yield Hostile(
        "endless-candidates",
        lambda known: encoded(known.candidates, known.lines),
        ['"candidates" has an impossible value'],
        lambda known: json.dumps(known.lines[-1]),
        "1G",
    )
    yield Hostile(
        "endless-shards",
        many_shards,
        ['"shards" exceeds'],
        lambda known: "," + long_shard(known),
        "1G",
        PATHS,
    )


@pytest.mark.sampled
@pytest.mark.parametrize("role", ["drawn", "merged"])
@pytest.mark.parametrize("hostile", [*candidate_files()], ids=lambda hostile: hostile.name)
def test_a_file_of_candidates_meets_its_limit(
    dsel: str, known: Known, hostile: Hostile, role: str
) -> None:
    path = hostile.write(known)
    resample = ["resample", "--candidates", path, "--pool", WIKI]
    arguments = resample if role == "drawn" else ["merge", path]
    check([dsel, *arguments, "--quiet"], hostile.said, hostile.extra, hostile.status)


WEIGHTS = [
    ("offset", 2**63, "offset"),
    ("offset", 2**44, "offset"),
    ("offset", -1, "offset"),
    ("offset", 0.5, "offset"),
    ("bytes", 2**63 - 1, "bytes"),
    ("bytes", 2**32, "bytes"),
    ("text_bytes", 1e300, "text_bytes"),
    ("tokens", 2**64, "tokens"),
    ("tokens", -(2**63), "tokens"),
    ("log_weight", "x", "log_weight"),
    ("text_hash", "f" * 17, "text_hash"),
    ("file", "/etc/passwd", "none of the pool's files"),
]


@pytest.mark.parametrize(("name", "value", "said"), WEIGHTS)
def test_a_line_of_weights_meets_its_limit(
    dsel: str, tmp_path: Path, name: str, value: int | float | str, said: str
) -> None:
    good = {
        "id": "a",
        "file": WIKI,
        "offset": 0,
        "bytes": 10,
        "text_bytes": 5,
        "tokens": 100,
        "features": 199,
        "text_hash": "0" * 16,
        "log_weight": 1.5,
        "log_odds": 0.5,
    }
    path = tmp_path / "weights"
    path.write_text(json.dumps({**good, name: value}) + "\n")
    check(
        [dsel, "resample", "--weights", str(path), "--pool", WIKI, "--count", "1", "--quiet"],
        [said],
    )
