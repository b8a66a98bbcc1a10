#!/usr/bin/env python3
"""Kills `dsel select` at random moments, fills its disk and changes its inputs, and looks at what is left.

    scripts/kills.py [DSEL] [--kills 200] [--signals 60] [--seed 1]

After SIGKILL, the next run of the same command gives the bytes of an undisturbed one and cleans up what was left, which
has the names of temporary files; and there are never shards of two runs in a directory, nor a manifest beside shards that it
doesn't tell of. After SIGINT and SIGTERM nothing is left. Where the disk is full, dsel says so and
leaves nothing (a small tmpfs; skipped where none may be mounted). Inputs that change between the passes are refused.
"""
import argparse, json, os, random, re, shutil, signal, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FIXTURES = os.path.join(ROOT, "Fixtures")
OUTPUTS = ["out.jsonl.zst", "out.jsonl.zst.manifest.json", "rejects.jsonl", "rejects.jsonl.reasons.jsonl"]
LEFTOVER = re.compile(r"\.(out\.jsonl\.zst|out\.jsonl\.zst\.manifest\.json|rejects\.jsonl|rejects\.jsonl\.reasons\.jsonl)\.\d+\.dsel-(tmp|old)")
problems = []


def check(condition, message):
    if not condition:
        problems.append(message)
        print(f"kills.py: {message}", file=sys.stderr)


class Run:
    """One command in one folder, of which the outputs go to `out`."""

    def __init__(self, dsel, folder, name, pool, piped=None):
        self.folder, self.piped = os.path.join(folder, name), piped
        os.makedirs(os.path.join(self.folder, "spool"))
        self.command = [
            dsel, "select", "--target", os.path.join(FIXTURES, "wiki.jsonl"), "--pool", *pool, "--count", "300",
            "--on-error", "skip", "--max-skipped", "100%", "--rejects", "rejects.jsonl", "--output", "out.jsonl.zst",
            "--force", "--quiet"]

    def start(self, command=None):
        source = open(self.piped, "rb") if self.piped else None
        cat = subprocess.Popen(["cat"], stdin=source, stdout=subprocess.PIPE) if source else None
        return subprocess.Popen(
            command or self.command, cwd=self.folder, stdin=cat.stdout if cat else subprocess.DEVNULL,
            stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": os.path.join(self.folder, "spool")})

    def finish(self):
        process = self.start()
        errors = process.communicate(timeout=120)[1].decode()
        return process.returncode, errors

    def names(self):
        return sorted(os.listdir(self.folder) + os.listdir(os.path.join(self.folder, "spool")))

    def content(self):
        found = {}
        for name in OUTPUTS:
            with open(os.path.join(self.folder, name), "rb") as file:
                found[name] = file.read()
        manifest = json.loads(found["out.jsonl.zst.manifest.json"])
        del manifest["timings"]
        found["out.jsonl.zst.manifest.json"] = manifest
        return found


def measure(run):
    """An undisturbed run: what it leaves, and how long it takes."""
    begin = time.monotonic()
    status, errors = run.finish()
    check(status == 0, f"the undisturbed run failed: {errors}")
    return run.content(), time.monotonic() - begin


def interrupt(run, number, delay):
    process = run.start()
    time.sleep(delay)
    process.send_signal(number)
    process.communicate(timeout=120)
    return process.returncode


def kill(runs, count, generator):
    """SIGKILL at random moments; every tenth time, and at the end, a run that ends by itself."""
    left = killed = 0
    for number in range(count):
        run, expected, seconds = runs[number % len(runs)]
        killed += interrupt(run, signal.SIGKILL, generator.uniform(0, 1.1 * seconds)) == -signal.SIGKILL
        strangers = [name for name in run.names() if name not in OUTPUTS + ["spool"]]
        left += len(strangers)
        check(all(LEFTOVER.fullmatch(name) for name in strangers), f"kill {number}: left {strangers}")
        if number % 10 < len(runs) or number >= count - len(runs):
            status, errors = run.finish()
            check(status == 0, f"kill {number}: the next run failed: {errors}")
            check(run.names() == sorted(OUTPUTS + ["spool"]), f"kill {number}: not cleaned up: {run.names()}")
            check(run.content() == expected, f"kill {number}: other bytes than those of an undisturbed run")
    print(f"  SIGKILL: {count} runs, {killed} of them killed in time, {left} temporary files left and cleaned up")


def stop(runs, count, generator):
    """SIGINT and SIGTERM at random moments. Before dsel has begun, the signals' own default holds."""
    statuses = {}
    for number in range(count):
        run, expected, seconds = runs[number % len(runs)]
        for name in OUTPUTS:
            with open(os.path.join(run.folder, name), "w") as file:
                file.write("older")
        sent = [signal.SIGINT, signal.SIGTERM][number // len(runs) % 2]
        status = interrupt(run, sent, generator.uniform(0, 1.1 * seconds))
        statuses[status] = statuses.get(status, 0) + 1
        check(status in (0, 128 + sent, -sent), f"signal {number}: exit status {status}")
        check(run.names() == sorted(OUTPUTS + ["spool"]), f"signal {number}: left {run.names()}")
        if status == 0:
            check(run.content() == expected, f"signal {number}: other bytes than those of an undisturbed run")
        else:
            older = [open(os.path.join(run.folder, name), "rb").read() == b"older" for name in OUTPUTS]
            check(all(older), f"signal {number}: older files changed: {older}")
    print(f"  SIGINT and SIGTERM: {count} runs, by exit status {statuses}")


def fill_disk(dsel, folder, pool):
    """A tmpfs too small for the output, or for the spool."""
    mount = os.path.join(folder, "small")
    os.makedirs(mount)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "dsel-test", mount], capture_output=True).returncode:
        print("  full disk: skipped: no tmpfs may be mounted here")
        return
    try:
        for name, source, piped in [("output", pool, None), ("spool", "-", pool)]:
            run = Run(dsel, mount, name, [source], piped)
            status, errors = run.finish()
            check(status == 1, f"full disk, {name}: exit status {status}: {errors}")
            advice = "Free some space" if name == "output" else "Temporary files go to this directory. Set TMPDIR"
            check(f"no space left on device. {advice}" in errors, f"full disk, {name}: {errors}")
            check(run.names() == ["spool"], f"full disk, {name}: left {run.names()}")
            shutil.rmtree(run.folder)
    finally:
        subprocess.run(["umount", mount], check=True)
    print("  full disk: output and spool")


