#!/usr/bin/env python3
"""Writes the Parquet files here and `documents.jsonl`, the same documents as JSON lines.

    pip install pyarrow duckdb polars && golden/parquet/make.py

Each file is read back with pyarrow and compared with the documents. The other argument that it takes
is a directory of Apache's parquet-testing: `make.py DIRECTORY` writes `leaves.json`, which says what
pyarrow finds in each column of bytes or texts: the number of values, and the FNV-1a hash of all of
them, each with a line feed after it; or null where pyarrow can't read the file.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import duckdb
import polars
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent
COUNT = 24
WORDS = ["alpha", "béta", "γάμμα", "漢字", 'quote"s', "back\\slash", "tab\there", "line\nfeed", "\x1f", "😀"]

TEXTS = pa.list_(pa.string())
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("text", pa.string()),
        ("number", pa.int64()),
        ("double", pa.float64()),
        ("float", pa.float32()),
        ("truth", pa.bool_()),
        ("large", pa.uint64()),
        ("meta", pa.struct([("lang", pa.string()), ("inner", pa.struct([("text", pa.string()), ("rating", pa.float64())]))])),
        ("messages", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
        ("parts", TEXTS),
        ("deep", pa.list_(pa.list_(pa.struct([("texts", TEXTS)])))),
        ("map", pa.map_(pa.string(), pa.string())),
    ]
)
DELTA = {
    "text": "DELTA_BYTE_ARRAY",
    "id": "DELTA_LENGTH_BYTE_ARRAY",
    "number": "DELTA_BINARY_PACKED",
    "large": "DELTA_BINARY_PACKED",
    "double": "BYTE_STREAM_SPLIT",
    "float": "BYTE_STREAM_SPLIT",
    "truth": "RLE",
    "messages.list.element.content": "DELTA_BYTE_ARRAY",
    "parts.list.element": "DELTA_LENGTH_BYTE_ARRAY",
}


def documents(seed: int) -> list[dict]:
    chance = random.Random(seed)

    def maybe(value):
        return None if chance.random() < 0.15 else value

    def text() -> str:
        return " ".join(chance.choice(WORDS) for _ in range(chance.randint(0, 8)))

    def texts(most: int) -> list:
        return [maybe(text()) for _ in range(chance.randint(0, most))]

    def message():
        return maybe({"role": maybe(chance.choice(["user", "assistant"])), "content": maybe(text())})

    return [
        {
            "id": f"doc-{number}",
            "text": maybe(text()),
            "number": maybe(number * 7 - 50),
            "double": maybe(number / 3),
            "float": maybe(number / 4),
            "truth": maybe(number % 3 == 0),
            "large": maybe(number + 2**63),
            "meta": maybe(
                {"lang": maybe(chance.choice(["en", "de"])), "inner": maybe({"text": maybe(text()), "rating": maybe(chance.random())})}
            ),
            "messages": maybe([message() for _ in range(chance.randint(0, 4))]),
            "parts": maybe(texts(3)),
            "deep": maybe([maybe([maybe({"texts": maybe(texts(2))}) for _ in range(chance.randint(0, 2))]) for _ in range(chance.randint(0, 2))]),
            "map": maybe([(key, maybe(text())) for key in "abc"[: chance.randint(0, 3)]]),
        }
        for number in range(COUNT)
    ]


def check(path: Path, rows: list[dict]) -> None:
    found = pq.read_table(path).to_pylist()
    for row in found:
        # polars writes a map as a list of structures.
        if row["map"] and isinstance(row["map"][0], dict):
            row["map"] = [(entry["key"], entry["value"]) for entry in row["map"]]
    assert found == rows, path


def write_all() -> None:
    rows = documents(5)
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    with (HERE / "documents.jsonl").open("w", encoding="utf-8") as lines:
        for row in rows:
            fields = row | {"map": None if row["map"] is None else dict(row["map"])}
            lines.write(json.dumps(fields, ensure_ascii=False) + "\n")
    paths = []
    for number, codec in enumerate(["none", "snappy", "zstd", "gzip", "brotli", "lz4"]):
        for version in ["1.0", "2.0"]:
            for encoding in ["dictionary", "plain", "delta"]:
                path = HERE / f"pyarrow-{codec}-{version[0]}-{encoding}.parquet"
                pq.write_table(
                    table,
                    path,
                    compression=codec,
                    data_page_version=version,
                    use_dictionary=encoding == "dictionary",
                    column_encoding=DELTA if encoding == "delta" else None,
                    row_group_size=11 if number % 2 else None,
                    data_page_size=300 if version == "1.0" else None,
                    write_batch_size=4,
                    write_page_checksum=number % 3 == 0,
                    store_schema=False,
                )
                paths.append(path)
    source = HERE / "pyarrow-none-1-plain.parquet"
    for codec in ["zstd", "snappy", "gzip", "lz4_raw", "brotli", "uncompressed"]:
        for version in ["V1", "V2"]:
            path = HERE / f"duckdb-{codec}-{version[1]}.parquet"
            duckdb.sql(f"COPY (FROM '{source}') TO '{path}' (FORMAT parquet, COMPRESSION {codec}, PARQUET_VERSION {version})")
            paths.append(path)
    for codec in ["zstd", "snappy", "gzip", "lz4", "brotli", "uncompressed"]:
        path = HERE / f"polars-{codec}.parquet"
        polars.read_parquet(source).write_parquet(path, compression=codec, row_group_size=10, data_page_size=400)
        paths.append(path)
    for path in paths:
        check(path, rows)


def leaves(array: pa.Array):
    kind = array.type
    if isinstance(kind, pa.ExtensionType):
        yield from leaves(array.storage)
    elif pa.types.is_struct(kind):
        for field in array.flatten():
            yield from leaves(field)
    elif pa.types.is_map(kind):
        array = array.filter(array.is_valid())
        start, end = (array.offsets[0].as_py(), array.offsets[-1].as_py()) if len(array) else (0, 0)
        yield from leaves(array.keys.slice(start, end - start))
        yield from leaves(array.items.slice(start, end - start))
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        yield from leaves(array.flatten())
    elif pa.types.is_dictionary(kind):
        yield from leaves(array.dictionary_decode())
    else:
        yield array


def strings(array: pa.Array) -> list:
    kind = array.type
    tests = [pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary]
    return array.drop_null().to_pylist() if any(test(kind) for test in tests) else [None] * len(array.drop_null())


def fnv(values: list[bytes]) -> str:
    hashed = 0xCBF29CE484222325
    for value in values:
        for byte in value + b"\n":
            hashed = (hashed ^ byte) * 0x100000001B3 % 2**64
    return f"{hashed:016x}"


def describe(path: Path) -> dict | None:
    try:
        file = pq.ParquetFile(path)
        columns: dict[int, list] = {}
        first = 0
        for column in file.read().columns:
            found = [list(leaves(chunk)) for chunk in column.chunks]
            for number in range(len(found[0]) if found else 0):
                columns[first + number] = [value for chunk in found for value in strings(chunk[number])]
            first += len(found[0]) if found else 1
    except (OSError, pa.ArrowException):
        return None
    result = {}
    for number in range(len(file.schema)):
        column = file.schema.column(number)
        values = columns.get(number, [])
        if column.physical_type != "BYTE_ARRAY" or any(not isinstance(value, (str, bytes)) for value in values):
            continue
        raw = [value.encode() if isinstance(value, str) else value for value in values]
        result[str(number)] = {"count": len(raw), "hash": fnv(raw)}
    return result


def write_leaves(directory: Path) -> None:
    paths = sorted(path for path in directory.rglob("*.parquet*") if path.suffix != ".json")
    found = {path.relative_to(directory).as_posix(): describe(path) for path in paths}
    (HERE / "leaves.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        write_leaves(Path(sys.argv[1]))
    else:
        write_all()
