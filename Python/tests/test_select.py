"""Selections from Python equal those of the command, for every kind of documents."""

import json
import lzma
import pathlib

import pytest
from conftest import CRAWL, WIKI, dsel

import dsel as api

COUNT = ("--count", "50")


def numbers(lines, crawl_lines):
    return [crawl_lines.index(line) for line in lines]


@pytest.mark.parametrize("kind", [str, pathlib.Path])
def test_files(kind, expected):
    selection = api.select(kind(WIKI), kind(CRAWL), count=50)
    assert list(selection.lines()) == expected(*COUNT)


@pytest.mark.parametrize(
    "options, words",
    [
        ({}, ()),
        ({"fraction": 0.05, "seed": 7}, ("--fraction", "0.05", "--seed", "7")),
        ({"tokens": "20k", "top_k": True}, ("--tokens", "20k", "--top-k")),
        (
            {"count": 40, "objective": "weight", "temperature": "auto", "shuffle": True},
            ("--count", "40", "--objective", "weight", "--temperature", "auto", "--shuffle"),
        ),
        ({"count": 30, "annotate": True}, ("--count", "30", "--annotate")),
        ({"count": 30, "top_k": False, "seed": None}, ("--count", "30")),
        (
            {"count": 30, "purity": 0.0, "min_tokens": 0},
            ["--count", "30", "--purity", "0", "--min-tokens", "0"],
        ),
    ],
)
def test_options_mean_what_they_mean_on_the_command_line(options, words, expected):
    assert list(api.select(WIKI, CRAWL, **options).lines()) == expected(*words)


def test_patterns_and_lists_of_files(tmp_path, crawl_lines):
    for part in range(3):
        lines = crawl_lines[part * 400 : part * 400 + 400]
        (tmp_path / f"{part} x.jsonl").write_bytes(b"".join(lines))
    files = sorted(tmp_path.glob("*.jsonl"))
    lines = dsel("select", "--target", WIKI, "--pool", *files, *COUNT).splitlines(keepends=True)
    for pool in ["*.jsonl", files, [files[0], "[12]*.jsonl"]]:
        assert list(api.select(WIKI, pool, count=50).lines()) == lines


def test_files_with_commas_equals_signs_and_dashes(tmp_path, crawl_lines):
    names = ["a,b.jsonl", "c=d.jsonl", "-e.jsonl"]
    for part, name in enumerate(names):
        lines = crawl_lines[part * 400 : part * 400 + 400]
        (tmp_path / name).write_bytes(b"".join(lines))
    whole = tmp_path / "whole.jsonl"
    whole.write_bytes(b"".join(crawl_lines[:1200]))
    lines = dsel("select", "--target", WIKI, "--pool", whole, *COUNT).splitlines(keepends=True)
    assert list(api.select(WIKI, names, count=50).lines()) == lines


@pytest.mark.parametrize(
    "reader",
    [{"*.xz": "xz -dc", "box://*": "sh -c 'cat \"${1##*/}\"' sh"},
     ["*.xz=xz -dc", "box://*=sh -c 'cat \"${1##*/}\"' sh"]],
)  # fmt: skip
def test_files_that_commands_read(reader, expected, crawl_lines, tmp_path):
    (tmp_path / "0.jsonl.xz").write_bytes(lzma.compress(b"".join(crawl_lines[:700])))
    (tmp_path / "1").write_bytes(b"".join(crawl_lines[700:]))
    pool = [pathlib.Path("0.jsonl.xz"), "box://pool/1"]
    for names in [pool, list(reversed(pool))]:
        selection = api.select(WIKI, names, count=50, reader=reader)
        assert sorted(selection.lines()) == sorted(expected(*COUNT))
    selection = api.select(WIKI, ["box://pool/1", "box://./0.jsonl"], count=50, reader=reader)
    with pytest.raises(api.DselError, match="the reader command"):
        list(selection.lines())
    with pytest.raises(api.DselError, match="reader command 'xz -dc' failed") as caught:
        api.fit("1", reader="1=xz -dc")
    assert caught.value.code == "command_failed"
    assert caught.value.file == "1"


def test_a_command_takes_the_selection(expected, tmp_path):
    selection = api.select(WIKI, CRAWL, count=50, writer=f"sh -c 'cat > {tmp_path}/taken'")
    assert selection.manifest["outputs"][0]["writer"].startswith("sh -c")
    assert (tmp_path / "taken").read_bytes() == b"".join(expected(*COUNT))


