#!/usr/bin/env python3
"""What `--exclude` finds, written a second time: plain, slow, and independent of dsel.

  pip install xxhash regex numpy scipy
                             (Python 3.11 and zstd, as for ../method/oracle.py, whose tokens these are)
  exclusion.py               write evaluation.jsonl, questions.jsonl, pool.jsonl and exclusion.json

evaluation.jsonl and questions.jsonl are made-up evaluation sets: most of their texts are cut out of
Fixtures/crawl.jsonl.zst, and the "note" of each says how. questions.jsonl has its text in "q".
pool.jsonl has more documents for the pool: copies of some of its texts, and texts that are mostly
made of evaluation documents.

exclusion.json: {"runs": [...]}. Each run has the "settings": "files", "ngram" and "tokenizer"; the
number of "ngrams", all different, of the evaluation documents; "short", those that are not looked
for; and "excluded", all documents of crawl.jsonl.zst and then pool.jsonl that share an n-gram with
an evaluation document: "line" (in both files together, from 1), and of its first n-gram, the longest
if several begin there, the "ngram" and the "evaluation" document: the number of its file, from 0,
and its line.

An n-gram is a tuple of tokens, and all of them are in one dictionary. An evaluation document with
fewer tokens than an n-gram is one n-gram itself if it has at least 8 of them; else it is not looked
for. With n-grams of fewer than 8 tokens, those that are shorter are not looked for.
"""

import json
import pathlib
import random
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "method"))

import oracle  # noqa: E402

LEAST = 8


def cut(text, count, first=0):
    """The part of a text with `count` tokens from a word on; None if a word ends in between."""
    words = text.split()
    for length in range(1, len(words) + 1):
        part = " ".join(words[first : first + length])
        tokens = oracle.tokenize_words(part)
        if len(tokens) == count:
            return part
        if len(tokens) > count:
            return None
    return None


def cuts(pool, count, generator, number):
    """Parts of `count` tokens of some texts."""
    found = []
    while len(found) < number:
        text = generator.choice(pool)["text"]
        part = cut(text, count, generator.randrange(max(1, len(text.split()) - 2 * count)))
        if part:
            found.append(part)
    return found


def made_up(generator, count):
    """Words that no text has."""
    return " ".join(f"zq{generator.randrange(10**9)}x" for _ in range(count))


def evaluation(pool, generator):
    documents = []

    def add(note, text):
        documents.append({"note": note, "text": text})

    for document in generator.sample(pool, 3):
        add("a whole document", document["text"])
    for part in cuts(pool, 13, generator, 3):
        add("13 tokens, among others", f"{made_up(generator, 9)} {part} {made_up(generator, 9)}")
    for part in cuts(pool, 12, generator, 3):
        add("12 tokens, among others", f"{made_up(generator, 9)} {part} {made_up(generator, 9)}")
    for part in cuts(pool, 13, generator, 3):
        add("13 tokens in capitals", f"{made_up(generator, 9)} {part.upper()}")
    for part in cuts(pool, 13, generator, 3):
        add("13 tokens, with a comma among them", part.replace(" ", " , ", 6))
    for part in cuts(pool, 13, generator, 2):
        add("13 tokens, parted by other white space", part.replace(" ", "\n\t "))
    for count in (12, 12, 8, 8, 8, 7, 7, 7, 1):
        for part in cuts(pool, count, generator, 1):
            add(f"{count} tokens, alone", part)
    add("no tokens", "")
    add("no tokens", " \n")
    add("nothing of the pool", made_up(generator, 200))
    add("again", documents[0]["text"])
    add("tokens of one character", "ア 漢字かな交じり文のトークンは一文字ずつになる。")
    return documents


def questions(pool, generator):
    documents = []
    for part in cuts(pool, 9, generator, 4):
        documents.append({"note": "9 tokens, alone", "q": part})
    for part in cuts(pool, 20, generator, 3):
        documents.append({"note": "20 tokens", "q": part})
    return documents


