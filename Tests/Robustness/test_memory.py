"""Shows that dsel's memory stays within its bound, whatever the pool's size.

The pool repeats the fixture, or --pool FILE, with changed ids and a word added to each text. It is
read plain, compressed and from a pipe, for a small and a large number of documents. By hand, with a
pool of a gigabyte:

    Tests/Robustness/.venv/bin/pytest -s Tests/Robustness/test_memory.py --pool-bytes 1G

The bound is 96 MB, 64 B for each selected document, and the longest line for each thread. For a
set, it is 64 B for each candidate, and 200 MB more for each thread.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from running import FIXTURES, MB, WIKI, measured, piped, run


@dataclass(frozen=True)
class Pool:
    """A large file, plain and compressed."""

    plain: Path
    packed: Path
    documents: int
    longest: int


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Pool:
    source = pytestconfig.getoption("pool") or FIXTURES / "crawl.jsonl.zst"
    lines = run(["zstd", "-dcqf", str(source)]).checked().output.splitlines()
    plain = tmp_path_factory.mktemp("memory") / "pool.jsonl"
    most = pytestconfig.getoption("pool_bytes")
    written = documents = longest = 0
    with open(plain, "wb") as file:
        while written < most:
            turn, place = divmod(documents, len(lines))
            document = json.loads(lines[place])
            document["id"] = f"{turn}-{document.get('id')}"
            document["text"] += f" {turn}"
            line = json.dumps(document, ensure_ascii=False).encode() + b"\n"
            file.write(line)
            written += len(line)
            documents += 1
            longest = max(longest, len(line))
    packed = plain.with_name("pool.jsonl.zst")
    run(["zstd", "-q", "-1", str(plain), "-o", str(packed)], seconds=3600).checked()
    return Pool(plain, packed, documents, longest)


@pytest.mark.parametrize("objective", ["set", "weight"])
@pytest.mark.parametrize("share", [0, 0.5], ids=["thousand", "half"])
@pytest.mark.parametrize("way", ["plain", "packed", "piped"])
def test_memory_does_not_grow_with_the_pool(
    dsel: str, pool: Pool, way: str, share: float, objective: str, pytestconfig: pytest.Config
) -> None:
    threads = pytestconfig.getoption("threads")
    count = int(share * pool.documents) or 1000
    path = {"plain": str(pool.plain), "packed": str(pool.packed), "piped": "-"}[way]
    finished = measured(
        [
            dsel,
            "select",
            "--target",
            WIKI,
            "--pool",
            path,
            "--count",
            str(count),
            "--objective",
            objective,
            "--threads",
            str(threads),
            "--quiet",
            "--output",
            "/dev/null",
        ],
        stdin=piped(pool.plain) if way == "piped" else None,
    ).checked()
    bound = 96 * MB + 64 * count + pool.longest * threads
    if objective == "set":
        # Three times the documents are candidates, unless that is more than a fifth of the others.
        kept = max(10_000, min(3 * count, count + pool.documents // 5))
        bound += 64 * (kept - count) + 200 * MB * threads
    print(
        f"{way}, {count} of {pool.documents} documents: "
        f"{finished.resident / MB:.1f} MB of {bound / MB:.1f}"
    )
    assert finished.resident <= bound
