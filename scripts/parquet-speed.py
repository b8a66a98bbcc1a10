#!/usr/bin/env python3
"""Times how dsel reads Parquet, beside pyarrow and beside the same documents in JSON lines, and prints
a table: Benchmarks/PARQUET.md has one.

    (cd Benchmarks && swift build -c release --product column)
    scripts/parquet-speed.py --pool P.jsonl[.zst] [--dsel PROGRAM] [--rounds N] [--rows N]

It needs pyarrow and the program zstd. The documents are laid out in a temporary directory: as lines
(plain, zstd), and by pyarrow in Parquet (zstd, snappy), with the text as a column and as the contents
of a chat, a list of structures. In each round, everything runs once, so that what else the machine
does meets all alike. Figures are processor time, except for two threads, where it is the time that
passes; ratios are the medians of those of the rounds, with the smallest and the largest. For two
threads, which other work disturbs most, the ratio of the best of each follows. pyarrow reads in
batches of 65,536 rows, as it comes, and of 8,192, where it was fastest: it then asks the system for
less new memory.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PYARROW = """
import sys, time
import pyarrow.compute, pyarrow.parquet
begin = time.process_time()
size = 0
file = pyarrow.parquet.ParquetFile(sys.argv[1])
column = sys.argv[2]
for batch in file.iter_batches(int(sys.argv[3]), columns=[column], use_threads=False):
    part = batch.column(0)
    while column == "messages" and not pyarrow.types.is_struct(part.type):
        part = part.flatten()
    if column == "messages":
        part = part.field("content")
    size += pyarrow.compute.sum(pyarrow.compute.binary_length(part)).as_py()
print(time.process_time() - begin, size)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Times how dsel reads Parquet.")
    parser.add_argument("--pool", required=True)
    parser.add_argument("--dsel", default=os.path.join(ROOT, ".build-release/release/dsel"))
    parser.add_argument(
        "--column", default=os.path.join(ROOT, "Benchmarks/.build/release/column")
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        size = lay_out(options.pool, directory, options.rows)
        report(options, directory, size)


def lay_out(pool: str, directory: str, most: int) -> float:
    """Writes the files, and returns the megabytes of text."""
    import pyarrow
    import pyarrow.parquet

    def place(name: str) -> str:
        return os.path.join(directory, name)

    reader = ["zstd", "-dc", pool] if pool.endswith(".zst") else ["cat", pool]
    lines = subprocess.run(reader, stdout=subprocess.PIPE, check=True).stdout.splitlines(True)
    lines = lines[:most]
    with open(place("pool.jsonl"), "wb") as file:
        file.writelines(lines)
    subprocess.run(["zstd", "-q", "-3", place("pool.jsonl")], check=True)
    texts = [json.loads(line)["text"] for line in lines]
    table = pyarrow.table({"id": [str(n) for n in range(len(texts))], "text": texts})
    chats = pyarrow.table(
        {
            "messages": [
                [
                    {"role": "user", "content": text[: len(text) // 4]},
                    {"role": "assistant", "content": text[len(text) // 4 :]},
                ]
                for text in texts
            ]
        }
    )
    for codec in ("zstd", "snappy"):
        pyarrow.parquet.write_table(table, place(f"{codec}.parquet"), compression=codec)
    pyarrow.parquet.write_table(chats, place("chats.parquet"), compression="zstd")
    return sum(len(text.encode()) for text in texts) / 1e6


def report(options: argparse.Namespace, directory: str, size: float) -> None:
    def place(name: str) -> str:
        return os.path.join(directory, name)

    def fit(name: str, threads: int, *more: str) -> list[str]:
        made = ["-o", place("made"), "--force", "--quiet"]
        return [options.dsel, "fit", place(name), "--threads", str(threads), *made, *more]

    chat = ("--text-field", "messages[].content")
    python = [sys.executable, "-c", PYARROW]
    timed = {
        "dsel zstd": lambda: own([options.column, place("zstd.parquet")], size),
        "dsel snappy": lambda: own([options.column, place("snappy.parquet")], size),
        "dsel chats": lambda: own([options.column, place("chats.parquet"), chat[1]]),
        **{
            f"pyarrow {name} {rows}": lambda name=name, column=column, rows=rows: own(
                [*python, place(f"{name}.parquet"), column, rows], size
            )
            for name, column in [("zstd", "text"), ("snappy", "text"), ("chats", "messages")]
            for rows in ["65536", "8192"]
        },
        "fit plain": lambda: whole(fit("pool.jsonl", 1)),
        "fit .zst": lambda: whole(fit("pool.jsonl.zst", 1)),
        "fit zstd": lambda: whole(fit("zstd.parquet", 1)),
        "fit snappy": lambda: whole(fit("snappy.parquet", 1)),
        "fit chats": lambda: whole(fit("chats.parquet", 1, *chat)),
        "one": lambda: passing(fit("zstd.parquet", 1)),
        "two": lambda: passing(fit("zstd.parquet", 2)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in timed}
    for _ in range(options.rounds):
        for name, command in timed.items():
            seconds[name].append(command())
    print(f"{size:.0f} MB of text, {options.rounds} rounds.\n")
    print("| what | MB of text per second | compared with | ratio | goal |")
    print("| --- | ---: | --- | ---: | ---: |")
    rows = [
        (f"reading {what}", f"dsel {name}", f"pyarrow, {batch} rows", f"pyarrow {name} {batch}", goal)
        for what, name, goal in [
            ("the column, zstd", "zstd", "1.2"),
            ("the column, snappy", "snappy", "1.2"),
            ("chats, zstd", "chats", ""),
        ]
        for batch in ["65536", "8192"]
    ] + [
        ("`fit`, zstd", "fit zstd", "`fit` from `.zst`", "fit .zst", "0.95"),
        ("`fit`, snappy", "fit snappy", "`fit` from plain lines", "fit plain", ""),
        ("`fit`, chats, zstd", "fit chats", "`fit`, zstd", "fit zstd", ""),
        ("`fit`, zstd, two threads", "two", "one thread", "one", "1.7"),
    ]
    for name, own_key, other, other_key, goal in rows:
        speed = size / statistics.median(seconds[own_key])
        ratios = [b / a for a, b in zip(seconds[own_key], seconds[other_key])]
        shown = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
        if own_key == "two":
            shown += f", {min(seconds[other_key]) / min(seconds[own_key]):.2f}"
        print(f"| {name} | {speed:.0f} | {other} | {shown} | {goal} |")


def own(command: list[str], size: float = 0) -> float:
    """The processor time that a program says."""
    words = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.split()
    if size and abs(int(words[1]) / 1e6 - size) > 0.001:
        sys.exit(f"parquet-speed.py: {command[0]} read {words[1].decode()} bytes of {size} MB")
    return float(words[0])


def whole(command: list[str]) -> float:
    before = os.times()
    subprocess.run(command, check=True)
    after = os.times()
    return (
        after.children_user
        + after.children_system
        - before.children_user
        - before.children_system
    )


def passing(command: list[str]) -> float:
    begin = time.monotonic()
    subprocess.run(command, check=True)
    return time.monotonic() - begin


if __name__ == "__main__":
    main()
