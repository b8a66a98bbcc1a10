"""Streams documents through dsel, and checks that its memory stays flat and its counts are exact.

A hundred megabytes by default. Before a release it runs by hand at full size, 63 GB in some
minutes; the spool of `select` takes 5 GB in the directory for temporary files, which --basetemp
changes:

    Tests/Robustness/.venv/bin/pytest -s Tests/Robustness/test_soak.py \\
        --weigh-bytes 50G --select-bytes 5G --share-bytes 1G

Each run must end with the documents and tokens that arithmetic says, within 96 MB, 64 B for each
selected document, the longest line for each thread, and 58 B for each bucket. It must not grow: in
the second half of its time it may have no more than 10 % more in memory than in the first.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from running import MB, WIKI, run
from streams import Stream, Watched

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has /proc")

BUCKETS = 1 << 20
COUNT = 10_000


class Soak:
    """A stream, models of it, and the commands that read it."""

    def __init__(self, dsel: str, folder: Path, threads: int) -> None:
        self.folder, self.stream = folder, Stream(folder)
        target, pool = str(folder / "target.model"), str(folder / "pool.model")
        run([dsel, "fit", WIKI, "--output", target, "--quiet"]).checked()
        source, _ = self.stream.start(20 * MB)
        run([dsel, "fit", "-", "--output", pool, "--quiet"], stdin=source.stdout).checked()
        source.wait()
        self.bound = 96 * MB + self.stream.longest * threads + 58 * BUCKETS
        options = ["--quiet", "--threads", str(threads)]
        self.weigh = [dsel, "weigh", "-", "--target-model", target, "--pool-model", pool, *options]
        self.select = [
            dsel,
            "select",
            "--target",
            WIKI,
            "--pool",
            "-",
            "--count",
            str(COUNT),
            *options,
        ]


@pytest.fixture(scope="module")
def soak(dsel: str, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Soak:
    return Soak(dsel, tmp_path_factory.mktemp("soak"), pytestconfig.getoption("threads"))


def test_weigh_takes_no_more_memory_however_much_it_reads(
    soak: Soak, pytestconfig: pytest.Config
) -> None:
    Watched(
        soak.stream, pytestconfig.getoption("weigh_bytes"), soak.weigh, soak.bound, soak.folder
    ).finish()


def test_select_takes_no_more_memory_however_much_it_reads(
    soak: Soak, pytestconfig: pytest.Config
) -> None:
    byte_count = pytestconfig.getoption("select_bytes")
    watched = Watched(soak.stream, byte_count, soak.select, soak.bound + 64 * COUNT, soak.folder)
    assert watched.finish(COUNT)["selected"]["documents"] == COUNT


def test_processes_side_by_side_leave_one_another_alone(
    soak: Soak, pytestconfig: pytest.Config
) -> None:
    runs = [
        Watched(
            soak.stream, pytestconfig.getoption("share_bytes"), soak.weigh, soak.bound, soak.folder
        )
        for _ in range(pytestconfig.getoption("processes"))
    ]
    for watched in runs:
        watched.finish()
