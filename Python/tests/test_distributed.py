"""Selections on many machines have the bytes of one `dsel select`, by an engine of threads."""

import json
import lzma
import os
import subprocess
import warnings

import pytest
from conftest import CRAWL, WIKI, dsel
from pools import SHARDS, content, expected_of, select, write_shards

import dsel as api
from dsel import distributed
from dsel.distributed import _cost, _select

# The same bytes.


@pytest.mark.parametrize(
    "options",
    [
        {"count": 60},
        {"count": 60, "objective": "weight", "seed": 9},
        {"count": "1k", "purity": 0.1, "noise": 0, "min_tokens": 0},
        {"fraction": "7%"},
        {},
        {"count": 5000},
        {"count": 60, "estimator": "ratio", "temperature": 2},
        {"count": 60, "compat": "dsir"},
        {"count": 60, "exclude_target": True, "max_tokens": 900, "min_weight": -200},
        {"fraction": 0.05, "fit_sample": 0.4},
        {"fit_sample": 0.2, "tokens": 20_000, "objective": "weight", "seed": 5},
    ],
    ids=str,
)
def test_it_has_the_bytes_of_one_select(threads, shards, options):
    words = []
    for name, value in options.items():
        words.append("--" + name.replace("_", "-") + ("" if value is True else f"={value}"))
    found = select(threads, WIKI, "shards/*", **options)
    assert content(found) == expected_of(shards, *words)


@pytest.mark.parametrize(
    "options",
    [
        {"tokens": 20_000, "objective": "weight"},
        {"tokens": "9k", "share": {"wiki": 0.3}},
        {"bytes": "200kB", "replay": 0.2, "objective": "weight"},
        {"bytes": "0.5MiB"},
        {"count": 90, "stratify": "domain", "mixture": {"wiki": 0.4, "saga": 0.1}},
        {"count": 90, "stratify": "domain", "fill": True, "objective": "weight"},
        {"count": 70, "add": {"n": 0.5, "m": -1}, "share": {"code": 0.8}},
        {"fraction": 0.1, "replay": 0.5, "stratify": "domain", "mixture_temperature": 2},
        {"tokens": "30k", "tokens_field": "n_tokens", "objective": "weight"},
        {"tokens": "30k", "tokens_field": "n_tokens"},
        {"count": 60, "base": "code.model"},
        {"count": 60, "base": "code.model", "share": {"wiki": 0.6}},
    ],
    ids=str,
)
def test_budgets_and_parts_have_the_bytes_of_one_select(threads, tmp_path, crawl_lines, options):
    rows = [json.loads(line) for line in crawl_lines]
    own = [row for row in rows if row["domain"] == "code"][:50]
    with open("code.jsonl", "w") as file:
        file.writelines(json.dumps(row) + "\n" for row in own)
    dsel("fit", "code.jsonl", "--output", "code.model")
    for number, row in enumerate(rows):
        row |= {"n": number % 7, "m": number % 11, "n_tokens": 2 * len(row["text"].split())}
    shards = write_shards(tmp_path, [json.dumps(row).encode() + b"\n" for row in rows])
    words = []
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        pairs = value.items() if isinstance(value, dict) else ()
        words += [f"{flag}={key}={one}" for key, one in pairs]
        words += [] if pairs else [flag if value is True else f"{flag}={value}"]
    target = {"wiki": WIKI, "code": "code.jsonl"} if "share" in options else WIKI
    named = [f"wiki={WIKI}", "code=code.jsonl"] if "share" in options else [WIKI]
    found = select(threads, target, "shards/*", **options)
    given = [word for name in named for word in ("--target", name)]
    assert content(found) == dsel("select", *given, "--pool", *shards, *words)


def test_a_base_model(threads, shards):
    dsel("fit", WIKI, "-o", "base.model")
    found = select(threads, WIKI, shards, count=60, base="base.model")
    assert content(found) == expected_of(shards, "--count=60", "--base=base.model")
    assert content(found) != expected_of(shards, "--count=60")


def test_near_duplicates_and_evaluation_documents(threads, shards, crawl_lines):
    changed = [line.replace(b" the ", b" a ", 1) for line in crawl_lines[:400]]
    with open("shards/99.jsonl", "wb") as file:
        file.writelines(changed)
    shards = [*shards, "shards/99.jsonl"]
    evaluation = [json.loads(line) for line in crawl_lines[5:9]]
    with open("e.jsonl", "wb") as file:
        file.writelines(crawl_lines[5:9])
    options = {"count": 60, "near_duplicates": 0.8}
    found = select(threads, WIKI, "shards/", exclude=evaluation, **options)
    words = ["--count=60", "--near-duplicates=0.8", "--exclude=e.jsonl"]
    assert content(found) == expected_of(shards, *words)


