"""`take` gives whole rows of Parquet files, and lines, for the picks that the program wrote."""

import datetime
import decimal
import json
import lzma
import os
import pathlib
import random
import subprocess
import sys

import pytest
from conftest import CRAWL, ROOT, WIKI, dsel

import dsel as api

arrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
xxhash = pytest.importorskip("xxhash")

WORDS = ["alpha", "beta", "gämma", "δ", "漢字", '"', "\\"]


def hostile(count, seed):
    """A table with columns of the kinds that other tools change."""
    random_ = random.Random(seed)

    def some(values):
        return [random_.choice(values) for _ in range(count)]

    texts = [" ".join(random_.choices(WORDS, k=random_.randrange(1, 99))) for _ in range(count)]
    mask = some([True, False, False])
    tags = [None if hidden else random_.choice([[], ["a", "b"], [None]]) for hidden in mask]
    inner = arrow.StructArray.from_arrays(
        [
            arrow.array(some(["o", "p", None]), arrow.string()).dictionary_encode(),
            arrow.array(tags, arrow.list_(arrow.string())),
        ],
        names=["kind", "tags"],
        mask=arrow.array(mask),
    )
    turn = arrow.struct([("role", arrow.string()), ("n", arrow.int16())])
    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
    columns = {
        "text": arrow.array(texts, arrow.large_string()),
        "kind": arrow.array(some(["a", "b", None]), arrow.string()).dictionary_encode(),
        "inner": inner,
        "chat": arrow.array(some([None, [], [{"role": "u", "n": 3}] * 2]), arrow.list_(turn)),
        "when": arrow.array(
            [start + datetime.timedelta(microseconds=n) for n in range(count)],
            arrow.timestamp("us", "Europe/Berlin"),
        ),
        "price": arrow.array(some([None, decimal.Decimal("1.2345")]), arrow.decimal128(20, 4)),
        "raw": arrow.array([bytes([n % 256]) for n in range(count)], arrow.binary()),
        "map": arrow.array([[("k", n)] for n in range(count)], arrow.map_(arrow.string(), "int64")),
        "single": arrow.array(range(count), arrow.float32()),
        "nothing": arrow.nulls(count),
    }
    fields = [arrow.field(name, column.type) for name, column in columns.items()]
    fields[0] = fields[0].with_nullable(False)
    fields[5] = fields[5].with_metadata({"unit": "€"})
    schema = arrow.schema(fields, metadata={"origin": "a test", "pandas": "{}"})
    return arrow.Table.from_arrays(list(columns.values()), schema=schema)


def content(path):
    return pathlib.Path(path).read_bytes()


SIZES = [700, 1, 1500]


@pytest.fixture
def pool(tmp_path):
    """Three files, and their rows in one table."""
    tables = [hostile(count, seed) for seed, count in enumerate(SIZES)]
    for number, table in enumerate(tables):
        parquet.write_table(
            table,
            tmp_path / f"{number}.parquet",
            row_group_size=200,
            compression={"text": "zstd", "kind": "gzip", "single": "lz4"},
        )
    return tables


def write_picks(pool, rows, name="picks", **header):
    """What the program would write for rows, given as (file, row)."""
    files = [f"{number}.parquet" for number in range(len(pool))]
    shards = [
        {"path": path, "bytes": os.stat(path).st_size, "rows": table.num_rows}
        for path, table in zip(files, pool)
    ]
    first = {"format": "dsel-picks", "format_version": 1, "documents": len(rows)}
    lines = [{**first, "text_field": "text", "shards": shards, **header}]
    for file, row in rows:
        text = pool[file]["text"][row].as_py().encode()
        digest = xxhash.xxh3_64_hexdigest(text)
        lines.append(
            {"file": files[file], "row": row, "text_bytes": len(text), "text_hash": digest}
        )
    with open(name, "w") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


ALL = [(file, row) for file, count in enumerate(SIZES) for row in range(count)]
ORDERS = {
    "pool": sorted(random.Random(1).sample(ALL, 300)),
    "shuffled": random.Random(2).sample(ALL, 300),
    "repeated": random.Random(3).choices(ALL, k=400),
    "one": [(1, 0)],
    "none": [],
    "all": ALL,
}


