#!/usr/bin/env python3
"""Times how documents of Python reach dsel, and prints a table: Documentation/Python.md has one.

    scripts/python-speed.py --pool P.jsonl[.zst] [--dsel PROGRAM] [--rounds N]

It needs pyarrow and orjson, and takes the fields `text` of the pool. "Lines" is the processor time
that Python takes to make lines of JSON, and "fit" the time that passes in `dsel.fit`: the best of N
rounds each.
"""

import argparse
import json
import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "Python", "src"))


def main() -> None:
    parser = argparse.ArgumentParser(description="Times how documents of Python reach dsel.")
    parser.add_argument("--pool", required=True)
    parser.add_argument("--dsel", default=os.path.join(ROOT, ".build-release/release/dsel"))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    os.environ["DSEL"] = os.path.abspath(options.dsel)

    import dsel
    import pyarrow
    from dsel import _lines
    from dsel._sources import source

    reader = ["zstd", "-dc"] if options.pool.endswith(".zst") else ["cat"]
    lines = subprocess.run([*reader, options.pool], stdout=subprocess.PIPE, check=True).stdout
    texts = [json.loads(line)["text"] for line in lines.splitlines()]
    size = sum(len(text.encode()) for text in texts) / 1e6
    kinds = {
        "a generator of texts": lambda: iter(texts),
        "a list of dictionaries": [{"text": text} for text in texts],
        "a list of texts": texts,
        "a `pyarrow.Table`": pyarrow.table({"text": texts}),
    }

    def made(documents: object) -> None:
        part = source(documents, "text")
        part.prepare()
        for _ in part.lines():
            pass

    encoders = {"orjson": _lines._orjson, "json": None}
    print(f"{size:.0f} MB of text in {len(texts):,} documents. MB of text per second:\n")
    print("| Documents | JSON by | lines | fit |\n| --- | --- | ---: | ---: |")
    for name, kind in kinds.items():
        for encoder, module in encoders.items():
            _lines._orjson = module
            best = [float("inf")] * 2
            for _ in range(options.rounds):
                begin = time.process_time()
                made(kind() if callable(kind) else kind)
                best[0] = min(best[0], time.process_time() - begin)
                begin = time.monotonic()
                dsel.fit(kind() if callable(kind) else kind)
                best[1] = min(best[1], time.monotonic() - begin)
            print(f"| {name} | {encoder} | {size / best[0]:.0f} | {size / best[1]:.0f} |")


if __name__ == "__main__":
    main()
