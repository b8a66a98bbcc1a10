#!/usr/bin/env python3
"""The selection method, written down a second time: plain, slow, and independent of dsel.

  pip install xxhash regex numpy scipy
                             (Python 3.11, whose unicodedata is Unicode 14.0.0; and zstd)
  oracle.py tables           write buckets.json, selection.json and logistic.json beside this file
  oracle.py reference FOLDER         compare wordpunct with the DSIR reference's tokens in FOLDER
  oracle.py tokens TEXT      print what becomes of one text

buckets.json: {"cases": [...]}, each with "note", "text", and for both tokenizers, "words" and
"wordpunct": "tokens"; "hashes" (one a token, 16 hex digits); "buckets_10000", a list an order for
the orders 1, 2 and 3, each in token order; "buckets_16777216", "buckets_2" and "buckets_3", order 1
alone. A long text or token is written {"repeat": [piece, times]}.

selection.json: {"runs": [...], "budgets": [...]}, each with "settings" and what they lead to on
Fixtures/wiki.jsonl (target) and Fixtures/crawl.jsonl.zst (pool). "selected" is in pool order.
"by_logistic" are those of the selected that the second part of a blend's draw took, each with its
second key as "key" and, as "main_key", the key with which it missed the main part.
"threshold_key" is the smallest key of the main part. "documents" are the first 60 of the pool: an
ineligible document has a key, too, but takes no part; "second_key" has a blend alone. Were all
eligible documents drawn, then the second part would take those whose keys are below
"threshold_key_of_all". The budgets are other ways to say how many to select. Sums here are exactly
rounded (math.fsum): compare with a relative tolerance of 1e-9. Where log odds take part, the
numbers are those of the exact optimum, which a solver that stops early only comes near.

logistic.json: the logistic regression of the default settings. "target" and "pool" have the log
odds of all documents, a line each, in the files' order; "objective" and "objective_at_zero" are
what is minimized, at the optimum and where all coefficients are zero. No log odds is further from
the exact optimum's than "log_odds_error".
"""

import collections
import functools
import json
import math
import pathlib
import re
import subprocess
import sys
import unicodedata

import numpy
import regex
import scipy.optimize
import scipy.sparse
import scipy.special
import xxhash

assert unicodedata.unidata_version == "14.0.0", "Python 3.11 is needed"

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parent.parent
MASK = 2**64 - 1

# -------------------------------------------------------------------------------------------------
# Tokens


def is_space(character):
    return re.match(r"\s", character) is not None


def is_word(character):
    return character.isalnum() or character == "_"


def is_extend(character):
    return unicodedata.category(character) in ("Mn", "Mc", "Me") or character in "\u200c\u200d"


def is_single(character):
    # The regex package knows a newer Unicode. Of the word scalars of Unicode 14, one has been given
    # another answer since: U+02BC, which now counts Thai among its scripts.
    if not is_word(character) or character == "\u02bc":
        return False
    scripts = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"]
    return any(regex.match(rf"\p{{Script_Extensions={script}}}", character) for script in scripts)


_kinds = {}


def kind_of(character):
    if character not in _kinds:
        if is_space(character):
            kind = "space"
        elif is_single(character):
            kind = "single"
        elif is_word(character):
            kind = "word"
        elif is_extend(character):
            kind = "extend"
        else:
            kind = "other"
        _kinds[character] = kind
    return _kinds[character]


def tokenize_wordpunct(text):
    return re.findall(r"\w+|[^\w\s]+", text.lower())


def tokenize_words(text):
    tokens = []
    current = None  # the kind of the last token while something can still join it
    for character in text.lower():
        kind = kind_of(character)
        if kind == "space":
            current = None
        elif kind == "extend":
            if current is None:
                tokens.append(character)
                current = "word"
            else:
                tokens[-1] += character
        elif kind == "single" or kind != current:
            tokens.append(character)
            current = kind
        else:
            tokens[-1] += character
    return tokens


TOKENIZERS = {"words": tokenize_words, "wordpunct": tokenize_wordpunct}

# -------------------------------------------------------------------------------------------------
# Features


def token_hash(token):
    return xxhash.xxh3_64_intdigest(token.encode("utf-8"), seed=0)


def rotate_left_29(value):
    return ((value << 29) | (value >> 35)) & MASK


def gram(hashes, order, last):
    """The hash of the `order` tokens that end with token `last`."""
    if order == 1:
        return hashes[last]
    before = gram(hashes, order - 1, last - 1)
    return ((rotate_left_29(before) + hashes[last]) * 0x9E3779B97F4A7C15) & MASK


def buckets_of_order(hashes, order, bucket_count):
    lasts = range(order - 1, len(hashes))
    return [(gram(hashes, order, last) * bucket_count) >> 64 for last in lasts]


def features(hashes, n, bucket_count):
    """The buckets of all n-grams of the orders 1 to n."""
    result = []
    for order in range(1, n + 1):
        result += buckets_of_order(hashes, order, bucket_count)
    return result


