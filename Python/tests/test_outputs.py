"""What a selection gives: files with whole documents, annotations, iterators that can be closed."""

import contextlib
import json
import os
import subprocess
import sys
import textwrap

import pytest
from conftest import CRAWL, ROOT, WIKI, children, dsel, processes

import dsel as api

SOURCES = str(ROOT / "Python/src")


def rows_of(path):
    return [json.loads(line) for line in path.read_bytes().splitlines()]


# Files from documents in memory.


@pytest.mark.parametrize("kind", ["list", "DataFrame", "Table", "Dataset", "generator"])
def test_files_have_whole_documents(kind, tmp_path, expected, crawl_rows):
    if kind == "list":
        pool = crawl_rows
    elif kind == "generator":
        pool = iter(crawl_rows)
    elif kind == "DataFrame":
        pool = pytest.importorskip("pandas").DataFrame(crawl_rows)
    elif kind == "Table":
        pool = pytest.importorskip("pyarrow").Table.from_pylist(crawl_rows)
    else:
        pool = pytest.importorskip("datasets").Dataset.from_list(crawl_rows)
    api.select(WIKI, pool, count=50, output="out.jsonl", remainder="rest.jsonl")
    chosen = [json.loads(line) for line in expected("--count", "50")]
    assert rows_of(tmp_path / "out.jsonl") == chosen
    assert rows_of(tmp_path / "rest.jsonl") == [row for row in crawl_rows if row not in chosen]
    manifest = json.loads((tmp_path / "out.jsonl.manifest.json").read_bytes())
    assert manifest["pool"]["inputs"][0]["path"] == "pool"


def test_a_directory_has_whole_documents(tmp_path, expected, crawl_rows):
    api.select(WIKI, crawl_rows, count=50, output_dir="out", compress="none")
    assert rows_of(tmp_path / "out/shard_00000000.jsonl") == [
        json.loads(line) for line in expected("--count", "50")
    ]


def test_rejects_are_whole_documents(tmp_path, crawl_rows):
    bad = [{"text": 5, "id": "five"}, {"txt": "misspelt", "id": "six"}]
    options = {"on_error": "skip", "max_skipped": "50%"}
    with pytest.warns(api.DselWarning, match="2 invalid lines"):
        api.select(
            WIKI, crawl_rows[:300] + bad, count=5, output="o.jsonl", rejects="bad.jsonl", **options
        )
    assert rows_of(tmp_path / "bad.jsonl") == bad
    reasons = rows_of(tmp_path / "bad.jsonl.reasons.jsonl")
    assert [(one["file"], one["line"]) for one in reasons] == [("pool", 301), ("pool", 302)]
    with pytest.warns(api.DselWarning, match="2 invalid lines"):
        api.fit(crawl_rows[:300] + bad, rejects="bad2.jsonl", **options)
    assert rows_of(tmp_path / "bad2.jsonl") == bad


@pytest.mark.parametrize(
    "name, said",
    [
        ("remainder", "needs output or output_dir"),
        ("rejects", "needs output or output_dir"),
        ("picks", r"use indices or take\(\)"),
        ("excluded", "write them to a file first"),
        ("rejected_duplicates", "write them to a file first"),
    ],
)
def test_files_that_would_be_useless_are_refused_before_any_work(name, said, crawl_rows):
    with pytest.raises(api.UsageError, match=f"{name} .*{said}"):
        api.select(WIKI, crawl_rows, count=5, **{name: "file.jsonl"})
    assert os.listdir(".") == ["scratch"]


def test_places_of_documents_from_iterators_are_refused_too(crawl_rows):
    def untouched():
        raise AssertionError("nothing may be read")
        yield

    for name in ("picks", "excluded", "rejected_duplicates"):
        with pytest.raises(api.UsageError, match=name):
            api.select(WIKI, untouched(), count=5, **{name: "file.jsonl"})


def test_an_iterator_has_whole_documents_already(tmp_path, crawl_rows):
    taken = api.select(WIKI, iter(crawl_rows), count=5, remainder="rest.jsonl").take()
    assert rows_of(tmp_path / "rest.jsonl") == [row for row in crawl_rows if row not in taken]


def test_drawing_from_a_list_refuses_output(crawl_rows):
    target, pool = api.fit(WIKI), api.fit(crawl_rows)
    weights = api.weigh(crawl_rows, target=target, pool=pool)
    for name in ("output", "output_dir", "remainder", "rejects"):
        with pytest.raises(api.UsageError, match=rf"{name} .*save\(\)"):
            api.resample(weights, crawl_rows, count=5, **{name: "file"})
    with pytest.raises(api.UsageError, match="rejects"):
        api.weigh(crawl_rows, target=target, pool=pool, rejects="file")
    assert os.listdir(".") == ["scratch"]


def test_drawing_by_a_number_writes_whole_documents(tmp_path, crawl_rows):
    rows = [{**row, "quality": float(n)} for n, row in enumerate(crawl_rows)]
    options = {"field": "quality", "count": 5, "top_k": True}
    api.resample(None, rows, output="out.jsonl", **options)
    # Equal texts are drawn once, and the largest numbers are at the end.
    last = api.resample(None, rows, **options).take()
    assert rows_of(tmp_path / "out.jsonl") == last
    assert all(row["quality"] > len(rows) - 20 for row in last)


# Annotations.