@pytest.mark.parametrize("part", [64 << 20, 20_000])
@pytest.mark.parametrize("order", ORDERS)
def test_rows_are_identical(order, part, pool, monkeypatch):
    """Values, types, schema and metadata; and how the file is written, as far as it says."""
    monkeypatch.setattr("dsel._rows._PART", part)
    rows = ORDERS[order]
    write_picks(pool, rows)
    assert api.take("picks", "taken.parquet") == len(rows)
    taken = parquet.read_table("taken.parquet")
    starts = [0, SIZES[0], SIZES[0] + SIZES[1]]
    numbers = arrow.array([starts[file] + row for file, row in rows], arrow.int64())
    assert taken.to_pylist() == arrow.concat_tables(pool).take(numbers).to_pylist()
    source, out = parquet.ParquetFile("0.parquet"), parquet.ParquetFile("taken.parquet")
    assert taken.schema.equals(source.schema_arrow, check_metadata=True)
    assert out.schema.equals(source.schema)
    if order == "all":
        groups = [out.metadata.row_group(n) for n in range(out.metadata.num_row_groups)]
        assert [group.num_rows for group in groups] == [200] * 11 + [1]
        for column in range(source.metadata.num_columns):
            codec = source.metadata.row_group(0).column(column).compression
            assert groups[0].column(column).compression == codec


@pytest.mark.parametrize("order", ["pool", "shuffled"])
def test_memory_does_not_grow_with_the_rows(order, tmp_path):
    """A file of 400 MB is taken as a whole, by a process that may have 450 MB for everything."""
    text = "".join(random.Random(4).choices("abcdefgh ", k=4000))
    rows = [{"text": f"{number} {text}"} for number in range(1000)]
    table = arrow.Table.from_pylist(rows)
    with parquet.ParquetWriter("0.parquet", table.schema, compression="none") as writer:
        for _ in range(100):
            writer.write_table(table, row_group_size=1000)
    whole = arrow.concat_tables([table] * 100)
    chosen = [(0, number) for number in range(100_000)]
    if order == "shuffled":
        random.Random(5).shuffle(chosen)
    write_picks([whole], chosen)
    del whole
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'Python/src')!r})\n"
        "import dsel\n"
        "dsel.take('picks', 'taken.parquet')\n"
        # ru_maxrss would begin with the memory of the process of the tests.
        "print(next(l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM')))\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) < 450 << 10
    assert parquet.ParquetFile("taken.parquet").metadata.num_rows == 100_000


def test_a_pool_of_both_kinds_may_give_picks_of_one(pool, line_pool):
    """Both kinds in one selection are an error."""
    words = ["select", "--target", WIKI, "--pool", "0.parquet", *line_pool, "--count", "50"]
    # No row has so many words.
    dsel(*words, "--min-tokens", "200", "--picks", "lines")
    picks = [json.loads(line) for line in content("lines").splitlines()[1:]]
    assert {pick["file"] for pick in picks} <= set(line_pool)
    assert api.take("lines", "lines.jsonl") == 50
    texts = [json.loads(line)["text"].encode() for line in content("lines.jsonl").splitlines()]
    assert [xxhash.xxh3_64_hexdigest(text) for text in texts] == [p["text_hash"] for p in picks]
    dsel(*words, "--min-tokens", "0", "--seed", "3", "--picks", "both", "--temperature", "1e9")
    assert "Take one kind after the other" in str(fails("mixed_kinds", "both", "both.jsonl"))
    # That helps.
    picks = [json.loads(line) for line in content("both").splitlines()[1:]]
    rows = [pick for pick in picks if pick["file"] == "0.parquet"]
    assert 0 < len(rows) < len(picks)
    kinds = [("rows.parquet", ["0.parquet"], rows)]
    kinds += [("some.jsonl", line_pool, [pick for pick in picks if pick not in rows])]
    for out, pool, own in kinds:
        assert api.take("both", out, pool=pool, allow_missing=True) == len(own)
    taken = parquet.read_table("rows.parquet").column("text").to_pylist()
    taken += [json.loads(line)["text"] for line in content("some.jsonl").splitlines()]
    hashes = [pick["text_hash"] for _, _, own in kinds for pick in own]
    assert [xxhash.xxh3_64_hexdigest(text.encode()) for text in taken] == hashes


def test_what_a_command_read_is_not_taken(tmp_path):
    """The places are those in the command's output, and take() starts no command from a file."""
    (tmp_path / "a.xz").write_bytes(lzma.compress(content(WIKI)))
    for pool, reader in [("a.xz", "xz -dc"), ("s3://bucket/a", f"sh -c 'cat {WIKI}'")]:
        words = ["--reader", f"*a*={reader}", "--count", "5", "--picks", "picks", "--force"]
        dsel("select", "--target", WIKI, "--pool", pool, *words)
        fault = fails("read_by_command", "picks", "taken.jsonl")
        assert (fault.file, f"the command '{reader}' read it" in str(fault)) == (pool, True)


def fails(code, *arguments, **options):
    with pytest.raises(api.DselError) as caught:
        api.take(*arguments, **options)
    assert caught.value.code == code, caught.value
    return caught.value