# -------------------------------------------------------------------------------------------------
# Models


PSEUDOCOUNT = 1


def count(documents):
    """How often each bucket occurs that does."""
    return collections.Counter(bucket for d in documents for bucket in d["features"])


def ratio_table(target, pool, bucket_count):
    """The log-ratio of each bucket that occurs, of two smoothed models."""
    table = {}
    target_total = target.total() + PSEUDOCOUNT * bucket_count
    pool_total = pool.total() + PSEUDOCOUNT * bucket_count
    for bucket in target.keys() | pool.keys():
        p = (target[bucket] + PSEUDOCOUNT) / target_total
        q = (pool[bucket] + PSEUDOCOUNT) / pool_total
        table[bucket] = math.log(p) - math.log(q)
    return table


def shrunk_table(target, pool):
    """The log-ratio of what the target has of a bucket, and what it would have were it the pool."""
    table = {}
    target_total, pool_total = target.total(), pool.total()
    for bucket in target.keys() | pool.keys():
        expected = target_total * pool[bucket] / pool_total
        log_ratio = math.log((target[bucket] + PSEUDOCOUNT) / (expected + PSEUDOCOUNT))
        # In steps of 2^-10 nats; round() is half to even.
        table[bucket] = max(-32768, min(32767, round(log_ratio * 1024))) / 1024
    return table


def normalized(weight, feature_count, how):
    if feature_count == 0:
        return 0.0
    return weight / {"none": 1, "sqrt": math.sqrt(feature_count), "length": feature_count}[how]


# -------------------------------------------------------------------------------------------------
# Divergences

KL_BUCKETS = 10000


def shares(documents, bucket_count):
    """The share of each of no more than 10,000 buckets in the features of the documents."""
    counts = [0] * min(bucket_count, KL_BUCKETS)
    for bucket, times in count(documents).items():
        if bucket_count > KL_BUCKETS:
            bucket = bucket * KL_BUCKETS // bucket_count
        counts[bucket] += times
    total = sum(counts)
    return [c / total for c in counts]


def kl_divergence(p, q):
    return math.fsum(a * (math.log(a + 1e-10) - math.log(b + 1e-10)) for a, b in zip(p, q))


# -------------------------------------------------------------------------------------------------
# Logistic regression

REGULARIZATION = 1e-5
FOLDED_BITS = 16
BIAS = 2**FOLDED_BITS  # the index of the feature that is 1 in every document
# From this many tokens on, dsel knows but the leading ones of a document it trains with.
LEADING_TOKENS = 16384


def logistic_vector(document, bucket_count):
    """Pairs of an index and a value: folded buckets of tokens, scaled to length 1, and the bias."""
    tokens = document["features"][: document["tokens"]]  # the features of order 1 come first
    shift = max(0, (bucket_count - 1).bit_length() - FOLDED_BITS)
    counts = collections.Counter(bucket >> shift for bucket in tokens)
    logs = {bucket: math.log(1 + min(times, 255)) for bucket, times in counts.items()}
    length = math.sqrt(math.fsum(value * value for value in logs.values()))
    return [(bucket, value / length) for bucket, value in sorted(logs.items())] + [(BIAS, 1.0)]


def matrix(documents, bucket_count):
    """A row a document."""
    rows, columns, values = [], [], []
    for row, document in enumerate(documents):
        for index, value in logistic_vector(document, bucket_count):
            rows.append(row)
            columns.append(index)
            values.append(value)
    return scipy.sparse.csr_array((values, (rows, columns)), shape=(len(documents), BIAS + 1))


def distinct(documents):
    """The first document of each text."""
    return list({document["text"]: document for document in reversed(documents)}.values())[::-1]


