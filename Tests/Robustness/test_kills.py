"""Kills `dsel select` at random moments, and looks at what is left.

After SIGKILL the next run of the same command gives the bytes of an undisturbed one, and removes
what was left, which has names of temporary files. There are never shards of two runs in a
directory, nor a manifest beside shards that it doesn't list. After SIGINT and SIGTERM nothing is
left.
"""

from __future__ import annotations

import json
import random
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest
from kill_runs import LEFTOVER, OUTPUTS, FileRun, ShardRun, timed
from running import FIXTURES, Content, differences

# In each round five runs are killed, and a sixth ends by itself.
KILLS = 5
# In each round of shards, four runs are interrupted.
SHARD_SIGNALS = [signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM]


@dataclass(frozen=True)
class Undisturbed:
    """How a run reads its pool, what it leaves if nothing disturbs it, and how long it takes."""

    folder: Path
    pool: list[str]
    input: Path | None
    outputs: Content
    seconds: float

    def another(self, dsel: str, folder: Path) -> FileRun:
        """The same run, in an empty directory."""
        return FileRun(dsel, folder / "run", self.pool, self.input)


@pytest.fixture(scope="module", params=["files", "pipes"])
def undisturbed(
    request: pytest.FixtureRequest, dsel: str, crawl: Path, tmp_path_factory: pytest.TempPathFactory
) -> Undisturbed:
    """A pool with invalid lines that is read from files, and one that comes from a pipe."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "files":
        bad = folder / "bad.jsonl"
        bad.write_text("{\n" * 200)
        pool, input = [str(FIXTURES / "crawl.jsonl.zst"), str(bad)], None
    else:
        pool, input = ["-"], crawl
    run = FileRun(dsel, folder / "run", pool, input)
    return Undisturbed(run.folder, pool, input, *timed(run))


@pytest.mark.sampled
@pytest.mark.parametrize("round", range(20))
def test_the_run_after_killed_ones_is_as_if_they_had_not_been(
    undisturbed: Undisturbed, dsel: str, tmp_path: Path, seed: int, round: int
) -> None:
    generator = random.Random(f"kill {seed} {round}")
    run = undisturbed.another(dsel, tmp_path)
    if round % 2:
        # There are outputs of an earlier run.
        for name in OUTPUTS:
            shutil.copy(undisturbed.folder / name, run.folder / name)
    for number in range(KILLS):
        run.interrupt(signal.SIGKILL, generator.uniform(0, 1.1 * undisturbed.seconds))
        strangers = [name for name in run.names() if name not in [*OUTPUTS, "spool"]]
        assert all(LEFTOVER.fullmatch(name) for name in strangers), (
            f"kill {number}: left {strangers}"
        )
    run.finish().checked()
    assert run.names() == sorted([*OUTPUTS, "spool"])
    assert differences(undisturbed.outputs, run.outputs()) == []


@pytest.mark.sampled
@pytest.mark.parametrize("round", range(15))
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=lambda sent: sent.name)
def test_a_stopped_run_leaves_nothing(
    undisturbed: Undisturbed, dsel: str, tmp_path: Path, seed: int, sent: signal.Signals, round: int
) -> None:
    generator = random.Random(f"stop {seed} {sent} {round}")
    run = undisturbed.another(dsel, tmp_path)
    for name in OUTPUTS:
        (run.folder / name).write_text("older")
    finished = run.interrupt(sent, generator.uniform(0, 1.1 * undisturbed.seconds))
    # Before dsel has begun, the signal's own default holds.
    assert finished.status in (0, 128 + sent, -sent), str(finished)
    assert run.names() == sorted([*OUTPUTS, "spool"])
    if finished.status == 0:
        assert differences(undisturbed.outputs, run.outputs()) == []
    else:
        changed = [name for name in OUTPUTS if (run.folder / name).read_bytes() != b"older"]
        assert changed == [], str(finished)


@pytest.fixture(scope="module")
def whole_shards(
    dsel: str, crawl: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[list[Content]]:
    """The shards and the remainder's shards of an undisturbed run, for each turn."""
    run = ShardRun(dsel, tmp_path_factory.mktemp("shards") / "run", [str(crawl)])
    wholes: list[list[Content]] = [[], []]
    for _ in range(2):
        run.turn_over()
        run.finish().checked()
        wholes[run.turn % 2] = run.shards()
    assert wholes[0] != wholes[1]
    return wholes


@pytest.mark.sampled
@pytest.mark.parametrize("round", range(5))
def test_shards_are_never_of_two_runs(
    whole_shards: list[list[Content]], dsel: str, crawl: Path, tmp_path: Path, seed: int, round: int
) -> None:
    generator = random.Random(f"shards {seed} {round}")
    run = ShardRun(dsel, tmp_path / "run", [str(crawl)])
    run.turn_over()
    run.finish().checked()
    for number, sent in enumerate(SHARD_SIGNALS):
        before = run.shards()
        run.turn_over()
        finished = run.interrupt_names(sent, generator.uniform(0, 0.003))
        after = run.shards()
        for found, *wholes in zip(after, *whole_shards):
            assert any(found.items() <= whole.items() for whole in wholes), (
                f"{number}: {sorted(found)} of two runs"
            )
        if run.manifest.exists():
            assert after in whole_shards, (
                f"{number}: a manifest beside {[sorted(shards) for shards in after]}"
            )
            listed = {shard["path"] for shard in json.loads(run.manifest.read_bytes())["shards"]}
            assert listed == set(after[0]), f"{number}: the manifest lists other shards"
        if sent == signal.SIGTERM:
            assert finished.status in (0, 143, -sent), str(finished)
            if finished.status == 143:
                assert [differences(*pair) for pair in zip(before, after)] == [[], []]
        if number in (0, 3):
            run.finish().checked()
            expected = whole_shards[run.turn % 2]
            assert [differences(*pair) for pair in zip(expected, run.shards())] == [[], []]
            assert run.strangers() == []