def test_files_that_have_changed_are_named(pool):
    write_picks(pool, ORDERS["pool"])
    size, other = os.stat("2.parquet").st_size, hostile(SIZES[2], 99)
    # Another size; no file; none of Parquet.
    parquet.write_table(other, "2.parquet")
    assert fails("changed", "picks", "taken.parquet").file == "2.parquet"
    os.unlink("2.parquet")
    assert fails("no_such_file", "picks", "taken.parquet").file == "2.parquet"
    with open("2.parquet", "wb") as file:
        file.write(b"x" * size)
    assert fails("other_format", "picks", "taken.parquet").file == "2.parquet"
    # The same size, as the picks say, but other rows, or other texts.
    parquet.write_table(other.slice(0, 1400), "2.parquet")
    write_picks([*pool[:2], other], ORDERS["pool"])
    assert fails("changed", "picks", "taken.parquet").file == "2.parquet"
    parquet.write_table(other, "2.parquet")
    write_picks(pool, ORDERS["pool"])
    assert fails("changed", "picks", "taken.parquet").file == "2.parquet"
    assert not os.path.exists("taken.parquet")
    assert [name for name in os.listdir() if name.startswith(".")] == []


def test_texts_of_the_same_length_are_told_apart(pool):
    """By their hashes."""
    write_picks(pool, [(0, 5)])
    text = content("picks").decode()
    digest = json.loads(text.splitlines()[1])["text_hash"]
    with open("picks", "w") as file:
        file.write(text.replace(digest, "0" * 16))
    assert fails("changed", "picks", "taken.parquet").file == "0.parquet"


def test_other_columns_are_an_error(pool):
    parquet.write_table(pool[1].drop_columns(["raw"]), "1.parquet")
    write_picks(pool, ALL)
    assert fails("other_settings", "picks", "taken.parquet").file == "1.parquet"


def test_a_pool_that_was_moved(pool, tmp_path):
    write_picks(pool, ORDERS["shuffled"])
    api.take("picks", "expected.parquet")
    (tmp_path / "new/place").mkdir(parents=True)
    for number in range(3):
        os.rename(f"{number}.parquet", f"new/place/{number}.parquet")
    fails("no_such_file", "picks", "taken.parquet")
    files = [f"new/place/{number}.parquet" for number in (2, 0, 1)]
    api.take("picks", "taken.parquet", pool=files)
    assert content("taken.parquet") == content("expected.parquet")
    assert fails("no_such_file", "picks", "x.parquet", pool=files[:1]).file == "0.parquet"
    assert fails("unknown_shard", "picks", "x.parquet", pool=[*files, "3.parquet"])
    rows = [(file, row) for file, row in ORDERS["shuffled"] if file == 2]
    assert api.take("picks", "part.parquet", pool=files[0], allow_missing=True) == len(rows)
    texts = parquet.read_table("part.parquet")["text"].to_pylist()
    assert texts == [pool[file]["text"][row].as_py() for file, row in rows]


def test_damaged_picks(pool):
    write_picks(pool, ORDERS["pool"])
    lines = content("picks").splitlines(keepends=True)
    for damaged in [
        b"",
        b"{}\n",
        b"x",
        lines[:-1],
        [*lines[:5], b"{"],
        [lines[0], *[b"{}\n"] * 300],
    ]:
        with open("damaged", "wb") as file:
            file.writelines([damaged] if isinstance(damaged, bytes) else damaged)
        assert fails("unusable_picks", "damaged", "taken.parquet").file == "damaged"
    write_picks(pool, [], name="newer", format_version=2)
    assert "newer" in str(fails("unusable_picks", "newer", "taken.parquet"))
    write_picks(pool, [], name="candidates", format="dsel-candidates", candidates=0)
    assert "chosen" in str(fails("unusable_picks", "candidates", "taken.parquet"))


def test_outputs_that_exist_or_have_other_names(pool):
    write_picks(pool, ORDERS["one"])
    for name in ("taken.jsonl", "taken", "taken.parquet.zst"):
        assert isinstance(fails("usage", "picks", name), ValueError)
    api.take("picks", "taken.parquet")
    before = os.stat("taken.parquet")
    fails("output_exists", "picks", "taken.parquet")
    assert os.stat("taken.parquet") == before
    api.take("picks", "taken.parquet", force=True)
    fails("output_is_input", "picks", "0.parquet", force=True)
    assert os.stat("taken.parquet").st_mode & 0o777 == 0o666 & ~os.umask(0o022)


# Lines.


