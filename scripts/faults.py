#!/usr/bin/env python3
"""Makes every system call of small runs of dsel fail once, and looks at what dsel makes of it.

    scripts/faults.py [DSEL] [--calls read,write] [--only NAMES] [--verbose]

For each kind of call (open, read, write, fsync, rename, link, mkdir, lock, stat, allocate), each way to fail, and each n until
there is no nth call: dsel must end with exit status 1 and a message that says why, no output under its final name, no
temporary file left, and older outputs untouched; or with exit status 0 and the very bytes of an undisturbed run.
Interrupted calls and short reads and writes must always end in the latter. Linux only: the faults are those of
Tests/Faults/faults.c, preloaded.
"""
import argparse, concurrent.futures, errno, json, os, re, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FIXTURES = os.path.join(ROOT, "Fixtures")
SHORT = 0

# The ways in which each call can fail, and whether dsel must get over it.
FAULTS = {
    "open": [(errno.EIO, False), (errno.EMFILE, False), (errno.EINTR, True)],
    "read": [(errno.EIO, False), (errno.EINTR, True), (SHORT, True)],
    "write": [(errno.EIO, False), (errno.ENOSPC, False), (errno.EINTR, True), (SHORT, True)],
    # A file system that knows no fsync, as some object-store mounts, is worth a warning.
    "fsync": [
        (errno.EIO, False), (errno.ENOSPC, False), (errno.EINTR, True), (errno.EINVAL, True), (errno.ENOSYS, True),
        (errno.ENOTSUP, True)],
    "rename": [(errno.EIO, False), (errno.ENOSPC, False)],
    "mkdir": [(errno.EIO, False), (errno.ENOSPC, False)],
    # Without hard links or locks, as on some network file systems, dsel works as well as it can.
    "link": [(errno.EPERM, True)],
    "lock": [(errno.ENOLCK, True), (errno.EINTR, True)],
    "stat": [(errno.EIO, False)],
    "allocate": [(errno.ENOMEM, False)],
}
# What lasts, once it has begun.
LASTING = {
    "write": [errno.ENOSPC, SHORT], "read": [SHORT], "link": [errno.EPERM], "lock": [errno.ENOLCK],
    "fsync": [errno.EINVAL]}


class Scenario:
    """A way to run dsel: its command, what is there before, and what an undisturbed run leaves."""

    def __init__(self, name, arguments, older=(), piped=None, calls=None, command="select", keeps=None):
        self.name, self.arguments, self.older, self.piped = name, arguments, older, piped
        self.calls = calls or list(FAULTS)
        self.command = command
        # A folder whose results a run that failed may leave to the next.
        self.keeps = keeps

    def prepare(self, folder):
        os.makedirs(os.path.join(folder, "spool"))
        for name in self.older:
            os.makedirs(os.path.join(folder, os.path.dirname(name)), exist_ok=True)
            with open(os.path.join(folder, name), "w") as file:
                file.write(f"older {name}\n")

    def kept(self, files):
        """The files without those that may be there after a failure, of which none may be temporary."""
        return {
            name: data for name, data in files.items()
            if not self.keeps or not name.startswith(self.keeps) or ".dsel-" in name}

    def run(self, dsel, folder, environment):
        source = subprocess.Popen(["cat", self.piped], stdout=subprocess.PIPE) if self.piped else None
        environment = {**os.environ, "TMPDIR": os.path.join(folder, "spool"), **environment}
        run = subprocess.run(
            [dsel, self.command] + self.arguments, cwd=folder, env=environment, capture_output=True, timeout=120,
            stdin=source.stdout if source else subprocess.DEVNULL)
        if source:
            source.stdout.close()
            source.wait()
        return run


def content(folder):
    """All files and folders of a folder; of a manifest, all but the times."""
    files = {}
    for path, folders, names in os.walk(folder):
        files.update({os.path.relpath(os.path.join(path, name), folder) + "/": None for name in folders})
        for name in names:
            with open(os.path.join(path, name), "rb") as file:
                data = file.read()
            if name.endswith("json") and data.startswith(b"{\n"):
                data = {key: value for key, value in json.loads(data).items() if key != "timings"}
            files[os.path.relpath(os.path.join(path, name), folder)] = data
    return files


