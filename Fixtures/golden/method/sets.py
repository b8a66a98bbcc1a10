#!/usr/bin/env python3
"""The set objective of `dsel select`, written a second time: plain, slow, and independent of dsel.

  pip install xxhash regex numpy scipy
                             (Python 3.11 and zstd, as for oracle.py, from which this imports)
  sets.py tables             write sets.json and sets-core.json beside this file
  sets.py core               write sets-core.json alone, which needs no weights
  sets.py best               compare the greedy choice with the best set of small pools

The greedy search here evaluates every remaining document at every step. dsel is lazy about it, and
must choose the same documents.

sets.json: {"runs": [...]}, selections from Fixtures/crawl.jsonl.zst (pool) for Fixtures/wiki.jsonl
(target). With "targets" among the settings, the targets are every second line of the file: "even"
from the first on, "odd" from the second. Each run has its "settings"; "eligible", the number of
documents; "targets", what each target chose, in their order; and "agreement", for `blend` the
smallest share of the selection that is chosen again when weights move a little. Of a target there
are:

- "candidates", their number, and "budgets", one per stratum, in the order of their names;
- "tops", one per stratum: "top", the number of candidates that a plain draw of this size takes, and
  their statistics: "top_tokens" (N), "top_cost" (U), the mean of all candidates' keys,
  "mean_key" (kappa), and "deviation" (s), the standard deviation of all keys or of the top's,
  whichever is larger;
- "target_mass" (W), and "slices" (R);
- "first", the 3 candidates with the largest keys: "z", "bonus", and "gain", the gain
  from adding the document to an empty set;
- "selected", the ids of the chosen documents in pool order, and "cost", the sum of their costs.

There are no statistics if all candidates fit into the budgets, and none with purity 1, where the
selection is the top. Runs with the estimator `shrunk` can be compared exactly. Runs with `blend` use
the exact optimum of the logistic regression. dsel's solver stops near it, so log odds differ by up
to 0.1. That is how far they move in the three trials of "agreement".

sets-core.json: {"cases": [...], "budgets": [...], "quotas": [...]}. A case is a small input for the
search alone: "purity", "tau", the number of "slices" (R), the "unit" of the "budgets" (documents,
tokens or bytes), one per part, and "target", a list of [bucket, count], with "target_tokens". Each
of the "candidates" has a "hash" (16 hex digits), "part", "key", "tokens", "cost" and "features", a
list of [bucket, count]. The seed is 0. "expected" holds the statistics as above; "sweeps", the
indices of the documents chosen after each sweep; "chosen", those after the last; and "order", the
same in the order of the set. If all
candidates fit into the budgets, there are no statistics and no sweeps. Real numbers are written
with as many digits as it takes to read back the same double. In each decision, the two largest
values differ by more than 1e-9 of their terms, or they are equal by construction and the hash
decides.

"budgets" lists the budgets of candidates of step 1: for "budget" (B), "eligible" (E) and
"documents" (D), the result is "candidates" (B_c). "quotas" lists quotas of slices for a budget of
documents: for "budget" and "sizes" (the number of candidates in each slice), the result is
"quotas".

Some cases are decided as follows. The top has at least one document, even one that doesn't fit,
unless the budget is 0. A document without tokens gains nothing. A divisor of 0 counts as 1. If all
keys are equal, s is exactly 0.

How good is greedy? `sets.py best` takes 300 made-up pools and 300 of documents of the fixture, of 6
to 12 documents each, and chooses 2 to 4 of them in one slice, without beta and tau. It compares
with all sets of that size, on a scale from their mean (0) to the best (1). By the objective that
greedy follows, Σ p ln(a + c_S) - (W/N) N_S, the choice is the best set in 84 % and 90 % of the
pools, and reaches 0.97 and 0.99 on average. By F(S) = Σ p ln(a + c_S) - W ln N_S, it is the best
in 53 % and 60 %, and reaches 0.88 and 0.93. The difference is the price: N is the tokens of
the top, not of the set. The best set at that price reaches only 0.93 and 0.96 by F. A second choice
with N from the first one reaches 0.92 and 0.98.
"""

import collections
import functools
import itertools
import json
import math
import multiprocessing
import random
import sys
from fractions import Fraction

import numpy
import xxhash

import oracle
import strata

A = 0.1
TAU = 0.02
SKIPS = 16
CANDIDATE_FLOOR = 10_000
SET_PURPOSE = 8
# Gains are summed as multiples of this.
UNIT = 2.0**-50
# Whether N is the tokens of the set so far in the sweeps after the first, rather than the top's.
PRICE_FOLLOWS_SET = True
MASK = oracle.MASK

# -------------------------------------------------------------------------------------------------
# Candidates


