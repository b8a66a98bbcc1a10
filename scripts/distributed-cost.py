#!/usr/bin/env python3
"""Measures what a selection costs by many tasks, compared with one `dsel select`.

    scripts/distributed-cost.py --pool POOL --target TARGET [CASE …]

POOL is a file of JSON lines. Its documents fill the shards of each case. When all have been used, new
ones are made: the first half of one text, and the second half of another. Each case prints a line of
a table, and below it the processor seconds, tasks and bytes of each step. Cases:

    12, 12-six, 12-apart  12 shards of 85 MB; in 6 parts, and in one for each
    12-one, 12-two        the same; in one round or in two, whatever dsel.distributed would do
    100, 100-apart        100 shards of 1.6 MB; with a part for each
    2000, 2000-apart      2,000 shards of 82 kB; in some 500 parts
    driver                100,000 shards that aren't there, with tasks that aren't run

Processor seconds are those of all processes, the driver's included. The memory is the largest that the
driver's process had. It includes the threads that wait for the programs, and not the programs.
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
import warnings

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Python/src"))

# Shards, bytes of each, documents to select, and task_bytes.
CASES = {
    "12": (12, 85_000_000, 7_300, None),
    "12-one": (12, 85_000_000, 7_300, None),
    "12-two": (12, 85_000_000, 7_300, None),
    "12-six": (12, 85_000_000, 7_300, 60_000_000),
    "12-apart": (12, 85_000_000, 7_300, 1),
    "100": (100, 1_600_000, 2_000, None),
    "100-apart": (100, 1_600_000, 2_000, 1),
    "2000": (2_000, 82_000, 2_000, None),
    "2000-apart": (2_000, 82_000, 2_000, 133_000),
    "driver": (100_000, 0, 1_000_000, 1),
}


def documents(pool):
    """The lines of the pool, and then new ones without end."""
    read = subprocess.run(["zstd", "-dcqf", pool], check=True, capture_output=True).stdout
    lines = read.splitlines(keepends=True)
    yield from lines
    texts = [json.loads(line)["text"] for line in lines]
    shift = 0
    while True:
        shift += 7919
        for place, text in enumerate(texts):
            other = texts[(place + shift) % len(texts)]
            joined = text[: len(text) // 2] + other[len(other) // 2 :]
            yield json.dumps({"text": joined}, ensure_ascii=False).encode() + b"\n"


def write_shards(folder, count, size, lines):
    folder.mkdir(parents=True)
    paths = []
    for number in range(count):
        paths.append(str(folder / f"{number:05}.jsonl"))
        written = 0
        with open(paths[-1], "wb") as file:
            while written < size:
                written += file.write(next(lines))
    return paths


def processor_seconds():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def peak_megabytes():
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1000


def drive(case, target, shards):
    """The driver's process: makes a selection. What it cost is printed."""
    from concurrent.futures import ThreadPoolExecutor

    from dsel.distributed import Futures, _select

    if case in ("12-one", "12-two"):
        _select._Run._is_in_two_rounds = lambda *_: case == "12-two"
    with ThreadPoolExecutor(2) as threads:
        report(case, Futures(threads), target, shards)


def drive_alone(target):
    """The same for shards that aren't there, all of which have chosen documents."""
    from dsel.distributed import _storage

    facts = _storage.facts
    _storage.facts = lambda path: (10**9, "1") if path.startswith("/pool/") else facts(path)
    report("driver", Absent(), target, [f"/pool/crawl/en/{n:08}.jsonl.zst" for n in range(100_000)])


class Absent:
    """Runs no tasks, and knows what they would say."""

    def map(self, function, items, label):
        return [self.record(label, place, item) for place, item in enumerate(items)]

    def record(self, label, place, item):
        name = f"/work/selection/{label}/{place:024}"
        record = {"file": name + ".zst", "cost": [9.5, 8.25, 3_500_000, False]}
        if label == "fit":
            record["record"] = name + ".json"
            files = [word for word in item["words"] if not word.startswith("-")]
            inputs = [[10**9, f"{place:016x}", 330_000] for _ in files]
            record |= {"inputs": inputs, "documents": 330_000 * len(inputs)}
        elif label == "try":
            record["objective"] = "set"
        elif label == "choose":
            record["chosen"] = 1_000_000
        elif label == "slice":
            shards = sum(item["parts"])
            record |= {"candidates": [10] * shards, "places": [[n, 400] for n in range(len(item["parts"]))]}
        elif label == "write":
            del record["file"]
            record["files"] = [
                {"name": f"shard_{shard['number']:08d}.jsonl.zst", "shard": shard["path"], "stored_bytes": 9_000,
                 "documents": 10, "tokens": 5_000, "bytes": 30_000}
                for shard in item["shards"]
            ]
        return record


