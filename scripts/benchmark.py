#!/usr/bin/env python3
"""Times dsel beside its neighbours, and writes tables and a bar chart.

    scripts/benchmark.sh                          the large corpora beside the checkout
    scripts/benchmark.sh --pool P.jsonl --target T.jsonl
    scripts/benchmark.sh --install                gets fastText and the reference package from PyPI first

The pool (JSONL, .zst or .gz) is laid out plain, as one zstd frame (level 3), as eight frames, and as gzip (level 6), in a
temporary folder. In each of --runs rounds every command runs once, so that what else the machine does meets them alike;
figures are medians over the rounds, and a ratio is the median of the rounds' ratios. Neighbours that aren't there are left
out. Nothing is installed without --install, and then only in Benchmarks/.venv.

The reference package runs on two slices of the pool, 1 MB and --reference-megabytes more, with two processes, as dsel
runs with two threads: the difference is what a megabyte costs it, start-up and the target's share left out.

benchmark_report.py has the goals and writes the tables.
"""
import argparse, json, os, shutil, subprocess, sys, tempfile, time

import benchmark_report

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, "Benchmarks", ".venv")
PACKAGES = ["fasttext-wheel", "data-selection==1.0.3", "nltk==3.8.1", "numpy<2"]
FOREIGN = {"japanese", "french", "german"}
KERNELS = ["avx512", "avx2", "neon", "scalar"]
# Of dsel: how the pool is stored, how many threads, and further options.
DSEL_RUNS = {
    "dsel": ("plain", 1), "dsel, 2 threads": ("plain", 2),
    "dsel --objective weight, 2 threads": ("plain", 2, "--objective", "weight"),
    "dsel --objective weight --fit-sample 0.1, 2 threads":
        ("plain", 2, "--objective", "weight", "--fit-sample", "0.1"),
    "dsel --buckets 10000": ("plain", 1, "--buckets", "10000"),
    "dsel --estimator ratio": ("plain", 1, "--estimator", "ratio"),
    "dsel, .zst, 2 threads": ("zst", 2), "dsel, .zst of eight frames, 2 threads": ("frames", 2),
    "dsel, .gz, 2 threads": ("gz", 2), "dsel, ja/fr/de": ("foreign", 1)}
NAMES = {
    "plain": "pool.jsonl", "zst": "pool.jsonl.zst", "frames": "frames.jsonl.zst", "gz": "pool.jsonl.gz",
    "foreign": "foreign.jsonl", "texts": "texts", "small": "small.jsonl", "slice": "slice.jsonl"}
FASTTEXT = """
import fasttext, sys, time
fasttext.FastText.eprint = lambda *_: None
model = fasttext.load_model(sys.argv[1])
lines = open(sys.argv[2], encoding="utf-8").read().splitlines()
begin = time.process_time()
for line in lines: model.predict(line)
print(time.process_time() - begin)
"""