def train(target, pool, settings):
    """The coefficients that tell the target's documents from the pool's, and what they cost."""
    positive = distinct([d for d in target if d["features"]])
    negative = distinct([d for d in pool if d["tokens"] >= settings["min_tokens"]])
    assert len(positive) <= 4096 and len(negative) <= 4096, "dsel would train with a sample"
    assert all(d["tokens"] <= LEADING_TOKENS for d in positive + negative)
    x = matrix(positive + negative, settings["buckets"])
    y = numpy.array([1.0] * len(positive) + [-1.0] * len(negative))
    costs = numpy.where(y > 0, 0.5 / len(positive), 0.5 / len(negative))

    def objective(theta):
        return REGULARIZATION / 2 * theta @ theta + costs @ numpy.logaddexp(0, -y * (x @ theta))

    def gradient(theta):
        return REGULARIZATION * theta - x.T @ (costs * y * scipy.special.expit(-y * (x @ theta)))

    zero = numpy.zeros(BIAS + 1)
    options = {"maxiter": 1000, "ftol": 0, "gtol": 1e-9}
    found = scipy.optimize.minimize(
        objective, zero, jac=gradient, method="L-BFGS-B", options=options
    )
    assert found.success, found.message
    theta = found.x

    # L-BFGS ends where the objective's last digit does, at half the digits of the coefficients.
    # Newton's steps have no need of the objective: (λ + XᵀDX)⁻¹ g by Woodbury's identity.
    gram = (x @ x.T).toarray()
    for _ in range(5):
        p = scipy.special.expit(x @ theta)
        curvature = numpy.diag(REGULARIZATION / (costs * p * (1 - p)))
        g = gradient(theta)
        theta -= (g - x.T @ numpy.linalg.solve(curvature + gram, x @ g)) / REGULARIZATION

    # The objective is convex, λ strongly so: no coefficients with this gradient are further from
    # the optimum than |gradient| / λ, and no vector is longer than √2.
    error = math.sqrt(2) * float(numpy.linalg.norm(gradient(theta))) / REGULARIZATION
    assert error < 1e-8, f"not converged: {error}"
    return {
        "theta": theta,
        "target_documents": len(positive),
        "pool_documents": len(negative),
        "objective": float(objective(theta)),
        "objective_at_zero": float(objective(zero)),
        "log_odds_error": error,
    }


def log_odds_of(documents, model, bucket_count):
    return [float(value) for value in matrix(documents, bucket_count) @ model["theta"]]


# -------------------------------------------------------------------------------------------------
# Selection

SECOND_TEMPERATURE = 0.25


def text_hash(text):
    return xxhash.xxh3_64_intdigest(text.encode("utf-8"), seed=0)


def random_bits(text, seed):
    return xxhash.xxh3_64_intdigest(text_hash(text).to_bytes(8, "little"), seed=seed)


def gumbel(text, seed):
    u = ((random_bits(text, seed) >> 12) + 0.5) * 2.0**-52
    return -math.log(-math.log(u))


def read_documents(path):
    data = path.read_bytes()
    if path.suffix == ".zst":
        data = subprocess.run(["zstd", "-dcq", path], check=True, stdout=subprocess.PIPE).stdout
    data = data.removeprefix(b"\xef\xbb\xbf")
    lines = [line for line in data.split(b"\n") if line.strip()]
    return [json.loads(line) | {"line_bytes": len(line) + 1} for line in lines]


@functools.cache
def read_inputs(tokenizer, n, bucket_count):
    target = read_documents(FIXTURES / "wiki.jsonl")
    pool = read_documents(FIXTURES / "crawl.jsonl.zst")
    for document in target + pool:
        tokens = TOKENIZERS[tokenizer](document["text"])
        document["tokens"] = len(tokens)
        hashes = [token_hash(token) for token in tokens]
        document["features"] = features(hashes, n, bucket_count)
    return target, pool


def inputs(settings):
    """The documents of target and pool. A run may add to them: the next has copies of its own."""
    both = read_inputs(settings["tokenizer"], settings["n"], settings["buckets"])
    return [[dict(document) for document in documents] for documents in both]


def budget(settings, pool_documents):
    """How much of what: the size of a document in the budget's unit, and the budget."""
    if "token_budget" in settings:
        return lambda document: document["tokens"], settings["token_budget"]
    if "byte_budget" in settings:
        return lambda document: document["line_bytes"], settings["byte_budget"]
    if "count" in settings:
        return lambda document: 1, settings["count"]
    return lambda document: 1, max(1, math.floor(pool_documents * settings.get("fraction", 0.1)))


def choose(documents, key, size, limit):
    """The documents of the largest keys, up to the first that does not fit."""
    chosen, spent = [], 0
    for document in in_order(documents, key):
        spent += size(document)
        if spent > limit:
            break
        chosen.append(document)
    return chosen


def in_order(documents, key):
    return sorted(documents, key=lambda d: (-d[key], -d["text_hash"], d["position"]))


def draw(eligible, settings, size, limit):
    """The main part, and the part that the log odds choose of what is left."""
    share = settings["logistic_share"] if settings["estimator"] == "blend" else 0
    second_limit = math.floor(share * limit)
    main = choose(eligible, "key", size, limit - second_limit)
    positions = {document["position"] for document in main}
    left = [document for document in eligible if document["position"] not in positions]
    second = choose(left, "second_key", size, second_limit) if second_limit else []
    return main, second


def correlation(xs, ys):
    mean_x, mean_y = math.fsum(xs) / len(xs), math.fsum(ys) / len(ys)
    covariance = math.fsum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys))
    squares_x = math.fsum((x - mean_x) ** 2 for x in xs)
    squares_y = math.fsum((y - mean_y) ** 2 for y in ys)
    return covariance / math.sqrt(squares_x * squares_y)


_trained = {}


def trained(target, pool, settings):
    """What the settings lead to, by those of them that take part in it."""
    key = tuple(settings[name] for name in ["tokenizer", "n", "buckets", "min_tokens"])
    if key not in _trained:
        _trained[key] = train(target, pool, settings)
    return _trained[key]


