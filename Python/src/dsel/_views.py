"""Views of strings and bytes, which are columns of pyarrow that it takes no rows of.

They are other strings and bytes on the way.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any, Iterator, Sequence, Tuple

# Rows are converted together if they are no further apart, because converting costs a copy.
_APART = 256


def take(data: Any, numbers: Sequence[int]) -> Any:
    """Rows of a table or a data set, as a table with the same types."""
    import pyarrow

    schema = takeable(pyarrow, data.schema)
    if schema is data.schema or not len(numbers):
        # Without a type, no numbers would be numbers of no type.
        return data.take(_indices(pyarrow, numbers))
    order = sorted(range(len(numbers)), key=numbers.__getitem__)
    rows = [numbers[place] for place in order]
    parts = []
    for part, places in _parts(data, rows):
        parts.append(part.cast(schema).take(_indices(pyarrow, places)))
    taken = pyarrow.concat_tables(parts)
    if order != list(range(len(order))):
        places = [0] * len(order)
        for place, number in enumerate(order):
            places[number] = place
        taken = taken.take(_indices(pyarrow, places))
    return taken.cast(data.schema)


def _indices(arrow: Any, numbers: Sequence[int]) -> Any:
    return arrow.array(numbers, arrow.int64())


def _parts(data: Any, rows: Sequence[int]) -> Iterator[Tuple[Any, Sequence[int]]]:
    """Parts of the data that have rows, and the places of these in the part.

    Args:
        rows: their numbers, from the lowest to the highest.
    """
    import pyarrow

    low, start = 0, 0
    if isinstance(data, pyarrow.Table):
        while low < len(rows):
            start, high = rows[low], bisect_left(rows, rows[low] + _APART, low)
            part = data.slice(start, rows[high - 1] - start + 1)
            yield part, [row - start for row in rows[low:high]]
            low = high
        return
    for batch in data.to_batches():
        high = bisect_left(rows, start + batch.num_rows, low)
        if low < high:
            yield pyarrow.Table.from_batches([batch]), [row - start for row in rows[low:high]]
        low, start = high, start + batch.num_rows


def writable(table: Any) -> Any:
    """The table as pyarrow can write it to Parquet: with views only as whole columns."""
    import pyarrow

    for number, field in enumerate(table.schema):
        column, kind = table.column(number), field.type
        is_dictionary = pyarrow.types.is_dictionary(kind)
        values = kind.value_type if is_dictionary else kind
        others = _without_views(pyarrow, values)
        if others == values or not (is_dictionary or kind.num_fields):
            continue
        if is_dictionary:
            kind = pyarrow.dictionary(kind.index_type, others, kind.ordered)
            chunks = [
                pyarrow.DictionaryArray.from_arrays(
                    chunk.indices, chunk.dictionary.cast(others), ordered=kind.ordered
                )
                for chunk in column.chunks
            ]
            column = pyarrow.chunked_array(chunks, kind)
        else:
            kind = others
            column = column.cast(kind)
        table = table.set_column(number, field.with_type(kind), column)
    return table


def takeable(arrow: Any, schema: Any) -> Any:
    """The schema, without views of strings and bytes, from which pyarrow takes no rows."""
    types = [_without_views(arrow, type_) for type_ in schema.types]
    if types == schema.types:
        return schema
    fields = [field.with_type(type_) for field, type_ in zip(schema, types)]
    return arrow.schema(fields, metadata=schema.metadata)


def _without_views(arrow: Any, type_: Any) -> Any:
    def inner(field: Any) -> Any:
        return field.with_type(_without_views(arrow, field.type))

    kinds = arrow.types
    # Older versions have no views.
    if getattr(kinds, "is_string_view", lambda _: False)(type_):
        return arrow.large_string()
    if getattr(kinds, "is_binary_view", lambda _: False)(type_):
        return arrow.large_binary()
    if kinds.is_struct(type_):
        return arrow.struct([inner(type_.field(number)) for number in range(type_.num_fields)])
    if kinds.is_map(type_):
        return arrow.map_(inner(type_.key_field), inner(type_.item_field), type_.keys_sorted)
    if kinds.is_fixed_size_list(type_):
        return arrow.list_(inner(type_.value_field), type_.list_size)
    if kinds.is_large_list(type_):
        return arrow.large_list(inner(type_.value_field))
    if kinds.is_list(type_):
        return arrow.list_(inner(type_.value_field))
    return type_
