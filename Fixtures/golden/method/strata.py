"""Draws from strata, in exact arithmetic: writes strata.json, by which dsel is tested.

    pip install xxhash && python3 strata.py

An independent and plain version of what `dsel resample --field q --top-k --stratify site` draws: shares by the method of
Webster and Sainte-Lague, then the largest rating of all strata that have room, each text once.
"""

import json
import pathlib
import random
from fractions import Fraction

import xxhash


def apportion(total, weights):
    """Gives units away one by one: to the largest weight / (2 x units + 1), of equal ones to the first."""
    given = [0] * len(weights)
    if not weights:
        return given
    for _ in range(total):
        quotients = [weight / (2 * units + 1) for weight, units in zip(weights, given)]
        given[quotients.index(max(quotients))] += 1
    return given


def budgets(documents, mixture, total):
    """How many documents are drawn of each stratum, in the order of their names' UTF-8 bytes.

    What a mixture leaves of 1 is first one part of its own, the last, which the strata without a share then divide.
    """
    counts = {}
    for document in documents:
        counts[document["site"]] = counts.get(document["site"], 0) + 1
    names = sorted(counts, key=lambda name: name.encode())
    given = [name for name in names if name in mixture]
    others = [name for name in names if name not in mixture]
    weights = [Fraction(mixture[name]) for name in given]
    *amounts, rest = apportion(total, [*weights, 1 - sum(weights)])
    if sum(weights) == 1:
        others = []
    divided = apportion(rest, [Fraction(counts[name]) for name in others])
    return dict(zip(given, amounts)) | dict(zip(others, divided))


def text_hash(text):
    return xxhash.xxh3_64_intdigest(text.encode())


def draw(documents, mixture, total):
    left = budgets(documents, mixture, total)
    order = sorted(
        (document for document in documents if document["site"] in left),
        key=lambda d: (-d["q"], -text_hash(d["text"]), d["site"].encode(), d["id"]),
    )
    taken, drawn = set(), []
    for document in order:
        if left[document["site"]] == 0 or document["text"] in taken:
            continue
        left[document["site"]] -= 1
        taken.add(document["text"])
        drawn.append(document["id"])
    return sorted(drawn)


# "e" with an accent in one scalar and in two: names that look alike, and are two.
SITES = ["a", "b", "caf\u00e9", "cafe\u0301", "z,=", "10"]
MIXTURES = [
    {}, {"a": "0.3"}, {"a": "0.3", "b": "0.7"}, {"b": "0"},
    {"caf\u00e9": "0.25", "cafe\u0301": "0.15"},
    {"a": "0.1", "b": "0.1", "10": "0.1"}, {"a": "0", "b": "0", "10": "0"},
]


def main():
    random.seed(12)
    cases = []
    for number in range(8):
        documents = []
        for place in range(70):
            copied = None
            if documents and random.random() < 0.4:
                copied = random.choice(documents)["text"]
            documents.append(
                {
                    "id": place,
                    "text": copied or f"text {number} {place}",
                    "site": random.choice(SITES[: random.randint(2, 6)]),
                    # Few values, so that many are equal.
                    "q": random.randint(0, 12) if number % 2 else random.randint(0, 10**6) / 8,
                }
            )
        # Each site at least once.
        for place, site in enumerate(SITES):
            documents[place]["site"] = site
        for mixture in random.sample(MIXTURES, 3):
            cases.append(
                {
                    "pool": number,
                    "mixture": [f"{name}={share}" for name, share in mixture.items()],
                    "draws": [
                        {"count": total, "ids": draw(documents, mixture, total)}
                        for total in [1, 2, 3, 7, 20, 21, 40, 70]
                    ],
                }
            )
        yield documents
    yield cases


def write():
    *pools, cases = main()
    lines = ['{"pools": [']
    for number, documents in enumerate(pools):
        comma = "," if number < len(pools) - 1 else ""
        lines.append("[" + ",\n".join(json.dumps(d) for d in documents) + "]" + comma)
    lines.append('], "cases": [')
    lines.append(",\n".join(json.dumps(case) for case in cases))
    lines.append("]}")
    path = pathlib.Path(__file__).with_name("strata.json")
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes")


if __name__ == "__main__":
    write()