@pytest.fixture
def line_pool(tmp_path, crawl_lines):
    """Files in all containers, with line ends of all kinds."""
    (tmp_path / "0.jsonl").write_bytes(b"".join(crawl_lines[:400]).replace(b"\n", b"\r\n"))
    (tmp_path / "1.jsonl").write_bytes(b"\xef\xbb\xbf" + b"".join(crawl_lines[400:800]))
    (tmp_path / "2.jsonl").write_bytes(b"\n".join(crawl_lines[800:]))
    subprocess.run(["gzip", "-k", "1.jsonl"], check=True)
    # Two frames, the last of which has no line end.
    (tmp_path / "3.jsonl").write_bytes(b"".join(crawl_lines[:9]).strip())
    packed = subprocess.run(["zstd", "-qc", "2.jsonl"], capture_output=True, check=True).stdout
    packed += subprocess.run(["zstd", "-qc", "3.jsonl"], capture_output=True, check=True).stdout
    (tmp_path / "2.jsonl.zst").write_bytes(packed)
    return ["0.jsonl", "1.jsonl.gz", "2.jsonl.zst"]


@pytest.mark.parametrize("options", [[], ["--shuffle"], ["--order", "weight"]])
def test_lines_are_those_of_the_command(options, line_pool, monkeypatch):
    command = ["select", "--target", WIKI, "--pool", *line_pool, "--count", "60", *options]
    expected = dsel(*command)
    dsel(*command, "--picks", "picks.zst")
    for part, suffix in [(64 << 20, ".jsonl"), (5_000, ".json.gz"), (5_000, ".jsonl.zst")]:
        monkeypatch.setattr("dsel._take._PART", part)
        assert api.take("picks.zst", f"taken{suffix}") == 60
        tool = {".gz": ["gzip", "-dc"], "zst": ["zstd", "-dqc"]}.get(suffix[-3:], ["cat"])
        out = subprocess.run([*tool, f"taken{suffix}"], capture_output=True, check=True).stdout
        assert out == expected


def test_the_remainder_and_epochs(line_pool):
    pool = ["--pool", *line_pool]
    dsel("fit", WIKI, "-o", "wiki.model")
    dsel("fit", *line_pool, "-o", "pool.model")
    models = ["--target-model", "wiki.model", "--pool-model", "pool.model"]
    dsel("weigh", *models, *line_pool, "-o", "weights")
    draw = ["resample", "--weights", "weights", *pool, "--count", "40", "--epochs", "3"]
    for shuffle in [[], ["--shuffle"]]:
        expected = dsel(*draw, *shuffle)
        dsel(*draw, *shuffle, "--picks", "picks", "--force")
        assert api.take("picks", "taken.jsonl", force=True) == 120
        assert content("taken.jsonl") == expected
    select = ["select", "--target", WIKI, *pool, "--count", "60"]
    dsel(*select, "-o", "selected.jsonl", "--remainder", "rest.jsonl")
    dsel(*select, "--picks", "picks", "--remainder", "rest.picks", "--force")
    api.take("rest.picks", "taken.jsonl", force=True)
    assert content("taken.jsonl") == content("rest.jsonl")


def test_lines_that_have_changed(line_pool):
    dsel("select", "--target", WIKI, "--pool", *line_pool, "--count", "60", "--picks", "picks")
    before = content("0.jsonl")
    for changed in [before[:-1], before.replace(b"the", b"teh"), before[::-1]]:
        with open("0.jsonl", "wb") as file:
            file.write(changed)
        assert fails("changed", "picks", "taken.jsonl").file == "0.jsonl"
    assert isinstance(fails("usage", "picks", "taken.parquet"), ValueError)


# The command.


def command(*words, **options):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "Python/src")}
    return subprocess.run(
        [sys.executable, "-m", "dsel", *map(str, words)],
        capture_output=True,
        text=True,
        env=environment,
        **options,
    )


def test_the_command(pool):
    write_picks(pool, ORDERS["pool"])
    run = command("take", "picks", "-o", "taken.parquet")
    assert (run.returncode, run.stderr) == (0, "taken.parquet: 300 documents\n")
    again = command("take", "picks", "-o", "taken.parquet")
    assert again.returncode == 1 and "--force" in again.stderr
    assert command("take", "picks", "-o", "taken.parquet", "--force", "--quiet").stderr == ""
    for words in [[], ["picks"], ["picks", "-o", "x.parquet", "--pull", "x"]]:
        run = command("take", *words)
        assert run.returncode == 64 and run.stderr.startswith("usage: "), run
    assert command("take", "picks", "-o", "x.jsonl").returncode == 64
    missing = command("take", "none", "-o", "x.parquet")
    assert missing.returncode == 1 and "none" in missing.stderr


def test_other_commands_are_those_of_the_program():
    assert command("--version").stdout.encode() == dsel("--version")
    run = command("select", "--target", WIKI, "--pool", CRAWL, "--count", "5", "--quiet")
    assert run.stdout.encode() == dsel("select", "--target", WIKI, "--pool", CRAWL, "--count", "5")
