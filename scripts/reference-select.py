#!/usr/bin/env python3
"""Selects documents with the reference package as its README shows, for benchmark.py to time.

    reference-select.py --pool POOL.jsonl --target TARGET.jsonl --count N --work DIR

All settings are the package's defaults, with two processes. Nothing is kept from one run to the next.
quality-reference.py selects the same way, but keeps the features of a corpus, so it can't be timed.
"""
import argparse, os

from data_selection import HashedNgramDSIR

PROCESSES = 2


def main():
    parser = argparse.ArgumentParser()
    for name in ["pool", "target", "work"]:
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--count", type=int, required=True)
    options = parser.parse_args()
    selector = HashedNgramDSIR(
        [options.pool], [options.target], cache_dir=os.path.join(options.work, "cache"), num_proc=PROCESSES)
    selector.fit_importance_estimator()
    selector.compute_importance_weights()
    selector.resample(os.path.join(options.work, "selected"), options.count, os.path.join(options.work, "parts"))


# The package's processes may import this file.
if __name__ == "__main__":
    main()
