#!/usr/bin/env python3
"""Times `dsel fit` and `dsel weigh` with each of the kernels that this processor has, on one thread,
interleaved, and prints a table: Benchmarks/KERNELS.md has one.

    scripts/kernel-speed.py --pool P.jsonl --target T.jsonl [--dsel PROGRAM] [--before OLDER_PROGRAM]
"""

import argparse
import hashlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile

KERNELS = ["avx512", "avx2", "neon", "scalar"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Times dsel with each of its kernels.")
    parser.add_argument("--pool", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--dsel", default=".build-release/release/dsel")
    parser.add_argument("--before", help="an older dsel, to time beside it")
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report(options, folder)


def report(options: argparse.Namespace, folder: str) -> None:
    programs = {name: (options.dsel, name) for name in KERNELS if exists(options.dsel, name)}
    if options.before:
        programs["before"] = (options.before, "")
    target, pool, made = (os.path.join(folder, name) for name in ["target", "pool", "made"])
    run([options.dsel, "fit", options.target, "--output", target, "--quiet"], "")
    run([options.dsel, "fit", options.pool, "--output", pool, "--quiet"], "")
    commands = {
        "fit": ["fit", options.pool, "--output", made, "--force"],
        "weigh": ["weigh", "--target-model", target, "--pool-model", pool, options.pool],
    }
    megabytes = os.path.getsize(options.pool) / 1e6
    print("| command | kernels | MB/s a core | of the first |\n| --- | --- | ---: | ---: |")
    for name, command in commands.items():
        seconds: dict[str, list[float]] = {kernels: [] for kernels in programs}
        results = set()
        for _ in range(options.runs):
            for kernels, (program, variable) in programs.items():
                before = processor_time()
                output = run([program, *command, "--threads", "1", "--quiet"], variable)
                seconds[kernels].append(processor_time() - before)
                if name == "fit":
                    with open(made, "rb") as file:
                        output = file.read()
                results.add(hashlib.sha256(output).hexdigest())
        if len(results) != 1:
            sys.exit(f"kernel-speed.py: {name} gives other results with other kernels.")
        first = next(iter(programs))
        for kernels, times in seconds.items():
            # Runs of one round stand side by side, so what else the machine does touches both.
            ratio = statistics.median(a / b for a, b in zip(seconds[first], times, strict=True))
            print(f"| {name} | {kernels} | {megabytes / statistics.median(times):.0f} | {ratio:.2f} |")


def exists(program: str, kernels: str) -> bool:
    environment = {**os.environ, "DSEL_KERNELS": kernels}
    return subprocess.run([program, "--version"], env=environment, capture_output=True).returncode == 0


def run(command: list[str], kernels: str) -> bytes:
    environment = {**os.environ, "DSEL_KERNELS": kernels}
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout


def processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


main()
