#!/usr/bin/env python3
"""Selects documents with the reference package. quality.py runs this in an environment that has the package.

    quality-reference.py --pool POOL.jsonl --corpus CORPUS.jsonl --features DIR --target TARGET.jsonl
                         --weights DIR (--count N | --tokens N) --output SELECTED.jsonl

All settings are the package's defaults. Two steps are cached, since they are slow:
  - DIR of --features gets the n-gram buckets of each text in --corpus. A pool may be any subset of the corpus.
  - DIR of --weights gets the log weights of the pool's documents. Use another directory for each pool and target.

--count N is the package's own draw. --tokens N takes documents in the order of the same draw, the largest key first,
up to the first document that would exceed N tokens.
"""
import argparse, functools, hashlib, json, os, shutil

import numpy as np
from data_selection import HashedNgramDSIR
from data_selection.hashed_ngram_dsir import get_ngrams, hash_buckets, wpt

PROCESSES = 2
BUCKETS = 10_000  # the package's default


class Features:
    """The n-gram buckets of the corpus's texts, as the package's get_ngram_counts finds them."""

    def __init__(self, folder):
        self.buckets = np.load(os.path.join(folder, "buckets.npy"), mmap_mode="r")
        self.ends = np.load(os.path.join(folder, "ends.npy"))
        texts = np.load(os.path.join(folder, "texts.npy")).tolist()
        self.positions = {text: position for position, text in enumerate(texts)}

    def counts(self, text):
        """Returns the text's count in each bucket, or None if the corpus doesn't have the text."""
        position = self.positions.get(text_hash(text))
        if position is None:
            return None
        begin = self.ends[position - 1] if position else 0
        return np.bincount(self.buckets[begin : self.ends[position]], minlength=BUCKETS)

    @staticmethod
    def make(corpus, folder):
        bucket = functools.lru_cache(1 << 20)(lambda text: hash_buckets(text, num_buckets=BUCKETS))
        buckets, ends, texts, end = [], [], [], 0
        with open(corpus, encoding="utf-8", newline="\n") as file:
            for line in file:
                text = json.loads(line)["text"]
                words = wpt.tokenize(text.lower())
                pairs = (" ".join(pair) for pair in get_ngrams(words, 2))
                buckets.append(np.array([*map(bucket, words), *map(bucket, pairs)], np.uint16))
                end += len(buckets[-1])
                ends.append(end)
                texts.append(text_hash(text))
        part = folder + ".part"
        shutil.rmtree(part, ignore_errors=True)
        os.makedirs(part)
        np.save(os.path.join(part, "buckets.npy"), np.concatenate(buckets))
        np.save(os.path.join(part, "ends.npy"), np.array(ends))
        np.save(os.path.join(part, "texts.npy"), np.array(texts, np.uint64))
        os.rename(part, folder)


class Selector(HashedNgramDSIR):
    """The package's selector, except that it looks features up instead of hashing a text's n-grams again."""

    def __init__(self, pool, target, folder, features):
        super().__init__([pool], [target], cache_dir=folder, num_proc=PROCESSES)
        self.features = features

    def featurizer(self, text):
        counts = self.features.counts(text)
        return super().featurizer(text) if counts is None else counts

    def _fit_bow(self, paths, **options):
        if paths != self.raw_datasets:
            return super()._fit_bow(paths, **options)
        # The package stops after 100,000 n-grams per bucket. No pool here is that large.
        counts = np.zeros(BUCKETS, int)
        for document in self.raw_load_dataset_fn(paths[0]):
            counts += self.featurizer(document["text"])
        return counts

    def draw_tokens(self, limit):
        """Returns the pool's lines that the draw takes until its next document would exceed `limit` tokens.

        The keys are those of the package's `resample`, which has no budget of tokens.
        """
        weights, lengths, lines = [], [], []
        for shard in range(PROCESSES):
            weights.append(np.load(self.log_importance_weights_dir / f"{shard}.npy"))
            lengths.append(np.load(self.perexample_metadata_dir / f"{shard}.npy"))
            lines.append(np.arange(len(weights[-1])) * PROCESSES + shard)
        weights, lengths, lines = map(np.concatenate, [weights, lengths, lines])
        eligible = self.perexample_metadata_filter(lengths)
        weights, lengths, lines = weights[eligible], lengths[eligible], lines[eligible]
        order = np.argsort(-(weights + np.random.gumbel(size=weights.shape)), kind="stable")
        taken = np.searchsorted(np.cumsum(lengths[order]), limit, side="right")
        return set(lines[order[:taken]].tolist())


def main():
    parser = argparse.ArgumentParser()
    for name in ["pool", "corpus", "features", "target", "weights", "output"]:
        parser.add_argument(f"--{name}", required=True)
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--count", type=int)
    size.add_argument("--tokens", type=int)
    options = parser.parse_args()

    if not os.path.exists(options.features):
        Features.make(options.corpus, options.features)
    selector = Selector(options.pool, options.target, options.weights, Features(options.features))
    whole = os.path.join(options.weights, "whole")
    if not os.path.exists(whole):
        selector.fit_importance_estimator()
        selector.compute_importance_weights()
        open(whole, "w").close()

    # The package draws from numpy's global generator and takes no seed.
    np.random.seed(0)
    if options.count:
        write_drawn_count(selector, options.count, options.output)
    else:
        write_lines(options.pool, selector.draw_tokens(options.tokens), options.output)


def write_drawn_count(selector, count, path):
    folder = path + ".shards"
    shutil.rmtree(folder, ignore_errors=True)
    selector.resample(folder, count)
    with open(path + ".part", "wb") as output:
        for shard in range(PROCESSES):
            with open(os.path.join(folder, f"{shard}.jsonl"), "rb") as file:
                shutil.copyfileobj(file, output)
    os.replace(path + ".part", path)
    shutil.rmtree(folder)


def write_lines(pool, chosen, path):
    with open(pool, "rb") as file, open(path + ".part", "wb") as output:
        output.writelines(line for position, line in enumerate(file) if position in chosen)
    os.replace(path + ".part", path)


def text_hash(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


main()