def test_more_candidates_are_kept_if_near_duplicates_use_them_up(threads, tmp_path, wiki_rows):
    rows = []
    for number in range(300):
        text = wiki_rows[number % 3]["text"]
        rows.append({"text": f"{text} {number}"})
    rows += wiki_rows[3:]
    (tmp_path / "shards").mkdir()
    for part in range(3):
        lines = [json.dumps(row) + "\n" for row in rows[part::3]]
        (tmp_path / f"shards/{part}.jsonl").write_text("".join(lines))
    shards = sorted(map(str, (tmp_path / "shards").iterdir()))
    options = {"count": 20, "near_duplicates": 0.7, "objective": "weight"}
    words = ["--count=20", "--near-duplicates=0.7", "--objective=weight"]
    # 20 documents and a quarter and 1,024 more would be all, so it needs a pool beyond that.
    found = select(threads, WIKI, "shards", **options)
    assert content(found) == expected_of(shards, *words)


@pytest.mark.parametrize("are_merged_first", [False, True])
@pytest.mark.parametrize("options", [{}, {"max_tokens": 900}], ids=str)
def test_two_rounds_choose_what_one_does(threads, shards, monkeypatch, options, are_merged_first):
    monkeypatch.setattr(_select._Run, "_is_in_two_rounds", lambda *_: True)
    if are_merged_first:
        monkeypatch.setattr(_cost, "MERGED_ON_THE_WAY", 0)
    found = select(threads, WIKI, shards, count=60, **options)
    words = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    assert content(found) == expected_of(shards, "--count=60", *words)
    steps = set(found.steps)
    assert "complete" in steps and ("merge candidates" in steps) == are_merged_first
    # Keys with counts of a limit can't be cut, so each part gets all of them in one file.
    assert ("merge keys" in steps) == (are_merged_first or "max_tokens" in options)


def test_two_rounds_are_made_where_they_pay():
    are_cheaper = _cost.two_rounds_are_cheaper
    # 300,000 documents would be kept, of which 30,000 are left. The n-grams of the others cost
    # 16 s; to read 2 GB again costs 3 s, and 20 GB 24 s.
    assert are_cheaper(30_000, [100_000] * 10, 2 * 10**9)
    assert not are_cheaper(30_000, [100_000] * 10, 20 * 10**9)
    # Ten times as many parts need two levels of merging.
    assert are_cheaper(30_000, [100_000] * 100, 200 * 10**9)
    # All are left, or almost all.
    assert not are_cheaper(1_200_000, [100_000] * 10, 2 * 10**9)
    assert not are_cheaper(10_000, [4_000] * 3, 48 * 10**6)


def test_small_shards_share_a_task(threads, shards, monkeypatch):
    for is_twice in [False, True]:
        monkeypatch.setattr(_select._Run, "_is_in_two_rounds", lambda *_, is_it=is_twice: is_it)
        found = select(threads, WIKI, shards, out=f"out{is_twice}", count=60, task_bytes=400_000)
        assert content(found) == expected_of(shards, "--count=60")
        assert 1 < found.steps["weigh"]["tasks"] < SHARDS


def test_levels_of_merging_and_many_files(threads, tmp_path, crawl_lines, monkeypatch):
    (tmp_path / "shards").mkdir()
    monkeypatch.setattr(_cost, "FAN_IN", 4)
    monkeypatch.setattr(_cost, "WRITTEN_BY_A_TASK", 6)
    shards = [f"shards/{number:02}.jsonl" for number in range(9)]
    for number, path in enumerate(shards):
        (tmp_path / path).write_bytes(b"".join(crawl_lines[number::9]))
    expected = expected_of(shards, "--count=300")
    for is_twice, task_bytes in [(False, 1), (True, 1), (False, 180_000_000)]:
        monkeypatch.setattr(_select._Run, "_is_in_two_rounds", lambda *_, is_it=is_twice: is_it)
        out = f"out{is_twice}{task_bytes}"
        found = select(threads, WIKI, shards, out=out, count=300, task_bytes=task_bytes)
        assert content(found) == expected and len(found.files) == 9
        merged = [step["tasks"] for name, step in found.steps.items() if "merge " in name]
        # 9 files make three. These are a few small ones for candidates, and one more for models.
        # The ninth file is alone, and stays as it is.
        assert merged == [[2 + 1, 2], [2 + 1, 2, 2], []][is_twice if task_bytes == 1 else 2]
        assert found.steps["write"]["tasks"] == (9 if task_bytes == 1 else 2)


