#!/usr/bin/env python3
"""Measures what one selection from a pool of the Pile's size costs: 825 GiB, none of it stored.

    scripts/pile-cost.py --directory DIR --base POOL.jsonl[.zst] --target TARGET.jsonl [OPTION…]
    setsid nice -n 19 scripts/pile-cost.py … > pile.log 2>&1 &     # in the background

The pool's shards are what the program Benchmarks/generate.c prints for them: documents that all
differ, each the first half of one document of POOL and the second half of another. dsel reads them
through --reader. Each of these steps is done for all shards before the next begins:

    fit         dsel fit, for the pool's model
    keys        dsel weigh --candidates N --keys-only: the documents that a selection may need
    candidates  dsel weigh --candidates-from: their n-grams
    copy        dsel resample --candidates: the lines of those that were chosen

Between them stands what is done once: dsel merge, and the choice. DIR/selected/*.jsonl together
are the bytes that one dsel select from all shards writes. --check makes that selection, too, and
compares.

The run may be killed at any time, with its process group. The same command then goes on where it
was: files are there whole or not at all, and DIR/log.jsonl has a line for each step that is done.
--report prints a table of these at any time, and calculates what is missing.

Processor time is dsel's, without its readers: these write down their own. Memory is the most that a
process of dsel had (VmHWM). Times that pass are without pauses of the run (SIGSTOP). For Linux.
"""

import argparse
import collections
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from pile_report import byte_count, own_seconds, read_log, table, total
from pile_shards import GENERATOR, make_shards, shard_name

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Seconds for each GB, before anything has been measured.
GUESSES = {"fit": 2.5, "keys": 3.2, "candidates": 1.2, "copy": 1.2}
Step = collections.namedtuple("Step", "stage shard words result size")


def main():
    options = parse()
    folder = options.directory
    if options.report:
        print(table(folder))
        return
    for name in ["shards", "readers", "fit", "keys", "candidates", "selected"]:
        (folder / name).mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        alone(lock)
        settings = prepare(options)
        run = Run(folder, settings, options, lock)
        try:
            run.all(steps(settings, options))
            if options.check:
                check(folder, settings, options)
        finally:
            run.end()
    print(table(folder))


def parse():
    parser = argparse.ArgumentParser(
        description="Measures a selection from a pool of the Pile's size."
    )
    parser.add_argument(
        "--directory", required=True, type=pathlib.Path, help="where all files are made"
    )
    parser.add_argument(
        "--base", nargs="+", help="JSON lines that documents are made of, plain or .zst"
    )
    parser.add_argument("--target", type=pathlib.Path, help="the target")
    parser.add_argument("--dsel", default=ROOT / ".build-release/release/dsel", type=pathlib.Path)
    parser.add_argument(
        "--bytes", default="825GiB", type=byte_count, help="of the pool (default: 825GiB)"
    )
    parser.add_argument("--shards", default=30, type=int, help="of the pool (default: 30)")
    parser.add_argument("--count", default="100k", help="documents to select (default: 100k)")
    parser.add_argument(
        "--jobs", default=2, type=int, help="programs that run at a time (default: 2)"
    )
    parser.add_argument("--threads", default=1, type=int, help="threads of each (default: 1)")
    parser.add_argument(
        "--form",
        default="reader",
        choices=["reader", "plain", "zst"],
        help="files instead of a reader",
    )
    parser.add_argument("--check", action="store_true", help="compare with one dsel select")
    parser.add_argument(
        "--report", action="store_true", help="print the table of what is done, and end"
    )
    options = parser.parse_args()
    options.dsel = options.dsel.resolve()
    if not options.report and not (options.base and options.target):
        parser.error("--base and --target are needed")
    return options