def judge(scenario, run, before, after, expected, must_succeed):
    """What is wrong with a run that met a fault, or None."""
    errors = run.stderr.decode(errors="replace")
    if run.returncode == 0:
        if (run.stdout, after) != expected:
            return "exit status 0, but other bytes than those of an undisturbed run"
    elif must_succeed:
        return f"exit status {run.returncode}, where dsel should have got over it: {errors.strip()}"
    elif run.returncode != 1:
        return f"exit status {run.returncode}: {errors.strip()[:500]}"
    elif not re.search(r"^\S.*[:.].*\.\n\Z", errors, re.S) or "error:" in errors.lower():
        return f"no clear message: {errors!r}"
    elif scenario.kept(after) != scenario.kept(before):
        return f"files after the failure: {sorted(after)}, changed: {[k for k in after if after[k] != before.get(k)]}"
    return None


def attempt(options, library, scenario, expected, call, number, code, lasts):
    """Runs dsel with one fault; returns whether that happened, and what is wrong, if anything."""
    with tempfile.TemporaryDirectory(dir=options.folder) as base:
        folder = os.path.join(base, "run")
        scenario.prepare(folder)
        before = content(folder)
        report = os.path.join(base, "fired")
        environment = {
            "LD_PRELOAD": library, "FAULT_CALL": call, "FAULT_NUMBER": str(number), "FAULT_ERRNO": str(code),
            "FAULT_FOLDER": options.folder, "FAULT_REPORT": report,
            "SWIFT_BACKTRACE": "enable=no"}
        if lasts:
            environment["FAULT_LASTS"] = "1"
        try:
            run = scenario.run(options.dsel, folder, environment)
        except subprocess.TimeoutExpired:
            return True, "dsel hangs", None
        must_succeed = dict(FAULTS[call])[code]
        problem = judge(scenario, run, before, content(folder), expected, must_succeed)
        return os.path.exists(report), problem, run


def sweep(options, library, scenario, expected, pool):
    """Makes each call fail in each way; returns the number of runs, and the problems."""
    runs, problems = 0, []
    for call in options.calls:
        if call not in scenario.calls:
            continue
        if call == "allocate" and scenario.name == "files":
            continue  # What allocates is the same as with older files, which two threads read.
        kinds = [(code, False) for code, _ in FAULTS[call]] + [(code, True) for code in LASTING.get(call, [])]
        total = 0
        for code, lasts in kinds:
            first, done = 1, False
            while not done:
                # Some more than needed, for the sake of several processors.
                batch = range(first, first + os.cpu_count())
                futures = [
                    pool.submit(attempt, options, library, scenario, expected, call, number, code, lasts)
                    for number in batch]
                for number, future in zip(batch, futures):
                    fired, problem, run = future.result()
                    runs += 1
                    if not fired:
                        done = True
                    else:
                        total = max(total, number)
                    name = f"{scenario.name}: {call} {number} {'short' if code == SHORT else errno.errorcode[code]}"
                    if problem:
                        problems.append(f"{name}{' and on' if lasts else ''}: {problem}")
                    elif options.verbose and fired:
                        print(name, run.returncode, run.stderr.decode().strip())
                first += len(batch)
        print(f"  {scenario.name}: {total} calls of {call}")
    return runs, problems


def make_inputs(folder):
    """A pool of three containers with some invalid lines, and a target."""
    text = subprocess.check_output(["zstd", "-dqc", os.path.join(FIXTURES, "crawl.jsonl.zst")])
    lines = text.splitlines(keepends=True)[:400]
    parts = {"plain.jsonl": lines[:350], "packed.jsonl": lines[350:375], "zipped.jsonl": lines[375:]}
    for name, part in parts.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.writelines(part[:20] + [b"{\"text\": 7}\n"] + part[20:])
    path = lambda name: os.path.join(folder, name)
    subprocess.run(["zstd", "-q", "--rm", path("packed.jsonl")], check=True)
    subprocess.run(["gzip", "-n", path("zipped.jsonl")], check=True)
    with open(os.path.join(FIXTURES, "wiki.jsonl"), "rb") as wiki, open(path("target.jsonl"), "wb") as file:
        file.writelines(wiki.readlines()[:15])
    return path("target.jsonl"), [path("plain.jsonl"), path("packed.jsonl.zst"), path("zipped.jsonl.gz")]


