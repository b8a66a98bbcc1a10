"""`take` gives rows with views of strings, which pyarrow reads and writes, but takes no rows of."""

import pathlib

import pytest

arrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
pytest.importorskip("xxhash")

from conftest import WIKI  # noqa: E402
from test_take import ORDERS, SIZES, content, fails, write_picks  # noqa: E402

import dsel as api  # noqa: E402


@pytest.mark.parametrize("part", [64 << 20, 20_000])
@pytest.mark.parametrize("order", ["pool", "shuffled"])
def test_views_of_strings_stay_views(order, part, tmp_path, monkeypatch):
    """pyarrow takes no rows of them, so they are other strings on the way."""
    if not hasattr(arrow, "string_view"):
        pytest.skip("this pyarrow has no views")
    monkeypatch.setattr("dsel._rows._PART", part)
    view, raw = arrow.string_view(), arrow.binary_view()
    texts = [f"{number} {'word ' * (number % 9)}" for number in range(SIZES[0])]
    columns = {
        "text": arrow.array(texts, view),
        "raw": arrow.array([None, b"a"] * (SIZES[0] // 2), raw),
        "tags": arrow.array([["a", None]] * SIZES[0], arrow.list_(arrow.string())),
    }
    fields = [
        arrow.field(name, column.type, metadata={"unit": name}) for name, column in columns.items()
    ]
    table = arrow.Table.from_arrays(
        list(columns.values()), schema=arrow.schema(fields, metadata={"origin": "a test"})
    )
    # pyarrow writes no views in lists and structures.
    parquet.write_table(table, "0.parquet", row_group_size=200)
    rows = [(file, row) for file, row in ORDERS[order] if file == 0]
    write_picks([table], rows)
    assert api.take("picks", "taken.parquet") == len(rows)
    taken = parquet.read_table("taken.parquet")
    assert taken.schema.equals(parquet.read_schema("0.parquet"), check_metadata=True)
    everything = table.to_pylist()
    assert taken.to_pylist() == [everything[row] for _, row in rows]
    # The texts are still compared.
    write_picks([table], [(0, 1)], name="other")
    picks = content("other").decode().replace('"row": 1', '"row": 10')
    pathlib.Path("other").write_text(picks)
    assert fails("changed", "other", "no.parquet").file == "0.parquet"


def frame_with_views(rows):
    """The rows in a table with views in columns, structures, lists and dictionaries."""
    if not hasattr(arrow, "string_view"):
        pytest.skip("this pyarrow has no views")
    view = arrow.string_view()
    texts = [row["text"] for row in rows]
    kinds = arrow.DictionaryArray.from_arrays(
        arrow.array([n % 2 for n in range(len(rows))], arrow.uint32()), arrow.array(["a", "b"])
    )
    named = arrow.array([{"name": text[:9]} for text in texts])
    columns = {
        "text": arrow.array(texts, view),
        "raw": arrow.array([text.encode()[:5] for text in texts], arrow.binary_view()),
        "tags": arrow.array([[text[:20], None] for text in texts]).cast(arrow.list_(view)),
        "inner": named.cast(arrow.struct([("name", view)])),
        "kind": kinds.cast(arrow.dictionary(arrow.uint32(), arrow.string())),
        "number": arrow.array(range(len(rows))),
    }
    return arrow.table(columns).replace_schema_metadata({"origin": "a test"})


@pytest.mark.parametrize("options", [{}, {"shuffle": True}])
@pytest.mark.parametrize("kind", ["table", "batch", "chunks", "dataset"])
def test_tables_in_memory_may_have_views(kind, options, crawl_rows):
    table = frame_with_views(crawl_rows)
    dataset = pytest.importorskip("pyarrow.dataset")
    make = {
        "table": lambda: table,
        "batch": lambda: table.to_batches()[0],
        "chunks": lambda: arrow.concat_tables([table[:7], table[7:800], table[800:]]),
        "dataset": lambda: dataset.dataset(table),
    }
    selection = api.select(WIKI, make[kind](), count=40, **options)
    expected = api.select(WIKI, crawl_rows, count=40, **options).indices
    taken = selection.take()
    assert taken.schema.equals(table.schema, check_metadata=True)
    assert taken["number"].to_pylist() == list(expected)
    everything = table.to_pylist()
    assert taken.to_pylist() == list(selection.rows()) == [everything[n] for n in expected]
    selection.to_parquet("out.parquet")
    assert parquet.read_table("out.parquet").to_pylist() == taken.to_pylist()


def test_tables_of_polars_may_have_views(crawl_rows):
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(
        {
            "text": [row["text"] for row in crawl_rows],
            "domain": polars.Series(
                [row["domain"] for row in crawl_rows], dtype=polars.Categorical
            ),
            "parts": [[{"word": word} for word in row["text"].split()[:3]] for row in crawl_rows],
        }
    )
    if not hasattr(polars, "CompatLevel"):
        pytest.skip("this polars writes no views")
    table = frame.to_arrow(compat_level=polars.CompatLevel.newest())
    selection = api.select(WIKI, table, count=40)
    everything = table.to_pylist()
    assert selection.take().to_pylist() == [everything[n] for n in selection.indices]
    selection.to_parquet("out.parquet")
    assert parquet.read_table("out.parquet").to_pylist() == selection.take().to_pylist()
