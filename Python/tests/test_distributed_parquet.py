"""Selections on many machines from Parquet files: the rows of one `dsel select`."""

import importlib.util
import json
import multiprocessing
import os
import pathlib
import shutil
import subprocess
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from conftest import WIKI, dsel
from pools import Interrupting, environment, reused, select

import dsel as api
from dsel.distributed import Futures, _cost, _select

arrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

CODECS = ["zstd", "snappy", "none"]


@pytest.fixture
def tables(tmp_path, crawl_rows):
    """Twelve shards with columns of all kinds, one of which has no rows. Some texts are in two."""
    os.mkdir("rows")
    paths = []
    for number in range(12):
        own = crawl_rows[number::12] + crawl_rows[number * 5 : number * 5 + 3]
        rows = [
            {
                "text": row["text"],
                "domain": row["domain"],
                "n": place % 7,
                "n_tokens": 2 * len(row["text"].split()),
                "tags": ["a", "b"][: place % 3],
                "meta": {"number": place, "name": f"{number}/{place}", "body": row["text"]},
                "day": None if place % 5 == 0 else arrow.scalar(place, arrow.date32()).as_py(),
            }
            for place, row in enumerate(own if number != 4 else own[:1])
        ]
        table = arrow.Table.from_pylist(rows).replace_schema_metadata({"by": "test"})
        paths.append(str(tmp_path / f"rows/{number:02}.parquet"))
        options = {"compression": CODECS[number % 3], "row_group_size": 20 + number}
        parquet.write_table(table.slice(0, 0 if number == 4 else None), paths[-1], **options)
    return paths


def rows_of(selected):
    """The selected rows, in the order of the files' names."""
    names = [name for name in sorted(os.listdir(selected.out)) if name.startswith("shard_")]
    assert [os.path.join(selected.out, name) for name in names] == selected.files
    manifest = json.loads(pathlib.Path(selected.out, "manifest.json").read_bytes())
    assert manifest == selected.manifest
    table = arrow.concat_tables([parquet.read_table(path) for path in selected.files])
    known = manifest["selected"]
    assert known["documents"] == table.num_rows
    texts = table.column("text").to_pylist()
    assert known["bytes"] == sum(len(text.encode()) + 1 for text in texts)
    return table


def expected_of(paths, *words, target=(WIKI,)):
    """What `python -m dsel take` makes of the picks of one `dsel select`."""
    given = [word for name in target for word in ("--target", name)]
    dsel("select", *given, "--pool", *paths, *words, "--picks", "picks", "--force")
    command = [os.sys.executable, "-m", "dsel", "take", "picks", "-o", "expected.parquet"]
    subprocess.run([*command, "--force"], check=True, env=environment(), capture_output=True)
    return parquet.read_table("expected.parquet")


def words_of(options):
    words = []
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        pairs = value.items() if isinstance(value, dict) else ()
        words += [f"{flag}={key}={one}" for key, one in pairs]
        words += [] if pairs else [flag if value is True else f"{flag}={value}"]
    return words


OPTIONS = [
    {"count": 60},
    {"tokens": "20k", "tokens_field": "n_tokens"},
    {"fraction": 0.1, "objective": "weight", "seed": 4},
    {"bytes": "90kB", "replay": 0.2, "objective": "weight"},
    {"count": 80, "stratify": "domain", "mixture": {"wiki": 0.4, "saga": 0.1}},
    {"count": 60, "near_duplicates": 0.8, "exclude_target": True},
    {"count": 60, "add": {"n": 0.5}, "share": {"wiki": 0.7}},
    {"count": 40, "text_field": "meta.body", "target_text_field": "text"},
]
# With a task for each shard, and with one for all.
CASES = [(options, 1) for options in OPTIONS] + [(options, 10**9) for options in OPTIONS[:2]]


@pytest.mark.parametrize("options, task_bytes", CASES, ids=str)
def test_the_rows_are_those_of_one_select(threads, tables, options, task_bytes):
    target, named = WIKI, [WIKI]
    if "share" in options:
        target, named = {"wiki": WIKI, "more": tables[0]}, [f"wiki={WIKI}", f"more={tables[0]}"]
    found = select(threads, target, "rows/", task_bytes=task_bytes, **options)
    expected = expected_of(tables, *words_of(options), target=named)
    rows = rows_of(found)
    assert rows.equals(expected)
    assert rows.schema.equals(expected.schema, check_metadata=True)
    # One file for each shard with chosen rows, with the number of the shard.
    for file in found.manifest["files"]:
        assert file["name"] == f"shard_{tables.index(file['shard']):08d}.parquet"