def weigh(target, pool, settings):
    """Gives each document of the pool its log weight, and the value that the draw goes by."""
    estimator = settings["estimator"]
    table = {}
    if estimator == "ratio":
        table = ratio_table(count(target), count(pool), settings["buckets"])
    elif estimator in ("shrunk", "blend"):
        table = shrunk_table(count(target), count(pool))
    log_odds = [0.0] * len(pool)
    if estimator in ("logistic", "blend"):
        log_odds = log_odds_of(pool, trained(target, pool, settings), settings["buckets"])

    for document, odds in zip(pool, log_odds):
        document["log_odds"] = odds
        if estimator == "logistic":
            document["value"] = document["log_weight"] = odds
            continue
        weight = math.fsum(table[bucket] for bucket in document["features"])
        value = normalized(weight, len(document["features"]), settings["normalize"])
        document["value"] = value + odds
        document["log_weight"] = value + odds


def run(settings):
    target, pool = inputs(settings)
    weigh(target, pool, settings)
    seen = set()
    for position, document in enumerate(pool):
        text = document["text"]
        noise = 0.0 if settings["top_k"] else gumbel(text, settings["seed"])
        document["position"] = position
        document["effective"] = document["value"] / settings["temperature"]
        document["key"] = document["effective"] + noise
        if settings["estimator"] == "blend":
            document["second_key"] = document["log_odds"] / (
                SECOND_TEMPERATURE * settings["temperature"]
            )
            if not settings["top_k"]:
                document["second_key"] += gumbel(text, (settings["seed"] + 3 * 0x9E3779B97F4A7C15) & MASK)
        document["text_hash"] = text_hash(text)
        document["long_enough"] = document["tokens"] >= settings["min_tokens"]
        document["eligible"] = document["long_enough"] and text not in seen
        seen.add(text)

    eligible = [document for document in pool if document["eligible"]]
    size, limit = budget(settings, len(pool))
    main, second = draw(eligible, settings, size, limit)
    selected = sorted(main + second, key=lambda d: d["position"])
    all_main, _ = draw(eligible, settings, lambda document: 1, len(eligible))

    # Of the pool's statistics, every copy of a text is part.
    population = [document for document in pool if document["long_enough"]]
    best = {d["position"] for d in in_order(eligible, "effective")[: len(main)]}
    # Weights relative to the largest, or exp would overflow. The ratio is the same.
    largest = max(document["effective"] for document in population)
    weights = [math.exp(document["effective"] - largest) for document in population]

    rate = min(1, limit / sum(size(document) for document in population))
    seed = (settings["seed"] + 2 * 0x9E3779B97F4A7C15) & MASK
    bound = math.floor(rate * 2**64)
    arm = [d for d in population if random_bits(d["text"], seed) < bound]

    target_shares = shares(target, settings["buckets"])
    pool_kl, random_kl, selected_kl = (
        kl_divergence(target_shares, shares(documents, settings["buckets"]))
        for documents in (pool, arm, selected)
    )
    names = ["id", "tokens", "log_weight", "key", "second_key", "eligible"]
    return {
        "settings": settings,
        "target_documents": len(target),
        "target_tokens": sum(document["tokens"] for document in target),
        "target_features": sum(len(document["features"]) for document in target),
        "pool_documents": len(pool),
        "pool_tokens": sum(document["tokens"] for document in pool),
        "pool_features": sum(len(document["features"]) for document in pool),
        "eligible_documents": len(eligible),
        "too_short_documents": sum(not document["long_enough"] for document in pool),
        "duplicate_documents": len(pool) - len(seen),
        "effective_sample_size": math.fsum(weights) ** 2 / math.fsum(w * w for w in weights),
        "overlap_with_top_k": sum(d["position"] in best for d in main) / len(main),
        "weight_length_correlation": correlation(
            [document["value"] for document in population],
            [document["tokens"] for document in population],
        ),
        "kl_target_pool": pool_kl,
        "kl_target_random": random_kl,
        "kl_target_selected": selected_kl,
        "kl_reduction": random_kl - selected_kl,
        "random_arm": {
            "documents": len(arm), "tokens": sum(document["tokens"] for document in arm)
        },
        "threshold_key": main[-1]["key"],
        "threshold_key_of_all": all_main[-1]["key"],
        "selected": [document["id"] for document in selected],
        "by_logistic": [
            {"id": d["id"], "key": d["second_key"], "main_key": d["key"]}
            for d in selected
            if d in second
        ],
        "documents": [{name: d[name] for name in names if name in d} for d in pool[:60]],
    }


