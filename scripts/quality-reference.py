#!/usr/bin/env python3
"""Selects documents with the reference package, for quality.py, which runs this in an environment that has it.

    quality-reference.py --pool POOL.jsonl --pool-counts COUNTS.npy --target TARGET.jsonl --weights DIR
                         --count N --output SELECTED.jsonl

Everything stands at the package's defaults. What other runs can use again is kept: the pool's n-gram counts in
COUNTS.npy and the documents' weights in DIR. It is the caller's part to keep them apart by pool and by target.
"""
import argparse, os, shutil

import numpy as np
from data_selection import HashedNgramDSIR

PROCESSES = 2


class Selector(HashedNgramDSIR):
    """The package's selector, except that it counts a pool's n-grams once for all targets."""

    def __init__(self, pool, pool_counts, target, folder):
        super().__init__([pool], [target], cache_dir=folder, num_proc=PROCESSES)
        self.pool_counts = pool_counts

    def _fit_bow(self, paths, **options):
        if paths != self.raw_datasets:
            return super()._fit_bow(paths, **options)
        if not os.path.exists(self.pool_counts):
            counts = super()._fit_bow(paths, **options)
            np.save(self.pool_counts + ".part.npy", counts)
            os.replace(self.pool_counts + ".part.npy", self.pool_counts)
        return np.load(self.pool_counts)


def main():
    parser = argparse.ArgumentParser()
    for name in ["pool", "pool-counts", "target", "weights", "output"]:
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--count", type=int, required=True)
    options = parser.parse_args()

    selector = Selector(options.pool, options.pool_counts, options.target, options.weights)
    whole = os.path.join(options.weights, "whole")
    if not os.path.exists(whole):
        selector.fit_importance_estimator()
        selector.compute_importance_weights()
        open(whole, "w").close()

    # The package draws from numpy's global generator and takes no seed.
    np.random.seed(0)
    folder = options.output + ".shards"
    shutil.rmtree(folder, ignore_errors=True)
    selector.resample(folder, options.count)
    with open(options.output + ".part", "wb") as output:
        for shard in range(PROCESSES):
            with open(os.path.join(folder, f"{shard}.jsonl"), "rb") as file:
                shutil.copyfileobj(file, output)
    os.replace(options.output + ".part", options.output)
    shutil.rmtree(folder)


main()
