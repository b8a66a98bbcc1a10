#!/usr/bin/env python3
"""What `dsel resample --field … --between …` must draw: writes windows.json, by which dsel is tested.

    pip install xxhash && python3 windows.py

"documents" have the numbers "a" and "b" (some of them large, all of them exact as doubles), and a "site". Each of "runs"
has the "arguments" of a draw, the numbers of documents that are "eligible" and "outside" the ranges, and "drawn", the ids
in pool order. Sums and comparisons are of fractions, and noise is that of Documentation/Drawing.md.
"""

import json
import math
import pathlib
import random
from fractions import Fraction

import strata
import xxhash

OUTPUT = pathlib.Path(__file__).parent / "windows.json"
# Scales of fields, ranges, further options, and the size; of two ranges of a field, both hold.
RUNS = [
    ({"a": "1"}, [("a", "-2", "3.5")], {}, 15),
    ({"a": "1", "b": "-0.25"}, [("b", None, "40")], {"seed": 3}, 15),
    ({"a": "-1", "b": "0.125"}, [("a", "0", None), ("b", "16", "48")], {"temperature": 4}, 10),
    ({"b": "0.5"}, [("a", "0", None), ("a", None, "2")], {"seed": 9, "temperature": 2}, 12),
    ({"a": "1"}, [("b", "1e3", "1e4")], {}, 20),
    ({"b": "1"}, [("a", "1", "1")], {}, 30),
    ({"a": "2"}, [("b", "10", "50")], {"stratify": "site"}, 20),
    ({"a": "1"}, [("c", "1700000000000000256", None)], {}, 20),
]


def gumbel(text, seed):
    hashed = xxhash.xxh3_64_intdigest(text.encode()).to_bytes(8, "little")
    u = ((xxhash.xxh3_64_intdigest(hashed, seed=seed) >> 12) + 0.5) * 2.0**-52
    return -math.log(-math.log(u))


def run(documents, scales, ranges, options, count):
    def is_inside(document):
        return all(
            (low is None or Fraction(str(document[field])) >= Fraction(low))
            and (high is None or Fraction(str(document[field])) <= Fraction(high))
            for field, low, high in ranges
        )

    def key(document):
        weight = sum(Fraction(scale) * Fraction(str(document[f])) for f, scale in scales.items())
        return float(weight) / options.get("temperature", 1) + gumbel(document["text"], options.get("seed", 0))

    inside = [document for document in documents if is_inside(document)]
    groups = {None: count}
    if "stratify" in options:
        groups = strata.budgets(inside, {}, count)
    drawn = []
    for site, amount in groups.items():
        own = [document for document in inside if site is None or document["site"] == site]
        drawn += sorted(own, key=key, reverse=True)[:amount]
    arguments = ["--field", ",".join(f"{field}={scale}" for field, scale in scales.items())]
    for field, low, high in ranges:
        arguments += ["--between", f"{field}={low or ''}:{high or ''}"]
    for name, value in options.items():
        arguments += [f"--{name}", str(value)]
    return {
        "arguments": [*arguments, "--count", str(count)],
        "eligible": len(inside),
        "outside": len(documents) - len(inside),
        "drawn": sorted(document["id"] for document in drawn),
    }


def main():
    random.seed(6)
    documents = [
        {
            "id": number,
            "text": f"text {number}",
            # Quarters and whole numbers, so that the ends of ranges occur.
            "a": random.randint(-10, 16) / 4,
            "b": random.choice([*[random.randint(0, 60)] * 7, 1000, 10000, 10001]),
            "c": 1700000000000000000 + 256 * random.randint(-9, 9),
            "site": random.choice(["x", "y"]),
        }
        for number in range(80)
    ]
    found = {"documents": documents, "runs": [run(documents, *settings) for settings in RUNS]}
    OUTPUT.write_text(json.dumps(found) + "\n")


main()
