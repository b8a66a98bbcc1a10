#!/usr/bin/env python3
"""Times dsel beside its neighbours, and writes a table and a bar chart.

    scripts/benchmark.sh                          the large corpora beside the checkout
    scripts/benchmark.sh --pool P.jsonl --target T.jsonl
    scripts/benchmark.sh --install                gets fastText and the reference package from PyPI first

The pool (JSONL, .zst or .gz) is laid out plain, as one zstd frame (level 3), as many frames, and as gzip (level 6), in a
temporary folder. In each of --runs rounds every command runs once, so that what else the machine does meets them alike;
figures are medians over the rounds, and a ratio is the median of the rounds' ratios. Neighbours that aren't there are left
out. Nothing is installed without --install, and then only in Benchmarks/.venv.

The reference package runs on two slices of the pool, 1 MB and --reference-megabytes more, with two processes, as dsel
runs with two threads: the difference is what a megabyte costs it, start-up and the target's share left out.
"""
import argparse, json, os, platform, re, shlex, shutil, statistics, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, "Benchmarks", ".venv")
PACKAGES = ["fasttext-wheel", "data-selection==1.0.3", "nltk==3.8.1", "numpy<2"]
FOREIGN = {"japanese", "french", "german"}
# Of dsel: how the pool is stored, how many threads, and further options.
DSEL_RUNS = {
    "dsel": ("plain", 1), "dsel, 2 threads": ("plain", 2),
    "dsel --buckets 10000": ("plain", 1, "--buckets", "10000"),
    "dsel --estimator ratio": ("plain", 1, "--estimator", "ratio"),
    "dsel, .zst, 2 threads": ("zst", 2), "dsel, .zst of many frames, 2 threads": ("frames", 2),
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
        lines = report(figures, files, options, dsel) + commands_and_versions(figures, options, dsel, python)
    with open(options.output, "w", encoding="utf-8") as output:
        output.write("\n".join(lines) + "\n")
    chart(figures, options.output.removesuffix(".md") + ".svg")
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
    subprocess.run(["swift", "build", "-c", "release", "--product", "dsel"], cwd=ROOT, check=True)
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
    with open(files["plain"], "rb") as lines, open(files["frames"], "wb") as output:
        while block := lines.readlines(16 << 20):
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
            python, os.path.join(ROOT, "scripts", "quality-reference.py"), "--pool", pool,
            "--pool-counts", os.path.join(work, "counts.npy"), "--target", target, "--weights",
            os.path.join(work, "weights"), "--count", "100", "--output", os.path.join(work, "out")])
        shutil.rmtree(work)
        return taken["wall"]

    def run():
        difference = size(files["slice"]) - size(files["small"])
        return {"rate": difference / (seconds(files["slice"]) - seconds(files["small"]))}

    return run


def selecting(target, pool, output, threads, *more):
    return ["select", "--target", target, "--pool", pool, "--count", "2000", "--threads", str(threads), "--quiet",
            "--force", "--output", output, *more]


def runs_of_dsel(dsel, target, files):
    output = os.path.join(os.path.dirname(files["plain"]), "selected.jsonl")

    def select(kind, threads, *more):
        def run():
            taken = timed([dsel, *selecting(target, files[kind], output, threads, *more)])
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
    return runs + [("dsel --version", start)]


# -------------------------------------------------------------------------------------------------
# Results


def report(figures, files, options, dsel):
    def median(name, key):
        return statistics.median(figures[name, key])

    def ratio(name, key, to_name, to_key):
        if (name, key) not in figures or (to_name, to_key) not in figures: return None
        pairs = zip(figures[name, key], figures[to_name, to_key])
        return statistics.median(mine / theirs for mine, theirs in pairs)

    version = subprocess.run([dsel, "--version"], stdout=subprocess.PIPE, text=True).stdout.split()[0]
    lines = [
        "# Speed", "",
        f"dsel {version} and its neighbours on one machine in one run: medians of {options.runs} interleaved runs, "
        "MB (10⁶ bytes) of uncompressed JSONL per second; in brackets the smallest and the largest.", "",
        f"Machine: {processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; load average "
        f"{os.getloadavg()[1]:.1f} over the last five minutes. "
        f"Pool: {size(files['plain']):.0f} MB. Repeat it with `scripts/benchmark.sh`; the stages of dsel alone: "
        "`cd Benchmarks && swift run -c release benchmark FILE`.", "", "![Bar chart](RESULTS.svg)", "",
        "| what | MB/s |", "| --- | ---: |"]
    for (name, key), values in figures.items():
        if key == "milliseconds": continue
        label = name if key == "rate" else f"{name}: {labels[key]}"
        lines.append(f"| `{label}` | {median(name, key):.0f} ({min(values):.0f}–{max(values):.0f}) |"
                     if median(name, key) >= 10 else
                     f"| `{label}` | {median(name, key):.2f} ({min(values):.2f}–{max(values):.2f}) |")
    lines += ["", "`wc`, `jq`, fastText (of text) and what is said to be of a core by processor time, all else by wall time, which "
              "other work on the machine lengthens. fastText predicts with a model of its defaults and pairs of words.", "",
              "| goal | wanted | measured |", "| --- | ---: | ---: |"]
    goals = [
        ("fit, plain, MB/s a core", 400, median("dsel", "fit a core"), 0),
        ("weigh, plain, MB/s a core", 400, median("dsel", "weigh a core"), 0),
        ("fit against `LC_ALL=C wc -w`, a core", 2.5, ratio("dsel", "fit a core", "wc -w", "rate"), 2),
        ("weigh against `LC_ALL=C wc -w`, a core", 2.5, ratio("dsel", "weigh a core", "wc -w", "rate"), 2),
        ("weigh with 2²⁰ buckets against 10,000, a core", 0.9,
         ratio("dsel", "weigh a core", "dsel --buckets 10000", "weigh a core"), 2),
        ("weigh, two threads against one", 1.85, ratio("dsel, 2 threads", "weigh", "dsel", "weigh"), 2),
        ("fit, two threads against one", 1.85, ratio("dsel, 2 threads", "fit", "dsel", "fit"), 2),
        ("weigh of one `.zst`, two threads, against `zstd -dc`", 0.75,
         ratio("dsel, .zst, 2 threads", "weigh", "zstd -dc", "rate"), 2),
        ("weigh of a `.gz`, two threads, against `gzip -dc`", 2.5,
         ratio("dsel, .gz, 2 threads", "weigh", "gzip -dc", "rate"), 2),
        ("weigh of ja/fr/de, MB/s a core", 300, median("dsel, ja/fr/de", "weigh a core")
         if ("dsel, ja/fr/de", "weigh a core") in figures else None, 0),
        ("select against the reference package, two cores each", 250,
         ratio("dsel, 2 threads", "whole", "reference package", "rate"), 0),
        ("weigh against `fasttext predict`, one core each", 8,
         ratio("dsel", "weigh a core", "fasttext predict", "rate"), 1),
        ("start-up, ms, at most", 10, median("dsel --version", "milliseconds"), 1)]
    for name, goal, value, digits in goals:
        if value is not None: lines.append(f"| {name} | {goal} | {value:.{digits}f} |")
    return lines


