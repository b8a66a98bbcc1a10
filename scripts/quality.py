#!/usr/bin/env python3
"""Judges what dsel selects, against the reference package and a random draw, and holds `dsel select` to a bar.

    scripts/quality.py                                              the bar: dsel's defaults on the four targets
    scripts/quality.py --variant "mean=--normalize length --temperature 0.01" --targets german,lexicon
    scripts/quality.py --cross legal,drama                          targets that the bar has never seen

For each target, 2,000 documents (of `lexicon` also 10,000) are selected by
  random      a seeded draw of the pool,
  reference   PyPI data-selection 1.0.3 with nltk 3.8.1 at its defaults, in an environment that is made for it,
  default     dsel select without options, and each --variant with its own,
and judged by the corpora's evaluate.py. The bar, over the targets at 2,000 documents: the geometric mean of default's
perplexity / the reference's is at most 0.90, no such ratio is above 1.02, and no share of the right domain is more
than a point below the reference's. Exit status 0 if default meets it or wasn't held to it, 1 if it misses it, 2 if
something went wrong.

--cross D makes a target of a pool domain: a seeded fifth of D's documents (600 at most) is the target, another fifth
is held out, and the pool is what is left. Cross targets have a table of their own, and no part in the bar.

The reference's selections and all judgements are kept in --cache, named by the content that they depend on, so that
a run does only what is new.
"""
import argparse, hashlib, json, math, os, random, shlex, shutil, subprocess, sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TARGETS = ["scripture", "code_python", "german", "lexicon"]
COUNT = 2000
# Beyond COUNT: as many as the pool has documents of that domain, so that the ranks in the middle are judged too.
LARGER_COUNTS = {"lexicon": [10000]}
REFERENCE_PACKAGES = ["data-selection==1.0.3", "nltk==3.8.1", "numpy"]
JUDGED_TOKENS = 300_000
SEED = 20240613
CROSS_SHARE, CROSS_LIMIT = 0.2, 600
LARGEST_MEAN, LARGEST_RATIO, LARGEST_LOSS = 0.90, 1.02, 1.0


class Task:
    """A target with its held-out documents and a pool, and how many documents to select."""

    def __init__(self, name, target, heldout, pool, plain_pool, count, is_cross=False):
        self.name, self.target, self.heldout, self.count = name, target, heldout, count
        self.pool, self.plain_pool, self.is_cross = pool, plain_pool, is_cross
        self.title = name if count == COUNT else f"{name}, {count:,}"


def main():
    options = parse_options()
    os.makedirs(options.cache, exist_ok=True)
    variants = {"default": []} | dict(options.variant)
    dsel = options.dsel or build()
    arms = ["random"] + ([] if options.skip_reference else ["reference"]) + list(variants)

    tasks = [task for name in options.targets for task in corpora_tasks(options, name)]
    cross_tasks = [cross_task(options, domain) for domain in options.cross]
    judgements = {}
    for task in tasks + cross_tasks:
        for arm in arms:
            if arm == "random":
                selection = select_random(options, task)
            elif arm == "reference":
                selection = select_reference(options, task)
            else:
                selection = select_dsel(options, task, dsel, arm, variants[arm])
            judgements[task, arm] = {"selection": selection} | judge(options, task, selection)
            share = f"{judgements[task, arm]['domain_share']:.2%} of the right domain"
            note(f"{task.title}: {arm}: perplexity {judgements[task, arm]['perplexity']}, {share}")

    summary = summarize(judgements, [task for task in tasks if task.count == COUNT], arms)
    cross_summary = summarize(judgements, cross_tasks, arms)
    failures = misses(summary["default"]) if summary else None

    lines = introduction(variants)
    if tasks:
        lines += ["", "## Targets", ""] + table(tasks, arms, judgements, summary)
    if cross_tasks:
        lines += ["", "## Unseen targets, of the pool's own domains", ""]
        lines += table(cross_tasks, arms, judgements, cross_summary)
    lines += ["", verdict(options.targets, failures)]
    write(options.output, "\n".join(lines) + "\n")
    if options.json:
        everything = {
            "variants": {name: shlex.join(arguments) for name, arguments in variants.items()},
            "judgements": [
                {"target": task.name, "count": task.count, "cross": task.is_cross, "arm": arm} | judgement
                for (task, arm), judgement in judgements.items()],
            "summary": summary, "cross_summary": cross_summary, "misses": failures}
        write(options.json, json.dumps(everything, indent=2) + "\n")
    sys.exit(1 if failures else 0)