DEFAULTS = {
    "tokenizer": "words",
    "n": 2,
    "buckets": 2**20,
    "min_tokens": 100,
    "normalize": "sqrt",
    "temperature": 1.0,
    "top_k": False,
    "seed": 0,
}
BLEND = {"estimator": "blend", "logistic_share": 0.04}
RATIO = {"estimator": "ratio", "buckets": 10000, "normalize": "none"}
SHRUNK = {"estimator": "shrunk"}
# The first run of an estimator has that estimator's default settings.
RUNS = [
    RATIO,
    RATIO | {"seed": 7},
    RATIO | {"tokenizer": "wordpunct", "n": 1, "buckets": 1000},
    RATIO | {"n": 3, "buckets": 65536, "normalize": "length", "temperature": 0.05},
    RATIO | {"top_k": True},
    SHRUNK,
    SHRUNK | {"buckets": 10000, "normalize": "length"},
    {"estimator": "logistic"},
    BLEND,
    BLEND | {"top_k": True, "seed": 7},
    BLEND | {"temperature": 2.0},
    BLEND | {"n": 3, "buckets": 65536},
]
BUDGETS = [
    RATIO,
    RATIO | {"fraction": 0.05},
    RATIO | {"fraction": 0.0001},
    RATIO | {"token_budget": 20000},
    RATIO | {"byte_budget": 50000},
    RATIO | {"count": 1},
    BLEND | {"fraction": 0.05},
    BLEND | {"fraction": 0.05, "logistic_share": 0.25},
    BLEND | {"token_budget": 20000},
    BLEND | {"byte_budget": 50000},
    BLEND | {"count": 30},
]

# -------------------------------------------------------------------------------------------------
# Texts for buckets.json


def varied(length):
    """Lower-case letters in no short cycle."""
    state, letters = length, []
    for _ in range(length):
        state = (state * 1103515245 + 12345) % 2**31
        letters.append(chr(97 + (state >> 16) % 26))
    return "".join(letters)