def scenarios(target, pool):
    common = ["--target", target, "--count", "30", "--min-tokens", "0", "--on-error", "skip", "--quiet"]
    common += ["--ngrams", "1", "--buckets", "1000"]
    files = ["--pool", *pool, "--output", "out.jsonl.zst", "--rejects", "rejects.jsonl.gz", *common]
    outputs = ["out.jsonl.zst", "out.jsonl.zst.manifest.json", "rejects.jsonl.gz", "rejects.jsonl.gz.reasons.jsonl"]
    piped = ["--pool", "-", "--manifest", "record.json", "--rejects", "rejects.jsonl", "--threads", "1", *common]
    # Of these only what differs from the others: where the outputs go.
    shards = ["--pool", pool[1], "--output-dir", "out", "--remainder", "rest/", "--shard-bytes", "15k", "--shuffle"]
    shards += ["--threads", "1", *[option if option != "30" else "12" for option in common]]
    calls = ["open", "write", "fsync", "rename", "link", "mkdir", "lock", "stat"]
    older_shards = ["out/shard_00000000.jsonl", "out/shard_00000009.jsonl.zst", "out/manifest.json"]
    older_shards += ["rest/shard_00000000.jsonl.zst"]
    return [
        Scenario("shards", shards, calls=calls),
        Scenario("older shards", shards + ["--force"], older=older_shards, calls=calls),
        Scenario("files", files + ["--threads", "1"]),
        Scenario("older files", files + ["--threads", "2", "--force"], older=outputs),
        Scenario("pipes", piped, piped=pool[1]),
    ]


def stages(dsel, target, pool, folder):
    """The commands that make and take models, weights and candidates. Of these only what differs from `select`."""
    path = lambda name: os.path.join(folder, name)
    common = ["--on-error", "skip", "--quiet"]
    fit = ["--ngrams", "1", "--buckets", "1000", "--min-tokens", "0", *common]
    models = ["--target-model", path("target.model"), "--pool-model", path("pool.model.zst"), *common]
    kept = ["--candidates", "20", "--min-tokens", "0"]
    for command in [
        ["fit", target, "-o", path("target.model"), *fit], ["fit", *pool, "-o", path("pool.model.zst"), *fit],
        ["fit", pool[0], "-o", path("one.model"), *fit], ["fit", *pool[1:], "-o", path("two.model.zst"), *fit],
        ["weigh", *pool, "-o", path("weights.jsonl.zst"), *models],
        ["weigh", pool[0], "-o", path("one.kept"), *models, *kept],
        ["weigh", *pool[1:], "-o", path("two.kept.zst"), *models, *kept],
    ]:
        subprocess.run([dsel, *command], check=True, capture_output=True)
    calls = ["open", "read", "write", "fsync", "rename", "link", "stat"]
    single = ["--threads", "1"]
    some = ["open", "read", "write", "fsync", "rename", "mkdir", "stat"]
    return [
        Scenario("fit", [pool[1], "-o", "m.zst", *fit, *single], calls=calls, command="fit"),
        Scenario(
            "fit in a work folder", [*pool[1:], "-o", "m", "--work-dir", "work", *fit, *single], calls=some,
            command="fit", keeps="work/"),
        Scenario(
            "merge", [path("one.model"), path("two.model.zst"), "-o", "m", "--force", "--quiet"], older=["m"],
            calls=calls, command="merge"),
        Scenario(
            "merge candidates", [path("one.kept"), path("two.kept.zst"), "-o", "all", "--quiet"], calls=calls,
            command="merge"),
        Scenario("weigh", [*pool[1:], "-o", "w.gz", *models, *single], calls=calls, command="weigh"),
        Scenario(
            "weigh for candidates", [pool[1], "-o", "kept", *models, *kept, *single], calls=calls, command="weigh"),
        Scenario(
            "weigh in a work folder", [*pool[1:], "--work-dir", "work", *models, *single], calls=some,
            command="weigh", keeps="work/"),
        Scenario(
            "resample", [
                "--weights", path("weights.jsonl.zst"), "--pool", *pool, "-o", "out", "--count", "20", "--min-tokens", "0",
                *common, *single], calls=calls, command="resample"),
        Scenario(
            "resample candidates", [
                "--candidates", path("one.kept"), path("two.kept.zst"), "--pool", *pool[1:], "-o", "out", *common,
                *single], calls=calls, command="resample"),
    ]