def commands_and_versions(figures, options, dsel, python):
    """What was run, and of which versions: of what was found."""
    def version(*command):
        # gzip on a Mac tells its version on the error output.
        told = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
        found = re.search(r"\d+(\.\d+)+", told)
        return found[0] if found else "unknown"

    def package(python, name):
        return version(python, "-c", f"from importlib.metadata import version; print(version('{name}'))")

    def line(kind, threads, *more):
        target = os.path.basename(options.target)
        return shlex.join(["dsel", *selecting(target, NAMES[kind], "selected.jsonl", threads, *more)])

    made = [
        ("wc -w", "LC_ALL=C wc -w pool.jsonl", lambda: version("wc", "--version")),
        ("zstd -dc", "zstd -dcq pool.jsonl.zst", lambda: version("zstd", "--version")),
        ("gzip -dc", "gzip -dc pool.jsonl.gz", lambda: version("gzip", "--version")),
        ("jq -r .text", "jq -r .text pool.jsonl", lambda: version("jq", "--version")),
        ("fasttext predict", "model.predict(line) for the lines of 10 MB, texts in one line each",
         lambda: package(options.fasttext_python or python, "fasttext-wheel")),
        ("reference package", f"scripts/quality-reference.py, with 1 and with {1 + options.reference_megabytes} MB",
         lambda: package(python, "data-selection"))]
    run = {name for name, _ in figures}
    lines = ["", "| what | command | version |", "| --- | --- | --- |"]
    lines += [f"| {name} | `{command}` | {find()} |" for name, command, find in made if name in run]
    own = version(dsel, "--version")
    lines += [f"| {name} | `{line(*of)}` | {own} |" for name, of in DSEL_RUNS.items() if name in run]
    return lines


labels = {
    "fit": "fit", "weigh": "weigh", "fit a core": "fit, a core", "weigh a core": "weigh, a core",
    "whole": "select, whole", "processor": "select, whole, a core"}


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return re.search(r"model name\s*: (.*)", file.read())[1]
    except (OSError, TypeError):
        return platform.processor() or platform.machine()


def chart(figures, path):
    """Horizontal bars: how fast each gets through the plain pool on one core."""
    wanted = [
        ("dsel", "fit a core", "dsel: fit"), ("dsel", "weigh a core", "dsel: weigh"),
        ("dsel, ja/fr/de", "weigh a core", "dsel: weigh, ja/fr/de"), ("zstd -dc", "rate", "zstd -dc"),
        ("gzip -dc", "rate", "gzip -dc"), ("wc -w", "rate", "wc -w"),
        ("jq -r .text", "rate", "jq -r .text"), ("fasttext predict", "rate", "fastText predict"),
        ("reference package", "rate", "reference, 2 cores")]
    bars = [(label, statistics.median(figures[name, key])) for name, key, label in wanted if (name, key) in figures]
    largest = max(value for _, value in bars)
    height = 24 * len(bars) + 36
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="{height}" font-family="sans-serif" font-size="13">',
        f'<rect width="640" height="{height}" fill="white"/>',
        '<text x="8" y="18" font-weight="bold">MB/s of uncompressed JSONL, one core</text>']
    for row, (label, value) in enumerate(bars):
        y, width = 28 + 24 * row, max(1, 400 * value / largest)
        colour = "#2a6fb0" if label.startswith("dsel") else "#9aa5b1"
        text = f"{value:.0f}" if value >= 10 else f"{value:.2f}"
        lines += [
            f'<text x="170" y="{y + 15}" text-anchor="end">{label}</text>',
            f'<rect x="178" y="{y + 3}" width="{width:.0f}" height="16" fill="{colour}"/>',
            f'<text x="{184 + width:.0f}" y="{y + 15}">{text}</text>']
    with open(path, "w", encoding="utf-8") as output:
        output.write("\n".join(lines + ["</svg>"]) + "\n")


main()