def parse_options():
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    shared = os.path.join(ROOT, "..", "shared")
    parser.add_argument("--corpora", metavar="DIR", default=os.path.join(shared, "corpora"))
    parser.add_argument("--tools", metavar="DIR", default=os.path.join(shared, "tools"),
                        help="where evaluate.py is")
    parser.add_argument("--cache", metavar="DIR", default=os.path.join(ROOT, ".quality"))
    parser.add_argument("--targets", metavar="A,B", type=names, default=TARGETS,
                        help=f"default: {','.join(TARGETS)}; '' for none")
    parser.add_argument("--cross", metavar="A,B", type=names, default=[],
                        help="pool domains to make unseen targets of")
    parser.add_argument("--variant", metavar="NAME=ARGS", type=variant, action="append", default=[],
                        help="another arm: dsel select with these options; may be repeated")
    parser.add_argument("--dsel", metavar="PATH", help="default: built from this checkout")
    parser.add_argument("--skip-reference", action="store_true", help="no reference, so no ratios and no bar")
    parser.add_argument("--output", metavar="FILE.md", help="default: standard output")
    parser.add_argument("--json", metavar="FILE", help="also write every number here")
    options = parser.parse_args()
    for path in ["corpora", "tools", "cache"]:
        setattr(options, path, os.path.abspath(getattr(options, path)))
    if not options.targets and not options.cross:
        parser.error("there is nothing to select for: --targets is empty and --cross isn't given")
    arms = ["random", "reference", "default"] + [name for name, _ in options.variant]
    if len(set(arms)) < len(arms):
        parser.error("each --variant needs a name of its own, other than random, reference and default")
    if options.dsel and not shutil.which(options.dsel):
        parser.error(f"--dsel: there is no program {options.dsel}")
    for name in options.targets:
        if not os.path.exists(os.path.join(options.corpora, "targets", f"{name}.jsonl")):
            parser.error(f"--targets: {options.corpora}/targets has no {name}.jsonl")
    return options


def names(text):
    return list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def variant(text):
    name, equals, arguments = text.partition("=")
    if not name or not equals or not name.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise argparse.ArgumentTypeError(f"{text!r} isn't NAME=ARGS, with letters, digits and -_. in the name")
    return name, shlex.split(arguments)


def build():
    command = ["swift", "build", "--configuration", "release"]
    run([os.path.join(ROOT, "scripts", "setup.sh")])
    run(command + ["--product", "dsel"], cwd=ROOT)
    folder = subprocess.check_output(command + ["--show-bin-path"], cwd=ROOT, text=True).strip()
    return os.path.join(folder, "dsel")


# Tasks


def corpora_pool(options):
    """Returns the corpora's pool, and an uncompressed copy of it in the cache."""
    pool = os.path.join(options.corpora, "pool.jsonl.zst")
    plain = os.path.join(options.cache, "pools", f"{content_hash(pool)}.jsonl")
    if not os.path.exists(plain):
        os.makedirs(os.path.dirname(plain), exist_ok=True)
        run(["zstd", "-dqf", pool, "-o", plain + ".part"])
        os.replace(plain + ".part", plain)
    return pool, plain


def corpora_tasks(options, name):
    pool, plain = corpora_pool(options)
    target, heldout = (os.path.join(options.corpora, part, f"{name}.jsonl") for part in ["targets", "heldout"])
    return [Task(name, target, heldout, pool, plain, count) for count in [COUNT] + LARGER_COUNTS.get(name, [])]