def change_inputs(dsel, folder, pool):
    """Changes the pool after dsel has looked at it and before it is read: the target is a pipe that keeps it waiting."""
    with open(pool, "rb") as file:
        lines = file.readlines()

    def append(path):
        with open(path, "ab") as file:
            file.write(lines[0])

    def replace(path):
        with open(path + ".new", "wb") as file:
            file.writelines(lines)
        os.rename(path + ".new", path)

    def truncate(path):
        os.truncate(path, os.path.getsize(path) - len(lines[-1]))

    def overwrite(path):
        with open(path, "r+b") as file:
            file.write(lines[0].replace(b"e", b"i"))

    def vanish(path):
        os.remove(path)

    changes = [append, replace, truncate, overwrite, vanish]
    for change in changes:
        run = Run(dsel, folder, change.__name__, ["pool.jsonl"])
        path = os.path.join(run.folder, "pool.jsonl")
        shutil.copy(pool, path)
        os.mkfifo(os.path.join(run.folder, "target"))
        run.command[run.command.index("--target") + 1] = "target"
        process = run.start()
        with open(os.path.join(run.folder, "target"), "wb") as pipe:
            pipe.writelines(lines[:50])
            time.sleep(0.05)
            change(path)
        errors = process.communicate(timeout=120)[1].decode()
        expected = "No such file" if change is vanish else "the file changed while it was read"
        check(process.returncode == 1, f"{change.__name__}: exit status {process.returncode}")
        check(expected.lower() in errors.lower(), f"{change.__name__}: {errors}")
        names = [name for name in run.names() if name not in ("pool.jsonl", "target", "spool")]
        check(names == [], f"{change.__name__}: left {names}")
    print(f"  changed inputs: {', '.join(change.__name__ for change in changes)}")


def change_while_reading(dsel, folder, pool, count, generator):
    """Overwrites a byte at a random moment: dsel refuses the pool, or had read all of it, or none."""
    run = Run(dsel, folder, "while reading", ["pool.jsonl"])
    path = os.path.join(run.folder, "pool.jsonl")
    shutil.copy(pool, path)
    expected, seconds = measure(run)

    def change():
        with open(path, "r+b") as file:
            file.seek(-200, os.SEEK_END)
            file.write(b"#")

    change()
    changed, _ = measure(run)
    refused = 0
    for number in range(count):
        shutil.copy(pool, path)
        process = run.start()
        time.sleep(generator.uniform(0, seconds))
        change()
        errors = process.communicate(timeout=120)[1].decode()
        if process.returncode == 0:
            check(run.content() in (expected, changed), f"changed while read {number}: other bytes")
        else:
            refused += 1
            check(process.returncode == 1, f"changed while read {number}: exit status {process.returncode}: {errors}")
    print(f"  changed while read: {count} runs, {refused} refused")