def report(case, engine, target, shards):
    from dsel.distributed import select

    _, _, count, task_bytes = CASES[case]
    warnings.simplefilter("ignore")
    idle, begin, seconds = peak_megabytes(), time.monotonic(), processor_seconds()
    options = {"task_bytes": task_bytes} if task_bytes else {}
    found = select(engine, target, shards, "work", "out", count=count, **options)
    print(json.dumps({
        "processor_seconds": processor_seconds() - seconds, "seconds": time.monotonic() - begin,
        "megabytes": peak_megabytes(), "idle_megabytes": idle, "steps": found.steps,
        "files": found.files,
    }))  # fmt: skip


def measure(case, folder, given, lines):
    shards, size, count, _ = CASES[case]
    own = folder / case
    own.mkdir()
    name = case.split("-")[0]
    if case != "driver" and not (folder / name / "shards").exists():
        write_shards(folder / name / "shards", shards, size, lines)
    paths = sorted(map(str, (folder / name / "shards").glob("*")))
    one = 0.0
    if paths:
        words = [given.dsel, "select", "--target", given.target, "--pool", *paths, f"--count={count}"]
        before = processor_seconds()
        subprocess.run([*words, "--quiet", "--force", "--output=one.jsonl"], cwd=own, check=True)
        one = processor_seconds() - before
    drive = [sys.executable, __file__, "--drive", case, "--target", given.target, "--dsel", given.dsel]
    run = subprocess.run(drive, input=json.dumps(paths), cwd=own, text=True, stdout=subprocess.PIPE, check=True)
    cost = json.loads(run.stdout)
    if paths:
        read = [subprocess.run(["zstd", "-dqc", path], capture_output=True).stdout for path in cost["files"]]
        if b"".join(read) != (own / "one.jsonl").read_bytes():
            sys.exit(f"{case}: the bytes are not those of one select")
    steps = cost["steps"]
    tasks, rounds = steps["weigh"]["tasks"], 2 if "complete" in steps else 1
    ratio = f"{one:.1f} | {cost['processor_seconds']:.1f} | {cost['processor_seconds'] / one:.2f}" if one else "| |"
    memory = f"{cost['megabytes']:.0f} ({cost['idle_megabytes']:.0f})"
    print(f"| {case} | {count} | {tasks} | {rounds} | {ratio} | {cost['seconds']:.1f} | {memory} |")
    for label, step in steps.items():
        facts = f"{step['processor_seconds']:7.2f} s, {step['tasks']} tasks, {step['bytes'] / 1e6:.1f} MB"
        print(f"    {label:<17}{facts}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], default=[], metavar="CASE")
    parser.add_argument("--pool", type=pathlib.Path)
    parser.add_argument("--target", required=True, type=os.path.abspath)
    parser.add_argument("--dsel", default=str(ROOT / ".build-release/release/dsel"), type=os.path.abspath)
    parser.add_argument("--folder", help="for the shards: they need 1.4 GB (default: TMPDIR)")
    parser.add_argument("--drive", choices=CASES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    os.environ["DSEL"] = given.dsel
    if given.drive == "driver":
        drive_alone(given.target)
    elif given.drive:
        drive(given.drive, given.target, json.load(sys.stdin))
    else:
        if given.pool is None:
            parser.error("--pool is missing")
        print("| Case | N | Parts | Rounds | select, s | Distributed, s | Ratio | Wall, s | Driver, MB (at first) |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
        lines = documents(given.pool)
        with tempfile.TemporaryDirectory(dir=given.folder, prefix="dsel-cost-") as folder:
            for case in given.cases or CASES:
                measure(case, pathlib.Path(folder), given, lines)


if __name__ == "__main__":
    main()