def texts():
    """Pairs of a note and a text, or of a note and (piece, times)."""
    for length in range(1, 41):
        yield f"ASCII word of {length} bytes", varied(length)
    # The lengths at which XXH3 changes its method, and those around its stripes and blocks.
    for length in [63, 64, 65, 127, 128, 129, 130, 191, 192, 239, 240, 241, 255, 256, 257, 300]:
        yield f"token of {length} bytes", varied(length)
    for length in [511, 512, 513, 1023, 1024, 1025, 1088]:
        yield f"token of {length} bytes", varied(length)
    yield "token of 1000 bytes", ("abcdefghij", 100)
    yield "token of 70000 bytes", ("abcdefghijklmn", 5000)
    yield "token of 70000 bytes that lower-casing lengthens to 105000", ("\u023a", 35000)
    yield "other token of 1000 bytes", ("!?", 500)
    yield "token of 240 bytes in two-byte letters", ("жзи", 40)
    yield "token of 128 bytes in four-byte letters that have a lower case", ("𐐀𐐁", 16)
    yield "extending scalars without end", ("\u0301", 200)
    yield "single scalars without end", ("漢字", 20)
    yield "letter and space in turn", ("a ", 40)
    yield "final sigma in question up to the end", "ΑΣ" + "." * 70
    yield "final sigma in question up to the end, and refuted", "ΑΣ" + "." * 70 + "Α"

    yield "empty", ""
    yield "one space", " "
    yield "white space of several kinds", " \t\n\r\x0b\x0c\u00a0\u2003\u3000"
    yield "one letter", "a"
    yield "one capital", "Z"
    yield "one digit", "7"
    yield "underscore", "_"
    yield "one stop", "."
    yield "line feed between words", "one\ntwo\r\nthree"
    yield "plain sentence", "The quick brown fox jumps over the lazy dog."
    yield "contractions and hyphens", "Don't re-enter the state-of-the-art O'Neill's \"co-op\"!"
    yield "typographic apostrophe", "Don’t — ‘really’ … “no”"
    yield "modifier letter apostrophe", "Hawai\u02bbi Don\u02bct \u02bc \u02bcn"
    yield "punctuation only", "!?... --- ***"
    yield "all ASCII", "".join(map(chr, range(128)))
    yield "all of Latin-1", "".join(map(chr, range(128, 256)))
    yield "code", "for (int i = 0; i < n_max; ++i) { a[i] += 0x1F * b->c; } // done"
    yield "address", "https://example.org/a_b/c?d=1&e=%20#top user.name+tag@mail.example.com"
    yield "numbers", "3.14 1,000,000 1e-9 v2.0.1 42nd $5 50% 12:30"
    yield "underscores", "__init__ snake_case _ a_ _b"
    yield "markup", "<p class=\"x\">&amp;</p>"
    yield "accented, composed", "Café naïve façade Ångström ÉCOLE"
    yield "accented, decomposed", "Cafe\u0301 nai\u0308ve fac\u0327ade A\u030angstro\u0308m"
    yield "mark after a stop", "a.\u0301b ,\u0308c"
    yield "mark at the start", "\u0301abc"
    yield "mark after a space", "abc \u0301def \u0308! \u0308 \u0308漢"
    yield "mark, then single, then word", "\u0301漢a 漢\u0301a a\u0301漢"
    yield "marks in a row", "e\u0301\u0323\u0308x e\u20dd z\u0488"
    yield "German", "Größe, Straße und Übermaß: ÄÖÜ äöü ß ẞ STRASSE"
    yield "French", "L'œuvre « déjà vu » d’été — Cœur, ÇA, Ÿ"
    yield "Spanish", "¿Qué? ¡Mañana, señor! 1.ª y 2.º"
    yield "Polish and Czech", "Zażółć gęślą jaźń ŁÓDŹ Příliš žluťoučký KŮŇ"
    yield "Vietnamese", "Tiếng Việt ĐẶC BIỆT"
    yield "Icelandic", "Þórður Ðað ÆÐI"
    yield "Greek", "Ο Οδυσσέας και η Πηνελόπη"
    yield "capital sigma at the end", "ΟΔΥΣΣΕΥΣ"
    yield (
        "capital sigma in contexts",
        "Σ ΣΑΣ ΑΣ. ΑΣ.Α ΑΣ!Α Σ' ΑΣ'Α ΑΣ\u0301 ΑΣ\u0301Α Α\u0301Σ Α.Σ 1Σ ΑΣ1",
    )
    yield "capital sigma and other scripts", "AΣ ЖΣ 漢Σ ªΣ ʰΣ AʰΣ AΣʰ AΣʰA אΣ AΣא ⓐΣ ⅰΣ"
    yield (
        "capital sigma and ignorables",
        "A\u00adΣ\u200bA A\u00adΣ\u200b A\u200dΣ A:Σ A·Σ A^Σ A_Σ A\u0345Σ \u0345Σ",
    )
    yield "capital sigmas in a row", "ΣΣ ΣΣΣ ΑΣΣ ΑΣΣΑ σΣς"
    yield "capital sigma alone", "Σ"
    yield "capital sigma at the end after İ", "İΣ İΣA ǅΣ"
    yield "Greek with breathings", "Ἀθῆναι ᾈ ᾼ Ὀδυσσεύς ῬΌΔΟΣ"
    yield "Turkish", "İSTANBUL ISPARTA ılık İ I i ı"
    yield "İ next to marks", "İ\u0307 \u0307İ İ\u0301İ .İ! İİ 漢İ"
    yield "Cyrillic", "Съешь ещё этих мягких ФРАНЦУЗСКИХ булок, ЁЖ"
    yield "Cyrillic with marks", "И\u0306 е\u0308 Ѡ\u0483 ҃а"
    yield "Armenian and Georgian", "Երևան ԵՐԵՒԱՆ ქართული ᲥᲐᲠᲗᲣᲚᲘ Ⴀ"
    yield "Cherokee", "ᏣᎳᎩ Ꭰ ꭰ ᏸ"
    yield "Arabic", "السلام عليكم، كيف حالك؟"
    yield "Arabic with marks", "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ـ ٣٫١٤"
    yield "Persian with ZWNJ", "می\u200cخواهم کتاب\u200cها \u200c \u200cا"
    yield "Hebrew", "שלום עולם צה״ל ג׳"
    yield "Hebrew with points", "בְּרֵאשִׁית בָּרָא אֱלֹהִים"
    yield "Hindi", "नमस्ते दुनिया। हिन्दी में लिखा है॥ १२३"
    yield "Hindi with ZWJ and ZWNJ", "क्\u200dष क्\u200cष र्\u200dय"
    yield "Bengali, Tamil, Telugu, Malayalam", "বাংলা ভাষা தமிழ் తెలుగు മലയാളം"
    yield "Tibetan", "བོད་སྐད་ཡིག །"
    yield "Thai", "สวัสดีชาวโลก น้ำ เก่ง ๑๒๓ ฿ ๆ ฯ"
    yield "Thai beside Latin", "ภาษาไทยabc abcไทย"
    yield "Lao", "ສະບາຍດີ ໑໒ ໆ"
    yield "Khmer", "សួស្តី​ពិភពលោក ១២ ៗ ។"
    yield "Myanmar", "မင်္ဂလာပါ ၁၂၃ ။ ꩠ"
    yield "Japanese", "これはペンです。東京タワーへ行く。"
    yield "prolonged sound marks", "スーパー ー ｰ らーめん aーb ーー"
    yield "dakuten", "か\u3099 ハ\u309a \u3099 \u309b a\u3099b カ\u3099a"
    yield "halfwidth katakana", "ｶﾞｷﾞ ﾊﾟｿｺﾝ｡ ｢ｱ｣"
    yield "iteration marks", "人々 いすゞ ヽヾ 〆 〇 〻"
    yield "Han digits and numerals", "一二三 〡〢〣 ㊀ ㈠ ㆒ 〸"
    yield "Japanese with Latin and digits", "第2回ABC大会、2024年。x漢y字z"
    yield "Japanese punctuation", "「え？」・・・〜〝〟※ A・B"
    yield "Chinese, simplified", "我们选择训练数据，用于语言模型。"
    yield "Chinese, traditional", "資料選擇：讓模型更好！"
    yield "Chinese beyond the basic plane", "𠀀𠮷𪚥 豈 丽 ⼀ ⺀"
    yield "Han with variation selectors", "葛\ufe00 葛\U000e0100城 漢\ufe0fa"
    yield "Bopomofo, Yi, Nushu", "ㄅㄆㄇ ꀀꀁ 𛅰"
    yield "Korean", "안녕하세요, 세계! 한국어로 씁니다."
    yield "Korean in jamo", "\u1112\u1161\u11ab\u1100\u1173\u11af ㅋㅋㅋ \u302eㄱ"
    yield "emoji", "Great 😀😀 job 👍!"
    yield "emoji with variation selectors", "❤\ufe0f ❤\ufe0e 1\ufe0f\u20e3 #\ufe0f\u20e3 ☺\ufe0f☺"
    yield "emoji in ZWJ sequences", "👨\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈 a👩\u200d💻b"
    yield "emoji with skin tones", "👍🏽👍🏿 ✊🏻x"
    yield "flags", "🇩🇪🇯🇵 🏴\U000e0067\U000e0062\U000e007f"
    yield "superscripts and subscripts", "x² + y³ = z¹ H₂O aⁿ ⁴₅"
    yield "fractions", "½ cup 1½ ¾x ⅓ ⅒ ↉"
    yield "circled and other numbers", "① ② ⑳ ➀ ⓪ ⒈ ⑴ Ⅳ ⅳ ↀ"
    yield "circled letters", "Ⓐ ⓐ ⒜ 🄰 🅰 AⒶ"
    yield "fullwidth forms", "ＡＢＣ　ａｂｃ１２３！？＿．"
    yield "mathematical letters", "𝐀𝐁 𝒳 𝟘𝟙 ℵ ℝ ℃"
    yield "digits of many scripts", "٠١ ०१ ০১ ๐๑ ၀၁ ０１ 𝟎 🯰"
    yield "information separators", "a\x1cb\x1dc\x1ed\x1fe"
    yield "other control characters", "a\x01b\x1bc\x7fd\x80e"
    yield "next line", "a\u0085b"
    yield "no-break spaces", "a\u00a0b\u202fc\u2007d\u2060e"
    yield "line and paragraph separators", "a\u2028b\u2029c"
    yield "ideographic space", "漢\u3000字\u3000a"
    yield "every white space", "x" + "x".join(filter(is_space, map(chr, range(0x10000)))) + "x"
    yield "zero-width space and byte order mark", "a\u200bb \ufeffc\ufeff \u200b"
    yield "soft hyphen", "co\u00adoperate \u00ad"
    yield "directional marks", "\u200fאב\u200e ab\u202ecd\u202c"
    yield "NUL", "a\x00b \x00 \x00\x00"
    yield "private use and noncharacters", "\ue000 a\ufffe \uffff \U0010ffff \U000f0000b"
    yield "replacement character", "\ufffd\ufffd a\ufffdb"
    yield "ligatures", "ﬁne ﬂow oﬀer ﬃ ﬅ Ĳ ĳ Œ Æ ﬓ"
    yield "title-case digraphs", "ǅ Ǆ ǆ ǈ ǋ ǲ"
    yield "Deseret, Osage, Vithkuqi, Adlam, Warang Citi", "𐐀𐐩 𐒰𐓘 𐕰𐖗 𞤀𞤢 𑢠𑣀"
    yield "lower-case of another length", "Ⱥ Ⱦ K Å Ω ẞ İ ȺȾa KELVIN"
    yield "lower-case of another length in mixed tokens", "aȺb漢Ⱥ!K.Ⱥ\u0301Ω"
    yield "lower-case far away", "Ꞌ Ɡ Ɜ Ɪ Ꭓ Ɥ Ᵹ Ɫ Ɽ Ⱶ ꟅꞰ"
    yield "modifier and ordinal letters", "ʰʱ ªº ˆ ˇ ˉ ˢ ᵃ"
    yield (
        "letters newer than Unicode 14",
        "\U0001df25 \u1c89a \ua7cbA \U00010d50 \u0cf3 \U00031350漢",
    )
    yield "connectors", "a‿b a⁀b a＿b a﹍b a・b a-b a‐b"
    yield "symbols", "€100 £5 ©2024 ™ §4 ¶ † ± × ÷ ≤ → ∑"
    yield "runic, ogham, linear B", "ᚠᚢᚦ ᛮ ᚁ\u1680ᚂ 𐀀"
    yield "Mongolian and Ethiopic", "ᠮᠣᠩᠭᠣᠯ\u180eᠠ\u180b አማርኛ፡፩"
    yield "Javanese, Tai Tham, Balinese", "ꦗꦮ ᨲᩩᩅ ᬩᬮᬶ"
    yield "one token twice", "the the"
    yield "two tokens", "the cat"
    yield "three tokens", "the cat sat"
    yield "four tokens", "the cat sat down"
    yield "everything in one", "Das 2. «Haus»\u00a0— 東京タワー(333m) Σίσυφος! ไทย👍🏽"


