#!/usr/bin/env python3
"""What `dsel compare --heldout` must find: writes heldout.json, by which dsel is tested.

    pip install xxhash && python3.11 heldout.py [EVALUATE.PY]

An independent and plain version of the two judges. Documents and held-out text are from Fixtures/wiki.jsonl and
Fixtures/crawl.jsonl.zst. A set of documents is written [file, first, step]: of the file's documents every step-th from
the first on. Runs without a limit also have "evaluate": what the project's quality judge, tools/evaluate.py, printed
for them, an older program that shares no code with this one. It isn't part of dsel. With its path as an argument, it is
run again; otherwise its numbers are kept.
"""

import collections
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile

import xxhash

HERE = pathlib.Path(__file__).parent
FILES = {"wiki": HERE / "../../wiki.jsonl", "crawl": HERE / "../../crawl.jsonl.zst"}
OUTPUT = HERE / "heldout.json"
SEED_STEP = 0x9E3779B97F4A7C15
TRAINING_ORDER = 9
MASK = 2**64 - 1


def texts(file, first, step):
    data = FILES[file].read_bytes()
    if FILES[file].suffix == ".zst":
        data = subprocess.run(["zstd", "-dcq"], input=data, check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line)["text"] for line in data.splitlines()][first::step]


def words(text):
    return re.findall(r"\w+|[^\w\s]+", text.lower())


def seeded(identity, seed):
    seed = (seed + TRAINING_ORDER * SEED_STEP) & MASK
    return xxhash.xxh3_64_intdigest(identity.to_bytes(8, "little"), seed=seed)


def training(selection, limit, seed, shuffle):
    """The words of the documents up to the limit, in the order of the shuffle."""
    order = seeded(shuffle, seed)
    chosen, total = [], 0
    for text in sorted(selection, key=lambda text: seeded(xxhash.xxh3_64_intdigest(text.encode()), order)):
        if limit is not None and total >= limit:
            break
        chosen.append(words(text))
        total += len(chosen[-1])
    return chosen


class WittenBell:
    """p(x | c) = (count(c x) + kinds(c) p(x | c without its first)) / (count(c) + kinds(c))"""

    def __init__(self, order, sequences):
        self.order, self.after = order, collections.defaultdict(collections.Counter)
        for sequence in sequences:
            for context, symbol in self.pairs(sequence):
                for start in range(len(context) + 1):
                    self.after[context[start:]][symbol] += 1

    def pairs(self, sequence):
        symbols = (None, *sequence)
        for place in range(1, len(symbols)):
            yield symbols[max(0, place - self.order + 1) : place], symbols[place]

    def log_p(self, context, symbol, log_floor):
        log_p = self.log_p(context[1:], symbol, log_floor) if context else log_floor(symbol)
        if context not in self.after:
            return log_p
        followers = self.after[context]
        total, kinds = followers.total(), len(followers)
        if not followers[symbol]:
            return log_p + math.log(kinds / (total + kinds))
        return math.log((followers[symbol] + kinds * math.exp(log_p)) / (total + kinds))

    def nats(self, sequence, log_floor):
        return -sum(self.log_p(context, symbol, log_floor) for context, symbol in self.pairs(sequence))


def judge(trained, heldout):
    spell = lambda word: (*word.encode(), "end")
    spelling = WittenBell(4, [spell(word) for word in {word for document in trained for word in document}])
    known = {}

    def log_spelling(word):
        if word not in known:
            known[word] = -spelling.nats(spell(word), lambda byte: -math.log(257))
        return known[word]

    documents = [words(text) for text in heldout]
    trigrams, bigrams = WittenBell(3, trained), WittenBell(2, trained)
    bits = sum(trigrams.nats(document, log_spelling) for document in documents) / math.log(2)
    nats = sum(bigrams.nats(document, lambda word: -math.log(1e6)) for document in documents)
    return {
        "documents": len(trained),
        "tokens": sum(map(len, trained)),
        "bits_per_byte": bits / sum(len(text.encode()) for text in heldout),
        "perplexity": math.exp(nats / sum(map(len, documents))),
    }


def evaluate(program, selection, heldout):
    with tempfile.TemporaryDirectory() as folder:
        for name, side in [("selected", selection), ("heldout", heldout)]:
            lines = [json.dumps({"text": text}) + "\n" for text in side]
            (pathlib.Path(folder) / name).write_text("".join(lines))
        command = [sys.executable, program, "--selected", f"{folder}/selected", "--heldout", f"{folder}/heldout"]
        found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {name: found[name] for name in ["documents", "tokens", "bits_per_byte", "perplexity"]}


RUNS = [
    # selection, held-out text, limit, seed, shuffles
    (["crawl", 3, 7], ["wiki", 0, 1], None, 0, 1),
    (["wiki", 0, 2], ["wiki", 1, 2], None, 0, 1),
    (["crawl", 0, 1], ["crawl", 5, 40], None, 0, 1),
    (["wiki", 0, 1], ["crawl", 11, 100], None, 0, 1),
    (["crawl", 3, 7], ["wiki", 0, 1], 10_000, 0, 3),
    (["crawl", 0, 1], ["wiki", 0, 1], 20_000, 2**64 - 1, 4),
    (["wiki", 0, 1], ["crawl", 5, 40], 1, 7, 2),
]


def main():
    before = json.loads(OUTPUT.read_text())["runs"] if OUTPUT.exists() else []
    runs = []
    for selected, heldout, limit, seed, shuffles in RUNS:
        settings = {"selected": selected, "heldout": heldout, "limit": limit, "seed": str(seed), "shuffles": shuffles}
        selection, held = texts(*selected), texts(*heldout)
        found = [judge(training(selection, limit, seed, shuffle), held) for shuffle in range(shuffles)]
        run = {"settings": settings, "found": found}
        if limit is None and len(sys.argv) > 1:
            run["evaluate"] = evaluate(sys.argv[1], selection, held)
        elif limit is None:
            run["evaluate"] = next(old["evaluate"] for old in before if old["settings"] == settings)
        runs.append(run)
    OUTPUT.write_text(json.dumps({"runs": runs}, indent=1) + "\n")


if __name__ == "__main__":
    main()