def test_targets_and_texts_in_other_fields(threads, shards, wiki_rows, tmp_path):
    texts = [row["text"] for row in wiki_rows]
    with open("t.jsonl", "w") as file:
        file.writelines(json.dumps({"text": text}) + "\n" for text in texts)
    expected = expected_of(shards, "--count=60", target="t.jsonl")
    assert content(select(threads, texts, shards, count=60)) == expected
    (tmp_path / "joined").mkdir()
    for number, path in enumerate(shards[:2]):
        rows = subprocess.run(["zstd", "-dqcf", path], capture_output=True).stdout.splitlines()
        with open(f"joined/{number}.jsonl", "w") as file:
            for row in map(json.loads, rows):
                file.write(json.dumps({"a": row["text"][:99], "b": row["text"][99:]}) + "\n")
    options = {"text_field": "a,b", "text_join": "|", "target_text_field": "text"}
    words = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    found = select(threads, texts, "joined", out="out2", count=20, **options)
    joined = ["joined/0.jsonl", "joined/1.jsonl"]
    assert content(found) == expected_of(joined, "--count=20", *words, target="t.jsonl")


def test_invalid_lines_are_skipped_and_counted(threads, shards):
    with open("shards/98.jsonl", "wb") as file:
        file.write(b"no JSON\n" * 9)
    shards.append("shards/98.jsonl")
    with pytest.raises(api.DselError) as caught:
        select(threads, WIKI, shards, count=60)
    assert caught.value.code == "not_json" and caught.value.file.endswith("shards/98.jsonl")
    options = {"on_error": "skip", "max_skipped": "100%"}
    found = select(threads, WIKI, shards, count=60, **options)
    words = ["--count=60", "--on-error=skip", "--max-skipped=100%"]
    assert content(found) == expected_of(shards, *words)
    assert found.manifest["pool"]["skipped_lines"] == {"not_json": 9}


def test_the_output_may_be_compressed_otherwise(threads, shards):
    for compress, suffix in [("none", ".jsonl"), ("gz", ".jsonl.gz")]:
        found = select(threads, WIKI, shards, out=compress, count=60, compress=compress)
        assert content(found) == expected_of(shards, "--count=60")
        assert all(path.endswith(suffix) for path in found.files)


def test_shards_without_chosen_documents_are_not_read_again(shards):
    labels = []

    class Counting:
        def map(self, function, items, label):
            if label == "write":
                labels.extend(shard["path"] for item in items for shard in item["shards"])
            return [function(item) for item in items]

    found = select(Counting(), WIKI, shards, count=3)
    assert content(found) == expected_of(shards, "--count=3")
    assert 0 < len(labels) == len(found.files) <= 3


def test_shards_that_a_command_reads(threads, shards, tmp_path):
    folder = tmp_path / "packed"
    folder.mkdir()
    for number, path in enumerate(shards):
        lines = subprocess.run(["zstd", "-dqcf", path], capture_output=True).stdout
        (folder / f"{number}.jsonl.xz").write_bytes(lzma.compress(lines, preset=0))
    packed = sorted(map(str, folder.iterdir()))
    options = {"count": 60, "reader": "*.xz=xz -dc", "allow_empty": True}
    found = select(threads, WIKI, packed, **options)
    assert content(found) == expected_of(shards, "--count=60")


# What is refused.


@pytest.mark.parametrize(
    "name, value",
    [
        ("mixture", "wiki=1"),
        ("fill", True),
        ("picks", "picks"),
        ("annotate_with", "rank"),
        ("duplicates", "keep"),
        ("annotate", True),
        ("order", "shuffle"),
        ("remainder", "rest"),
        ("rejects", "rejects"),
        ("output", "o"),
        ("purity", 3),
    ],
)
def test_what_needs_one_machine_is_refused_before_any_work(threads, shards, name, value):
    with pytest.raises(api.UsageError, match=name.replace("_", ".")):
        select(threads, WIKI, shards, count=60, **{name: value})
    assert not os.path.exists("work") and not os.path.exists("out")


def test_other_mistakes(threads, shards):
    for options, said in [
        ({"count": "auto"}, "one machine"),
        ({"count": 60, "objective": "weight", "temperature": "auto"}, "temperature='auto' can't"),
        ({"count": 60, "fraction": 0.1}, "not both"),
        ({"count": 60, "bytes": "1MB"}, "not both"),
        ({"count": "ten"}, "no number"),
        ({"bytes": "0.1MiB"}, "no number of bytes"),
        ({"tokens": "1MB"}, "no number of tokens"),
        ({"count": 60, "stratify": "domain", "fill": True}, "fill needs objective='weight'"),
        ({"fraction": "ten"}, "no share"),
        ({"count": 0}, "at least 1"),
        ({"purity": 0.4, "top_k": True, "count": 9}, "--purity"),
    ]:
        with pytest.raises(api.UsageError, match=said):
            select(threads, WIKI, shards, **options)
    with pytest.raises(TypeError, match="cuont"):
        select(threads, WIKI, shards, cuont=3)
    with pytest.raises(TypeError, match="files that all machines see"):
        select(threads, WIKI, ({"text": "a"},), count=3)
    for pool, code in [(["none.jsonl"], "no_such_file"), ([CRAWL, CRAWL], "repeated_file")]:
        with pytest.raises(api.DselError) as caught:
            select(threads, WIKI, pool, count=3)
        assert caught.value.code == code and caught.value.file
    assert not os.path.exists("out")