class ShardRun(Run):
    """A selection and a remainder in shards. Each run has more of them than the last one's, or fewer."""

    def __init__(self, dsel, folder, pool):
        super().__init__(dsel, folder, "shards", [pool])
        self.inputs, self.turn = self.command[:6], 0

    def turn_over(self):
        self.turn += 1
        self.command = self.inputs + [
            "--count", "300" if self.turn % 2 else "200", "--output-dir", "out", "--remainder", "rest/", "--shard-bytes",
            "4k" if self.turn % 2 else "5k", "--estimator", "ratio", "--shuffle", "--shuffle-seed", str(self.turn % 2), "--force", "--quiet"]

    def names(self, folder):
        path = os.path.join(self.folder, folder)
        return sorted(os.listdir(path)) if os.path.isdir(path) else []

    def content(self, folder):
        """The bytes of each shard by its name."""
        found = {}
        for name in self.names(folder):
            if name.startswith("shard_"):
                with open(os.path.join(self.folder, folder, name), "rb") as file:
                    found[name] = file.read()
        return found


def interrupt_names(run, number, delay):
    """A signal while outputs get their names: once the older manifest is gone."""
    path = os.path.join(run.folder, "out", "manifest.json")
    if not os.path.exists(path):
        return interrupt(run, number, 10 * delay)
    process = run.start()
    while process.poll() is None and os.path.exists(path):
        pass
    begin = time.monotonic()
    while time.monotonic() - begin < delay:
        pass
    process.send_signal(number)
    process.communicate(timeout=120)
    return process.returncode


def kill_shards(dsel, folder, pool, count, generator):
    """SIGKILL and SIGTERM: there are never shards of two runs, and a manifest only beside those that it tells of."""
    run, expected = ShardRun(dsel, folder, pool), {}
    for _ in range(2):
        run.turn_over()
        finish(run)
        expected[run.turn % 2] = [run.content("out"), run.content("rest")]
    check(expected[0] != expected[1], "shards: both turns give the same")
    whole = without = restored = 0
    for number in range(count):
        before = [run.content("out"), run.content("rest")]
        run.turn_over()
        sent = signal.SIGTERM if number % 4 == 3 else signal.SIGKILL
        status = interrupt_names(run, sent, generator.uniform(0, 0.003))
        after = [run.content("out"), run.content("rest")]
        for found, *wholes in zip(after, *expected.values()):
            check(any(found.items() <= one.items() for one in wholes), f"shards {number}: those of two runs")
        if "manifest.json" in run.names("out"):
            whole += 1
            check(after in expected.values(), f"shards {number}: a manifest beside what it doesn't tell of")
            with open(os.path.join(run.folder, "out", "manifest.json")) as file:
                listed = {shard["path"] for shard in json.load(file)["shards"]}
            check(listed == set(after[0]), f"shards {number}: a manifest of other shards")
        else:
            without += 1
        if sent == signal.SIGTERM:
            restored += status == 143
            check(status in (0, 143, -15), f"shards {number}: exit status {status}")
            if status == 143:
                check(after == before, f"shards {number}: older shards changed")
        if number % 3 == 0 or number == count - 1 or sent == signal.SIGTERM:
            finish(run)
            check([run.content("out"), run.content("rest")] == expected[run.turn % 2], f"shards {number}: other bytes")
            strangers = [name for name in run.names("out") + run.names("rest") if name.startswith(".")]
            check(strangers == [], f"shards {number}: not cleaned up: {strangers}")
    print(f"  shards: {count} runs killed; manifest there after {whole}, not there after {without}; {restored} ended by SIGTERM")


def finish(run):
    status, errors = run.finish()
    check(status == 0, f"an undisturbed run failed: {errors}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dsel", nargs="?", default=os.path.join(ROOT, ".build", "release", "dsel"))
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--signals", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dsel, generator = os.path.abspath(options.dsel), random.Random(options.seed)

    with tempfile.TemporaryDirectory() as folder:
        pool = os.path.join(folder, "pool.jsonl")
        with open(pool, "wb") as file:
            subprocess.run(["zstd", "-dqc", os.path.join(FIXTURES, "crawl.jsonl.zst")], stdout=file, check=True)
        bad = os.path.join(folder, "bad.jsonl")
        with open(bad, "w") as file:
            file.write("{\n" * 200)
        runs = [
            Run(dsel, folder, "files", [os.path.join(FIXTURES, "crawl.jsonl.zst"), bad]),
            Run(dsel, folder, "pipes", ["-"], pool)]
        runs = [(run, *measure(run)) for run in runs]
        kill(runs, options.kills, generator)
        stop(runs, options.signals, generator)
        kill_shards(dsel, folder, pool, options.signals // 3, generator)
        fill_disk(dsel, folder, pool)
        change_inputs(dsel, folder, pool)
        change_while_reading(dsel, folder, pool, 20, generator)
    print(f"kills.py: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