def cross_task(options, domain):
    """Splits the corpora's pool into a target, held-out documents and a pool, unless the cache has them."""
    whole_pool, plain = corpora_pool(options)
    folder = os.path.join(options.cache, "cross", domain)
    target, heldout, pool = (os.path.join(folder, f"{part}.jsonl") for part in ["target", "heldout", "pool"])
    origin = os.path.join(folder, "origin")  # written last: what the three files were made of
    if not os.path.exists(origin) or read(origin) != content_hash(whole_pool):
        note(f"{domain}: splitting the pool")
        with open(plain, "rb") as file:
            positions = [i for i, line in enumerate(file) if json.loads(line)["domain"] == domain]
        size = min(CROSS_LIMIT, int(len(positions) * CROSS_SHARE))
        if size == 0:
            fail(f"--cross: the pool has only {len(positions)} documents of {domain!r}")
        random.Random(f"{SEED} {domain}").shuffle(positions)
        os.makedirs(folder, exist_ok=True)
        place = dict.fromkeys(positions[:size], 0) | dict.fromkeys(positions[size : 2 * size], 1)
        with open(plain, "rb") as file, open(target, "wb") as a, open(heldout, "wb") as b, open(pool, "wb") as c:
            for i, line in enumerate(file):
                (a, b, c)[place.get(i, 2)].write(line)
        write(origin, content_hash(whole_pool))
    return Task(domain, target, heldout, pool, pool, COUNT, is_cross=True)


# Selections: each returns the path of a JSONL file


def select_random(options, task):
    chosen = set(random.Random(SEED).sample(range(line_count(task.plain_pool)), task.count))
    path = selection_path(options, task, "random")
    with open(task.plain_pool, "rb") as file, open(path, "wb") as output:
        output.writelines(line for i, line in enumerate(file) if i in chosen)
    return path


def select_reference(options, task):
    pool_folder = os.path.join(options.cache, "reference", content_hash(task.pool))
    folder = os.path.join(pool_folder, content_hash(task.target))
    path = os.path.join(folder, f"{task.count}.jsonl")
    if not os.path.exists(path):
        note(f"{task.title}: running the reference package")
        os.makedirs(folder, exist_ok=True)
        run([reference_python(options), os.path.join(ROOT, "scripts", "quality-reference.py"),
             "--pool", task.plain_pool, "--pool-counts", os.path.join(pool_folder, "pool-counts.npy"),
             "--target", task.target, "--weights", folder, "--count", str(task.count), "--output", path])
    return path


def reference_python(options):
    """Returns the Python that has the reference package, in an environment in the cache."""
    folder = os.path.join(options.cache, "reference-env")
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(os.path.join(folder, "whole")):
        shutil.rmtree(folder, ignore_errors=True)
        run([sys.executable, "-m", "venv", folder])
        run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"] + REFERENCE_PACKAGES)
        write(os.path.join(folder, "whole"), "")
    return python


def select_dsel(options, task, dsel, name, arguments):
    path = selection_path(options, task, name)
    run([dsel, "select", "--target", task.target, "--pool", task.pool, "--count", str(task.count),
         "--output", path, "--force", "--quiet"] + arguments)
    return path


def selection_path(options, task, arm):
    folder = os.path.join(options.cache, "selections")
    os.makedirs(folder, exist_ok=True)
    return os.path.join(folder, f"{content_hash(task.target)}-{task.count}-{arm}.jsonl")


# Judgements


def judge(options, task, selection):
    size = line_count(selection)
    if size != task.count:
        # Perplexity falls with more text: selections of other sizes don't compare.
        fail(f"{selection} has {size} documents, not {task.count}")
    evaluate = os.path.join(options.tools, "evaluate.py")
    hashes = "-".join(content_hash(path) for path in [selection, task.heldout, evaluate])
    path = os.path.join(options.cache, "judgements", f"{hashes}-{task.name}-{JUDGED_TOKENS}.json")
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        command = [sys.executable, evaluate, "--selected", selection, "--heldout", task.heldout,
                   "--domain", task.name, "--tokens", str(JUDGED_TOKENS)]
        write(path, run(command, stdout=subprocess.PIPE).stdout)
    return json.loads(read(path))


