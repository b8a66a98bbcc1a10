#!/usr/bin/env python3
"""What `--near-duplicates` finds, written a second time: plain, slow, and independent of dsel.

  pip install xxhash regex numpy scipy
                             (Python 3.11 and zstd, as for ../method/oracle.py, whose tokens these are)
  near_duplicates.py         write edits.jsonl and pairs.json

edits.jsonl has more documents for the pool: texts of Fixtures/crawl.jsonl.zst with changes, and the
"note" of each says which.

pairs.json: {"tokenizer": {"words": [...], "wordpunct": [...]}}. All pairs of documents of
crawl.jsonl.zst and then edits.jsonl whose similarity is at least 0.3: the two lines (in both files
together, from 1), the number of common shingles, and the number that either has.

A shingle is a tuple of five tokens in a row, and of all tokens if there are fewer than five. All are
in sets, and every pair of sets with a common shingle is compared.
"""

import collections
import json
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "method"))

import oracle  # noqa: E402

LENGTH = 5
LEAST = 0.3


def shingles(tokens):
    if len(tokens) <= LENGTH:
        return {tuple(tokens)} if tokens else set()
    return {tuple(tokens[start : start + LENGTH]) for start in range(len(tokens) - LENGTH + 1)}


def edits(pool, generator):
    found = []

    def add(note, text):
        found.append({"id": f"edit-{len(found)}", "note": note, "text": text})

    def words(document):
        return document["text"].split(" ")

    texts = [document for document in pool if 120 < len(words(document)) < 250]
    for number, document in enumerate(generator.sample(texts, 80)):
        changed = words(document)
        # From one word in 5 (similarity near 0.2) to one in 300 (all words the same).
        every = (5, 10, 20, 30, 40, 50, 60, 80, 120, 300)[number % 10]
        for place in range(every // 2, len(changed), every):
            changed[place] = f"zq{generator.randrange(10**6)}"
        add(f"one word in {every} is another", " ".join(changed))
    for document in generator.sample(texts, 8):
        add("in capitals", document["text"].upper())
        add("other white space", document["text"].replace(" ", "\n  "))
    for document in generator.sample(texts, 8):
        half = len(words(document)) // 2
        add("the halves exchanged", " ".join(words(document)[half:] + words(document)[:half]))
        add("twice", document["text"] + "\n" + document["text"])
        add("cut at the end", " ".join(words(document)[: -len(words(document)) // 8]))
        add("longer", document["text"] + " more" * (len(words(document)) // 6))
    # A chain: each differs from the next by little, and the first from the last by much.
    for document in generator.sample(texts, 3):
        changed = words(document)
        for step in range(8):
            for place in range(step, len(changed), 60):
                changed[place] = f"zq{generator.randrange(10**6)}"
            add(f"step {step} of a chain", " ".join(changed))
    # Texts without blanks, whose tokens are single characters or runs of letters.
    foreign = [d for d in pool if sum(c > "\u2fff" for c in d["text"]) > 150]
    for document in generator.sample(foreign, min(12, len(foreign))):
        text = document["text"]
        every = generator.choice((25, 60, 150))
        add(
            f"one character in {every} is another",
            "".join("々" if place % every == 0 else c for place, c in enumerate(text)),
        )
    for text in ("one two three four", "One, two, three", "one two three four", "five", "5", ""):
        add("very short", text)
    return found


def pairs(texts, tokenize):
    sets = [shingles(tokenize(text)) for text in texts]
    lines = collections.defaultdict(list)
    for line, found in enumerate(sets, 1):
        for shingle in found:
            lines[shingle].append(line)
    common = collections.Counter()
    for having in lines.values():
        for place, one in enumerate(having):
            for other in having[place + 1 :]:
                common[one, other] += 1
    result = []
    for (one, other), count in sorted(common.items()):
        union = len(sets[one - 1]) + len(sets[other - 1]) - count
        if count / union >= LEAST:
            result.append([one, other, count, union])
    return result


def main():
    generator = random.Random(15)
    pool = oracle.read_documents(oracle.FIXTURES / "crawl.jsonl.zst")
    more = edits(pool, generator)
    lines = [json.dumps(document, ensure_ascii=False) + "\n" for document in more]
    (HERE / "edits.jsonl").write_text("".join(lines), encoding="utf-8")
    texts = [document["text"] for document in pool + more]
    found = {name: pairs(texts, tokenize) for name, tokenize in oracle.TOKENIZERS.items()}
    text = json.dumps({"tokenizer": found}, separators=(",", ":"))
    (HERE / "pairs.json").write_text(text + "\n", encoding="utf-8")
    for name, all_pairs in found.items():
        print(name, len(all_pairs), "pairs,", sum(c / u >= 0.8 for _, _, c, u in all_pairs), "at 0.8")


if __name__ == "__main__":
    main()