def more(pool, evaluation_documents, generator):
    """Documents to add to the pool."""
    found = []

    def add(note, text):
        found.append({"id": f"more-{len(found)}", "note": note, "text": text})

    filler = generator.sample(pool, 12)
    texts = [document["text"] for document in evaluation_documents]
    for document in evaluation_documents[:2]:
        add("a copy of an excluded document", document["text"])
    short = [d["text"] for d in evaluation_documents if d["note"] == "8 tokens, alone"]
    add("8 tokens at the end", f"{filler[0]['text'][:900]} {short[0]}")
    add("8 tokens at the beginning", f"{short[1]} {filler[1]['text'][:900]}")
    add("the last 7 of 8 tokens", f"{made_up(generator, 120)} {' '.join(short[2].split()[1:])}")
    add("the evaluation set in one text", " ".join(texts))
    # dsel looks into 16,384 tokens at a time.
    long = " ".join(f"zq{generator.randrange(100)}" for _ in range(18_000))
    add("at the end of a long text", f"{long} {texts[3]}")
    add("far into a long text", f"{long[:80_000]} {texts[4]} {long[80_000:]}")
    add("after a very long token", f"{'x' * 9000} {texts[5]} {made_up(generator, 90)}")
    words = oracle.tokenize_words(evaluation_documents[-2]["text"])
    add("13 tokens of a repeated document", f"{made_up(generator, 100)} {' '.join(words[40:53])}")
    add("12 tokens of it", f"{made_up(generator, 100)} {' '.join(words[40:52])} {made_up(generator, 3)}")
    return found


def search(documents, sets, n, tokenizer):
    """All documents that share an n-gram, with the first."""
    tokenize = oracle.TOKENIZERS[tokenizer]
    grams, short = {}, 0
    for number, evaluations in enumerate(sets):
        for line, text in enumerate(evaluations, 1):
            tokens = tokenize(text)
            if len(tokens) < min(LEAST, n):
                short += 1
                continue
            length = min(n, len(tokens))
            for start in range(len(tokens) - length + 1):
                grams.setdefault(tuple(tokens[start : start + length]), (number, line))
    lengths = sorted({len(gram) for gram in grams}, reverse=True)
    excluded = []
    for line, text in enumerate(documents, 1):
        tokens = tokenize(text)
        hits = (
            tuple(tokens[start : start + length])
            for start in range(len(tokens))
            for length in lengths
            if tuple(tokens[start : start + length]) in grams
        )
        gram = next(hits, None)
        if gram:
            excluded.append({"line": line, "ngram": " ".join(gram), "evaluation": grams[gram]})
    return {"ngrams": len(grams), "short": short, "excluded": excluded}


def write_lines(path, records):
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
    path.write_text("".join(lines), encoding="utf-8")


def main():
    generator = random.Random(20)
    pool = [
        document
        for document in oracle.read_documents(oracle.FIXTURES / "crawl.jsonl.zst")
        if not re.search(r"\d|[^\x00-\x7f]", document["text"][:200])
    ]
    sets = {
        "evaluation.jsonl": evaluation(pool, generator),
        "questions.jsonl": questions(pool, generator),
    }
    added = more(pool, sets["evaluation.jsonl"], generator)
    for name, documents in sets.items():
        write_lines(HERE / name, documents)
    write_lines(HERE / "pool.jsonl", added)
    texts = [d["text"] for d in oracle.read_documents(oracle.FIXTURES / "crawl.jsonl.zst") + added]
    runs = []
    for files, n, tokenizer in [
        (["evaluation.jsonl"], 13, "words"),
        (["evaluation.jsonl", "questions.jsonl"], 13, "words"),
        (["questions.jsonl", "evaluation.jsonl"], 13, "words"),
        (["evaluation.jsonl"], 12, "words"),
        (["evaluation.jsonl"], 13, "wordpunct"),
        (["questions.jsonl"], 8, "words"),
        (["questions.jsonl"], 5, "words"),
        (["questions.jsonl"], 2, "words"),
        (["evaluation.jsonl"], 50, "words"),
    ]:
        chosen = [[d.get("text", d.get("q")) for d in sets[name]] for name in files]
        settings = {"files": files, "ngram": n, "tokenizer": tokenizer}
        runs.append({"settings": settings} | search(texts, chosen, n, tokenizer))
    text = json.dumps({"runs": runs}, ensure_ascii=False, separators=(",", ":"))
    (HERE / "exclusion.json").write_text(text + "\n", encoding="utf-8")
    for run in runs:
        print(run["settings"], run["ngrams"], run["short"], len(run["excluded"]))


main()