def mounts(options, library, target, pool):
    """What runs say, and when, on file systems that lack something; returns the problems."""
    folder = os.path.join(options.folder, "mounts")
    os.makedirs(folder)
    # A pool that is read only after the outputs have been tried: it would be an error of its own.
    broken = os.path.join(folder, "broken")
    with open(broken, "w") as file:
        file.write("no line of JSON\n")
    problems = []

    def check(name, pool, arguments, faults, status, said, times=1):
        environment = {
            **os.environ, "LD_PRELOAD": library, "FAULT_FOLDER": options.folder, "FAULT_NUMBER": "1", "FAULT_LASTS": "1",
            "SWIFT_BACKTRACE": "enable=no", **faults}
        run = subprocess.run(
            [options.dsel, "select", "-q", "--target", target, "--pool", *pool, "--count", "5", "--on-error", "skip",
             *arguments],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=120, input="")
        if run.returncode != status or run.stderr.count(said) != times:
            problems.append(f"{name}: exit status {run.returncode}: {run.stderr.strip()}")
        if left := [name for name in os.listdir(folder) if "dsel-" in name or (status and name.startswith("out"))]:
            problems.append(f"{name}: left {left}")

    for arguments in [["-o", "out"], ["--output-dir", "outs", "--remainder", "rest/"]]:
        kind = arguments[0]
        for code in [errno.EINVAL, errno.ENOSYS, errno.ENOTSUP]:
            check(
                f"no fsync, {kind}", pool, [*arguments, "--force"],
                {"FAULT_CALL": "fsync", "FAULT_ERRNO": str(code)}, 0, "warning: .: the file system has no fsync"
                if kind == "-o" else "warning: outs: the file system has no fsync")
        subprocess.run("rm -rf out* rest", shell=True, cwd=folder, check=True)
        check(
            f"no rename, {kind}", [broken], arguments, {"FAULT_CALL": "rename", "FAULT_ERRNO": str(errno.ENOSYS)}, 1,
            "files can't be renamed there (function not implemented)")
        check(
            f"no answer to a lock, {kind}", [broken], arguments, {"FAULT_CALL": "lock", "FAULT_HANGS": "1"}, 1,
            "gave no answer to a lock (flock) for 10 s, as NFS without its lock service does. Mount it with")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dsel", nargs="?", default=os.path.join(ROOT, ".build", "release", "dsel"))
    parser.add_argument("--calls", type=lambda text: text.split(","), default=list(FAULTS))
    parser.add_argument("--only", help="scenarios whose names this regular expression finds")
    parser.add_argument("--verbose", action="store_true", help="print what dsel says of each fault")
    options = parser.parse_args()
    options.dsel = os.path.abspath(options.dsel)
    if not sys.platform.startswith("linux"):
        print("faults.py: skipped: faults can be preloaded on Linux only.")
        return 0

    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        options.folder = os.path.realpath(folder)
        library = os.path.join(folder, "faults.so")
        source = os.path.join(ROOT, "Tests", "Faults", "faults.c")
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", library, source, "-ldl"], check=True)
        runs, problems = 0, []
        inputs = make_inputs(options.folder)
        for scenario in scenarios(*inputs) + stages(options.dsel, *inputs, options.folder):
            if options.only and not re.search(options.only, scenario.name):
                continue
            undisturbed = os.path.join(folder, scenario.name)
            scenario.prepare(undisturbed)
            run = scenario.run(options.dsel, undisturbed, {})
            if run.returncode != 0:
                print(f"faults.py: the undisturbed run failed: {run.stderr.decode()}", file=sys.stderr)
                return 1
            expected = (run.stdout, content(undisturbed))
            more_runs, more_problems = sweep(options, library, scenario, expected, pool)
            runs += more_runs
            problems += more_problems
        if not options.only or re.search(options.only, "mounts"):
            problems += mounts(options, library, *inputs)
    for problem in problems:
        print(f"faults.py: {problem}", file=sys.stderr)
    print(f"faults.py: {runs} runs, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