def shortened(text):
    """Writes a long text that repeats a piece as {"repeat": [piece, times]}."""
    if len(text) > 150:
        for length in range(1, 41):
            times, rest = divmod(len(text), length)
            if rest == 0 and times > 1 and text[:length] * times == text:
                return {"repeat": [text[:length], times]}
    return text


def bucket_case(note, text):
    if isinstance(text, tuple):
        text = text[0] * text[1]
    entry = {"note": note, "text": shortened(text)}
    for name, tokenize in TOKENIZERS.items():
        tokens = tokenize(text)
        hashes = [token_hash(token) for token in tokens]
        entry[name] = {
            "tokens": [shortened(token) for token in tokens],
            "hashes": [f"{value:016x}" for value in hashes],
            "buckets_10000": [buckets_of_order(hashes, order, 10000) for order in (1, 2, 3)],
            "buckets_16777216": buckets_of_order(hashes, 1, 2**24),
            "buckets_2": buckets_of_order(hashes, 1, 2),
            "buckets_3": buckets_of_order(hashes, 1, 3),
        }
    return entry


# -------------------------------------------------------------------------------------------------
# Commands


def write_lines(path, name, entries):
    """A JSON object of one list, an entry a line."""
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
    path.write_text(f'{{"{name}": [\n{lines}\n]}}\n', encoding="ascii")
    print(f"{path.name}: {len(entries)} {name}, {path.stat().st_size} bytes")


