#!/usr/bin/env python3
"""Runs a dsel that was built with a sanitizer over whole commands: fixtures, malformed files, four threads.

    scripts/sanitize.py DSEL [--malformed]

Every run must end with 0 or 1, as it should, and without a report. `swift build --sanitize address` makes such a dsel,
and `swift build --sanitize thread -Xswiftc -DTHREAD_SANITIZER`.
"""
import argparse, os, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FIXTURES = os.path.join(ROOT, "Fixtures")
MALFORMED = os.path.join(FIXTURES, "malformed")
problems = []


def run(dsel, name, arguments, folder, statuses=(0,), stdin=None):
    # The leak checker is off: a Swift process leaves its global objects to its end.
    environment = {
        **os.environ, "SWIFT_BACKTRACE": "enable=no", "ASAN_OPTIONS": "detect_leaks=0:exitcode=99",
        "TSAN_OPTIONS": "exitcode=99:halt_on_error=0"}
    process = subprocess.run(
        [dsel, *arguments, "--quiet"], cwd=folder, env=environment, stdin=stdin or subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    errors = process.stderr.decode(errors="replace")
    if process.returncode not in statuses or "Sanitizer" in errors:
        problems.append(name)
        print(f"sanitize.py: {name}: exit status {process.returncode}: {errors[:4000]}", file=sys.stderr)
    return process.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dsel")
    parser.add_argument("--malformed", action="store_true", help="the malformed fixtures, too")
    options = parser.parse_args()
    dsel, threads = os.path.abspath(options.dsel), ["--threads", "4"]
    runs = 0
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)
        # The pool in three containers and several shards, so that threads change from shard to shard.
        crawl = subprocess.check_output(["zstd", "-dqc", os.path.join(FIXTURES, "crawl.jsonl.zst")])
        lines = crawl.splitlines(keepends=True)
        pool = []
        for number in range(6):
            pool.append(f"pool{number}.jsonl")
            # Long enough for several chunks of half a megabyte.
            with open(path(pool[-1]), "wb") as file:
                file.writelines(lines[number::6] * (4 if number < 2 else 1))
        subprocess.run(["zstd", "-q", "--rm", path(pool[0])], check=True)
        subprocess.run(["gzip", "-n", path(pool[1])], check=True)
        pool[:2] = [pool[0] + ".zst", pool[1] + ".gz"]
        wiki = os.path.join(FIXTURES, "wiki.jsonl")
        select = ["select", "--target", wiki, "--pool", *pool, *threads, "--count", "100"]
        fit = ["fit", *threads, "--buckets", "100k"]
        weigh = ["weigh", *pool, "--target-model", "target.model", "--pool-model", "pool.model", *threads]
        commands = [
            ("select", [*select, "--output", "out.jsonl"]),
            ("select, ratio, to shards", [
                *select, "--estimator", "ratio", "--shuffle", "--output-dir", "out", "--shard-bytes", "20k", "--remainder", "rest/"]),
            ("select as the reference", [*select, "--compat", "dsir", "--duplicates", "keep", "--annotate", "--output", "same.jsonl.gz"]),
            ("select, temperature", [*select, "--temperature", "auto", "--output", "warm.jsonl.zst"]),
            ("fit the target", [*fit, wiki, "--output", "target.model"]),
            ("fit the pool", [*fit, *pool, "--output", "pool.model"]),
            ("merge", ["merge", "pool.model", "target.model", "--output", "both.model.zst"]),
            ("weigh", [*weigh, "--output", "weights.jsonl"]),
            ("weigh for candidates", [*weigh, "--candidates", "100", "--output", "candidates"]),
            ("resample weights", ["resample", "--weights", "weights.jsonl", "--pool", *pool, *threads, "--count", "100", "--output", "one"]),
            ("resample candidates", ["resample", "--candidates", "candidates", "--pool", *pool, *threads, "--output", "two"]),
            ("resample often", [
                "resample", "--weights", "weights.jsonl", "--pool", *pool, *threads, "--count", "50", "--epochs", "3",
                "--without-repeats", "--shuffle", "--output", "often.jsonl.zst"]),
            ("select two targets", [
                "select", "--target", f"a={wiki}", "--target", "b=pool2.jsonl", "--pool", *pool, *threads, "--count", "80",
                "--replay", "0.1", "--output", "three"]),
            ("compare", ["compare", "--target", wiki, "--selected", "one", "--pool", *pool, *threads]),
            ("explain", [
                "explain", "--target-model", "target.model", "--pool-model", "pool.model", "pool2.jsonl", "--line", "2"]),
            ("explain a target", ["explain", "--target", wiki, "--pool", *pool]),
        ]
        for name, arguments in commands:
            run(dsel, name, arguments, folder)
            runs += 1
        with open(path("pool2.jsonl"), "rb") as file:
            run(dsel, "select from a pipe", [*select[:4], "-", *threads, "--count", "10", "--output", "piped"], folder, stdin=file)
        runs += 1
        if options.malformed:
            for name in sorted(os.listdir(MALFORMED)):
                if name == "README.md":
                    continue
                broken = os.path.join(MALFORMED, name)
                for extra in [[], ["--on-error", "skip", "--rejects", "/dev/null"]]:
                    arguments = ["select", "--target", wiki, "--pool", broken, "--min-tokens", "0", "--estimator", "ratio"]
                    run(dsel, f"{name} {extra}", [*arguments, *threads, *extra], folder, (0, 1))
                    runs += 1
                models = ["--target-model", "target.model", "--pool-model", "pool.model"]
                for arguments in [
                    ["fit", broken, "--no-sample"], ["merge", broken],
                    ["weigh", broken, *models, *threads],
                    ["weigh", "pool2.jsonl", "--target-model", broken, "--pool-model", "pool.model"],
                    ["resample", "--weights", broken, "--pool", *pool, "--count", "5"],
                    ["resample", "--candidates", broken, "--pool", *pool],
                    ["resample", "--field", "metadata.quality", broken, "--count", "5", *threads],
                    ["compare", "--target", wiki, "--selected", broken, *threads],
                    ["explain", *models, broken, "--line", "1"],
                ]:
                    # A hundred million tokens, which it has to count one by one: right, but slow.
                    if arguments[0] == "explain" and name == "bomb.jsonl.zst":
                        continue
                    run(dsel, f"{name}: {' '.join(arguments)}", arguments, folder, (0, 1))
                    runs += 1
    print(f"sanitize.py: {runs} runs, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