def test_two_rounds_and_levels_of_merging(threads, tables, monkeypatch):
    monkeypatch.setattr(_select._Run, "_is_in_two_rounds", lambda *_: True)
    monkeypatch.setattr(_cost, "FAN_IN", 4)
    monkeypatch.setattr(_cost, "WRITTEN_BY_A_TASK", 5)
    for task_bytes in (1, 180_000_000):
        out = f"out{task_bytes}"
        found = select(threads, WIKI, tables, out=out, count=60, task_bytes=task_bytes)
        assert "complete" in found.steps
        assert rows_of(found).equals(expected_of(tables, "--count=60"))
        if task_bytes > 1:
            assert found.steps["write"]["tasks"] == 3


def test_processes_are_an_engine(tables):
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as executor:
        found = select(Futures(executor), WIKI, tables, count=60)
    assert rows_of(found).equals(expected_of(tables, "--count=60"))


class Broken(Exception):
    pass


def test_a_driver_that_begins_again_redoes_what_is_missing(threads, tables):
    def stop():
        raise Broken

    with ThreadPoolExecutor(2) as executor:
        for label in ("weigh", "choose", "write"):
            with pytest.raises(Broken):
                select(Interrupting(executor, label, stop), WIKI, tables, count=60)
            assert not os.path.exists("out/manifest.json")
    found = select(threads, WIKI, tables, count=60)
    expected = expected_of(tables, "--count=60")
    assert rows_of(found).equals(expected)
    assert {step for step, is_it in reused(found).items() if not is_it} == {"write"}
    os.unlink(found.files[3])
    with open(found.files[5], "wb"):
        pass
    again = select(threads, WIKI, tables, count=60)
    assert rows_of(again).equals(expected) and again.steps["write"]["reused"] > 0


@pytest.mark.parametrize("label", ["weigh", "choose", "write"])
def test_a_shard_that_is_lost_damaged_or_changed_is_named(threads, tables, label):
    path = tables[2]
    whole = pathlib.Path(path).read_bytes()

    def change(action):
        status = os.stat(path)
        action()
        if os.path.exists(path):
            # Size and date stay, or the date alone.
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def damage():
        # The text of a page that isn't compressed.
        assert whole.count(b" the ") > 3
        pathlib.Path(path).write_bytes(whole.replace(b" the ", b" eht "))

    actions = [lambda: os.truncate(path, 1000), lambda: os.unlink(path), damage]
    for action in actions:
        for folder in ("work", "out"):
            shutil.rmtree(folder, ignore_errors=True)
        pathlib.Path(path).write_bytes(whole)
        with ThreadPoolExecutor(2) as executor, pytest.raises(api.DselError) as caught:
            engine = Interrupting(executor, label, lambda one=action: change(one))
            select(engine, WIKI, tables, count=60)
        assert caught.value.file == path, caught.value
        assert not os.path.exists("out/manifest.json")
        hidden = [name for name in os.listdir("out")] if os.path.exists("out") else []
        assert not [name for name in hidden if "dsel-tmp" in name or name.startswith(".dsel-0")]
    pathlib.Path(path).write_bytes(whole)
    assert rows_of(select(threads, WIKI, tables, count=60)).num_rows == 60


def test_a_damaged_shard_is_named(threads, tables):
    data = bytearray(pathlib.Path(tables[0]).read_bytes())
    data[200:260] = bytes(60)
    pathlib.Path(tables[0]).write_bytes(data)
    with pytest.raises(api.DselError) as caught:
        select(threads, WIKI, tables, count=60)
    assert caught.value.file == tables[0]
    assert not os.path.exists("out/manifest.json")


