"""Gives the temporary file of candidates too little room, and follows the advice of the message."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import FIXTURES, Finished, run

# The pool's own documents are the target, so that candidates have many n-grams of it.
TARGET = str(FIXTURES / "crawl.jsonl.zst")
# Half of all documents are wanted, and seven tenths are candidates: 94 MB of records.
SELECT = ["select", "-q", "--target", TARGET, "--fraction", "0.5", "--force", "-o", "out.jsonl"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 20 MB, for temporary files."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = run(["mount", "-t", "tmpfs", "-o", "size=20m", "dsel-test", str(folder)])
    if mounted.status != 0:
        pytest.skip("no tmpfs may be mounted here")
    yield folder
    run(["umount", str(folder)]).checked()


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fixture, repeated with a word more in each text: 80,000 documents."""
    lines = run(["zstd", "-dcqf", TARGET]).checked().output.splitlines()
    path = tmp_path_factory.mktemp("room") / "pool.jsonl"
    with open(path, "wb") as file:
        for number in range(80_000):
            document = json.loads(lines[number % len(lines)])
            text = document["text"] + f" {number}"
            file.write(json.dumps({"text": text}, ensure_ascii=False).encode() + b"\n")
    return path


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two shards with documents twice as long: each has 45 MB of features, or more."""
    lines = run(["zstd", "-dcqf", TARGET]).checked().output.splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    folder = tmp_path_factory.mktemp("halves")
    paths = [folder / "0.jsonl", folder / "1.jsonl"]
    for half, path in enumerate(paths):
        with open(path, "wb") as file:
            for number in range(half, 80_000, 2):
                others = [texts[(number * step) % len(texts)] for step in (1, 3)]
                text = " ".join([*others, str(number)])
                file.write(json.dumps({"text": text}, ensure_ascii=False).encode() + b"\n")
    return paths


class Disk:
    def __init__(self, dsel: str, folder: Path, small: Path) -> None:
        self.dsel, self.folder, self.small = dsel, folder, small

    def run(self, arguments: list[str], directory: Path | None = None) -> Finished:
        environment = {"TMPDIR": str(directory or self.small)}
        return run([self.dsel, *arguments], self.folder, environment, seconds=600)

    def refused(self, arguments: list[str], advice: str) -> None:
        finished = self.run(arguments)
        assert finished.status == 1, str(finished)
        assert finished.errors.startswith(f"{self.small}: the candidates need a temporary file")
        assert "and 20.9 MB are free here. Set TMPDIR" in finished.errors, finished.errors
        assert finished.errors.endswith(advice), finished.errors
        assert not (self.folder / "out.jsonl").exists()


def test_too_small_a_disk_is_known_before_the_pool_is_read(
    dsel: str, tmp_path: Path, small_disk: Path, pool: Path
) -> None:
    disk = Disk(dsel, tmp_path, small_disk)
    # A fault at the end of the pool would be found by the first pass.
    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(pool.read_bytes() + b"no JSON\n")
    command = [*SELECT, "--pool", str(broken)]
    disk.refused(command, "or draw by --objective weight, which needs no such file.\n")
    unchecked = disk.run(command, tmp_path)
    assert "not valid JSON" in unchecked.errors, str(unchecked)

    # Each piece of advice helps.
    command = [*SELECT, "--pool", str(pool)]
    disk.run(command, tmp_path).checked()
    disk.run([*command, "--objective", "weight"]).checked()
    smaller = command.copy()
    smaller[smaller.index("--fraction") : smaller.index("--fraction") + 2] = ["--count", "5000"]
    disk.run(smaller).checked()


def test_too_small_a_disk_is_known_when_candidates_are_read(
    dsel: str, tmp_path: Path, small_disk: Path, pool: Path
) -> None:
    disk = Disk(dsel, tmp_path, small_disk)
    for source, model in [(TARGET, "target.model"), (str(pool), "pool.model")]:
        disk.run(["fit", "-q", source, "-o", model]).checked()
    models = ["--target-model", "target.model", "--pool-model", "pool.model"]
    kept = ["weigh", "-q", *models, str(pool), "--candidates", "40000", "-o", "kept.zst"]
    disk.run(kept, tmp_path).checked()
    command = ["resample", "-q", "--candidates", "kept.zst", "--picks", "out.jsonl"]
    disk.refused(command, "or choose fewer documents with a smaller --count.\n")
    disk.run([*command, "--count", "5000"]).checked()
    (tmp_path / "out.jsonl").unlink()
    disk.run(command, tmp_path).checked()


def test_too_small_a_disk_is_known_before_candidates_are_weighed_and_merged(
    dsel: str, tmp_path: Path, small_disk: Path, halves: list[Path]
) -> None:
    disk = Disk(dsel, tmp_path, small_disk)
    disk.run(["fit", "-q", TARGET, "-o", "target.model"], tmp_path).checked()
    disk.run(["fit", "-q", *map(str, halves), "-o", "pool.model"], tmp_path).checked()
    models = ["--target-model", "target.model", "--pool-model", "pool.model"]
    weigh = ["weigh", "-q", *models, "--candidates", "40000"]
    # A fault at the end of the pool would be found by the first pass.
    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(halves[0].read_bytes() + halves[1].read_bytes() + b"no JSON\n")
    command = [*weigh, str(broken), "-o", "out.jsonl"]
    disk.refused(
        command,
        "keep fewer candidates with a smaller --candidates, or weigh in two rounds: first with "
        "--keys-only.\n",
    )
    unchecked = disk.run(command, tmp_path)
    assert "not valid JSON" in unchecked.errors, str(unchecked)

    # The features of one half fit into memory, and those of both don't.
    for number, half in enumerate(halves):
        disk.run([*weigh, str(half), "-o", f"kept{number}.zst"]).checked()
    merge = ["merge", "-q", "kept0.zst", "kept1.zst", "-o", "out.jsonl"]
    disk.refused(
        merge,
        "or leave the files as they are, and name all of them with 'dsel resample --candidates'.\n",
    )
    disk.run(merge, tmp_path).checked()
    (tmp_path / "out.jsonl").unlink()

    kept = ["--candidates", "kept0.zst", "kept1.zst"]
    disk.run(["resample", "-q", *kept, "--count", "5000", "--picks", "out.jsonl"]).checked()

    # Two rounds and fewer candidates need no such room.
    whole = [str(path) for path in halves]
    for number, path in enumerate(whole):
        command = [*weigh, "--keys-only", path, "-o", f"keys{number}.zst"]
        disk.run(command).checked()
    weigh[weigh.index("40000")] = "5000"
    disk.run([*weigh, *whole, "-o", "fewer.zst"]).checked()