@pytest.mark.parametrize("make", [lambda rows: CRAWL, iter])
def test_annotations_of_files_and_iterators(make, crawl_rows, expected):
    selection = api.select(WIKI, make(crawl_rows), count=30, annotate=True)
    lines = [json.loads(line) for line in expected("--count", "30", "--annotate")]
    assert selection.annotations == [line["dsel"] for line in lines]
    assert list(selection.rows()) == lines


def test_there_are_no_annotations_without_the_option(crawl_rows):
    for pool in (CRAWL, crawl_rows, iter(crawl_rows)):
        with pytest.raises(TypeError, match="annotate=True"):
            api.select(WIKI, pool, count=3).annotations  # noqa: B018


# Iterators.


@pytest.mark.parametrize("make", [lambda rows: str(CRAWL), iter])
def test_rows_can_be_closed(make, crawl_rows):
    for name in ("rows", "lines"):
        selection = api.select(WIKI, make(crawl_rows), count=1300, min_tokens=0)
        with contextlib.closing(getattr(selection, name)()) as documents:
            assert next(documents) and children()
        assert not children()
        assert list(documents) == []


def test_rows_of_lists_can_be_closed_too(crawl_rows):
    rows = api.select(WIKI, crawl_rows, count=9).rows()
    next(rows)
    rows.close()
    assert list(rows) == []


@pytest.mark.parametrize("pool", ["a file", "a generator", "a generator that waits"])
def test_a_script_may_end_while_an_iterator_is_left(pool, tmp_path, crawl_lines):
    """The program still runs then, because it has more to write than a pipe holds."""
    (tmp_path / "crawl.jsonl").write_bytes(b"".join(crawl_lines))
    script = tmp_path / "run.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import contextlib, json, sys, time
            sys.path.insert(0, {SOURCES!r})
            import dsel
            def rows():
                for line in open("crawl.jsonl"):
                    yield json.loads(line)
            def target():
                yield from map(json.loads, open({str(WIKI)!r}))
            pool = "crawl.jsonl" if {pool!r} == "a file" else rows()
            rows = dsel.select(target(), pool, count=1300, min_tokens=0).rows()
            print(next(rows)["id"])
            if {pool!r} == "a generator that waits":
                def waiting():
                    yield {{"text": "one"}}
                    time.sleep(600)
                import threading
                more = dsel.select({str(WIKI)!r}, waiting()).rows()
                def read():
                    with contextlib.suppress(dsel.DselError):
                        next(more)
                threading.Thread(target=read, daemon=True).start()
                time.sleep(0.3)
            """
        )
    )
    for _ in range(3):
        run = subprocess.Popen(
            [sys.executable, script],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        out, error = run.communicate(timeout=60)
        first = dsel(
            "select", "--target", WIKI, "--pool", "crawl.jsonl", "--count", 1300, "--min-tokens", 0
        ).splitlines()[0]
        assert (run.returncode, error, out.decode().strip()) == (0, b"", json.loads(first)["id"])
        assert not [process for process in processes() if process[2] == run.pid]


# Words about it.


def test_what_it_says_of_itself(crawl_rows):
    selection = api.select(WIKI, crawl_rows, count=9)
    assert repr(selection) == "<dsel.Selection: not read yet>"
    assert repr(selection.keep()) == "<dsel.Selection: 9 documents>"
    written = api.select(WIKI, CRAWL, count=9, output="out.jsonl")
    assert repr(written) == "<dsel.Selection: written to out.jsonl>"
    assert repr(api.Model(WIKI)) == f"dsel.Model({str(WIKI)!r})"


def test_saving_replaces_a_file(tmp_path, crawl_rows):
    """As to_parquet() of other packages does."""
    for name in ("a.jsonl", "a.parquet", "a.model"):
        (tmp_path / name).write_text("before")
    selection = api.select(WIKI, crawl_rows, count=9).keep()
    selection.save("a.jsonl")
    assert rows_of(tmp_path / "a.jsonl") == list(selection)
    if pytest.importorskip("pyarrow"):
        selection.to_parquet("a.parquet")
    api.fit(WIKI).save("a.model")
    assert not any((tmp_path / name).read_bytes() == b"before" for name in ("a.parquet", "a.model"))


# Lengths, and what a notebook shows.


@pytest.mark.parametrize("kind", ["files", "list", "iterator"])
def test_a_selection_has_a_length_once_it_is_known(crawl_rows, kind):
    pool = {"files": CRAWL, "list": crawl_rows, "iterator": iter(crawl_rows)}[kind]
    selection = api.select(WIKI, pool, count=20)
    assert selection
    with pytest.raises(TypeError, match="keep"):
        len(selection)
    assert "not read yet" in selection._repr_html_() and "<table>" not in selection._repr_html_()
    assert len(selection.keep()) == 20 and repr(selection) == "<dsel.Selection: 20 documents>"
    assert "<tr><th>documents</th><td>20 of 1,360</td></tr>" in selection._repr_html_()
    assert len(list(selection)) == 20


def test_a_selection_in_a_file_has_a_length():
    assert len(api.select(WIKI, CRAWL, count=20, output="out.jsonl")) == 20


def test_names_in_the_summary_are_no_markup(crawl_rows):
    selection = api.select(WIKI, CRAWL, count=20, output="<b>&.jsonl")
    assert "written to &lt;b&gt;&amp;.jsonl" in selection._repr_html_()