def test_a_pool_of_both_kinds(threads, tables, crawl_rows):
    """Lines stay lines, and rows stay rows."""
    for number in (3, 7, 8):
        rows = [
            {"text": row["text"], "number": place}
            for place, row in enumerate(crawl_rows[number::12])
        ]
        # Its first bytes count, and not its name.
        os.unlink(tables[number])
        with open(tables[number], "w") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        tables[number] = str(pathlib.Path(tables[number]).resolve())
    dsel("select", "--target", WIKI, "--pool", *tables, "--count=200", "--picks", "picks")
    _, *picks = map(json.loads, pathlib.Path("picks").read_text().splitlines())
    expected = {}
    for pick in picks:
        expected.setdefault(pick.get("shard", pick.get("file")), []).append(pick)
    for task_bytes in (1, 180_000_000):
        found = select(
            *(threads, WIKI, tables), out=f"out{task_bytes}", count=200, task_bytes=task_bytes
        )
        assert found.manifest["selected"]["documents"] == 200
        for file in found.manifest["files"]:
            number = tables.index(file["shard"])
            path = os.path.join(found.out, file["name"])
            own = expected.get(number) or expected[file["shard"]]
            if number in (3, 7, 8):
                assert path.endswith(".jsonl.zst")
                read = subprocess.run(["zstd", "-dqc", path], capture_output=True).stdout
                data = pathlib.Path(file["shard"]).read_bytes()
                lines = [data[p["offset"] : p["offset"] + p["bytes"]] + b"\n" for p in own]
                assert read == b"".join(lines)
                assert file["bytes"] == len(read) and file["documents"] == len(lines)
            else:
                rows = parquet.read_table(file["shard"]).take([p["row"] for p in own])
                assert parquet.read_table(path).equals(rows)
            assert file["tokens"] == sum(p["tokens"] for p in own)


def test_files_of_other_columns_each_keep_theirs(threads, tables):
    table = parquet.read_table(tables[1]).drop_columns(["tags"])
    parquet.write_table(table, tables[1])
    found = select(threads, WIKI, tables, count=300)
    assert found.manifest["selected"]["documents"] == 300
    for path, file in zip(found.files, found.manifest["files"]):
        own = parquet.read_schema(file["shard"])
        assert parquet.read_schema(path).equals(own, check_metadata=True)


def test_rows_in_an_object_store(threads, tables, store):
    for path in tables:
        store.put_file(path, "/pool/" + os.path.basename(path))
    places = ("memory://pool/*", "memory://work", "memory://out")
    found = select(threads, "memory://pool/00.parquet", *places, count=60)
    for path in found.files:
        store.get_file(path, os.path.basename(path))
    names = [os.path.basename(path) for path in found.files]
    rows = arrow.concat_tables([parquet.read_table(name) for name in sorted(names)])
    assert rows.equals(expected_of(tables, "--count=60", target=[tables[0]]))
    assert not [name for name in store.find("/") if "dsel-tmp" in name]

    def change():
        store.pipe_file("/pool/01.parquet", store.cat("/pool/01.parquet")[:-1] + b"2")

    with ThreadPoolExecutor(2) as executor, pytest.raises(api.DselError) as caught:
        engine = Interrupting(executor, "write", change)
        select(engine, WIKI, *places[:2], "memory://out2", count=60)
    assert caught.value.file.endswith("/pool/01.parquet")
    assert not store.exists("/out2/manifest.json")


def test_what_is_refused_before_any_work(threads, tables, monkeypatch):
    with pytest.raises(api.UsageError, match="compressed as in the pool"):
        select(threads, WIKI, tables, count=5, compress="gz")
    with pytest.raises(api.UsageError, match="that a command reads can't be taken"):
        select(threads, WIKI, tables, count=5, reader="*.parquet=cat")
    find = importlib.util.find_spec
    without = lambda name: None if name == "pyarrow" else find(name)  # noqa: E731
    monkeypatch.setattr(importlib.util, "find_spec", without)
    with pytest.raises(ImportError, match="taken by pyarrow"):
        select(threads, WIKI, tables, count=5)
    assert not os.path.exists("work") and not os.path.exists("out")


def test_the_way_by_single_steps(tables):
    target, pool = api.fit(WIKI), api.merge([api.fit(name) for name in tables])
    kept = [api.weigh(name, target=target, pool=pool, candidates=20) for name in tables]
    assert api.take(api.pick(api.merge(kept), count=20), "selected.parquet") == 20
    assert parquet.read_table("selected.parquet").equals(expected_of(tables, "--count=20"))