def test_lists(expected, crawl_lines, crawl_rows, wiki_rows):
    chosen = numbers(expected(*COUNT), crawl_lines)
    for target in [WIKI, wiki_rows, [row["text"] for row in wiki_rows]]:
        selection = api.select(target, crawl_rows, count=50)
        assert list(selection.indices) == chosen
        assert selection.take() == [crawl_rows[number] for number in chosen]
        # The very objects, and not copies.
        assert selection.take()[0] is crawl_rows[chosen[0]]
    texts = [row["text"] for row in crawl_rows]
    selection = api.select(WIKI, tuple(texts), count=50)
    assert selection.take() == list(selection) == [texts[number] for number in chosen]


def test_generators_and_other_iterables(expected, crawl_rows, wiki_rows):
    rows = [json.loads(line) for line in expected(*COUNT)]
    once = api.select((row for row in wiki_rows), (row for row in crawl_rows), count=50)
    assert list(once.rows()) == rows
    texts = api.select(iter(wiki_rows), (row["text"] for row in crawl_rows), count=50)
    assert texts.take() == [row["text"] for row in rows]

    class Documents:
        def __iter__(self):
            return iter(crawl_rows)

    again = api.select(WIKI, Documents(), count=50)
    assert list(again.rows()) == rows == list(again.rows())


@pytest.mark.parametrize("has_orjson", [True, False])
def test_documents_with_any_content(has_orjson, wiki_rows, monkeypatch):
    """Escapes, numbers and other scripts come back as they were."""
    if has_orjson:
        pytest.importorskip("orjson")
    else:
        monkeypatch.setattr("dsel._lines._orjson", None)
    rows = [
        {"id": n, "text": f'{row["text"]} \u2028 \x7f " \\ é 漢 😀', "big": 10**30 * (n % 2)}
        for n, row in enumerate(wiki_rows)
    ]
    for row in rows[::3]:
        row["nested"] = {"f": 0.1, "list": [1e300, None, {"": "é"}]}
    for pool in [rows, iter(rows)]:
        taken = api.select(wiki_rows, pool, count=20).take()
        assert len(taken) == 20 and all(row == rows[row["id"]] for row in taken)


@pytest.mark.parametrize("has_orjson", [True, False])
def test_half_a_surrogate_pair_is_named(has_orjson, monkeypatch):
    if has_orjson:
        pytest.importorskip("orjson")
    else:
        monkeypatch.setattr("dsel._lines._orjson", None)
    for pool in [["a", "\ud800"], iter([{"text": "a"}, {"text": "\ud800"}])]:
        with pytest.raises(api.DselError, match="surrogate") as caught:
            list(api.select(WIKI, pool))
        assert (caught.value.code, caught.value.line) == ("not_json", 2)


def test_pandas(expected, crawl_lines, crawl_rows, wiki_rows):
    pandas = pytest.importorskip("pandas")
    chosen = numbers(expected(*COUNT), crawl_lines)
    frame = pandas.DataFrame(crawl_rows).set_index(pandas.Index(range(9, 9 + len(crawl_rows))))
    selection = api.select(pandas.DataFrame(wiki_rows), frame, count=50)
    assert list(selection.indices) == chosen
    pandas.testing.assert_frame_equal(selection.take(), frame.iloc[chosen])
    assert [row["text"] for row in selection] == [crawl_rows[n]["text"] for n in chosen]


def test_polars(expected, crawl_lines, crawl_rows, wiki_rows):
    polars = pytest.importorskip("polars")
    chosen = numbers(expected(*COUNT), crawl_lines)
    frame = polars.DataFrame([{"n": n, "text": r["text"]} for n, r in enumerate(crawl_rows)])
    selection = api.select(
        polars.DataFrame({"text": [r["text"] for r in wiki_rows]}), frame, count=50
    )
    taken = selection.take()
    assert taken.schema == frame.schema and taken["n"].to_list() == chosen


