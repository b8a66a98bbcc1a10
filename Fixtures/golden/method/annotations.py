#!/usr/bin/env python3
"""What --annotate-with must say of drawn documents: writes annotations.json, by which dsel is tested.

    pip install xxhash regex numpy scipy && python3 annotations.py

"runs" are draws by weight from Fixtures' pool, as those of oracle.py, with strata and with replay, which oracle.py
doesn't have. "fields" are draws by the number "q" from "documents" of its own, with copies and equal numbers. Each run
has its "settings" and "drawn": for each document in pool order its "id", the "part" that drew it, its "stratum" if there
are any, and "rank", "quantile" and "probability", which are null for a document without.
"""

import json
import math
import pathlib
import random

import oracle
import strata

OUTPUT = pathlib.Path(__file__).parent / "annotations.json"
BASE = oracle.DEFAULTS | oracle.RATIO
RUNS = [
    {"count": 100},
    {"count": 100, "temperature": 50.0, "seed": 3},
    {"token_budget": 20000, "temperature": 100.0, "seed": 1},
    {"byte_budget": 50000, "temperature": 100.0},
    {"count": 100, "top_k": True},
    {"count": 100, "min_weight": -150.0, "temperature": 100.0},
    {"count": 100, "replay": "0.25", "temperature": 30.0},
    {"count": 90, "stratify": "domain", "temperature": 40.0, "seed": 5},
    {"count": 90, "stratify": "domain", "replay": "0.2", "temperature": 40.0},
]
FIELD_RUNS = [
    {"count": 20},
    {"count": 20, "temperature": 3.0, "seed": 8},
    {"count": 7, "top_k": True},
    {"count": 20, "replay": "0.5"},
    {"count": 70},
]


def probability(value, threshold):
    """That value + Gumbel noise is above the threshold."""
    return 1.0 if threshold is None else -math.expm1(-math.exp(value - threshold))


def part(documents, key, size, limit):
    """The documents of the largest keys that fit, and the first key that does not."""
    chosen, spent = [], 0
    for document in oracle.in_order(documents, key):
        spent += size(document)
        if spent > limit:
            return chosen, document[key]
        chosen.append(document)
    return chosen, None


def draw(documents, settings, size, limit, name):
    """Adds facts to the documents that are drawn, and returns them."""
    replayed = 0
    if "replay" in settings:
        # By the method of Webster and Sainte-Lague, as in strata.py.
        share = strata.Fraction(settings["replay"])
        replayed = strata.apportion(limit, [share, 1 - share])[0]
    by_chance, _ = part(documents, "random_key", size, replayed)
    for document in by_chance:
        document["facts"] = {"part": "random", "rank": None, "quantile": None, "probability": None}
    left = [document for document in documents if "facts" not in document]
    heavy = [d for d in left if d["log_weight"] >= settings.get("min_weight", -math.inf)]
    drawn, threshold = part(heavy, "key", size, limit - replayed)
    for document in drawn:
        larger = sum(other > document["log_weight"] for other in settings["weights"])
        count = len(settings["weights"])
        document["facts"] = {
            "part": "weights",
            "rank": larger + 1,
            "quantile": sum(other <= document["log_weight"] for other in settings["weights"]) / count,
            "probability": None
            if settings["top_k"]
            else probability(document["log_weight"] / settings["temperature"], threshold),
        }
    for document in by_chance + drawn:
        document["facts"] |= {"id": document["id"]} | ({} if name is None else {"stratum": name})
    return by_chance + drawn


def give_keys(documents, settings):
    for position, document in enumerate(documents):
        seed, text = settings["seed"], document["text"]
        noise = 0.0 if settings["top_k"] else oracle.gumbel(text, seed)
        document["key"] = document["log_weight"] / settings["temperature"] + noise
        document["random_key"] = oracle.gumbel(text, (seed + 5 * 0x9E3779B97F4A7C15) & oracle.MASK)
        document["text_hash"] = oracle.text_hash(text)
        document["position"] = position


def run(settings):
    target, pool = oracle.inputs(settings)
    oracle.weigh(target, pool, settings)
    eligible = [d for d in pool if d["tokens"] >= settings["min_tokens"]]
    assert len({d["text"] for d in eligible}) == len(eligible), "no copies to leave out"
    give_keys(pool, settings)
    size, limit = oracle.budget(settings, len(pool))
    settings = settings | {"weights": [d["log_weight"] for d in eligible]}
    if "stratify" not in settings:
        return result(settings, draw(eligible, settings, size, limit, None))
    for document in eligible:
        document["site"] = document[settings["stratify"]]
    drawn = []
    for name, amount in strata.budgets(eligible, {}, limit).items():
        drawn += draw([d for d in eligible if d["site"] == name], settings, size, amount, name)
    return result(settings, drawn)


def result(settings, drawn):
    settings = {name: value for name, value in settings.items() if name != "weights"}
    order = sorted(drawn, key=lambda document: document["position"])
    return {"settings": settings, "drawn": [document["facts"] for document in order]}


def field_run(documents, settings):
    documents = [dict(document) | {"log_weight": document["q"]} for document in documents]
    settings = settings | {"weights": [document["q"] for document in documents]}
    give_keys(documents, settings)
    size, limit = oracle.budget(settings, len(documents))
    # Each text once: for replay, the first line of it; for weights, the one with the largest key.
    replayed, taken = [], set()
    amount = 0
    if "replay" in settings:
        share = strata.Fraction(settings["replay"])
        amount = strata.apportion(limit, [share, 1 - share])[0]
    for document in oracle.in_order(documents, "random_key"):
        if len(replayed) < amount and document["text"] not in taken:
            replayed.append(document)
            taken.add(document["text"])
    rest = {}
    for document in oracle.in_order(documents, "key"):
        if document["text"] not in taken:
            rest.setdefault(document["text"], document)
    settings.pop("replay", None)
    drawn = draw(list(rest.values()), settings, size, limit - amount, None)
    for document in replayed:
        document["facts"] = {
            "part": "random", "rank": None, "quantile": None, "probability": None,
            "id": document["id"],
        }
    return result(settings | ({"replay": "0.5"} if replayed else {}), drawn + replayed)


def main():
    random.seed(4)
    documents = []
    for number in range(60):
        text = f"text {number}"
        if documents and random.random() < 0.25:
            text = random.choice(documents)["text"]
        documents.append({"id": number, "text": text, "q": random.randint(-3, 6)})
    base = {"temperature": 1.0, "top_k": False, "seed": 0}
    found = {
        "runs": [run(BASE | settings) for settings in RUNS],
        "fields": {
            "documents": documents,
            "runs": [field_run(documents, base | settings) for settings in FIELD_RUNS],
        },
    }
    OUTPUT.write_text(json.dumps(found) + "\n")


main()
