"""`take` gives rows with views of strings, which pyarrow reads and writes, but takes no rows of."""

import pathlib

import pytest

arrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
pytest.importorskip("xxhash")

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
