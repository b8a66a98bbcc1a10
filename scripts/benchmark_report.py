"""Writes the tables and the chart of benchmark.py."""
import os, platform, re, shlex, statistics, subprocess

# What is measured of a run of dsel, and the head of its column.
COLUMNS = {
    "fit": "fit", "weigh": "weigh", "whole": "select", "fit a core": "fit, a core", "weigh a core": "weigh, a core",
    "processor": "select, a core"}


class Figures:
    """What was measured, by the name of what ran and the key of the figure: one value per round."""

    def __init__(self, values):
        self.values = values

    def has(self, name, key):
        return (name, key) in self.values

    def median(self, name, key):
        return statistics.median(self.values[name, key]) if self.has(name, key) else None

    def ratio(self, name, key, to_name, to_key):
        """The median of the rounds' ratios."""
        if not self.has(name, key) or not self.has(to_name, to_key): return None
        pairs = zip(self.values[name, key], self.values[to_name, to_key], strict=True)
        return statistics.median(mine / theirs for mine, theirs in pairs)

    def share_of_bound(self, name):
        """Weighing a .zst on two threads, against what two cores can give if each byte is once decoded and once weighed."""
        plain, decoder = ("dsel", "weigh a core"), ("zstd -dc, a core", "rate")
        if not self.has(name, "weigh"): return None
        rounds = zip(self.values[name, "weigh"], self.values[plain], self.values[decoder], strict=True)
        return statistics.median(rate * (1 / weigh + 1 / zstd) / 2 for rate, weigh, zstd in rounds)

    def cell(self, name, key):
        if not self.has(name, key): return ""
        values = self.values[name, key]
        middle = statistics.median(values)
        digits = 0 if middle >= 10 else 2
        return f"{middle:.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def report(values, megabytes, options, dsel):
    figures = Figures(values)
    version = subprocess.run([dsel, "--version"], stdout=subprocess.PIPE, text=True).stdout.split()[0]
    lines = [
        "# Speed", "",
        f"dsel {version} and its neighbours on one machine in one run: medians of {options.runs} interleaved runs, "
        "MB (10⁶ bytes) of uncompressed JSONL per second; in brackets the smallest and the largest.", "",
        f"Machine: {processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; load average "
        f"{os.getloadavg()[1]:.1f} over the last five minutes. "
        f"Pool: {megabytes:.0f} MB. Repeat it with `scripts/benchmark.sh --install`; the stages of dsel alone: "
        "`cd Benchmarks && swift run -c release benchmark FILE`.", "", "![Bar chart](RESULTS.svg)", "",
        "| what | MB/s |", "| --- | ---: |"]
    names = list(dict.fromkeys(name for name, _ in values))
    lines += [f"| `{name}` | {figures.cell(name, 'rate')} |" for name in names if figures.has(name, "rate")]
    lines += ["", "`wc`, `jq`, fastText (of text) and what is said to be of a core by processor time, all else by wall "
              "time, which other work on the machine lengthens. fastText predicts with a model of its defaults and pairs "
              "of words.", "", "## dsel", "", "`fit` and `weigh` are the steps of `dsel select` that read the pool, by its "
              "manifest. `select` is the whole command, the start of the program included.", ""]
    runs = [name for name in names if figures.has(name, "fit") and not name.startswith("kernels ")]
    lines += table(figures, runs, list(COLUMNS))
    kernels = [name for name in names if name.startswith("kernels ")]
    if kernels:
        lines += ["", "## Kernels", "", "The same with each of the kernels that the processor has, on one thread, and the "
                  "share of the first's speed in the same round.", "", *kernel_table(figures, kernels)]
    return lines + ["", "## Goals", "", *goal_table(figures), "", (
        "Shares of kernels are those of the steps here; of whole commands, [KERNELS.md](KERNELS.md) has them. Start-up is "
        "that of the program that was timed. As `scripts/install.sh` makes it, it has Swift's own libraries inside, which "
        "`swift build` alone doesn't link into it.")]


def table(figures, runs, keys):
    head = ["| run | " + " | ".join(COLUMNS[key] for key in keys) + " |", "| --- |" + " ---: |" * len(keys)]
    return head + [
        f"| `{name}` | " + " | ".join(figures.cell(name, key) for key in keys) + " |" for name in runs]


def kernel_table(figures, runs):
    lines = ["| kernels | pool | fit, a core | share | weigh, a core | share |", "| --- | --- | ---: | ---: | ---: | ---: |"]
    for name in runs:
        kernels, kind = name.removeprefix("kernels ").split(", ")
        first = next(run for run in runs if run.endswith(kind))
        cells = []
        for key in ["fit a core", "weigh a core"]:
            cells += [figures.cell(name, key), f"{figures.ratio(name, key, first, key):.2f}"]
        lines.append(f"| {kernels} | {'ja/fr/de' if kind == 'foreign' else 'all'} | " + " | ".join(cells) + " |")
    return lines