def test_arrow(tmp_path, expected, crawl_lines, crawl_rows, wiki_rows):
    arrow = pytest.importorskip("pyarrow")
    data = pytest.importorskip("pyarrow.dataset")
    parquet = pytest.importorskip("pyarrow.parquet")
    chosen = numbers(expected(*COUNT), crawl_lines)
    table = arrow.table(
        {
            "n": arrow.array(range(len(crawl_rows)), arrow.uint16()),
            "text": [row["text"] for row in crawl_rows],
            "kind": arrow.array(["a"] * len(crawl_rows)).dictionary_encode(),
        },
        metadata={"origin": "test"},
    )
    parquet.write_table(table, tmp_path / "pool.parquet", row_group_size=100)
    target = arrow.table({"text": [row["text"] for row in wiki_rows]})
    taken = api.select(target, table, count=50).take()
    assert taken.schema.equals(table.schema, check_metadata=True)
    assert taken["n"].to_pylist() == chosen
    taken = api.select(target, data.dataset(tmp_path / "pool.parquet"), count=50).take()
    assert taken["n"].to_pylist() == chosen and taken.schema.names == table.schema.names


def test_hugging_face(expected, crawl_lines, crawl_rows, wiki_rows):
    datasets = pytest.importorskip("datasets")
    chosen = numbers(expected(*COUNT), crawl_lines)
    rows = [{"n": n, "text": row["text"]} for n, row in enumerate(crawl_rows)]
    pool, target = datasets.Dataset.from_list(rows), datasets.Dataset.from_list(wiki_rows)
    selection = api.select(target, pool, count=50)
    taken = selection.take()
    assert isinstance(taken, datasets.Dataset) and taken["n"] == chosen
    assert taken.features == pool.features
    # The numbers are those of the data set's own order.
    assert api.select(target, pool.select(range(99, len(rows))), count=5).take()["n"][0] >= 99
    streamed = api.select(target, pool.to_iterable_dataset(), count=50)
    assert [row["n"] for row in streamed] == chosen
    assert [row["n"] for row in streamed.to_dataset()] == chosen


def test_other_kinds_of_results(crawl_rows):
    pandas, arrow = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    datasets = pytest.importorskip("datasets")
    rows = [{"n": n, "text": row["text"]} for n, row in enumerate(crawl_rows)]
    pools = [rows, iter(rows), pandas.DataFrame(rows), arrow.Table.from_pylist(rows)]
    pools.append(datasets.Dataset.from_list(rows))
    seen = []
    for pool in pools:
        selection = api.select(WIKI, pool, count=9).keep()
        assert isinstance(selection.to_pandas(), pandas.DataFrame)
        assert isinstance(selection.to_arrow(), arrow.Table)
        assert isinstance(selection.to_dataset(), datasets.Dataset)
        seen.append(list(selection.to_pandas()["n"]))
        assert selection.to_arrow()["n"].to_pylist() == list(selection.to_dataset()["n"]) == seen[0]
    assert seen == [seen[0]] * len(pools)


def test_fields_that_options_name_are_sent_too(crawl_rows, wiki_rows):
    rows = [{"body": row["text"], "kind": "ab"[n % 2]} for n, row in enumerate(crawl_rows)]
    options = dict(count=20, stratify="kind", mixture={"a": 0.75, "b": 0.25}, min_tokens=0)
    target = [{"text": row["text"]} for row in wiki_rows]
    selection = api.select(target, rows, text_field="body", target_text_field="text", **options)
    kinds = [row["kind"] for row in selection]
    assert (kinds.count("a"), kinds.count("b")) == (15, 5)
    # Texts have no field, so their name isn't asked for.
    texts = [row["text"] for row in wiki_rows]
    other = api.select(texts, rows, text_field="body", **options)
    assert list(other.indices) == list(selection.indices)


def test_texts_in_several_fields(wiki_rows, crawl_rows):
    def chat(row):
        answer = {"role": "bot", "content": row["text"]}
        return {"messages": [{"role": "user", "content": "?"}, answer]}

    field = "messages[role=bot].content"
    plain = api.select(wiki_rows, crawl_rows, count=20)
    chats = api.select(
        [chat(row) for row in wiki_rows],
        [chat(row) for row in crawl_rows],
        text_field=field,
        count=20,
    )
    assert list(chats.indices) == list(plain.indices)


