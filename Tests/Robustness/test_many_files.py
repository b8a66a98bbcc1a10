"""Ten thousand shards or files of candidates need 64 descriptors and little memory."""

from __future__ import annotations

import json
from pathlib import Path

import limits
import pytest
from limits import BASE, MAPPED, THREADS
from running import MB, MIB, WIKI, measured

pytestmark = pytest.mark.skipif(limits.LINUX_ONLY, reason="only Linux limits address spaces")

COUNT = 10_000
FILES = 58 * MIB
RATIO = ["--estimator", "ratio", "--threads", str(THREADS)]
FIT = ["--buckets", "1000", "--min-tokens", "0", "--no-sample"]


class ManyFiles:
    """A directory with many shards."""

    def __init__(self, dsel: str, folder: Path) -> None:
        self.dsel, self.folder = dsel, folder
        (folder / "pool").mkdir()
        self.names = [f"pool/{number:05}.jsonl" for number in range(COUNT)]
        for number, name in enumerate(self.names):
            words = f"shard {number} has a few words of its own, and number {number * 7919 % COUNT}"
            (folder / name).write_text(json.dumps({"id": number, "text": words}) + "\n")
        with open(WIKI, "rb") as file:
            (folder / "target.jsonl").write_bytes(b"".join(file.readlines()[:20]))

    def run(self, *arguments: str) -> None:
        finished = measured(
            [self.dsel, *arguments, "--quiet"],
            folder=self.folder,
            space=MAPPED + BASE + FILES,
            descriptors=64,
            seconds=60,
        )
        assert finished.status == 0, str(finished)
        assert finished.resident <= BASE + FILES, (
            f"{finished.resident / MB:.0f} MB in memory\n{finished}"
        )

    def lines(self, name: str) -> list[bytes]:
        return (self.folder / name).read_bytes().splitlines()


@pytest.fixture(scope="module")
def many(dsel: str, tmp_path_factory: pytest.TempPathFactory) -> ManyFiles:
    return ManyFiles(dsel, tmp_path_factory.mktemp("many"))


def test_select_reads_many_shards(many: ManyFiles) -> None:
    many.run(
        "select",
        "--target",
        "target.jsonl",
        "--pool",
        *many.names,
        "--count",
        "500",
        "--min-tokens",
        "0",
        "--output",
        "out.jsonl",
        *RATIO,
    )
    assert len(many.lines("out.jsonl")) == 500


@pytest.fixture(scope="module")
def fitted(many: ManyFiles) -> ManyFiles:
    """The shards, and models of them and of the target."""
    many.run("fit", "target.jsonl", "--output", "target.model", *FIT)
    many.run("fit", *many.names, "--output", "pool.model", *FIT)
    return many


def weigh(many: ManyFiles, *arguments: str) -> None:
    models = ["--target-model", "target.model", "--pool-model", "pool.model"]
    many.run("weigh", *many.names, *models, *RATIO, *arguments)


def test_fit_reads_many_shards(fitted: ManyFiles) -> None:
    assert json.loads((fitted.folder / "pool.model").read_bytes())["documents"] == COUNT


def test_weigh_reads_many_shards(fitted: ManyFiles) -> None:
    weigh(fitted, "--output", "weights.jsonl")
    assert len(fitted.lines("weights.jsonl")) == COUNT


def test_many_files_of_candidates_are_merged_to_those_of_one_run(fitted: ManyFiles) -> None:
    some = ["--min-tokens", "0", "--candidates"]
    weigh(fitted, *some, "500", "--output", "all")
    # The files that a cluster would leave, one for each shard, are made from the one file of all
    # shards.
    weigh(fitted, *some, str(COUNT), "--output", "each")
    header, *candidates = [json.loads(line) for line in fitted.lines("each")]
    assert len(candidates) == COUNT
    (fitted.folder / "parts").mkdir()
    parts = []
    for number, candidate in enumerate(candidates):
        shard = header["shards"][candidate["shard"]]
        head = {
            **header,
            "count": 500,
            "documents": 1,
            "eligible_documents": 1,
            "candidates": 1,
            "shards": [shard],
        }
        parts.append(f"parts/{number:05}")
        text = json.dumps(head) + "\n" + json.dumps({**candidate, "shard": 0}) + "\n"
        (fitted.folder / parts[-1]).write_text(text)
    fitted.run("merge", *parts, "--output", "merged")
    assert fitted.lines("merged")[1:] == fitted.lines("all")[1:]