def goal_table(figures):
    median, ratio = figures.median, figures.ratio
    reference = ("reference package", "rate")
    goals = [
        ("fit, plain, MB/s a core", 400, median("dsel", "fit a core"), 0),
        ("weigh, plain, MB/s a core", 400, median("dsel", "weigh a core"), 0),
        ("fit against `LC_ALL=C wc -w`, a core", 2.5, ratio("dsel", "fit a core", "wc -w", "rate"), 2),
        ("weigh against `LC_ALL=C wc -w`, a core", 2.5, ratio("dsel", "weigh a core", "wc -w", "rate"), 2),
        ("weigh with 2²⁰ buckets against 10,000, a core", 0.9,
         ratio("dsel", "weigh a core", "dsel --buckets 10000", "weigh a core"), 2),
        ("weigh, two threads against one", 1.85, ratio("dsel, 2 threads", "weigh", "dsel", "weigh"), 2),
        ("fit, two threads against one", 1.85, ratio("dsel, 2 threads", "fit", "dsel", "fit"), 2)]
    for kernels, goal in [("avx2", 0.8), ("scalar", 0.6)]:
        for key in ["fit", "weigh"]:
            goals.append((f"{key}, {kernels} against avx512, a core", goal, ratio(
                f"kernels {kernels}, plain", f"{key} a core", "kernels avx512, plain", f"{key} a core"), 2))
    goals += [
        ("weigh of one `.zst`, two threads, against 2 / (1 / weigh + 1 / zstd)", 0.9,
         figures.share_of_bound("dsel, .zst, 2 threads"), 2),
        ("weigh of a `.zst` of eight frames, two threads, against the same", 0.9,
         figures.share_of_bound("dsel, .zst of eight frames, 2 threads"), 2),
        ("weigh of a `.gz`, two threads, against `gzip -dc`", 2.5,
         ratio("dsel, .gz, 2 threads", "weigh", "gzip -dc", "rate"), 2),
        ("weigh of ja/fr/de, MB/s a core", 300, median("dsel, ja/fr/de", "weigh a core"), 0),
        ("select against the reference package, two cores each", 185,
         ratio("dsel, 2 threads", "whole", *reference), 0),
        ("the same with `--objective weight`", 210,
         ratio("dsel --objective weight, 2 threads", "whole", *reference), 0),
        ("the same with `--fit-sample 0.1` too", 250,
         ratio("dsel --objective weight --fit-sample 0.1, 2 threads", "whole", *reference), 0),
        ("weigh against `fasttext predict`, one core each", 8,
         ratio("dsel", "weigh a core", "fasttext predict", "rate"), 1),
        ("start-up, ms, at most", 6, median("dsel --version", "milliseconds"), 1)]
    lines = ["| goal | wanted | measured |", "| --- | ---: | ---: |"]
    return lines + [
        f"| {name} | {goal} | {value:.{digits}f} |" for name, goal, value, digits in goals if value is not None]


def commands_and_versions(values, options, dsel, python, command_of, dsel_runs):
    """What was run, and of which versions: of what was found.

    command_of gives the arguments of one of dsel_runs.
    """
    def version(*command):
        # gzip on a Mac tells its version on the error output.
        told = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
        found = re.search(r"\d+(\.\d+)+", told)
        return found[0] if found else "unknown"

    def package(python, name):
        return version(python, "-c", f"from importlib.metadata import version; print(version('{name}'))")

    made = [
        ("wc -w", "LC_ALL=C wc -w pool.jsonl", lambda: version("wc", "--version")),
        ("zstd -dc", "zstd -dcq pool.jsonl.zst", lambda: version("zstd", "--version")),
        ("gzip -dc", "gzip -dc pool.jsonl.gz", lambda: version("gzip", "--version")),
        ("jq -r .text", "jq -r .text pool.jsonl", lambda: version("jq", "--version")),
        ("fasttext predict", "model.predict(line) for the lines of 10 MB, texts in one line each",
         lambda: package(options.fasttext_python or python, "fasttext-wheel")),
        ("reference package", f"scripts/reference-select.py, with 1 and with {1 + options.reference_megabytes} MB",
         lambda: package(python, "data-selection"))]
    run = {name for name, _ in values}
    lines = ["", "| what | command | version |", "| --- | --- | --- |"]
    lines += [f"| {name} | `{command}` | {find()} |" for name, command, find in made if name in run]
    own = version(dsel, "--version")
    lines += [f"| {name} | `{shlex.join(command_of(name))}` | {own} |" for name in dsel_runs if name in run]
    return lines


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return re.search(r"model name\s*: (.*)", file.read())[1]
    except (OSError, TypeError):
        return platform.processor() or platform.machine()


def chart(values, path):
    """Horizontal bars: how fast each gets through the plain pool on one core."""
    wanted = [
        ("dsel", "fit a core", "dsel: fit"), ("dsel", "weigh a core", "dsel: weigh"),
        ("dsel, ja/fr/de", "weigh a core", "dsel: weigh, ja/fr/de"), ("zstd -dc", "rate", "zstd -dc"),
        ("gzip -dc", "rate", "gzip -dc"), ("wc -w", "rate", "wc -w"),
        ("jq -r .text", "rate", "jq -r .text"), ("fasttext predict", "rate", "fastText predict"),
        ("reference package", "rate", "reference, 2 cores")]
    bars = [(label, statistics.median(values[name, key])) for name, key, label in wanted if (name, key) in values]
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
