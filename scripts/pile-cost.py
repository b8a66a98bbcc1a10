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
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
STAGES = [
    "target", "fit", "merge-models", "keys", "merge-keys", "candidates", "merge-candidates",
    "choose", "copy",
]  # fmt: skip
# Seconds for each GB, before anything has been measured.
GUESSES = {"fit": 2.5, "keys": 3.2, "candidates": 1.2, "copy": 1.2}
UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
# The published run of the method on the Pile: hours and cores.
PUBLISHED = (4.47, 96)

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


def byte_count(text):
    match = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", text)
    if not match or match[2] not in UNITS:
        raise argparse.ArgumentTypeError(f"{text} is no size such as 20G or 825GiB")
    return int(float(match[1]) * UNITS[match[2]])


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
        "generator": digest([ROOT / "Benchmarks/generate.c"]),
    }
    log = folder / "log.jsonl"
    if log.exists():
        begun = read_log(folder)[0]
        unlike = sorted(name for name in settings if settings[name] != begun.get(name))
        if unlike:
            others = ", ".join(unlike)
            sys.exit(f"{log} is of a run with other settings ({others}). Name another directory.")
        return begun
    compile_generator(folder)
    documents = write_halves(options.base, folder / "halves")
    # In as many documents as there are base documents, each half occurs once. So these have the
    # same bytes wherever they begin: the halves, and what is put around them.
    turn = (folder / "halves").stat().st_size + documents * (len('{"text": ""}\n') - 2)
    size = options.bytes // options.shards
    room = (size // turn + 1) * documents
    if options.shards * room > documents * (documents - 1):
        sys.exit(
            f"{documents} base documents are too few for {options.bytes} bytes. Add to --base."
        )
    for number in range(options.shards):
        text = f"{number * room} {(number + 1) * room} {size}\n"
        (folder / shard_name(number, "reader")).write_text(text)
        if options.form != "reader":
            store(folder, number, options.form)
    shutil.copyfile(options.target, folder / "target.jsonl")
    version = subprocess.check_output([options.dsel, "--version"], text=True)
    settings |= {"base_documents": documents, "version": ", ".join(version.splitlines())}
    append(log, settings)
    return settings


def digest(paths):
    whole = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                whole.update(block)
    return whole.hexdigest()[:16]


def compile_generator(folder):
    words = ["cc", "-O2", "-o", str(folder / "generate"), str(ROOT / "Benchmarks/generate.c")]
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


def read_log(folder):
    lines = (folder / "log.jsonl").read_bytes().splitlines(keepends=True)
    if lines and not lines[-1].endswith(b"\n"):
        lines.pop()
        (folder / "log.jsonl").write_bytes(b"".join(lines))
    return [json.loads(line) for line in lines]


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


# The report


def total(records, name):
    return sum(record[name] for record in records)


def own_seconds(records):
    return total(records, "user") + total(records, "system")


def table(folder):
    """The log as a table. What isn't done yet is calculated from what is."""
    settings, *lines = read_log(folder)
    # A step that was done again, as its result had been removed, counts once.
    records = list({(line["stage"], line["shard"]): line for line in lines}.values())
    whole, count = settings["bytes"], settings["count"]
    titles = ["step", "shards", "GB", "dsel, s", "s a GB", "readers, s", "whole pool: dsel, h"]
    rows = [[*titles, "memory, MB", "bound, MB"], ["---", *["---:"] * 8]]
    hours, missing = 0, []
    for stage in STAGES:
        of = [record for record in records if record["stage"] == stage]
        size, own = total(of, "bytes"), own_seconds(of)
        if not of or (size and len(of) < settings["shards"]):
            missing.append(f"`{stage}`")
        if not of:
            continue
        all_seconds = own / size * whole if size else own
        hours += all_seconds / 3600
        sized = [str(len(of)), f"{size / 1e9:.1f}"] if size else ["", ""]
        speed = ["", ""]
        if size:
            speed = [f"{own / size * 1e9:.2f}", f"{total(of, 'reader_seconds'):.1f}"]
        memory = [max(record["resident"] for record in of), bound(stage, settings)]
        rows.append([
            f"`{stage}`", *sized, f"{own:.1f}", *speed,
            f"{all_seconds / 3600:.3f}", *(f"{amount / 1e6:.0f}" for amount in memory),
        ])  # fmt: skip
    readers = total(records, "reader_seconds")
    own = own_seconds(records)
    rows.append(["all", "", "", f"{own:.1f}", "", f"{readers:.1f}", f"{hours:.3f}", "", ""])
    counted = total([record for record in records if record["stage"] == "fit"], "documents")
    programs, threads = settings["jobs"], settings["threads"]
    text = [
        f"dsel {settings['version']}. {whole / 1e9:.1f} GB in {settings['shards']} shards, "
        + f"{counted:,} documents, of which {count} are selected. Programs at a time: {programs}, "
        + f"threads of each: {threads}.",
        "",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]  # fmt: skip
    if missing:
        text += ["", f"Not done yet for all shards: {', '.join(missing)}."]
    elif whole == byte_count("825GiB"):
        share = PUBLISHED[0] * PUBLISHED[1] / hours
        text += ["", f"{PUBLISHED[0]} h × {PUBLISHED[1]} cores are {share:.0f} times as much."]
    return "\n".join(text)


def bound(stage, settings):
    """The bound of Documentation/Guarantees.md in bytes, without the longest line."""
    candidates = max(3 * byte_count(settings["count"]), 10_000)
    threads = settings["threads"] * (settings["jobs"] if stage == "choose" else 1)
    size = 96e6
    if "keys" in stage or "candidates" in stage or stage in ("choose", "copy"):
        size += 64 * candidates
    if "candidates" in stage or stage == "choose":
        size += 200e6 * threads
    return size


if __name__ == "__main__":
    main()