def candidate_budget(budget, eligible, documents):
    """B_c: the budget of the draw of the candidates."""
    most = min(3 * budget, budget + eligible // 5)
    return max(most, math.ceil(CANDIDATE_FLOOR * (eligible / max(1, documents))), budget)


def in_order(documents):
    return sorted(documents, key=lambda d: (-d["key"], -d["hash"]))


def from_the_top(documents, budget):
    """The documents of the largest keys, up to the first that does not fit."""
    taken, spent = [], 0
    for document in in_order(documents):
        spent += document["cost"]
        if spent > budget:
            break
        taken.append(document)
    return taken


def beta_of(purity):
    return purity / (2 * (1 - purity))


def cost_of(documents):
    return sum(d["cost"] for d in documents)


# -------------------------------------------------------------------------------------------------
# The search
#
# A case is a dictionary: "unit", "budgets" (one per part), "slices", "target", "candidates" and the
# constants. A candidate's "features" are counts by bucket.


def deviation_of(keys):
    """The population's standard deviation: exactly 0 if all are equal."""
    if len(set(keys)) <= 1:
        return 0.0
    mean = sum(keys) / len(keys)
    return math.sqrt(sum((key - mean) ** 2 for key in keys) / len(keys))


def prepare(case):
    """The statistics of the tops, and what each candidate's key is worth."""
    candidates = case["candidates"]
    tops = []
    for number, budget in enumerate(case["budgets"]):
        part = [d for d in candidates if d["part"] == number]
        top = (from_the_top(part, budget) or in_order(part)[:1]) if budget else []
        keys = [d["key"] for d in part]
        mean = sum(keys) / max(1, len(keys))
        deviation = max(deviation_of(keys), deviation_of([d["key"] for d in top]))
        for d in part:
            z = (d["key"] - mean) / deviation if deviation else 0.0
            d["z"] = max(-3.0, min(2.0, z))
            d["bonus"] = beta_of(case["purity"]) * d["z"] + case["tau"] * d["gumbel"]
        tops.append(
            {
                "top": len(top),
                "top_tokens": sum(d["tokens"] for d in top),
                "top_cost": cost_of(top),
                "mean_key": mean if keys else None,
                "deviation": deviation,
            }
        )
    # Only buckets of the target matter. Each pair of a bucket and a count has a number; number 0
    # is of no bucket, and gains nothing.
    numbers = {}
    for d in candidates:
        pairs = [(b, c) for b, c in sorted(d["features"].items()) if b in case["target"]]
        d["pairs"] = pairs
        d["numbers"] = [0] + [numbers.setdefault(pair, len(numbers) + 1) for pair in pairs]
    case["pairs"] = numbers
    case["pairs_of_bucket"] = collections.defaultdict(list)
    for (bucket, count), number in numbers.items():
        case["pairs_of_bucket"][bucket].append((count, number))
    case["mass"] = sum(p for _, p in sorted(case["target"].items()))
    return tops


def term(p, count, before, a):
    """A term of a gain, as a multiple of 2^-50, and a half rounded up."""
    value = p * math.log(1 + count / (a + before)) * 2.0**50
    return int(value) + (value - int(value) >= 0.5)


def gain(document, case):
    """What the document adds to an empty set."""
    terms = [term(case["target"][b], count, 0, A) for b, count in document["pairs"]]
    return sum(terms) * UNIT


def greedy(documents, counts, a, f, quotas, case, tokens, gaps):
    """Takes the document of the largest value, again and again. Adds to `gaps` how clear it was.

    `tokens` is N. The value of every document is found anew at each step.
    """
    if not documents:
        return []
    counts, target = dict(counts), case["target"]
    terms = numpy.zeros(len(case["pairs"]) + 1, dtype=numpy.int64)
    for (bucket, count), number in case["pairs"].items():
        terms[number] = term(target[bucket], count, counts.get(bucket, 0), a)
    mass = f * case["mass"]
    offsets = mass / max(1, case["top_cost"]) * numpy.array([d["bonus"] for d in documents])
    costs = numpy.array([d["cost"] for d in documents])
    if case["unit"] == "documents":
        prices = mass / max(1, tokens) * numpy.array([float(d["tokens"]) for d in documents])
        sizes = prices + abs(offsets)
        offsets = offsets - prices
        factor = 1.0
    else:
        sizes = abs(offsets)
        factor = 1 / numpy.maximum(1, costs)
    numbers = numpy.array([number for d in documents for number in d["numbers"]])
    starts = numpy.cumsum([0] + [len(d["numbers"]) for d in documents[:-1]])
    hashes = numpy.array([d["hash"] for d in documents], dtype=numpy.uint64)
    parts = numpy.array([d["part"] for d in documents])
    remaining = numpy.ones(len(documents), dtype=bool)

    left, skipped, taken = list(quotas), [0] * len(quotas), []
    while True:
        is_open = numpy.array([n > 0 and m < SKIPS for n, m in zip(left, skipped)])
        places = numpy.flatnonzero(remaining & is_open[parts])
        if len(places) == 0:
            return taken
        gains = factor * (numpy.add.reduceat(terms[numbers], starts).astype(float) * UNIT)
        values = gains + offsets
        places = places[numpy.lexsort((hashes[places], values[places]))[::-1]]
        best = places[0]
        if len(places) > 1:
            gaps.append(gap(documents, values, gains + sizes, best, places[1]))
        remaining[best] = False
        document = documents[best]
        part = document["part"]
        if document["cost"] > left[part]:
            skipped[part] += 1
            continue
        skipped[part] = 0
        left[part] -= document["cost"]
        taken.append(document)
        for bucket, count in document["pairs"]:
            counts[bucket] = counts.get(bucket, 0) + count
            for other, number in case["pairs_of_bucket"][bucket]:
                terms[number] = term(target[bucket], other, counts[bucket], a)


def gap(documents, values, sizes, i, j):
    """The relative difference of the two largest values. Equal by construction is no difference."""
    if values[i] == values[j]:
        d, e = documents[i], documents[j]
        names = ["tokens", "cost", "bonus"]
        alike = all(d[name] == e[name] for name in names) and d["pairs"] == e["pairs"]
        alike = alike or values[i] == 0 == d["bonus"] == e["bonus"]
        no_gain = not d["pairs"] and not e["pairs"]
        alike = alike or no_gain and all(d[name] == e[name] for name in ["tokens", "bonus"])
        return math.inf if alike else 0.0
    return float((values[i] - values[j]) / max(sizes[i], sizes[j]))


def shares(amount, n):
    return [amount * (i + 1) // n - amount * i // n for i in range(n)]


def quotas_of(budget, sizes, unit):
    """The quotas of slices in one part, where `sizes` are the costs of all candidates."""
    if sum(sizes) <= budget:
        return sizes
    quotas = shares(budget, len(sizes))
    if unit != "documents":
        return quotas
    deficit = sum(max(0, q - s) for q, s in zip(quotas, sizes))
    spares = [max(0, s - q) for q, s in zip(quotas, sizes)]
    total = sum(spares)
    if deficit == 0:
        return quotas
    result, before = [], 0
    for q, s, spare in zip(quotas, sizes, spares):
        after = before + spare
        result.append(min(q, s) + deficit * after // total - deficit * before // total)
        before = after
    return result


def slices_for(documents):
    """R for a top of so many documents."""
    slices = 1
    while slices < 8 and documents // (2 * slices) >= 16:
        slices *= 2
    return slices


def slice_of(document, slices):
    return document["hash"] >> (64 - (slices.bit_length() - 1))


def counts_of(documents):
    counts = collections.Counter()
    for d in documents:
        for bucket, count in d["pairs"]:
            counts[bucket] += count
    return counts


def search(case):
    """What the case's candidates lead to. The case is not changed, but for what prepare() adds."""
    unit, budgets, candidates = case["unit"], case["budgets"], case["candidates"]
    parts = range(len(budgets))
    wholes = [cost_of(d for d in candidates if d["part"] == i) <= budgets[i] for i in parts]
    if all(wholes):
        return {"sweeps": [], "chosen": list(range(len(candidates))), "gap": math.inf}
    tops = prepare(case)
    case["top_cost"] = sum(top["top_cost"] for top in tops)
    tokens = sum(top["top_tokens"] for top in tops)
    slices = case.setdefault("slices", slices_for(sum(top["top"] for top in tops)))
    members = [[d for d in candidates if slice_of(d, slices) == r] for r in range(slices)]
    by_part = [
        quotas_of(
            budgets[i], [cost_of(d for d in slice if d["part"] == i) for slice in members], unit
        )
        for i in parts
    ]
    quotas = [list(quota) for quota in zip(*by_part)]
    gaps = []

    own = []
    for slice, quota in zip(members, quotas):
        f = sum(budgets) / max(1, sum(quota))
        own.append(greedy(slice, {}, A / f, f, quota, case, tokens, gaps))
    sweeps = [indices(own, candidates)]

    for _ in range(1 if slices <= 32 else 2):
        if PRICE_FOLLOWS_SET:
            tokens = sum(d["tokens"] for chosen in own for d in chosen)
        for group in range(4):
            numbers = range(group, slices, 4)
            counts = counts_of(d for chosen in own for d in chosen)
            allowed = [list(quotas[r]) for r in numbers]
            for i in parts:
                if unit == "documents" or wholes[i]:
                    continue
                others = [d for r in range(slices) if r % 4 != group for d in own[r]]
                left = budgets[i] - cost_of(d for d in others if d["part"] == i)
                for quota, share in zip(allowed, shares(left, len(numbers))):
                    quota[i] = share
            new = []
            for r, quota in zip(numbers, allowed):
                rest = counts - counts_of(own[r])
                new.append(greedy(members[r], rest, A, 1.0, quota, case, tokens, gaps))
            for r, chosen in zip(numbers, new):
                own[r] = chosen
        sweeps.append(indices(own, candidates))
    for i in parts:
        spent = cost_of(d for chosen in own for d in chosen if d["part"] == i)
        assert spent <= budgets[i] and (unit != "documents" or wholes[i] or spent == budgets[i])
    return {
        "tops": tops,
        "target_mass": case["mass"],
        "slices": slices,
        "sweeps": sweeps,
        "chosen": sweeps[-1],
        "gap": min(gaps, default=math.inf),
    }


def order_of(case, chosen, gaps):
    """The documents of a set in the order of `select --annotate`, as indices of the case's candidates.

    Greedy once more, among the set only, and for one budget. For a size in documents there are stages
    of 16, 32, 64 ... documents, with the price and the bonus of a set of that size.
    """
    candidates, top_cost = case["candidates"], case["top_cost"]
    left = [candidates[i] | {"part": 0, "index": i} for i in chosen]
    ends = [len(left)]
    if case["unit"] == "documents":
        ends = [16 * 2**i for i in range(64) if 16 * 2**i < len(left)] + ends
    counts, taken = collections.Counter(), []
    for end in ends:
        known = taken or left
        tokens = sum(d["tokens"] for d in known) / len(known) * end
        stage = case | {"top_cost": top_cost * end / len(chosen)}
        while len(taken) < end:
            # One at a time, whatever it costs.
            [best] = greedy(left, counts, A, 1.0, [1 + max(d["cost"] for d in left)], stage, tokens, gaps)[:1]
            left = [d for d in left if d["index"] != best["index"]]
            taken.append(best)
            counts += counts_of([best])
    return [d["index"] for d in taken]


def indices(own, candidates):
    hashes = {d["hash"] for chosen in own for d in chosen}
    return [i for i, d in enumerate(candidates) if d["hash"] in hashes]


# -------------------------------------------------------------------------------------------------
# The fixtures

UNITS = {"token_budget": "tokens", "byte_budget": "bytes"}
BASE = oracle.DEFAULTS | {"logistic_share": 0.0, "purity": 0.2, "noise": TAU}
BLEND = BASE | {"estimator": "blend"}
SHRUNK = BASE | {"estimator": "shrunk"}
TARGETS = {"even": "0.3", "odd": "0.7"}
BLEND_RUNS = [
    {"count": 1},
    {"count": 20},
    {"count": 200},
    {"count": 200, "purity": 1.0},
    {"token_budget": 20_000},
]
SHRUNK_RUNS = [
    {"count": 1},
    {"count": 20},
    {"count": 31},
    {"count": 32},
    {"count": 50},
    {"count": 64},
    {"count": 127},
    {"count": 128},
    {"count": 200},
    {"count": 200, "purity": 0.15},
    {"count": 200, "purity": 0.5},
    {"count": 200, "purity": 1.0},
    {"count": 50, "noise": 0.0},
    {"count": 200, "noise": 0.3},
    {"count": 200, "purity": 0.0, "noise": 0.0},
    {"count": 200, "seed": 7},
    {"count": 1000},
    {"count": 1309},
    {"fraction": 0.1},
    {"fraction": 0.5, "purity": 0.15, "seed": 3},
    {"token_budget": 200},
    {"token_budget": 20_000},
    {"token_budget": 20_000, "purity": 0.0, "noise": 0.0},
    {"token_budget": 100_000},
    {"token_budget": 100_000, "purity": 0.5, "seed": 7},
    {"token_budget": 400_000},
    {"byte_budget": 100_000},
    {"byte_budget": 100_000, "purity": 0.0, "seed": 7},
    {"byte_budget": 400_000, "noise": 0.0},
    {"count": 100, "targets": TARGETS},
    {"count": 400, "targets": TARGETS, "purity": 0.5, "seed": 7},
    {"token_budget": 100_000, "targets": TARGETS},
    {"byte_budget": 600_000, "targets": TARGETS, "noise": 0.0},
    {"count": 100, "strata": "domain"},
    {"count": 400, "strata": "domain", "purity": 0.15, "seed": 7},
    {"token_budget": 100_000, "strata": "domain"},
    {"byte_budget": 600_000, "strata": "domain", "purity": 0.0, "noise": 0.0},
    {"count": 400, "strata": "domain", "mixture": {"saga": "0.02", "wiki": "0.25"}},
    {"token_budget": 90_000, "strata": "domain", "mixture": {"wiki": "0.4"}},
    {"count": 200, "strata": "domain", "targets": TARGETS},
    {"token_budget": 150_000, "strata": "domain", "targets": TARGETS, "purity": 0.5},
]
RUNS = [BLEND | run for run in BLEND_RUNS] + [SHRUNK | run for run in SHRUNK_RUNS]


@functools.cache
def weighed(estimator, lines="all"):
    """The target's p, and the pool with log weights and text hashes.

    The target is all documents of the file, or every second: the first of two is "even".
    """
    settings = BASE | {"estimator": estimator}
    target, pool = oracle.inputs(settings)
    target = {"all": target, "even": target[::2], "odd": target[1::2]}[lines]
    oracle.weigh(target, pool, settings)
    seen = set()
    for d in pool:
        d["hash"] = oracle.text_hash(d["text"])
        d["eligible"] = d["tokens"] >= settings["min_tokens"] and d["text"] not in seen
        d["counts"] = collections.Counter(d["features"])
        seen.add(d["text"])
    tokens = sum(d["tokens"] for d in target)
    return {b: c / tokens for b, c in oracle.count(target).items()}, pool


def eligible_of(pool, settings, unit, moved):
    """The eligible documents, in pool order. `moved` changes a log weight."""
    eligible = []
    for d in pool:
        if d["eligible"]:
            text = d["text"]
            sizes = {"documents": 1, "tokens": d["tokens"], "bytes": d["line_bytes"]}
            set_seed = (settings["seed"] + SET_PURPOSE * 0x9E3779B97F4A7C15) & MASK
            eligible.append(
                {
                    "id": d["id"],
                    "stratum": d["domain"] if "strata" in settings else "",
                    "hash": d["hash"],
                    "key": moved(d["log_weight"]) / settings["temperature"]
                    + oracle.gumbel(text, settings["seed"]),
                    "gumbel": oracle.gumbel(text, set_seed),
                    "tokens": d["tokens"],
                    "cost": sizes[unit],
                    "features": d["counts"],
                }
            )
    return eligible


def stratum_budgets(pool, settings, budget):
    """The budget of each stratum, by name. Without strata, there is one of no name."""
    if "strata" not in settings:
        return {"": budget}
    # Shares are those of eligible documents.
    long_enough = [d for d in pool if d["tokens"] >= settings["min_tokens"]]
    sites = [{"site": d["domain"]} for d in long_enough]
    return strata.budgets(sites, settings.get("mixture", {}), budget)


def select(settings, moved=lambda weight: weight):
    """A run: the numbers on the way to the selection, and the candidates of the last target."""
    unit = next((unit for name, unit in UNITS.items() if name in settings), "documents")
    targets = settings.get("targets", {"all": "1"})
    weights = [Fraction(share) for share in targets.values()]
    results, taken = [], set()
    for number, name in enumerate(targets):
        target, pool = weighed(settings["estimator"], name)
        _, budget = oracle.budget(settings, len(pool))
        eligible = eligible_of(pool, settings, unit, moved)
        wide = candidate_budget(budget, cost_of(eligible), len(eligible))
        budgets = stratum_budgets(pool, settings, budget)
        wides = stratum_budgets(pool, settings, wide)
        parts, drawn = [], []
        for i, stratum in enumerate(budgets):
            parts.append(apportion(budgets[stratum], weights)[number])
            left = [d for d in eligible if d["stratum"] == stratum and d["hash"] not in taken]
            limit = apportion(wides[stratum], weights)[number]
            drawn += [d | {"part": i} for d in from_the_top(left, limit)]
        # In pool order.
        by_hash = {d["hash"]: d for d in drawn}
        candidates = [by_hash[d["hash"]] for d in eligible if d["hash"] in by_hash]
        case = {
            "purity": settings["purity"],
            "tau": settings["noise"],
            "unit": unit,
            "budgets": parts,
            "target": target,
            "candidates": candidates,
        }
        if settings["purity"] < 1:
            result = search(case)
            chosen = [candidates[i] for i in result["chosen"]]
        else:
            result = {"gap": math.inf}
            hashes = {
                d["hash"]
                for i, part in enumerate(parts)
                for d in from_the_top([d for d in candidates if d["part"] == i], part)
            }
            chosen = [d for d in candidates if d["hash"] in hashes]
        taken |= {d["hash"] for d in chosen}
        result |= {"budgets": parts, "cost": cost_of(chosen)}
        result["selected"] = [d["id"] for d in chosen]
        results.append((case, result | {"candidates": len(candidates)}))
    return len(eligible), results


def apportion(amount, weights):
    """The method of Webster, as in strata.py, for two parts or one."""
    return [amount] if len(weights) == 1 else strata.apportion(amount, weights)


def shaken(rng):
    """Moves a log weight of `blend` as far as dsel's may be from it."""
    return lambda weight: weight + rng.uniform(-0.1, 0.1)


def run(settings):
    eligible, results = select(settings)
    entry = {"settings": settings, "eligible": eligible, "targets": []}
    smallest = min(result["gap"] for _, result in results)
    for case, result in results:
        dropped = ["sweeps", "chosen", "gap"]
        result = {name: v for name, v in result.items() if name not in dropped}
        if "tops" in result:
            names = ["id", "key", "z", "bonus"]
            result["first"] = [
                {name: d[name] for name in names} | {"gain": gain(d, case)}
                for d in in_order(case["candidates"])[:3]
            ]
        entry["targets"].append(result)
    before = {id for _, result in results for id in result["selected"]}
    agreement = 1.0
    for trial in range(3 if settings["estimator"] == "blend" else 0):
        moved = shaken(random.Random(trial))
        again = {id for _, result in select(settings, moved)[1] for id in result["selected"]}
        agreement = min(agreement, len(again & before) / len(before))
    entry["agreement"] = round(agreement, 4)
    changed = [f"{n}={v}" for n, v in settings.items() if BASE.get(n) != v]
    print(*changed, f"{len(before)} documents, agreement {agreement:.3f}", end=", ")
    print(f"smallest gap {smallest:.1e}", flush=True)
    assert smallest > 1e-9
    return entry


# -------------------------------------------------------------------------------------------------
# Synthetic cases


def synthetic(seed, unit, budget, candidates, buckets=120, slices=8, **changes):
    """A case of random documents. Buckets are rarer the larger their number, in target and pool."""
    rng = random.Random(seed)
    # A third of the documents' buckets are not the target's.
    numbers = sorted(rng.sample(range(1000), buckets * 3 // 2))
    ranks = numbers[:]
    rng.shuffle(ranks)
    weights = [1 / (i + 3) for i in range(len(ranks))]
    target_tokens = 40 * buckets
    features = rng.choices(ranks[:buckets], weights[:buckets], k=2 * target_tokens)
    counts = collections.Counter(features)
    case = {
        "purity": 0.2,
        "tau": TAU,
        "unit": unit,
        "budgets": [budget],
        "slices": slices,
        "target_counts": {b: counts[b] for b in sorted(counts)},
        "target_tokens": target_tokens,
    } | changes
    case["candidates"] = [random_document(rng, unit, ranks) for _ in range(candidates)]
    return case


def random_document(rng, unit, ranks, tokens=None):
    tokens = tokens or int(rng.lognormvariate(2.2, 0.7)) + 3
    # Each document has a topic: a stretch of the ranks.
    start = rng.randrange(len(ranks))
    near = [ranks[(start + int(rng.expovariate(0.06))) % len(ranks)] for _ in range(tokens // 2)]
    far = rng.choices(ranks, [1 / (i + 3) for i in range(len(ranks))], k=tokens - tokens // 2)
    length = sum(rng.randint(2, 8) for _ in range(tokens))
    return {
        "hash": rng.getrandbits(64),
        "part": 0,
        "key": round(rng.gauss(10, 4), 3),
        "tokens": tokens,
        "cost": {"documents": 1, "tokens": tokens, "bytes": length}[unit],
        "features": dict(sorted(collections.Counter(near + far).items())),
    }


def in_slice(document, number, slices=8):
    bits = 64 - (slices.bit_length() - 1)
    document["hash"] = number << bits | document["hash"] & (1 << bits) - 1


def gumbel_of(text_hash, seed):
    """The oracle's noise of a text, from the text's hash."""
    bits = xxhash.xxh3_64_intdigest(text_hash.to_bytes(8, "little"), seed=seed)
    return -math.log(-math.log(((bits >> 12) + 0.5) * 2.0**-52))


def finished(case):
    """Adds what follows from the case: p, and each candidate's noise."""
    tokens = case["target_tokens"]
    case["target"] = {b: count / tokens for b, count in case["target_counts"].items()}
    for d in case["candidates"]:
        d["gumbel"] = gumbel_of(d["hash"], SET_PURPOSE * 0x9E3779B97F4A7C15 & MASK)
    return case


def move_buckets(document, step, start):
    document["features"] = {step * b + start: c for b, c in document["features"].items()}


def cases():
    """Pairs of a note and a case."""
    case = synthetic(1, "documents", 40, 120)
    case["target_counts"] = {b * 1048 + 7: c for b, c in case["target_counts"].items()}
    for d in case["candidates"]:
        move_buckets(d, 1048, 7)
        d["key"] /= 3
    yield "documents, buckets far apart and keys of full length", case
    yield "tokens", synthetic(2, "tokens", 1_000, 160, buckets=300)
    yield "bytes, many candidates", synthetic(3, "bytes", 6_000, 250, buckets=80, purity=0.1)
    yield "without noise and bonus", synthetic(4, "documents", 40, 120, purity=0.0, tau=0.0)
    for slices in [1, 2, 4]:
        for unit, budget in [("documents", 25), ("tokens", 300)]:
            case = synthetic(40 + slices, unit, budget, 90, slices=slices)
            yield f"{unit}, slices: {slices}", case

    case = synthetic(5, "documents", 30, 100, purity=0.85, tau=0.5)
    for i, d in enumerate(case["candidates"]):
        d["key"] = [d["key"], 10 + d["key"] ** 3 / 50, -1e6 - i][i % 3]
    yield "keys far apart, so that many z are at their limits, and a large bonus", case

    yield "more documents allowed than there are", synthetic(6, "documents", 50, 30)
    case = synthetic(7, "tokens", 1, 20)
    case["budgets"] = [sum(d["tokens"] for d in case["candidates"])]
    yield "all tokens fit exactly", case
    case = synthetic(7, "tokens", 1, 20)
    case["budgets"] = [sum(d["tokens"] for d in case["candidates"]) - 1]
    yield "all tokens but one fit", case
    yield "one candidate that fits", synthetic(8, "documents", 1, 1)
    yield "one candidate that doesn't fit", synthetic(8, "bytes", 10, 1)
    yield "one document of many", synthetic(9, "documents", 1, 60)
    case = synthetic(10, "documents", 1, 40)
    for i, d in enumerate(case["candidates"]):
        in_slice(d, [0, 1, 4, 6][i % 4])
    yield "one document, and the slice that it belongs to is empty", case

    case = synthetic(11, "documents", 20, 64, tau=0.0)
    for d in case["candidates"]:
        d |= {name: case["candidates"][0][name] for name in ["key", "tokens", "features"]}
    yield "all candidates alike but for the hash", case
    case = synthetic(12, "tokens", 300, 64, purity=0.0, tau=0.0)
    for i, d in enumerate(case["candidates"]):
        names = ["key", "tokens", "cost", "features"]
        d |= {name: case["candidates"][i % 3][name] for name in names}
        d["key"] = 0.1
    yield "three kinds of alike candidates, and all keys equal", case

    for unit, budget in [("documents", 20), ("tokens", 400)]:
        case = synthetic(13, unit, budget, 70)
        for d in case["candidates"][::2]:
            move_buckets(d, 1, 1000)
        yield f"half of the candidates without a bucket of the target: {unit}", case
    case = synthetic(14, "tokens", 300, 70, purity=0.0, tau=0.0)
    for d in case["candidates"]:
        move_buckets(d, 1, 1000)
    yield "no candidate has a bucket of the target, and all values are 0", case
    yield "no candidate has features", without_features(synthetic(15, "documents", 20, 60))

    case = synthetic(16, "documents", 30, 40)
    for i, d in enumerate(case["candidates"]):
        in_slice(d, [0, 3, 5][i % 3])
    yield "empty slices", case
    case = synthetic(17, "documents", 77, 80)
    for i, d in enumerate(case["candidates"]):
        in_slice(d, 2 if i < 50 else [1, 2, 7][i % 3])
    yield "few slices, and nearly all candidates are chosen", case
    case = synthetic(18, "documents", 60, 100, buckets=60)
    for i, d in enumerate(case["candidates"]):
        in_slice(d, min(7, i % 23))
    yield "small slices give what they can't use to the others", case
    case = synthetic(19, "documents", 16, 48)
    for i, d in enumerate(case["candidates"]):
        d["hash"] = (i % 8 << 61) + [0, 1, 2**61 - 1, 2**61 - 2, 2**60, 12345][i // 8]
    yield "hashes at the limits of the slices", case

    yield "tokens, and few documents fit into a slice", synthetic(20, "tokens", 200, 120)
    case = synthetic(21, "tokens", 600, 200)
    # The best documents of a slice have most of the target's buckets, and don't fit into the quota
    # of 75. There are about 16 of them.
    for i, d in enumerate(case["candidates"]):
        number, place = i % 8, i // 8
        in_slice(d, number)
        if place < [16, 15, 17, 14, 15, 16, 0, 20][number]:
            features = {b: 1 + (b + i) % 9 for b in case["target_counts"]}
            d |= {"tokens": 76 + i, "cost": 76 + i, "features": features}
    yield "14 to 20 documents in a row don't fit", case
    case = synthetic(31, "tokens", 480, 200, purity=0.0, tau=0.0)
    # Long documents have only the slice's own bucket. Once a short one has filled that, they are
    # the worst, and 16 of them must not end the slice before the others are taken.
    rng = random.Random(31)
    ranks = sorted(case["target_counts"], key=lambda b: -case["target_counts"][b])
    for i, d in enumerate(case["candidates"]):
        number, place = i % 8, i // 8
        in_slice(d, number)
        tokens = 10 if place == 0 else 121 + i if place < 19 else 12 + i % 5
        own = {ranks[number]: 90 + place}
        rare = {b: rng.randint(1, 3) for b in sorted(rng.sample(ranks[60:], 3))}
        d |= {"tokens": tokens, "cost": tokens, "features": own if place < 19 else rare}
    yield "documents that don't fit look best until their buckets are taken", case
    case = synthetic(32, "documents", 30, 100, purity=0.6)
    for i, d in enumerate(case["candidates"]):
        d["key"] = 0.05 if i % 2 else 0.1
    yield "equal keys at the top, and smaller ones below", case
    case = synthetic(22, "bytes", 3_000, 80)
    huge = random_document(random.Random(22), "bytes", list(case["target_counts"]), tokens=500)
    huge |= {"cost": 2_700, "key": 40.0}
    case["candidates"].append(huge)
    yield "a huge document of the largest key", case
    case = synthetic(22, "bytes", 3_000, 80)
    case["candidates"].append(huge | {"cost": 3_001})
    yield "the document of the largest key doesn't fit", case
    case = synthetic(23, "tokens", 500, 60)
    for d in case["candidates"][::5]:
        d |= {"tokens": 0, "cost": 0, "features": {}}
    yield "some candidates have no tokens", case
    case = without_features(synthetic(24, "documents", 20, 60))
    for d in case["candidates"]:
        d["tokens"] = 0
    yield "no candidate has tokens", case

    yield "64 slices", synthetic(25, "documents", 200, 500, buckets=60, slices=64)
    yield "64 slices, tokens", synthetic(26, "tokens", 2_000, 300, buckets=60, slices=64)
    yield "32 slices: two sweeps", synthetic(27, "documents", 60, 160, buckets=60, slices=32)
    yield "more slices than documents", synthetic(28, "documents", 40, 150, slices=64)
    yield "more slices than tokens", synthetic(29, "tokens", 60, 150, buckets=40, slices=64)

    for unit, budgets in [
        ("documents", [10, 25, 3]), ("tokens", [150, 300, 40]), ("bytes", [700, 1_500, 250])
    ]:  # fmt: skip
        case = synthetic(33, unit, 0, 120)
        for d, part in zip(case["candidates"], random.Random(33).choices(range(3), [1, 2, 1], k=120)):
            d |= {"part": part, "key": d["key"] + 5 * part}
        yield f"three parts: {unit}", case | {"budgets": budgets}
        case = synthetic(34, unit, 0, 120)
        for i, d in enumerate(case["candidates"]):
            d |= {"part": 0 if i % 20 == 0 else 2 if i % 2 else 1}
        first = cost_of(d for d in case["candidates"] if d["part"] == 0)
        yield f"a part whose candidates fit whole: {unit}", case | {"budgets": [first, *budgets[:2]]}
        case = synthetic(35, unit, 0, 60)
        for i, d in enumerate(case["candidates"]):
            d["part"] = 2 * (i % 2)
        yield f"a part without candidates, and one of budget 0: {unit}", case | {
            "budgets": [budgets[0], 5, 0]
        }


def without_features(case):
    for d in case["candidates"]:
        d["features"] = {}
    return case


def core():
    entries = []
    for note, case in cases():
        result = search(finished(case))
        gaps = [result.pop("gap")]
        if result["sweeps"] and result["chosen"]:
            result["order"] = order_of(case, result["chosen"], gaps)
        smallest = min(gaps)
        sizes = [len(sweep) for sweep in result["sweeps"]]
        print(f"{note}: {len(case['candidates'])} candidates, {sizes}, smallest gap {smallest:.1e}")
        assert smallest > 1e-9
        names = ["hash", "part", "key", "tokens", "cost", "features"]
        candidates = [{name: d[name] for name in names} for d in case["candidates"]]
        for d in candidates:
            d["hash"] = f"{d['hash']:016x}"
            d["features"] = list(d["features"].items())
        names = ["purity", "tau", "slices", "unit", "budgets", "target_tokens"]
        given = {name: case[name] for name in names}
        given |= {"target": list(case["target_counts"].items()), "candidates": candidates}
        entries.append({"note": note} | given | {"expected": result})

    budgets = []
    for budget, eligible, documents in [
        (1, 1, 1), (1, 1_309, 1_309), (100, 20_000, 20_000), (3_000, 12_000, 12_000),
        (5_000, 1_000_000, 1_000_000), (3_333, 1_000_000, 1_000_000), (3_334, 1_000_000, 1_000_000),
        (100_000, 1_000_000, 1_000_000), (99_999, 1_000_003, 1_000_003),
        (900_000, 1_000_000, 1_000_000), (2_000_000, 1_000_000, 1_000_000),
        (100_000, 420_001, 1_309), (5_000_000, 123_456_789, 234_567), (10**9, 10**13, 10**10 + 7),
        (10**12, 10**13 + 1, 10**10 + 7), (10**12 + 1, 10**12 + 4, 10**9 + 9), (5, 0, 0),
    ]:  # fmt: skip
        wide = candidate_budget(budget, eligible, documents)
        names = ["budget", "eligible", "documents", "candidates"]
        budgets.append(dict(zip(names, [budget, eligible, documents, wide])))

    quotas = []
    rng = random.Random(30)
    for slices in [8, 8, 8, 16, 64]:
        for share in [0.02, 0.3, 0.9, 0.999]:
            sizes = [int(rng.expovariate(0.02)) * rng.choice([0, 1, 1]) for _ in range(slices)]
            budget = max(1, int(sum(sizes) * share))
            found = quotas_of(budget, sizes, "documents")
            assert sum(found) == budget and all(q <= s for q, s in zip(found, sizes))
            quotas.append({"budget": budget, "sizes": sizes, "quotas": found})

    lists = {"cases": entries, "budgets": budgets, "quotas": quotas}
    write("sets-core.json", lists)


# -------------------------------------------------------------------------------------------------
# Greedy and the best


def compare_with_best(pools=300):
    """Small pools of random documents: made up, and of the fixture."""
    target, pool = weighed("shrunk")
    eligible = [d for d in pool if d["eligible"]]
    for kind in ["synthetic", "fixture"]:
        trials = []
        for trial in range(pools):
            rng = random.Random(trial)
            number, k = rng.randint(6, 12), rng.randint(2, 4)
            case = finished(synthetic(1000 + trial, "documents", k, number, purity=0.0, tau=0.0))
            if kind == "fixture":
                case["target"] = target
                for d, other in zip(case["candidates"], rng.sample(eligible, number)):
                    d |= {"tokens": other["tokens"], "features": other["counts"]}
            for d in case["candidates"]:
                d["key"] = 0.0  # so that m is 1
            trials.append(compare_small(case, k))
        print(f"{kind}, {pools} pools")
        for name in trials[0]:
            parts = sorted(trial[name] for trial in trials)
            hits = sum(part > 1 - 1e-12 for part in parts)
            mean = sum(parts) / pools
            print(f"  {name}: the best in {hits / pools:.1%} of the pools;", end=" ")
            print(f"mean {mean:.3f}, 5th percentile {parts[pools // 20]:.3f}, worst {parts[0]:.3f}")


def compare_small(case, k):
    """How far from the mean of all sets of k (0) to the best of them (1) the greedy choice is."""
    [top] = prepare(case)
    case["top_cost"] = top["top_cost"]
    candidates, mass = case["candidates"], case["mass"]
    # A bucket that no candidate has adds the same to all sets.
    buckets = [b for b in case["target"] if any(b in d["features"] for d in candidates)]
    counts = numpy.array([[d["features"].get(b, 0) for b in buckets] for d in candidates])
    tokens = numpy.array([d["tokens"] for d in candidates])
    p = numpy.array([case["target"][b] for b in buckets])
    sets = [list(s) for s in itertools.combinations(range(len(candidates)), k)]
    gains = {tuple(s): p @ numpy.log(A + counts[s].sum(axis=0)) for s in sets}

    def priced(s, n):
        return gains[tuple(s)] - mass * tokens[s].sum() / n

    def objective(s):
        return gains[tuple(s)] - mass * math.log(tokens[s].sum())

    def choose(n):
        return indices([greedy(candidates, {}, A, 1.0, [k], case, n, [])], candidates)

    def part(function, s):
        every = [function(other) for other in sets]
        mean = sum(every) / len(every)
        return float((function(s) - mean) / (max(every) - mean))

    n = top["top_tokens"]
    first = choose(n)
    best_priced = max(sets, key=lambda s: priced(s, n))
    second = choose(int(tokens[first].sum()))
    return {
        "greedy, by the objective with the price W/N": part(lambda s: priced(s, n), first),
        "greedy, by F": part(objective, first),
        "best set at the price W/N, by F": part(objective, best_priced),
        "greedy again, N the tokens of the first choice, by F": part(objective, second),
    }


# -------------------------------------------------------------------------------------------------
# Commands


def write(name, lists):
    """A JSON object of lists, an entry a line."""
    parts = []
    for key, entries in lists.items():
        lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
        parts.append(f'"{key}": [\n{lines}\n]')
    path = oracle.HERE / name
    path.write_text("{" + ",\n".join(parts) + "}\n", encoding="ascii")
    print(f"{name}: {path.stat().st_size} bytes")


def main(arguments):
    match arguments:
        case ["tables"]:
            core()
            with multiprocessing.Pool() as pool:
                write("sets.json", {"runs": pool.map(run, RUNS, chunksize=1)})
        case ["core"]:
            core()
        case ["best"]:
            compare_with_best()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
