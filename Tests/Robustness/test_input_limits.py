"""Hostile and huge pools and targets meet a limit that is named, before memory runs out."""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import limits
import pytest
from limits import THREADS, Limit, exactly, frame, parts, shell
from running import MB, MIB, WIKI

pytestmark = pytest.mark.skipif(limits.LINUX_ONLY, reason="only Linux limits address spaces")

DOCUMENT = (json.dumps({"text": "word " * 100}) + "\n").encode()
ANY_LENGTH = ["--min-tokens", "0"]


def bombs() -> Iterator[Limit]:
    """A gigabyte out of some hundred kilobytes: an endless line, and endlessly many."""
    said = ["longer than", "Raise --max-line-bytes"]
    zeros = "head -c 1000000000 /dev/zero"
    endless = "{ printf '{\"text\": \"'; yes 'so on and ' | tr -d '\\n'; } | head -c 1000000000"
    small = partial(
        Limit, said=said, extra=16 * MIB * THREADS, options=["--max-line-bytes", str(16 * MIB)]
    )
    yield small("zeros.zst", shell(zeros))
    yield small("zeros.gz", shell(zeros, "gzip -1"))
    yield small("endless-line.zst", shell(endless))
    yield Limit("default-limit.zst", shell(zeros), [*said, "256MiB"], 256 * MIB * THREADS)
    yield Limit("blank-lines.zst", shell("yes '' | head -c 30000000"), ["is empty: no document"])


def containers() -> Iterator[Limit]:
    """Frames that ask for too large a window, or claim a size that they don't have."""
    for log in [31, 30, 28]:
        yield Limit(
            f"window-{log}.zst",
            exactly(frame(log, None)),
            ["needs a window of", "Raise --max-window"],
        )
    # This one is allowed to have the window that it asks for.
    yield Limit("window-27.zst", exactly(frame(27, None)), ["is empty"], 2 * THREADS * 128 * MIB)
    for size in [2**63 - 1, 2**63, 2**64 - 2, 5]:
        yield Limit(f"claims-{size}.zst", exactly(frame(17, size)), ["zstd data is corrupt"])
    for size in [0, 2**31 - 1, 2**32 - 1]:
        yield Limit(
            f"claims-{size}.gz",
            exactly(gzip.compress(DOCUMENT * 50)[:-4], struct.pack("<I", size)),
            ["gzip data is corrupt: its checksum does not match"],
        )


def nested() -> Iterator[Limit]:
    """A hundred thousand levels, closed and open."""
    deep = ["nested deeper than 1024 levels"]
    arrays = b"[" * 100_000 + b"]" * 100_000
    objects = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    for name, text, said_of_open in [
        ("arrays", arrays, ["one JSON array"]),
        ("objects", objects, deep),
    ]:
        yield Limit(f"deep-{name}", exactly(b'{"text": "so", "x": ', text, b"}\n"), deep)
        yield Limit(f"open-{name}", exactly(text[: len(text) // 2], b"\n"), said_of_open)


def keys() -> bytes:
    """A million members of an object, each followed by a comma."""
    return b"".join(b'"key%d":%d,' % (number, number) for number in range(1_000_000))


def long_text(unit: bytes, count: int) -> list[bytes]:
    """Ten documents, and one with a text of this unit again and again."""
    return [DOCUMENT * 10, b'{"text": "', unit * count, b'"}\n']


def long_lines() -> Iterator[Limit]:
    """Lines that are long, and all right."""
    key_bytes = len(keys())
    yield Limit(
        "million-keys",
        parts(lambda: [DOCUMENT * 10, b"{", keys(), DOCUMENT[1:]]),
        (),
        THREADS * key_bytes,
        ANY_LENGTH,
        status=0,
    )
    yield Limit(
        "million-keys-without-text",
        parts(lambda: [b"{", keys()[:-1], b"}\n"]),
        ['the field "text" is missing'],
        THREADS * key_bytes,
    )
    for name, unit, count in [
        ("200-MB-line", b"word ", 40 * MB),
        ("100-MB-token", b"a", 100 * MB),
        ("60-MB-of-escapes", b"\\u0041", 10 * MB),
    ]:
        yield Limit(
            name,
            parts(partial(long_text, unit, count)),
            (),
            THREADS * len(unit) * count,
            ANY_LENGTH,
            status=0,
        )


CASES = [*bombs(), *containers(), *nested(), *long_lines()]


@pytest.fixture(scope="module", params=CASES, ids=lambda limit: limit.name)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Limit, str]]:
    limit: Limit = request.param
    path = tmp_path_factory.mktemp("inputs") / limit.name
    limit.make(path)
    yield limit, str(path)
    Path(path).unlink()


@pytest.mark.sampled
@pytest.mark.parametrize("role", ["pool", "target"])
def test_an_input_meets_its_limit(dsel: str, made: tuple[Limit, str], role: str) -> None:
    limit, path = made
    target, pool = (path, WIKI) if role == "target" else (WIKI, path)
    limit.check(
        [
            dsel,
            "select",
            "--target",
            target,
            "--pool",
            pool,
            "--count",
            "5",
            *limits.SMALL,
            *limit.options,
        ]
    )
