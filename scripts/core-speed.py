#!/usr/bin/env python3
"""Times `dsel select` with more and more threads, on a pool that is plain, one zstd frame, and frames of 8 MiB as
pzstd makes them, and prints a table: Benchmarks/CORES.md has one.

    scripts/core-speed.py --pool P.jsonl --target T.jsonl [--dsel PROGRAM] [--before OLDER_PROGRAM]
                          [--threads 1 2 4 8 16] [--runs 3] [--copies 1]

--copies makes the pool longer: each copy of a document gets a first word of its own, so that all are different.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

FRAME_BYTES = 8 << 20
TEXT_KEYS = [b'"text": "', b'"text":"']


def main() -> None:
    parser = argparse.ArgumentParser(description="Times dsel with more and more threads.")
    parser.add_argument("--pool", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--dsel", default=".build-release/release/dsel")
    parser.add_argument("--before", help="an older dsel, to time beside it")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2, 4, 8, 16])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--folder", help="where the pools are made; best in memory (default: a temporary one)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        report(options, folder)


def lay_out(options: argparse.Namespace, folder: str) -> dict[str, str]:
    with open(options.pool, "rb") as file:
        data = file.read()
    key = next(key for key in TEXT_KEYS if key in data)
    plain, one, frames = (os.path.join(folder, name) for name in ["pool.jsonl", "one.jsonl.zst", "frames.jsonl.zst"])
    with open(plain, "wb") as output:
        for copy in range(options.copies):
            output.write(data.replace(key, key + b"copy%d " % copy) if copy else data)
    subprocess.run(["zstd", "-3", "-qf", "-T0", plain, "-o", one], check=True)
    piece = os.path.join(folder, "piece")
    with open(plain, "rb") as file, open(frames, "wb") as output:
        while block := file.read(FRAME_BYTES):
            # From a file, so that the frame says how long it is, as pzstd's do.
            with open(piece, "wb") as part:
                part.write(block)
            output.write(subprocess.run(["zstd", "-3", "-qc", piece], stdout=subprocess.PIPE, check=True).stdout)
    return {"plain": plain, "one frame": one, "frames of 8 MiB": frames}


def report(options: argparse.Namespace, folder: str) -> None:
    pools = lay_out(options, folder)
    programs = {"now": options.dsel} | ({"before": options.before} if options.before else {})
    megabytes = os.path.getsize(pools["plain"]) / 1e6
    print(f"{os.cpu_count()} cores, {processor()}, a pool of {megabytes:.0f} MB\n")
    print("| pool | threads | program | fit | weigh | select | choose, s | select, a core |")
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    for pool, path in pools.items():
        for threads in options.threads:
            found: dict[str, list[dict[str, float]]] = {name: [] for name in programs}
            for _ in range(options.runs):
                for name, program in programs.items():
                    found[name].append(select(program, options.target, path, threads, folder))
            for name, runs in found.items():
                middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
                rates = [f"{megabytes / middle[key]:.0f}" for key in ["fitPool", "weigh", "wall"]]
                busy = megabytes / middle["processor"]
                print(f"| {pool} | {threads} | {name} | {' | '.join(rates)} | {middle['choose']:.2f} | {busy:.0f} |",
                      flush=True)  # fmt: skip


def select(program: str, target: str, pool: str, threads: int, folder: str) -> dict[str, float]:
    output = os.path.join(folder, "selected.jsonl")
    begin = time.monotonic()
    process = subprocess.Popen([
        program, "select", "--target", target, "--pool", pool, "--count", "5000", "--threads", str(threads),
        "--quiet", "--force", "--output", output])  # fmt: skip
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"core-speed.py: {program} failed.")
    wall = time.monotonic() - begin
    with open(output + ".manifest.json", encoding="utf-8") as file:
        steps: dict[str, float] = json.load(file)["timings"]["seconds"]
    return {"choose": 0.0, **steps, "wall": wall, "processor": usage.ru_utime + usage.ru_stime}


def processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return "an unknown processor"


main()
