"""Options and fixtures of the whole suite. It needs a built dsel; the static checks need none.

    Tests/Robustness/.venv/bin/pytest Tests/Robustness \\
        [-k NAME] [--dsel FILE] [--sample SHARE] [--seed N]

`scripts/setup.sh --tests` makes the virtual environment.
"""

from __future__ import annotations

import gzip
import lzma
import math
import random
import shlex
import signal
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest
from readers import names, select
from running import FIXTURES, ROOT, byte_count, find_dsel, run

# A shell's background job ignores interrupts, and so would all programs that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("dsel")
    group.addoption(
        "--dsel",
        metavar="FILE",
        help="the program under test (default: $DSEL, and else the release build of this checkout)",
    )
    group.addoption(
        "--sample",
        type=float,
        default=1.0,
        metavar="SHARE",
        help="run this share of the tests marked as sampled, from 0 to 1 (default: 1, all of them)",
    )
    group.addoption(
        "--seed",
        type=int,
        default=1,
        help="decides which tests are sampled, and at which moments dsel is killed (default: 1)",
    )
    sizes = parser.getgroup("dsel: sizes of test_soak.py and test_memory.py")
    for name, default, meaning in [
        ("weigh", "100M", "bytes that weigh reads from a pipe; at full size 50G"),
        ("select", "100M", "bytes that select reads from a pipe; at full size 5G"),
        ("share", "20M", "bytes that each of the processes weighs; at full size 1G"),
        ("pool", "100M", "bytes of the pools of test_memory.py; at full size 1G"),
    ]:
        sizes.addoption(
            f"--{name}-bytes",
            type=byte_count,
            default=byte_count(default),
            metavar="SIZE",
            help=f"{meaning} (default: {default})",
        )
    sizes.addoption("--processes", type=int, default=8, help="processes side by side (default: 8)")
    sizes.addoption("--threads", type=int, default=2, help="threads of each process (default: 2)")
    distributed = parser.getgroup("dsel: the pool of test_distributed.py")
    distributed.addoption("--pool", metavar="FILE", help="JSONL or .zst (default: a fixture)")
    distributed.addoption("--target", metavar="FILE", help="the target (default: a fixture)")
    distributed.addoption("--count", type=int, default=200, help="documents (default: 200)")
    distributed.addoption("--shards", type=int, default=5, help="shards (default: 5)")
    package = parser.getgroup("dsel: what test_package.py tests")
    package.addoption("--packages", metavar="DIR", help="what scripts/package.sh has built")
    package.addoption(
        "--old-debian", metavar="DIR", help="what scripts/packaging/old-debian.sh has made"
    )


def pytest_report_header(config: pytest.Config) -> str:
    return f"dsel: --sample {config.getoption('sample'):g} --seed {config.getoption('seed')}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves a share of the sampled tests, of each test function at least one."""
    share = config.getoption("sample")
    if share >= 1:
        return
    groups: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("sampled"):
            groups[item.nodeid.partition("[")[0]].append(item)
    left_out = set()
    for name, members in groups.items():
        generator = random.Random(f"{config.getoption('seed')} {name}")
        kept = max(1, math.ceil(share * len(members)))
        left_out |= set(members) - set(generator.sample(members, kept))
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Says under each failure which command repeats it."""
    report = yield
    if report.failed:
        file, _, name = item.nodeid.partition("::")
        node = f"Tests/Robustness/{Path(file).name}::{name}"
        seed = str(item.config.getoption("seed"))
        command = ["Tests/Robustness/.venv/bin/pytest", node, "--seed", seed]
        report.sections.append(("run it alone, in the project's root", shlex.join(command)))
    return report


@pytest.fixture(scope="session")
def dsel(pytestconfig: pytest.Config) -> str:
    """The absolute path of the program under test."""
    path = find_dsel(pytestconfig.getoption("dsel"))
    if path is None:
        pytest.fail(
            "There is no dsel to test. Build it with `scripts/test.sh --only build`, "
            "or name it with --dsel."
        )
    return path


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    return pytestconfig.getoption("seed")


@pytest.fixture(scope="session")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pool of the fixtures, decompressed."""
    path = tmp_path_factory.mktemp("crawl") / "pool.jsonl"
    path.write_bytes(run(["zstd", "-dqc", str(FIXTURES / "crawl.jsonl.zst")]).checked().output)
    return path


@pytest.fixture(scope="session")
def pool(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the fixtures' pool in four files, plain, in xz, and in gzip."""
    folder = tmp_path_factory.mktemp("pool")
    lines = crawl.read_bytes().splitlines(keepends=True)
    for number in range(4):
        content = b"".join(lines[len(lines) * number // 4 : len(lines) * (number + 1) // 4])
        (folder / f"{number}.jsonl").write_bytes(content)
        packed = lzma.compress(content, preset=0)
        (folder / f"{number}.jsonl.xz").write_bytes(packed)
        (folder / "packed").mkdir(exist_ok=True)
        (folder / "packed" / f"{number}.jsonl").write_bytes(packed)
        (folder / f"{number}.gzipped").write_bytes(gzip.compress(content))
    return folder


@pytest.fixture(scope="session")
def expected(dsel: str, pool: Path) -> bytes:
    """What is selected from the plain files."""
    return select(dsel, names(pool, ".jsonl")).checked().output


def pytest_configure(config: pytest.Config) -> None:
    assert ROOT.joinpath("Package.swift").exists(), f"{ROOT} is not the project's root"