def alone(lock):
    """Waits for what an earlier run has left running: its programs hold the lock, too."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("another run is at work in this directory; waiting until it ends")
        fcntl.flock(lock, fcntl.LOCK_EX)


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


# What is made before dsel runs


def prepare(options):
    """Makes the generator and the shards, unless they are there, and returns the settings."""
    folder = options.directory
    settings = {
        "bytes": options.bytes,
        "shards": options.shards,
        "count": options.count,
        "form": options.form,
        "jobs": options.jobs,
        "threads": options.threads,
        "target": digest([options.target]),
        "base": digest(options.base),
        "dsel": digest([options.dsel]),
        "generator": digest([GENERATOR]),
    }
    log = folder / "log.jsonl"
    if begun := mended_log(log):
        unlike = sorted(name for name in settings if settings[name] != begun[0].get(name))
        if unlike:
            others = ", ".join(unlike)
            sys.exit(f"{log} is of a run with other settings ({others}). Name another directory.")
        return begun[0]
    documents = make_shards(folder, options.base, options.shards, options.bytes, options.form)
    shutil.copyfile(options.target, folder / "target.jsonl")
    version = subprocess.check_output([options.dsel, "--version"], text=True)
    settings |= {"base_documents": documents, "version": ", ".join(version.splitlines())}
    append(log, settings)
    return settings


def mended_log(path):
    """The log, without a last line that a killed run has not ended."""
    if not path.exists():
        return []
    os.truncate(path, path.read_bytes().rfind(b"\n") + 1)
    return read_log(path.parent)


def digest(paths):
    whole = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                whole.update(block)
    return whole.hexdigest()[:16]


# The steps


def steps(settings, options):
    """All steps in groups. Those of a group may run side by side."""
    form, count = settings["form"], settings["count"]
    shards = range(settings["shards"])
    size = settings["bytes"] // settings["shards"]
    zst = ".zst"

    def each(stage, words, result, after=()):
        """A step for each shard, in which `NN` stands for its number."""
        return [
            Step(
                stage,
                number,
                [*words, shard_name(number, form), *reader(form, log_name(stage, number)), *after],
                result.replace("NN", f"{number:02}"),
                size,
            )
            for number in shards
        ]

    def once(stage, words, result):
        return [Step(stage, None, words, result, 0)]

    def of_all(stage):
        return [f"{stage}/{number:02}{zst}" for number in shards]

    models = ["--target-model", "target.model", "--pool-model", "pool.model.zst"]
    return [
        once("target", ["fit", "target.jsonl"], "target.model"),
        each("fit", ["fit"], "fit/NN.zst"),
        once("merge-models", ["merge", *of_all("fit")], "pool.model.zst"),
        each("keys", ["weigh", *models], "keys/NN.zst", ["--candidates", count, "--keys-only"]),
        once("merge-keys", ["merge", *of_all("keys")], "keys.zst"),
        each(
            "candidates",
            ["weigh", "--target-model", "target.model", "--candidates-from", "keys.zst"],
            "candidates/NN.zst",
        ),
        once("merge-candidates", ["merge", *of_all("candidates")], "candidates.zst"),
        once("choose", ["resample", "--candidates", "candidates.zst", "--picks"], "picks.zst"),
        each("copy", ["resample", "--candidates", "picks.zst", "--pool"], "selected/NN.jsonl"),
    ]


def log_name(stage, number):
    return f"{stage}-{number:02}"


def reader(form, log):
    return ["--reader", f"*.shard=./generate halves {{}} readers/{log}"] if form == "reader" else []


class Run:
    """Runs the steps that aren't done yet."""

    def __init__(self, folder, settings, options, lock):
        self.folder, self.settings, self.lock = folder, settings, lock
        self.dsel, self.jobs = options.dsel, settings["jobs"]
        self.done = {(line["stage"], line["shard"]): line for line in read_log(folder)[1:]}
        self.running = []
        self.looked = time.monotonic()
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, _: sys.exit(128 + number))

    def all(self, groups):
        self.left = [step for group in groups for step in group if not self.is_done(step)]
        for group in groups:
            waiting = [step for step in group if not self.is_done(step)]
            while waiting or self.running:
                while waiting and len(self.running) < self.jobs:
                    self.running.append(Program(self, waiting.pop(0)))
                time.sleep(0.02)
                self.look()

    def is_done(self, step):
        return (step.stage, step.shard) in self.done and (self.folder / step.result).exists()

    def look(self):
        """Looks after the programs. Between two looks, this process may have been stopped."""
        now = time.monotonic()
        pause = max(0, now - self.looked - 2)
        self.looked = now
        for program in list(self.running):
            program.paused += pause
            record = program.look()
            if record:
                self.running.remove(program)
                append(self.folder / "log.jsonl", record)
                self.done[record["stage"], record["shard"]] = record
                self.left.remove(program.step)
                self.progress(program.step)

    def progress(self, step):
        records = self.of(step.stage)
        size, text = total(records, "bytes"), step.stage
        if size:
            text += f": {len(records)} of {self.settings['shards']} shards, {size / 1e9:.4g} GB, "
            text += f"{own_seconds(records) / size * 1e9:.2f} s of dsel a GB"
        left = sum(self.seconds(step) for step in self.left) / self.jobs
        say(f"{text}; {left // 3600:.0f} h {left % 3600 / 60:.0f} min left, if nothing else runs")

    def of(self, stage):
        return [record for (name, _), record in self.done.items() if name == stage]

    def seconds(self, step):
        """The processor time that a step will take, its readers included."""
        records = self.of(step.stage)
        size = total(records, "bytes")
        if not size:
            return GUESSES.get(step.stage, 0) * step.size / 1e9
        return (own_seconds(records) + total(records, "reader_seconds")) / size * step.size

    def end(self):
        for program in self.running:
            program.process.terminate()
        for program in self.running:
            program.process.wait()


