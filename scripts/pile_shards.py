"""The shards of scripts/pile-cost.py: small files that say which documents a generator prints."""

import itertools
import json
import pathlib
import subprocess
import sys

GENERATOR = pathlib.Path(__file__).resolve().parent.parent / "Benchmarks/generate.c"


def make_shards(folder, bases, count, whole, form):
    """Makes the generator and the shards, and returns the number of base documents."""
    compile_generator(folder)
    documents = write_halves(bases, folder / "halves")
    # In as many documents as there are base documents, each half occurs once. So these have the
    # same bytes wherever they begin: the halves, and what is put around them.
    turn = (folder / "halves").stat().st_size + documents * (len('{"text": ""}\n') - 2)
    size = whole // count
    room = (size // turn + 1) * documents
    if count * room > documents * (documents - 1):
        sys.exit(f"{documents} base documents are too few for {whole} bytes. Add to --base.")
    for number in range(count):
        text = f"{number * room} {(number + 1) * room} {size}\n"
        (folder / shard_name(number, "reader")).write_text(text)
        if form != "reader":
            store(folder, number, form)
    return documents


def compile_generator(folder):
    words = ["cc", "-O2", "-o", str(folder / "generate"), str(GENERATOR)]
    subprocess.run(words, check=True)


def shard_name(number, form):
    return f"shards/{number:02}.{ {'reader': 'shard', 'plain': 'jsonl', 'zst': 'jsonl.zst'}[form] }"


def store(folder, number, form):
    """Writes a shard's documents to a file, for comparison."""
    with open(folder / shard_name(number, form), "wb") as file:
        words = ["./generate", "halves", shard_name(number, "reader"), "/dev/null"]
        output = file if form == "plain" else subprocess.PIPE
        generator = subprocess.Popen(words, cwd=folder, stdout=output)
        if form == "zst":
            subprocess.run(["zstd", "-qc"], stdin=generator.stdout, stdout=file, check=True)
        if generator.wait():
            sys.exit("the generator failed")


def write_halves(bases, path):
    """Cuts the documents in two, and returns how many there are.

    They are sorted by their domain, if they have one, so that most halves meet one of their own
    kind. A document is left out if its first half begins another's, or if its second half is
    another's. All pairs of halves of the others are different texts.
    """
    halves = []
    for base in bases:
        lines = subprocess.check_output(["zstd", "-dcqf", base]).splitlines()
        for document in map(json.loads, lines):
            text = document["text"]
            cut = text.find(" ", len(text) // 2) + 1 or len(text) // 2
            halves.append((str(document.get("domain")), text[:cut], text[cut:]))
    halves.sort(key=lambda half: half[0])
    # Texts that begin with a text follow it in sorted order, without others between.
    by_head = sorted(range(len(halves)), key=lambda place: halves[place][1])
    begins = {a for a, b in itertools.pairwise(by_head) if halves[b][1].startswith(halves[a][1])}
    tails, written = set(), 0
    with open(path, "wb") as file:
        for place, (_, head, tail) in enumerate(halves):
            if place in begins or tail in tails:
                continue
            tails.add(tail)
            written += 1
            texts = [json.dumps(half, ensure_ascii=False)[1:-1] for half in (head, tail)]
            file.write("\n".join([*texts, ""]).encode())
    return written
