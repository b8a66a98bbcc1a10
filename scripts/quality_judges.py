"""The judges of quality.py. Each judgement is kept in the cache, named by the content that it depends on.

evaluate    evaluate.py of the tools: bits per byte, perplexity, KL and the share of documents of the own domain. Where
            a limit of tokens leaves documents out, the order decides which. That matters by 1 % for most selections,
            and by 15 % for scripture: its held-out text is full of curly quotes, and of the reference's 1,000 documents
            for scarce, two have any character that isn't ASCII.
fast        `dsel compare --heldout`: the first two by the same models, some 30 times as fast. Its orders are others.
domain      the share of the selection's tokens in documents of the target's own domain
junk        the number of selected documents of which fewer than JUNK_KNOWN of the distinct words occur anywhere in
            the target. A word is a run of letters, digits and underscores, lower-cased. The rule finds tables of
            numbers or code points, indexes of names, and text in other languages. Among the 5,026 held-out documents of
            dev and cross it finds 4: a table, macros, an empty form, and lorem ipsum. It doesn't suit scripts without
            spaces.
bpe         bits_per_byte.py of the tools: 5-grams of BPE tokens. Its other model is a small transformer.
words, characters   see quality_ngrams.py
"""
import hashlib, json, os, re, shutil, sys

import quality_ngrams
from quality_files import content_hash, environment_python, output_of, read, write

TOKEN = re.compile(r"\w+|[^\w\s]+")  # as evaluate.py has it
WORD = re.compile(r"\w+")
JUNK_KNOWN = 0.15
MODELS = {"bpe": ("ngram", "1"), "transformer": ("transformer", "1,2")}  # bits_per_byte.py's names, and seeds
COUNTING_VERSION = "2"  # of domain and junk: change it with their rules


class Judges:
    """`shuffles` is the number of orders in which evaluate.py reads a selection, up to the limit of tokens."""

    def __init__(self, tools, cache, fast_judge=None, shuffles=3):
        self.evaluate_tool = os.path.join(tools, "evaluate.py")
        self.bits_tool = os.path.join(tools, "bits_per_byte.py")
        self.cache, self.fast_judge, self.shuffles = cache, fast_judge, shuffles

    def judge(self, task, selection, limit):
        """Returns all numbers of a selection that don't depend on other selections. `limit` None is all tokens."""
        counts = self.count(task, selection)
        if limit and limit >= counts["selected_tokens"]:
            limit = None
        shuffles = self.shuffles if limit else 1  # without a limit, the order doesn't matter
        evaluate = self.evaluate_fast if self.fast_judge else self.evaluate
        return evaluate(task, selection, limit, shuffles) | counts

    def evaluate(self, task, selection, limit, shuffles):
        hashes = "-".join(map(content_hash, [selection, task.heldout, self.evaluate_tool]))
        command = [sys.executable, self.evaluate_tool, "--selected", selection, "--heldout", task.heldout,
                   "--domain", task.name, "--shuffles", str(shuffles)]
        if limit:
            command += ["--tokens", str(limit)]
        return self.cached("judgements", f"{hashes}-{task.name}-{limit or 'all'}-{shuffles}",
                           lambda: json.loads(output_of(command)))

    def evaluate_fast(self, task, selection, limit, shuffles):
        hashes = "-".join(map(content_hash, [selection, task.heldout, shutil.which(self.fast_judge)]))
        command = [self.fast_judge, "compare", "--target", task.target, "--selected", selection,
                   "--heldout", task.heldout, "--heldout-tokens", str(limit or "all"),
                   "--shuffles", str(shuffles), "--json"]
        return self.cached("fast-judgements", f"{hashes}-{limit or 'all'}-{shuffles}",
                           lambda: json.loads(output_of(command))["heldout"]["selected"])

    def count(self, task, selection):
        hashes = "-".join(map(content_hash, [selection, task.target]))
        return self.cached("counts", f"{hashes}-{task.name}-{COUNTING_VERSION}",
                           lambda: count(documents_of(selection), documents_of(task.target), task.name))

    def bits_of_model(self, judge, task, selections):
        """Returns each arm's bits per byte by one of the MODELS or ORDERS, a list with one figure for each of the judge's
        seeds. `selections` has the paths by arm.

        Only differences within one call mean anything: all arms are cut to the same number of tokens, which depends
        on the smallest selection.
        """
        paths = sorted(set(selections.values()))
        files = [task.target, task.heldout, task.pool, self.bits_tool] if judge in MODELS else [task.heldout]
        digest = hashlib.sha256("-".join(map(content_hash, paths + files)).encode()).hexdigest()[:16]
        make = self.run_model if judge in MODELS else run_ngrams
        bits = self.cached(judge, f"{task.set}-{task.name}-{digest}-seeds", lambda: make(judge, task, paths))
        return {arm: bits[content_hash(path)] for arm, path in selections.items()}

    def run_model(self, judge, task, paths):
        model, seeds = MODELS[judge]
        lines = output_of([
            self.python(model), self.bits_tool, "--target", task.target, "--heldout", task.heldout, "--pool",
            task.pool, "--model", model, "--seeds", seeds] + [f"{content_hash(path)}={path}" for path in paths])
        runs = [json.loads(line) for line in lines.splitlines()]
        return {name: [run["bits_per_byte"] for run in runs if run["name"] == name] for name in map(content_hash, paths)}

    def python(self, model):
        if model == "ngram":
            # tokenizers needs its dependencies only to download tokenizers that someone else trained.
            return environment_python(self.cache, "ngram-env", ["tokenizers"], ["--no-deps"])
        return environment_python(self.cache, "transformer-env", ["tokenizers", "jax"])

    def cached(self, kind, name, make):
        path = os.path.join(self.cache, kind, f"{name}.json")
        if not os.path.exists(path):
            write(path, json.dumps(make()) + "\n")
        return json.loads(read(path))


def run_ngrams(judge, task, paths):
    texts = {content_hash(path): texts_of(path) for path in paths}
    bits = quality_ngrams.bits_per_byte(judge, texts, texts_of(task.heldout), lambda text: TOKEN.findall(text.lower()))
    return {name: [own] for name, own in bits.items()}


def texts_of(path):
    return [document["text"] for document in documents_of(path)]


def token_count(text):
    return len(TOKEN.findall(text.lower()))


def documents_of(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file]


def count(selected, target, domain):
    known = {word for document in target for word in WORD.findall(document["text"].lower())}
    tokens = domain_tokens = domain_documents = 0
    junk = []
    for document in selected:
        size = token_count(document["text"])
        tokens += size
        if document["domain"] == domain:
            domain_tokens += size
            domain_documents += 1
        words = set(WORD.findall(document["text"].lower()))
        if len(words & known) < JUNK_KNOWN * len(words) or not words:
            junk.append(document["id"])
    return {"documents": len(selected), "selected_tokens": tokens, "domain_share": domain_documents / len(selected),
            "domain_token_share": domain_tokens / tokens, "junk": len(junk), "junk_ids": junk}