class Program:
    """A step that runs, and what it takes."""

    def __init__(self, run, step):
        self.folder, self.step, self.paused, self.resident = run.folder, step, 0, 0
        self.readers = self.folder / "readers" / log_name(step.stage, step.shard or 0)
        self.errors = self.readers.with_suffix(".errors")
        self.readers.unlink(missing_ok=True)
        # The choice runs alone, and may have all threads.
        threads = run.settings["threads"] * (run.jobs if step.shard is None else 1)
        output = [] if step.stage == "choose" else ["-o"]
        more = [*output, step.result, "--force", "--quiet"]
        more += [] if step.words[0] == "merge" else [f"--threads={threads}"]
        self.begun = time.monotonic()
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(
                [run.dsel, *step.words, *more],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=[run.lock.fileno()],
            )
        self.look_at_memory()

    def look_at_memory(self):
        try:
            with open(f"/proc/{self.process.pid}/status") as status:
                for line in status:
                    if line.startswith("VmHWM"):
                        self.resident = int(line.split()[1]) * 1024
        except OSError:
            pass

    def look(self):
        """Returns the record of the step once it has ended."""
        self.look_at_memory()
        found, status, used = os.wait4(self.process.pid, os.WNOHANG)
        if not found:
            return None
        self.process.returncode = os.waitstatus_to_exitcode(status)
        if status:
            sys.exit(f"{self.step.stage} failed:\n{self.errors.read_text(errors='replace')}")
        lines = self.readers.read_text().splitlines() if self.readers.exists() else []
        readers = [[int(word) for word in line.split()] for line in lines]
        user, system = (sum(reader[place] for reader in readers) / 1e6 for place in (2, 3))
        return {
            "stage": self.step.stage,
            "shard": self.step.shard,
            "bytes": readers[0][1] if readers else self.step.size,
            "documents": readers[0][0] if readers else 0,
            "passes": len(readers),
            "user": round(used.ru_utime - user, 3),
            "system": round(used.ru_stime - system, 3),
            "reader_seconds": round(user + system, 3),
            "wall": round(time.monotonic() - self.begun - self.paused, 3),
            "paused": round(self.paused, 3),
            "resident": self.resident,
            "result_bytes": (self.folder / self.step.result).stat().st_size,
            "ended": time.strftime("%FT%TZ", time.gmtime()),
        }


def append(path, record):
    """Adds a line to the log, which a run that is killed leaves whole or cut in its last line."""
    with open(path, "ab") as file:
        file.write(json.dumps(record).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def check(folder, settings, options):
    """Compares the copies with what one `dsel select` writes."""
    form = settings["form"]
    shards = [shard_name(number, form) for number in range(settings["shards"])]
    words = ["select", "--target", "target.jsonl", "--pool", *shards, "--count", settings["count"]]
    more = ["--quiet", "--force", "-o", "one.jsonl", *reader(form, "check")]
    subprocess.run([options.dsel, *words, *more], cwd=folder, check=True)
    copies = [
        (folder / f"selected/{number:02}.jsonl").read_bytes() for number in range(len(shards))
    ]
    if b"".join(copies) != (folder / "one.jsonl").read_bytes():
        sys.exit("the copies are not the bytes of one dsel select")
    say(f"the copies are the bytes of one dsel select, {sum(map(len, copies))} of them")


if __name__ == "__main__":
    main()