def write_tables():
    write_lines(HERE / "buckets.json", "cases", [bucket_case(note, text) for note, text in texts()])
    write_selection(HERE / "selection.json")
    write_logistic(HERE / "logistic.json")
    requirements = "xxhash regex numpy scipy"
    print(f"To repeat: pip install {requirements} && python3.11 {sys.argv[0]} tables")


def write_selection(path):
    runs = [run(DEFAULTS | {"count": 100} | changes) for changes in RUNS]
    budgets = []
    for changes in BUDGETS:
        result = run(DEFAULTS | changes)
        names = ["settings", "threshold_key", "kl_target_random", "kl_target_selected"]
        names += ["random_arm", "selected", "by_logistic"]
        budgets.append({name: result[name] for name in names})
    content = {"runs": runs, "budgets": budgets}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="ascii")
    print(f"{path.name}: {len(runs)} runs, {len(budgets)} budgets, {path.stat().st_size} bytes")


def write_logistic(path):
    target, pool = inputs(DEFAULTS)
    model = trained(target, pool, DEFAULTS)
    theta = model["theta"]
    content = {
        "settings": {name: DEFAULTS[name] for name in ["tokenizer", "n", "buckets", "min_tokens"]},
        "regularization": REGULARIZATION,
        "trained_with": {name: model[f"{name}_documents"] for name in ["target", "pool"]},
        "objective_at_zero": model["objective_at_zero"],
        "objective": model["objective"],
        "log_odds_error": model["log_odds_error"],
        "bias": float(theta[BIAS]),
        "squared_norm": float(theta @ theta),
    }
    parts = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in content.items()]
    for name, documents in [("target", target), ("pool", pool)]:
        log_odds = log_odds_of(documents, model, DEFAULTS["buckets"])
        entries = [
            json.dumps({"id": document["id"], "log_odds": round(odds, 9)})
            for document, odds in zip(documents, log_odds)
        ]
        parts.append(f'"{name}": [\n' + ",\n".join(entries) + "\n]")
    path.write_text("{" + ",\n".join(parts) + "}\n", encoding="ascii")
    print(f"{path.name}: {len(target)} + {len(pool)} documents, {path.stat().st_size} bytes")


def compare_reference(folder):
    folder = pathlib.Path(folder)
    expected = json.loads((folder / "tokens.json").read_text(encoding="utf-8"))
    documents = read_documents(folder / "documents.jsonl")
    assert {document["id"] for document in documents} == set(expected)
    different = []
    for document in documents:
        entry = expected[document["id"]]
        lower = document["text"].lower()
        if lower != entry["lower"] or tokenize_wordpunct(document["text"]) != entry["tokens"]:
            different.append(document["id"])
    print(f"{len(documents) - len(different)} of {len(documents)} documents match", *different)
    return 1 if different else 0


def main(arguments):
    match arguments:
        case ["tables"]:
            write_tables()
        case ["reference", folder]:
            return compare_reference(folder)
        case ["tokens", text]:
            print(json.dumps(bucket_case("", text), indent=1))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