def test_an_empty_target_is_named(threads, shards, tmp_path):
    (tmp_path / "empty.jsonl").write_text("")
    for target in (["empty.jsonl"], [], {"two": "empty.jsonl"}):
        with pytest.raises(api.DselError, match=r"the target( two)? is empty") as caught:
            select(threads, target, shards, count=3)
        assert caught.value.code == "no_documents"
    assert not os.path.exists("out")


def test_the_time_of_all_programs_counts(threads, shards):
    steps = select(threads, WIKI, shards, count=60).steps
    # The choice of a set reports no time of its own.
    assert all(steps[name]["processor_seconds"] > 0 for name in ("fit", "weigh", "choose", "write"))


def test_files_of_options_are_looked_at_before_any_work(threads, shards, tmp_path):
    (tmp_path / "empty.jsonl").write_text("")
    dsel("fit", WIKI, "-o", "wiki.model")
    dsel("fit", WIKI, "--buckets", "500", "-o", "other.model")
    models = ["--target-model", "wiki.model", "--pool-model", "wiki.model"]
    dsel("weigh", *models, "--candidates", "5", WIKI, "-o", "kept")
    for options, code, name in [
        ({"base": "none.model"}, "no_such_file", "none.model"),
        ({"base": WIKI}, "unusable_model", "wiki.jsonl"),
        ({"base": "kept"}, "unusable_model", "kept"),
        ({"base": "other.model"}, "other_settings", "other.model"),
        ({"base": "wiki.model", "buckets": 600}, "other_settings", "wiki.model"),
        ({"exclude": "none.jsonl"}, "no_such_file", "none.jsonl"),
        ({"exclude": [WIKI, "none.jsonl"]}, "no_such_file", "none.jsonl"),
    ]:
        with pytest.raises(api.DselError) as caught:
            select(threads, WIKI, shards, count=5, **options)
        assert caught.value.code == code and caught.value.file.endswith(name)
    with pytest.raises(api.DselError) as caught:
        select(threads, "none.jsonl", shards, count=5)
    assert caught.value.code == "no_such_file"
    assert not os.path.exists("work") and not os.path.exists("out")


def test_a_reader_of_some_files_is_no_reason_for_a_warning(threads, shards):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        distributed.select(
            *(threads, WIKI, shards, "work", "out"), task_bytes=1, count=60, reader="*.zst=zstd -dc"
        )
    said = [str(one.message) for one in caught]
    assert not any("read no file" in text for text in said), said


def test_the_pool_is_not_in_the_output(threads, shards, tmp_path):
    """Files that are named as an earlier selection names them."""
    (tmp_path / "earlier").mkdir()
    names = []
    for number, shard in enumerate(shards[:2]):
        names.append(f"earlier/shard_{number:08}.jsonl{os.path.splitext(shard)[1]}")
        os.link(shard, tmp_path / names[-1])
    for out in ["earlier", "./earlier/", os.path.realpath("earlier")]:
        with pytest.raises(api.UsageError, match="is read by the selection"):
            select(threads, WIKI, names, out=out, count=5, force=True)
    with pytest.raises(api.UsageError, match="is read by the selection"):
        select(threads, names[:1], shards, out="earlier", count=5, force=True)
    assert sorted(os.listdir("earlier")) == [os.path.basename(name) for name in names]


def test_another_selection_stays_until_the_new_one_is_chosen(threads, shards):
    before = content(select(threads, WIKI, shards, count=30))
    with pytest.raises(api.DselError):
        select(threads, WIKI, shards, count=9, text_field="nosuch", force=True)
    names = sorted(os.listdir("out"))
    assert "manifest.json" in names
    found = select(threads, WIKI, shards, count=9, force=True)
    assert content(found) == expected_of(shards, "--count=9") != before


@pytest.mark.parametrize("task_bytes", [0, -1])
def test_the_size_of_a_task_is_positive(threads, shards, task_bytes):
    with pytest.raises(api.UsageError, match="task_bytes must be at least 1"):
        select(threads, WIKI, shards, task_bytes=task_bytes, count=5)
