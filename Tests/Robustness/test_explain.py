"""`dsel explain --manifest` agrees with what the selection wrote, for every line of the pool."""

from __future__ import annotations

import json
import math
import random
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from running import FIXTURES, run

# Options that draw in different ways, with the reasons that must come up.
SELECTIONS = {
    "--count 150": "not_in_set copy invalid_line under_min_tokens",
    "--count 200 --objective weight": "below_cut copy",
    "--count 200 --top-k --objective weight": "below_cut",
    "--tokens 60k --objective weight --temperature 3": "below_cut",
    "--bytes 300k": "not_in_set",
    "--count 150 --objective weight --duplicates keep": "below_cut",
    "--count 150 --estimator blend --logistic-share 0.3": "below_cut",
    "--count 120 --max-tokens 500 --min-tokens 150": "over_max_tokens under_min_tokens",
    "--count 900 --objective weight --min-weight -40": "under_min_weight",
    "--count 600 --objective weight --min-quantile 0.7": "under_min_quantile",
    "--count 150 --stratify domain --mixture a=0.5,b=0.5 --replay 0.2": "outside_mixture",
    "--count 150 --stratify domain --objective weight": "below_cut copy",
    "--count 150 --near-duplicates 0.7": "near_duplicate",
    "--count 150 --near-duplicates 0.7 --objective weight": "near_duplicate",
    "--count 150 --exclude evaluation.jsonl --objective weight": "excluded",
    "--count 150 --exclude evaluation.jsonl --exclude-ngram 8": "excluded",
    "--count 150 --target second=second.jsonl --share first=0.6": "not_in_set",
    "--count 150 --target second=second.jsonl --objective weight --replay 0.1": "below_cut",
    "--count 150 --objective weight --add quality=2": "below_cut copy",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pool with copies, near-duplicates, invalid lines and short documents, in two shards."""
    crawl = run(["zstd", "-dcq", str(FIXTURES / "crawl.jsonl.zst")]).checked().output
    texts = [json.loads(line)["text"] for line in crawl.splitlines()]
    wiki = (FIXTURES / "wiki.jsonl").read_text().splitlines(True)
    (tmp_path / "target.jsonl").write_text("".join(wiki[:30]))
    (tmp_path / "second.jsonl").write_text("".join(wiki[30:]))
    # A third of the pool is enough, and documents like the target come with it.
    texts = texts[::3] + [json.loads(line)["text"] for line in wiki[:40]]
    texts += texts[5:400:9]
    texts += [re.sub(r"\bthe\b", "The", text[:-20]) + " End." for text in texts[3:420:7]]
    texts += ["too short", ""]
    evaluation = [" ".join(text.split()[10:40]) for text in texts[400:440:4]]
    (tmp_path / "evaluation.jsonl").write_text(
        "".join(json.dumps({"text": text}) + "\n" for text in evaluation)
    )
    lines = []
    for number, text in enumerate(texts):
        line = {"id": number, "text": text, "domain": "abc"[number % 3], "quality": number % 5}
        lines.append(json.dumps(line, ensure_ascii=False))
    lines[77:77] = ['{"text": 3}', "no JSON", "", '{"id": 1}']
    (tmp_path / "one.jsonl").write_text("\n".join(lines[:333]) + "\n")
    (tmp_path / "two.jsonl").write_text("\n".join(lines[333:]) + "\n")
    return tmp_path


class Pool:
    """The lines of the pool, by file and number, and by file and offset."""

    def __init__(self, folder: Path) -> None:
        self.lines: dict[tuple[str, int], bytes] = {}
        self.numbers: dict[tuple[str, int], int] = {}
        for name in ["one.jsonl", "two.jsonl"]:
            offset = 0
            for number, line in enumerate((folder / name).read_bytes().splitlines(True), 1):
                if line.strip():
                    self.lines[name, number] = line.rstrip(b"\n")
                    self.numbers[name, offset] = number
                offset += len(line)

    def text(self, place: tuple[str, int]) -> str:
        text: str = json.loads(self.lines[place])["text"]
        return text


def listed(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.mark.parametrize("options", SELECTIONS)
def test_explanations_agree_with_the_selection(dsel: str, folder: Path, options: str) -> None:
    words = options.split()
    target = "first=target.jsonl" if "--target" in words else "target.jsonl"
    for name in ["--exclude", "--near-duplicates"]:
        if name in words:
            words += ["--excluded", "excluded"] if name == "--exclude" else ["--rejected-duplicates", "similar"]
    command = [dsel, "select", "--target", target, *words, "--pool", "one.jsonl", "two.jsonl"]
    command += ["--on-error", "skip", "--rejects", "rejects", "--quiet", "-o", "out.jsonl"]
    command += ["--annotate-with", "part,rank,quantile", "--manifest", "m.json"]
    run(command, folder).checked()
    manifest = json.loads((folder / "m.json").read_text())
    pool = Pool(folder)
    names = [word for file, line in pool.lines for word in ("--line", f"{file}:{line}")]
    answer = json.loads(
        run([dsel, "explain", "--manifest", "m.json", "--top", "0", "--json", *names], folder).checked().output
    )
    documents = {(one["file"], one["line"]): one for one in answer["documents"]}
    assert documents.keys() == pool.lines.keys()
    by_reason = defaultdict(list)
    for place, one in documents.items():
        by_reason[one["reason"]].append(place)
        assert one["selected"] == (one["reason"] == "selected")
    for reason in SELECTIONS[options].split():
        assert by_reason[reason], reason

    # The selection, and what its annotations say.
    out = listed(folder / "out.jsonl")
    chosen = [documents[place] for place in by_reason["selected"]]
    assert [one["id"] for one in chosen] == [str(line["id"]) for line in out]
    for one, line in zip(chosen, out):
        said = line["dsel"]
        [part] = [part for part in one["parts"] if part["selected"]]
        assert (part["by"], part.get("stratum")) == (said["part"], said.get("stratum"))
        assert part["key"] == said["key"]
        weights = {weight.get("target"): weight for weight in one["weights"]}
        weight = weights[said.get("target")] if part["by"] != "random" else {}
        for name in ["log_weight", "rank", "quantile"]:
            assert weight.get(name) == said.get(name)

    # The reasons that the manifest counts, and the lists of documents.
    assert len(by_reason["under_min_tokens"]) == manifest["under_min_tokens"]
    assert len(by_reason["over_max_tokens"]) == manifest.get("over_max_tokens", 0)
    assert len(by_reason["outside_mixture"]) == manifest.get("outside_mixture", 0)
    limited = by_reason["under_min_weight"] + by_reason["under_min_quantile"]
    assert len(limited) == manifest.get("under_min_weight", 0)
    invalid = [(file, line) for file, line in documents if documents[file, line]["reason"] == "invalid_line"]
    assert [
        {"file": file, "line": line, "reason": documents[file, line]["invalid"]} for file, line in invalid
    ] == [{name: one[name] for name in ["file", "line", "reason"]} for one in listed(folder / "rejects.reasons.jsonl")]
    excluded = [
        {"file": place[0], "line": place[1]} | documents[place]["exclusion"]
        for place in by_reason["excluded"]
        if documents[place]["exclusion"].pop("reached")
    ]
    expected = listed(folder / "excluded")
    for one in expected:
        one["line"] = pool.numbers[one["file"], one.pop("offset")]
        del one["bytes"]
    # A text is listed once, where it comes first.
    texts = {pool.text((one["file"], one["line"])) for one in expected}
    assert [one for one in excluded if one in expected] == expected
    assert {pool.text((one["file"], one["line"])) for one in excluded} == texts
    similar = {}
    for one in listed(folder / "similar"):
        place = (one["file"], pool.numbers[one["file"], one["offset"]])
        kept = (one["similar_file"], pool.numbers[one["similar_file"], one["similar_offset"]])
        similar[pool.text(place)] = {"file": kept[0], "line": kept[1], "similarity": one["similarity"]}
        assert documents[place]["reason"] == "near_duplicate"
    for place in by_reason["near_duplicate"]:
        other = documents[place]["near_duplicate_of"]
        del other["id"]
        assert other == similar[pool.text(place)]
    for place in by_reason["copy"]:
        other = documents[place]["copy_of"]
        assert documents[other["file"], other["line"]]["selected"]
        assert pool.text((other["file"], other["line"])) == pool.text(place)

    # Ranks, and cuts, by sorting.
    eligible = [one for one in documents.values() if one["weights"] and "rank" in one["weights"][0]]
    assert len(eligible) == manifest["eligible_documents"] == answer["draw"]["eligible_documents"]
    for number in range(len(manifest.get("targets", [1]))):
        ordered = sorted(one["weights"][number]["log_weight"] for one in eligible)
        for one in eligible:
            weight = one["weights"][number]
            larger = len(ordered) - bisect_right(ordered, weight["log_weight"])
            assert weight["rank"] == larger + 1
            assert math.isclose(weight["quantile"], 1 - larger / len(ordered), rel_tol=1e-12)
    parts: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for one in eligible:
        for part in one["parts"]:
            parts[part["by"], part.get("target"), part.get("stratum")].append(part)
    for group in parts.values():
        keys = sorted(part["key"] for part in group)
        drawn = [part["key"] for part in group if part["selected"]]
        for part in group:
            assert part["key_count"] == len(keys)
            assert part["key_rank"] == len(keys) - bisect_right(keys, part["key"]) + 1
            assert part["documents"] == len(drawn)
            if "threshold_key" in part:
                assert part["cut"] == len(keys) - bisect_left(keys, part["threshold_key"])
            if "candidates" not in part:
                assert part.get("threshold_key") == (min(drawn) if drawn else None)
    for place in by_reason["below_cut"]:
        assert all(part["key"] <= part["threshold_key"] for part in documents[place]["parts"])
    # With sets and one part, candidates are the largest keys, each text once.
    if len(parts) == 1 and "not_in_set" in SELECTIONS[options]:
        [group] = parts.values()
        count = group[0]["candidates"]["count"]
        ranks = {part["candidates"]["rank"] for part in group if "rank" in part["candidates"]}
        assert ranks == set(range(1, count + 1)) or options.count("exclude") or options.count("near")


def test_candidates_are_the_largest_keys(dsel: str, folder: Path) -> None:
    """A set has at least 10,000 candidates, so other documents are seen in a larger pool only."""
    words = "the of and town river built in was a species family church http www click".split()
    draw = random.Random(1)
    with (folder / "large.jsonl").open("w") as file:
        for number in range(12_000):
            text = " ".join(draw.choices(words, k=12)) + f" {number}"
            file.write(json.dumps({"id": number, "text": text}) + "\n")
    command = [dsel, "select", "--target", "target.jsonl", "--pool", "large.jsonl", "--min-tokens", "0"]
    run([*command, "--quiet", "--count", "20", "-o", "out.jsonl"], folder).checked()
    candidates = json.loads((folder / "out.jsonl.manifest.json").read_text())["selected"]["candidates"]
    names = [word for number in range(0, 12_000, 2) for word in ("--id", str(number))]
    explain = [dsel, "explain", "--manifest", "out.jsonl.manifest.json", "--top", "0", "--json", *names]
    documents = json.loads(run(explain, folder).checked().output)["documents"]
    assert 10_000 <= candidates < 12_000 and len(documents) == 6000
    for one in documents:
        [part] = one["parts"]
        assert part["candidates"]["count"] == part["cut"] == candidates
        assert (one["reason"] == "no_candidate") == (part["key_rank"] > candidates)
        assert part["candidates"].get("rank", part["key_rank"]) == part["key_rank"]
    assert {one["reason"] for one in documents} == {"selected", "not_in_set", "no_candidate"}


def failed(dsel: str, folder: Path, words: list[str], status: int = 1) -> str:
    done = run([dsel, "explain", *words], folder)
    assert done.status == status, done
    return done.errors


def test_what_cannot_be_explained_is_an_error(dsel: str, folder: Path) -> None:
    select = [dsel, "select", "--target", "target.jsonl", "--pool", "one.jsonl", "two.jsonl", "--on-error", "skip"]
    run([*select, "--quiet", "--count", "50", "-o", "out.jsonl"], folder).checked()
    manifest = ["--manifest", "out.jsonl.manifest.json"]
    assert "--id or --line" in failed(dsel, folder, manifest, 64)
    assert "--pool: with --manifest" in failed(dsel, folder, [*manifest, "--id", "7", "--pool", "x"], 64)
    assert "--directory needs --manifest" in failed(dsel, folder, ["--directory", ".", "one.jsonl"], 64)
    assert "no document has the value 'x'" in failed(dsel, folder, [*manifest, "--id", "7", "--id", "x"])
    assert "2 files" in failed(dsel, folder, [*manifest, "--line", "7"])
    assert "not one file of the pool" in failed(dsel, folder, [*manifest, "--line", "x.jsonl:7"])
    assert "the line is blank" in failed(dsel, folder, [*manifest, "--line", "one.jsonl:80"])
    assert "no line 9999" in failed(dsel, folder, [*manifest, "--line", "one.jsonl:9999"])
    done = run([dsel, "explain", *manifest, "--id", "7", "--id", "8"], folder).checked()
    assert "is made again without writing it" in done.errors
    assert done.output.count(b"one.jsonl:") >= 2
    manifest_text = (folder / "out.jsonl.manifest.json").read_text()
    assert '"documents" : 50' in manifest_text
    (folder / "other.json").write_text(manifest_text.replace('"documents" : 50', '"documents" : 51'))
    assert "another number of documents now" in failed(dsel, folder, ["--manifest", "other.json", "--id", "7"])
    (folder / "moved.json").write_text(manifest_text.replace(f'"{folder}"', '"/no/such"'))
    assert "there is no such directory" in failed(dsel, folder, ["--manifest", "moved.json", "--id", "7"])
    words = ["--manifest", "moved.json", "--directory", ".", "--id", "7"]
    run([dsel, "explain", *words], folder).checked()
    # From another directory, and with a pool that is stored in another way.
    text = run([dsel, "explain", *manifest, "--id", "7"], folder).checked().output
    (folder / "elsewhere").mkdir()
    other = run([dsel, "explain", "--manifest", "../out.jsonl.manifest.json", "--id", "7"], folder / "elsewhere")
    assert other.checked().output == text
    run(["zstd", "-q", "--rm", "two.jsonl", "-o", "two"], folder).checked()
    (folder / "two").rename(folder / "two.jsonl")
    assert run([dsel, "explain", *manifest, "--id", "7"], folder).checked().output == text
    with (folder / "one.jsonl").open("a") as file:
        file.write('{"text":"more"}\n')
    message = failed(dsel, folder, [*manifest, "--id", "7"])
    fault = "one.jsonl: the file is not what it was when the selection was made, so that selection can't be made again."
    assert message.splitlines()[-1].startswith(fault)
    # Other commands say the same.
    assert fault in run([dsel, "show", *manifest], folder).errors


def test_commands_of_a_manifest_are_not_started_unasked(dsel: str, folder: Path) -> None:
    run(["xz", "two.jsonl"], folder).checked()
    select = [dsel, "select", "--target", "target.jsonl", "--pool", "two.jsonl.xz", "--reader", "*.xz=xz -dc"]
    run([*select, "--quiet", "--count", "50", "-o", "out.jsonl"], folder).checked()
    words = ["--manifest", "out.jsonl.manifest.json", "--id", "500"]
    assert "--run-readers" in failed(dsel, folder, words)
    assert b"two.jsonl.xz:" in run([dsel, "explain", *words, "--run-readers"], folder).checked().output
    # Other manifests.
    resample = [dsel, "resample", "--pool", "one.jsonl", "--field", "quality", "--on-error", "skip"]
    run([*resample, "--count", "9", "--quiet", "-o", "r.jsonl"], folder).checked()
    assert "of the command 'dsel resample'" in failed(
        dsel, folder, ["--manifest", "r.jsonl.manifest.json", "--id", "7"]
    )
    assert "not the manifest" in failed(dsel, folder, ["--manifest", "target.jsonl", "--id", "7"])


def test_documents_that_weigh_too_little_are_eligible(dsel: str, folder: Path) -> None:
    """They count among the eligible ones, as the manifest has them, and may not be drawn."""
    select = [dsel, "select", "--target", "target.jsonl", "--pool", "one.jsonl", "two.jsonl", "--on-error", "skip"]
    select += ["--quiet", "--count", "50", "--objective", "weight", "--min-weight", "-1", "-o", "out.jsonl"]
    run(select, folder).checked()
    manifest = json.loads((folder / "out.jsonl.manifest.json").read_text())
    assert manifest["under_min_weight"] > 100
    eligible = f"{manifest['eligible_documents']:,} eligible documents"
    words = ["--manifest", "out.jsonl.manifest.json"]
    explained = run([dsel, "explain", *words, "--id", "7"], folder).checked().output.decode()
    assert re.search(f"log weight .*(st|nd|rd|th) of {eligible}\n", explained)
    shown = run([dsel, "show", *words, "--top", "1"], folder).checked().output.decode()
    assert shown.startswith(f"50 of {eligible} were selected.")


def test_a_long_id_is_cut_in_the_text(dsel: str, folder: Path) -> None:
    lines = [json.loads(line) for line in (folder / "one.jsonl").read_bytes().splitlines() if line.startswith(b"{")]
    texts = [line for line in lines if len(str(line.get("text")).split()) > 100][:40]
    long = "x" * 5000
    for number, line in enumerate(texts):
        line["id"] = long + str(number)
    # A copy, whose line names the other one's id.
    texts.append(texts[0] | {"id": long + "copy"})
    (folder / "long.jsonl").write_text("".join(json.dumps(line) + "\n" for line in texts))
    select = [dsel, "select", "--target", "target.jsonl", "--pool", "long.jsonl", "--quiet", "--count", "40"]
    run([*select, "-o", "out.jsonl"], folder).checked()
    words = [dsel, "explain", "--manifest", "out.jsonl.manifest.json", "--line", "1", "--line", "41", "--top", "0"]
    text = run(words, folder).checked().output.decode()
    assert "its text is that of long.jsonl:" in text and "…)" in text
    assert max(map(len, text.splitlines())) < 400
    answer = json.loads(run([*words, "--json"], folder).checked().output)
    assert {one["id"] for one in answer["documents"]} == {long + "0", long + "copy"}
