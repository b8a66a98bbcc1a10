"""The notes after a summary: who follows their advice gets a better selection, by measurement.

These are all notes: the target is too small for its buckets, or altogether; target and pool may be
swapped; the best size may be larger; files of a directory are not read; an option implies another;
and what --mixture auto can't tell, which asks for nothing.
"""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from running import FIXTURES, WIKI, run

CRAWL = str(FIXTURES / "crawl.jsonl.zst")


def select(dsel: str, folder: Path, *options: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The selected documents, and the notes."""
    done = run([dsel, "select", "--force", *options, "-o", "out.jsonl"], folder).checked()
    chosen = [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]
    return chosen, [line[6:] for line in done.errors.splitlines() if line.startswith("note: ")]


def right(chosen: list[dict[str, Any]], domain: str = "wiki") -> float:
    """The share of the documents that are of the target's own domain."""
    return sum(one["domain"] == domain for one in chosen) / len(chosen)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    wiki = Path(WIKI).read_text().splitlines(True)
    (tmp_path / "three.jsonl").write_text("".join(wiki[:3]))
    (tmp_path / "twenty.jsonl").write_text("".join(wiki[:20]))
    return tmp_path


def test_a_larger_target_finds_more_of_the_right_documents(dsel: str, folder: Path) -> None:
    size = ["--pool", CRAWL, "--count", "80"]
    few, notes = select(dsel, folder, "--target", "three.jsonl", *size)
    assert re.fullmatch(
        r"the target has [\d,]+ words, too few to show what is typical of it\. Use a larger target\.", notes[0]
    )
    many, notes = select(dsel, folder, "--target", WIKI, *size)
    assert notes == [] and right(many) > right(few)


@pytest.mark.parametrize("advice", ["target", "--estimator blend", "--buckets 10k"])
def test_chance_decides_less_where_the_advice_is_followed(dsel: str, folder: Path, advice: str) -> None:
    words = ["--pool", CRAWL, "--count", "80", "--objective", "weight"]
    given = ["--estimator", "ratio", "--buckets", "1M"]
    before, notes = select(dsel, folder, "--target", "twenty.jsonl", *words, *given)
    assert "chance decides their weights" in notes[0]
    assert "Use a larger target, --estimator blend, or fewer --buckets." in notes[0]
    if advice == "target":
        after, _ = select(dsel, folder, "--target", WIKI, *words, *given)
    else:
        name, _ = advice.split()
        place = given.index(name)
        changed = [*given[:place], *advice.split(), *given[place + 2 :]]
        after, _ = select(dsel, folder, "--target", "twenty.jsonl", *words, *changed)
    assert right(after) > right(before)


def test_swapped_files_are_right_the_other_way_round(dsel: str, tmp_path: Path) -> None:
    generator = random.Random(3)
    vocabulary = {"good": [f"alpha{n}" for n in range(50)], "other": [f"beta{n}" for n in range(50)]}

    def write(name: str, documents: list[str]) -> None:
        with open(tmp_path / name, "w") as file:
            for domain in documents:
                text = " ".join(generator.choices(vocabulary[domain], k=600))
                file.write(json.dumps({"text": text, "domain": domain}) + "\n")

    # 120,000 words, and a hundred times as many.
    write("examples.jsonl", ["good"] * 200)
    write("crawl.jsonl", ["good" if n % 10 == 0 else "other" for n in range(20_200)])
    _, notes = select(dsel, tmp_path, "--target", "crawl.jsonl", "--pool", "examples.jsonl", "--count", "100")
    assert notes[0].endswith("Are --target and --pool swapped?")
    chosen, notes = select(dsel, tmp_path, "--target", "examples.jsonl", "--pool", "crawl.jsonl", "--count", "100")
    assert notes == [] and right(chosen, "good") == 1


def search(dsel: str, folder: Path, *options: str) -> tuple[float, list[str]]:
    """The fewest held-out bits per byte, and the notes."""
    _, notes = select(dsel, folder, "--target", WIKI, "--count", "auto", *options)
    found = json.loads((folder / "out.jsonl.manifest.json").read_text())["size_search"]
    return min(trial["bits_per_byte"] for trial in found["trials"]), notes


def test_larger_sizes_serve_the_target_better(dsel: str, folder: Path) -> None:
    before, notes = search(dsel, folder, "--pool", CRAWL, "--auto-limit", "100")
    found = re.search(r"To try larger sizes, use (--auto-limit \d+) or more\.", notes[0])
    assert found
    after, _ = search(dsel, folder, "--pool", CRAWL, *found[1].split())
    assert after < before


def test_more_text_serves_the_target_better(dsel: str, folder: Path) -> None:
    lines = run(["zstd", "-dcq", CRAWL]).checked().output.splitlines(True)
    wiki = [line for line in lines if json.loads(line)["domain"] == "wiki"]
    for name, some in [("some.jsonl", wiki[::4]), ("all.jsonl", wiki)]:
        (folder / name).write_bytes(b"".join(some))
    before, notes = search(dsel, folder, "--pool", "some.jsonl", "--min-tokens", "0")
    assert "The pool is too small for the next one: more text may serve it better." in notes[0]
    after, _ = search(dsel, folder, "--pool", "all.jsonl", "--min-tokens", "0")
    assert after < before


def test_what_notes_say_is_so(dsel: str, folder: Path) -> None:
    # A file that a directory leaves out is read where it is named.
    (folder / "pool").mkdir()
    lines = run(["zstd", "-dcq", CRAWL]).checked().output.splitlines(True)
    (folder / "pool/a.jsonl").write_bytes(b"".join(lines[:600]))
    (folder / "pool/b.text").write_bytes(b"".join(lines[600:]))
    _, notes = select(dsel, folder, "--target", WIKI, "--pool", "pool", "--count", "20")
    assert notes[0].startswith("pool/b.text is not read: its name doesn't end in .jsonl")
    _, notes = select(dsel, folder, "--target", WIKI, "--pool", "pool/a.jsonl", "pool/b.text", "--count", "20")
    manifest = json.loads((folder / "out.jsonl.manifest.json").read_text())
    assert notes == [] and manifest["pool"]["documents"] == len(lines)
    # An option that implies another gives what both give.
    words = ["--target", WIKI, "--pool", CRAWL, "--count", "20", "--top-k"]
    implied, notes = select(dsel, folder, *words)
    assert notes == ["with --top-k, documents are drawn by weight (--objective weight)."]
    said, notes = select(dsel, folder, *words, "--objective", "weight")
    assert notes == [] and said == implied
