"""Damaged Parquet files give an error or documents: no crash, no hang, no large allocation."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import limits
import pytest
from limits import BASE, MAPPED
from running import FIXTURES, measured

pytestmark = pytest.mark.skipif(limits.LINUX_ONLY, reason="only Linux limits address spaces")

FILES = sorted((FIXTURES / "golden/parquet").rglob("*.parquet"))
FIELDS = ["text", "messages[].content", "deep[][].texts[]", "parts[]", "meta.inner.text", "map.b"]
# 50 tests of 10 files each.
TESTS, FILES_PER_TEST = 50, 10

Damage = Callable[[random.Random, bytearray, int], None]


def one_bit(chance: random.Random, data: bytearray, start: int) -> None:
    data[chance.randrange(start, len(data))] ^= 1 << chance.randrange(8)


def some_bytes(chance: random.Random, data: bytearray, start: int) -> None:
    for _ in range(chance.randint(1, 20)):
        data[chance.randrange(start, len(data))] = chance.choice([0, 0x7F, 0x80, 0xFF, chance.randrange(256)])


def a_cut(chance: random.Random, data: bytearray, start: int) -> None:
    del data[chance.randrange(start, len(data)) :]


def a_gap(chance: random.Random, data: bytearray, start: int) -> None:
    first = chance.randrange(start, len(data))
    del data[first : first + chance.randint(1, 64)]


def a_run(chance: random.Random, data: bytearray, start: int) -> None:
    first, count = chance.randrange(start, len(data)), chance.randint(1, 64)
    data[first : first + count] = bytes([chance.choice([0, 0xFF, 0x55])]) * min(count, len(data) - first)


DAMAGES: list[Damage] = [one_bit, some_bytes, a_cut, a_gap, a_run]


def damaged(chance: random.Random, data: bytes) -> bytes:
    """The content of a file with damage anywhere, or in its footer, where most sizes are."""
    result = bytearray(data)
    footer = max(4, len(data) - 8 - int.from_bytes(data[-8:-4], "little"))
    chance.choice(DAMAGES)(chance, result, chance.choice([4, footer]))
    return bytes(result)


@pytest.mark.sampled
@pytest.mark.parametrize("number", range(TESTS))
def test_damaged_files_end_as_they_should(dsel: str, tmp_path: Path, number: int) -> None:
    for place in range(FILES_PER_TEST):
        chance = random.Random(1000 * number + place)
        source, field = chance.choice(FILES), chance.choice(FIELDS)
        path = tmp_path / "damaged.parquet"
        path.write_bytes(damaged(chance, source.read_bytes()))
        command = [dsel, "fit", str(path), "--text-field", field, "--threads", "2", "--quiet"]
        options = ["--buckets", "1k", "--on-error", "skip", "--max-skipped", "100%"]
        finished = measured([*command, *options], space=MAPPED + BASE, seconds=60)
        what = f"{source.name}, {field}, seed {1000 * number + place}"
        assert finished.status in (0, 1), f"{what}\n{finished}"
        assert finished.status == 0 or str(path) in finished.errors or "empty" in finished.errors, (
            f"{what}\n{finished}"
        )
        assert finished.resident <= BASE, f"{what}\n{finished}"