def main():
    options = parse_options()
    python = options.python or (os.path.join(VENV, "bin", "python") if os.path.isdir(VENV) else None)
    if options.install:
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        python = os.path.join(VENV, "bin", "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    dsel = options.dsel or build()
    with tempfile.TemporaryDirectory(prefix="dsel-benchmark-") as folder:
        files = lay_out(options.pool, folder)
        commands = neighbours(files, python, options) + runs_of_dsel(dsel, options.target, files)
        figures = {}
        for number in range(options.runs):
            for name, command in commands:
                note(f"round {number + 1} of {options.runs}: {name}")
                for key, value in command().items():
                    figures.setdefault((name, key), []).append(value)
        lines = benchmark_report.report(figures, size(files["plain"]), options, dsel)
        lines += benchmark_report.commands_and_versions(
            figures, options, dsel, python, lambda run: ["dsel", *selecting(
                os.path.basename(options.target), NAMES[DSEL_RUNS[run][0]], "selected.jsonl", *DSEL_RUNS[run][1:])],
            DSEL_RUNS)
    with open(options.output, "w", encoding="utf-8") as output:
        output.write("\n".join(lines) + "\n")
    benchmark_report.chart(figures, options.output.removesuffix(".md") + ".svg")
    note(f"written: {options.output}")


def parse_options():
    corpora = os.path.join(ROOT, "..", "shared", "corpora")
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pool", default=os.path.join(corpora, "pool.jsonl.zst"))
    parser.add_argument("--target", default=os.path.join(corpora, "targets", "lexicon.jsonl"))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--dsel", help="default: built from this checkout")
    parser.add_argument("--python", help="a Python that has fastText or the reference package")
    parser.add_argument("--fasttext-python", help="where fastText is, if that isn't in --python")
    parser.add_argument("--reference-megabytes", type=int, default=4)
    parser.add_argument("--install", action="store_true", help="get fastText and the reference")
    parser.add_argument("--output", default=os.path.join(ROOT, "Benchmarks", "RESULTS.md"))
    options = parser.parse_args()
    for file in [options.pool, options.target]:
        if not os.path.isfile(file):
            sys.exit(f"benchmark.py: {file} is not there. Name a pool and a target.")
    return options


def note(message):
    print(message, file=sys.stderr, flush=True)


def build():
    """The program that install.sh makes: on Linux, Swift's own libraries are linked into it."""
    static = ["--static-swift-stdlib"] if sys.platform.startswith("linux") else []
    subprocess.run(["swift", "build", "-c", "release", "--product", "dsel", *static], cwd=ROOT, check=True)
    return os.path.join(ROOT, ".build", "release", "dsel")


# -------------------------------------------------------------------------------------------------
# Files


def lay_out(pool, folder):
    """Paths by kind, and what the table says of them."""
    files = {kind: os.path.join(folder, name) for kind, name in NAMES.items()}
    opener = {".zst": ["zstd", "-dcq"], ".gz": ["gzip", "-dc"]}.get(os.path.splitext(pool)[1], ["cat"])
    with open(files["plain"], "wb") as output:
        subprocess.run([*opener, pool], stdout=output, check=True)
    subprocess.run(["zstd", "-3", "-qf", files["plain"], "-o", files["zst"]], check=True)
    with open(files["gz"], "wb") as output:
        subprocess.run(["gzip", "-6c", files["plain"]], stdout=output, check=True)
    size_of_frames = os.path.getsize(files["plain"]) // 8 + 1
    with open(files["plain"], "rb") as lines, open(files["frames"], "wb") as output:
        while block := lines.readlines(size_of_frames):
            data = b"".join(block)
            output.write(subprocess.run(
                ["zstd", "-3", "-qc"], input=data, stdout=subprocess.PIPE, check=True).stdout)
    foreign, byte_count = [], 0
    with open(files["plain"], "rb") as lines, open(files["texts"], "w", encoding="utf-8") as texts:
        for line in lines:
            if b"ese" not in line and b"french" not in line and b"german" not in line: continue
            if json.loads(line).get("domain") in FOREIGN: foreign.append(line)
        lines.seek(0)
        for line in lines:
            if byte_count > 10_000_000: break
            byte_count += len(line)
            texts.write(" ".join(json.loads(line)["text"].split()) + "\n")
    if foreign:
        with open(files["foreign"], "wb") as output:
            for _ in range(max(1, 60_000_000 // sum(map(len, foreign)))): output.writelines(foreign)
    else:
        del files["foreign"]
    return files


def cut(source, byte_count, path):
    with open(source, "rb") as lines, open(path, "wb") as output:
        output.writelines(lines.readlines(byte_count))


def size(path):
    return os.path.getsize(path) / 1e6


# -------------------------------------------------------------------------------------------------
# Commands


def timed(arguments, environment=None, **more):
    """Wall and processor seconds of a command."""
    begin = time.monotonic()
    process = subprocess.Popen(
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, **more)
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"benchmark.py: {arguments}: {message.decode(errors='replace')}")
    return {"wall": time.monotonic() - begin, "processor": usage.ru_utime + usage.ru_stime}


def neighbours(files, python, options):
    """Pairs of a name and a function that runs it and returns MB/s."""
    megabytes = size(files["plain"])

    def rate(arguments, key="wall", **environment):
        seconds = timed(arguments, os.environ | environment)[key]
        return {"rate": megabytes / seconds}

    result = [("wc -w", lambda: rate(["wc", "-w", files["plain"]], "processor", LC_ALL="C"))]
    result.append(("zstd -dc", lambda: rate(["zstd", "-dcq", files["zst"]])))
    result.append(("zstd -dc, a core", lambda: rate(["zstd", "-dcq", files["zst"]], "processor")))
    result.append(("gzip -dc", lambda: rate(["gzip", "-dc", files["gz"]])))
    if shutil.which("jq"):
        result.append(("jq -r .text", lambda: rate(["jq", "-r", ".text", files["plain"]], "processor")))
    if has(options.fasttext_python or python, "fasttext"):
        result.append(("fasttext predict", fasttext(files, options.fasttext_python or python)))
    if has(python, "data_selection"):
        result.append(("reference package", reference(files, python, options)))
    return result


def has(python, module):
    return bool(python) and subprocess.run(
        [python, "-c", f"import {module}"], stderr=subprocess.DEVNULL).returncode == 0


def fasttext(files, python):
    """A classifier of two labels with fastText's defaults and pairs of words, trained once on the texts themselves."""
    folder = os.path.dirname(files["texts"])
    labelled, model = os.path.join(folder, "labelled"), os.path.join(folder, "model.bin")
    with open(files["texts"], encoding="utf-8") as texts, open(labelled, "w", encoding="utf-8") as output:
        for number, text in enumerate(texts): output.write(f"__label__{number % 2} {text}")
    train = ("import fasttext, sys; fasttext.train_supervised("
             "sys.argv[1], wordNgrams=2, epoch=1, verbose=0).save_model(sys.argv[2])")
    subprocess.run([python, "-c", train, labelled, model], check=True, stderr=subprocess.DEVNULL)

    def run():
        seconds = subprocess.run(
            [python, "-c", FASTTEXT, model, files["texts"]], check=True, stdout=subprocess.PIPE)
        return {"rate": size(files["texts"]) / float(seconds.stdout)}

    return run


def reference(files, python, options):
    """Fit, weigh and resample by the reference package, of two slices."""
    folder = os.path.dirname(files["plain"])
    cut(files["plain"], 1_000_000, files["small"])
    cut(files["plain"], (1 + options.reference_megabytes) * 1_000_000, files["slice"])
    target = os.path.join(folder, "target.jsonl")
    cut(options.target, 200_000, target)

    def seconds(pool):
        work = tempfile.mkdtemp(dir=folder)
        taken = timed([
            python, os.path.join(ROOT, "scripts", "reference-select.py"), "--pool", pool, "--target", target,
            "--count", "100", "--work", work])
        shutil.rmtree(work)
        return taken["wall"]

    def run():
        difference = size(files["slice"]) - size(files["small"])
        return {"rate": difference / (seconds(files["slice"]) - seconds(files["small"]))}

    return run


def has_kernels(dsel, kernels):
    environment = os.environ | {"DSEL_KERNELS": kernels}
    return subprocess.run([dsel, "--version"], env=environment, capture_output=True).returncode == 0


def selecting(target, pool, output, threads, *more):
    return ["select", "--target", target, "--pool", pool, "--count", "2000", "--threads", str(threads), "--quiet",
            "--force", "--output", output, *more]


def runs_of_dsel(dsel, target, files):
    output = os.path.join(os.path.dirname(files["plain"]), "selected.jsonl")

    def select(kind, threads, *more, kernels=None):
        environment = os.environ | ({"DSEL_KERNELS": kernels} if kernels else {})

        def run():
            taken = timed([dsel, *selecting(target, files[kind], output, threads, *more)], environment)
            with open(output + ".manifest.json", encoding="utf-8") as file:
                manifest = json.load(file)
            megabytes = manifest["pool"]["inputs"][0]["text_bytes"] / 1e6
            steps, busy = (manifest["timings"][name] for name in ["seconds", "processor_seconds"])
            return {
                "fit": megabytes / steps["fitPool"], "weigh": megabytes / steps["weigh"],
                "fit a core": megabytes / busy["fitPool"], "weigh a core": megabytes / busy["weigh"],
                "whole": megabytes / taken["wall"], "processor": megabytes / taken["processor"]}
        return run

    def start():
        return {"milliseconds": min(timed([dsel, "--version"])["wall"] for _ in range(5)) * 1e3}

    runs = [(name, select(*run)) for name, run in DSEL_RUNS.items() if run[0] in files]
    for kernels in KERNELS:
        if not has_kernels(dsel, kernels): continue
        for kind in ["plain", "foreign"]:
            if kind in files: runs.append((f"kernels {kernels}, {kind}", select(kind, 1, kernels=kernels)))
    return runs + [("dsel --version", start)]


main()