def summarize(judgements, tasks, arms):
    """For each arm, over these tasks: its perplexity's ratio to the reference's, and its largest loss of share.

    Nothing without tasks or without the reference.
    """
    summary = {}
    for arm in arms if tasks and "reference" in arms else []:
        pairs = [(judgements[task, arm], judgements[task, "reference"]) for task in tasks]
        ratios = [own["perplexity"] / reference["perplexity"] for own, reference in pairs]
        losses = [100 * (reference["domain_share"] - own["domain_share"]) for own, reference in pairs]
        summary[arm] = {
            "mean_ratio": math.exp(sum(map(math.log, ratios)) / len(ratios)),
            "worst_ratio": max(ratios),
            "largest_loss_points": max(losses)}
    return summary


def misses(summary):
    """What keeps these numbers from the bar, a phrase each."""
    bounds = [
        ("mean_ratio", LARGEST_MEAN, "the mean ratio"),
        ("worst_ratio", LARGEST_RATIO, "the worst ratio"),
        ("largest_loss_points", LARGEST_LOSS, "the loss of domain share"),
    ]
    # Shares are counts over counts: a loss of exactly a point mustn't fail by the last bit of the subtraction.
    return [f"{title} is {summary[key]:.3f}, above {bound:.2f}" for key, bound, title in bounds
            if summary[key] > bound + 1e-9]


# Report


def introduction(variants):
    return [
        "# Quality of selection",
        "",
        f"{COUNT:,} documents each unless a column says otherwise. Perplexity of held-out documents (its ratio to "
        f"the reference's), KL in nats, share of the right domain; by evaluate.py with {JUDGED_TOKENS:,} tokens.",
        "",
    ] + [f"- `{name}`: `{shlex.join(['dsel', 'select'] + arguments)}`" for name, arguments in variants.items()]


def table(tasks, arms, judgements, summary):
    head = ["arm"] + [task.title for task in tasks]
    if summary:
        head += ["mean ratio", "worst ratio", "largest loss, points"]
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    for arm in arms:
        row = [arm]
        for task in tasks:
            own = judgements[task, arm]
            ratio = f" ({own['perplexity'] / judgements[task, 'reference']['perplexity']:.3f})" if summary else ""
            row.append(f"{own['perplexity']:.1f}{ratio}, KL {own['kl']:.3f}, {own['domain_share']:.2%}")
        if summary:
            row += [f"{summary[arm][key]:.3f}" for key in ["mean_ratio", "worst_ratio"]]
            row.append(f"{summary[arm]['largest_loss_points']:.2f}")
        lines.append("| " + " | ".join(row) + " |")
    return lines


def verdict(targets, failures):
    bar = (f"The bar: mean ratio at most {LARGEST_MEAN:.2f}, no ratio above {LARGEST_RATIO:.2f}, domain share at "
           f"most {LARGEST_LOSS:g} point lower than the reference's")
    if failures is None:
        return bar + ". `default` was not held to it, for want of targets or of the reference."
    outcome = "fail: " + "; ".join(failures) if failures else "pass"
    return bar + f", over {', '.join(targets)} at {COUNT:,} documents. `default`: {outcome}."


# Files and processes


def content_hash(path, memo={}):
    """Returns 16 hex digits that stand for a file's bytes."""
    status = os.stat(path)
    key = path, status.st_mtime_ns, status.st_size
    if key not in memo:
        with open(path, "rb") as file:
            memo[key] = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    return memo[key]


def line_count(path):
    with open(path, "rb") as file:
        return sum(1 for _ in file)


def run(command, **options):
    environment = os.environ | {"PYTHONUTF8": "1", "TQDM_DISABLE": "1"}
    # What a child says on its standard output must not end up in the table.
    options = {"stdout": sys.stderr} | options
    result = subprocess.run(command, env=environment, text=True, **options)
    if result.returncode:
        fail(f"exit status {result.returncode} from: {shlex.join(command)}")
    return result


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    if not path:
        sys.stdout.write(text)
        return
    with open(path + ".part", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".part", path)


def fail(text):
    note(f"quality.py: {text}")
    sys.exit(2)


def note(text):
    print(text, file=sys.stderr, flush=True)


main()