def test_several_targets(expected, wiki_rows, tmp_path):
    half = len(wiki_rows) // 2
    for name, rows in (("one", wiki_rows[:half]), ("two", wiki_rows[half:])):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    lines = dsel(
        "select",
        "--target",
        "one=one.jsonl",
        "two=two.jsonl",
        "--share",
        "one=0.7",
        "--pool",
        CRAWL,
        "--count",
        "40",
    ).splitlines(keepends=True)
    for targets in [
        {"one": "one.jsonl", "two": wiki_rows[half:]},
        {"one": iter(wiki_rows[:half]), "two": "two.jsonl"},
    ]:
        selection = api.select(targets, CRAWL, count=40, share={"one": 0.7})
        assert list(selection.lines()) == lines


def test_excluding_documents_in_memory(crawl_rows):
    """Evaluation documents may be lists, too."""
    options = {"count": 40, "objective": "weight"}
    best = api.select(WIKI, crawl_rows, **options).indices[:2]
    evaluation = [crawl_rows[number]["text"] for number in best]
    rest = api.select(WIKI, crawl_rows, exclude=evaluation, **options)
    assert not set(best) & set(rest.indices)
    assert rest.manifest["excluded"]["documents"] >= 2


@pytest.mark.filterwarnings("ignore::dsel.DselWarning")
def test_nothing_is_selected():
    """All documents are too short."""
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    arrow, datasets = pytest.importorskip("pyarrow"), pytest.importorskip("datasets")
    rows = [{"text": f"short {n}", "n": n} for n in range(3)]
    pools = [rows, tuple(rows), pandas.DataFrame(rows), polars.DataFrame(rows)]
    pools += [arrow.Table.from_pylist(rows), datasets.Dataset.from_list(rows), iter(rows)]
    for pool in pools:
        selection = api.select(WIKI, pool, count=2).keep()
        assert len(selection.take()) == 0 == len(list(selection.rows()))
        assert selection.to_arrow().num_rows == len(selection.to_pandas()) == 0
        if not isinstance(pool, (pandas.DataFrame, polars.DataFrame)):
            assert len(selection.to_dataset()) == 0


def test_annotations(crawl_rows, expected):
    selection = api.select(WIKI, crawl_rows, count=30, annotate=True)
    lines = [json.loads(line) for line in expected("--count", "30", "--annotate")]
    assert selection.annotations == [line["dsel"] for line in lines]


def test_manifest_and_notes(crawl_rows):
    selection = api.select(WIKI, CRAWL, count=9, top_k=True)
    assert selection.manifest["selected"]["documents"] == 9
    assert "--top-k" in selection.notes[0]
    # The documents were kept.
    assert len(list(selection)) == 9
    manifest = api.select(iter(crawl_rows), iter(crawl_rows), count=3).manifest
    assert manifest["pool"]["inputs"][0]["path"] == "pool"
    assert manifest["target"]["inputs"][0]["path"] == "target"


def test_saving(tmp_path, expected, crawl_rows):
    api.select(WIKI, CRAWL, count=50).save(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"".join(expected(*COUNT))
    api.select(WIKI, crawl_rows, count=50).save("b")
    rows = [json.loads(line) for line in (tmp_path / "b").read_bytes().splitlines()]
    assert rows == [json.loads(line) for line in expected(*COUNT)]
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o644
    with pytest.raises(FileNotFoundError):
        api.select(WIKI, CRAWL, count=50).save("no/such/directory")
    with pytest.raises(api.UsageError, match="to_parquet"):
        api.select(WIKI, CRAWL, count=50).save("c.parquet")


def test_output_of_the_program(tmp_path, expected):
    selection = api.select(WIKI, CRAWL, count=50, output="out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == b"".join(expected(*COUNT))
    assert selection.manifest == json.loads((tmp_path / "out.jsonl.manifest.json").read_text())
    with pytest.raises(TypeError, match=r"out\.jsonl"):
        list(selection)
    with pytest.raises(api.DselError, match="--force") as caught:
        api.select(WIKI, CRAWL, count=50, output="out.jsonl")
    assert caught.value.code == "output_exists"


def test_a_used_iterator_is_an_error(crawl_rows):
    selection = api.select(WIKI, iter(crawl_rows), count=9)
    assert len(list(selection)) == 9
    with pytest.raises(RuntimeError, match="keep"):
        list(selection)
    kept = api.select(WIKI, iter(crawl_rows), count=9).keep()
    assert list(kept) == list(kept)
