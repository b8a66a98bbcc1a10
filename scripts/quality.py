#!/usr/bin/env python3
"""Judges the selections of dsel beside those of the reference package, and holds dsel's defaults to bars.

    scripts/quality.py                                        the bars: dsel's defaults on all sets
    scripts/quality.py --variant "pure=--purity 0.9" --sets dev --targets german,lexicon
    scripts/quality.py --sets dev,cross --judge bpe           with one more judge
    scripts/quality.py --sets cross --cross japanese          another domain of the pool as the target

Sets of tasks (quality_tasks.py says more):
  dev      the four targets of the corpora, 2,000 documents
  scarce   the same targets, with a pool that has only 450 documents of the target's own domain, 1,000 documents
  cross    six domains of the pool as targets, 2,000 documents
  300k     the targets of dev, with --tokens 300k instead of a number of documents
  1M       the same with --tokens 1M

Arms:
  reference  PyPI data-selection 1.0.3 with nltk 3.8.1 at its defaults, in an environment that this script makes.
             It knows no budgets of tokens: for 300k and 1M, its draw is cut to the same number of tokens, in the
             order of the draw.
  default    dsel select without options, and each --variant with its own options
  random     a seeded random draw, with --random

Judges: evaluate.py of the tools gives bits per byte and perplexity of the held-out documents. This script adds the
share of documents and of tokens of the target's own domain, and the number of junk documents (see quality_judges.py).
More judges, each with --judge: bpe, words, characters (n-grams), and transformer, which takes minutes for each
selection.

Equal tokens: evaluate.py trains on 300,000 tokens of a selection (scarce: 200,000), in eight seeded orders. Where an
arm or the reference has fewer, both are cut to what the smaller one has. For 300k and 1M, all tokens are used: both
have the budget less a part of one document, and the script refuses selections with less than 99 % of it.

The bars are in quality_bars.py: means and worst targets by both of evaluate.py's judges, means by bpe, words and
characters if these judge, junk, and on dev the loss of the own domain's share of tokens. A mean is held to its bar only if all tasks of its set
were run. --hold holds a variant to the bars instead of dsel's defaults.

Exit status: 0 if the arm meets the bars or was not held to them, 1 if it misses one, 2 if something went wrong.

--cache keeps the reference's selections, dsel's, and all judgements, named by the content that they depend on. A run
repeats none of them.
"""
import argparse, hashlib, json, os, random, shlex, shutil, subprocess, sys

from quality_bars import JUDGES, misses, summarize
from quality_files import content_hash, environment_python, fail, note, run, write
from quality_judges import MODELS, Judges, token_count
from quality_ngrams import ORDERS
from quality_report import report
from quality_tasks import CROSS_DOMAINS, DEV_TARGETS, SEED, SETS, Corpora

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REFERENCE_PACKAGES = ["data-selection==1.0.3", "nltk==3.8.1", "numpy"]


def main():
    options = parse_options()
    corpora = Corpora(options.corpora, options.cache)
    judges = Judges(options.tools, options.cache, options.fast_judge, options.shuffles)
    variants = {"default": []} | dict(options.variant)
    dsel = options.dsel or build()
    arms = [arm for arm, wanted in [("reference", not options.skip_reference), ("random", options.random)] if wanted]
    arms += list(variants)

    tasks = [task for name in options.sets for task in corpora.tasks(name, options.targets, options.cross)]
    judgements = {}
    for task in tasks:
        selections = {}
        for arm in arms:
            if arm == "reference":
                selections[arm] = select_reference(options, corpora, task)
            elif arm == "random":
                selections[arm] = select_random(options, task)
            else:
                selections[arm] = select_dsel(options, task, dsel, variants[arm])
        for arm, own in judge_task(options, judges, task, selections).items():
            judgements[task, arm] = own
            note(f"{task.set}: {task.name}: {arm}: {own['bits_per_byte']:.4f} bits per byte, perplexity "
                 f"{own['perplexity']:.1f}, {own['domain_token_share']:.1%} of tokens of the own domain")

    summary = summarize(judgements, arms, options.judge) if "reference" in arms else {}
    held = bool(summary) and not options.fast_judge
    failures = misses(summary, options.hold, whole_sets(options)) if held else None

    write(options.output, report(variants, options.judge, judgements, summary, verdict(options, failures)))
    if options.json:
        everything = {
            "variants": {name: shlex.join(arguments) for name, arguments in variants.items()},
            "judgements": [
                {"set": task.set, "target": task.name, "count": task.count, "tokens": task.tokens, "arm": arm} | own
                for (task, arm), own in judgements.items()],
            "summary": [{"set": name, "arm": arm} | numbers for (name, arm), numbers in summary.items()],
            "misses": failures}
        write(options.json, json.dumps(everything, indent=2) + "\n")
    sys.exit(1 if failures else 0)


def judge_task(options, judges, task, selections):
    """Returns the judgements of one task by arm, with ratios to the reference if there is one.

    Bits and perplexity fall with more text, hence an arm and the reference are judged after equally many tokens: the
    task's limit, or all that the smaller of the two has.
    """
    reference = selections.get("reference")
    judged = {}
    for arm, selection in selections.items():
        counts = [judges.count(task, path) for path in [selection, reference or selection]]
        tokens = [count["selected_tokens"] for count in counts]
        if task.count and any(count["documents"] != task.count for count in counts):
            fail(f"{selection} or the reference's selection doesn't have {task.count} documents")
        if task.tokens and min(tokens) < 0.99 * task.tokens:
            fail(f"{selection} or the reference's selection has only {min(tokens)} of {task.tokens} tokens")
        limit = min(task.judged_tokens, *tokens) if task.judged_tokens else None
        own = judged[arm] = {"selection": selection} | judges.judge(task, selection, limit)
        if reference:
            add_ratios(own, judges.judge(task, reference, limit))
    if reference:
        for name in options.judge:
            bits = judges.bits_of_model(name, task, selections)
            for arm, own in judged.items():
                own[name] = sum(bits[arm]) / len(bits[arm])
                own[f"{name}_ratio"] = own[name] / (sum(bits["reference"]) / len(bits["reference"]))
                own[f"{name}_spread"] = (max(bits[arm]) - min(bits[arm])) / 2
    return judged


def parse_options():
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    shared = os.path.join(ROOT, "..", "shared")
    parser.add_argument("--corpora", metavar="DIR", default=os.path.join(shared, "corpora"))
    parser.add_argument("--tools", metavar="DIR", default=os.path.join(shared, "tools"),
                        help="directory with evaluate.py and bits_per_byte.py")
    parser.add_argument("--cache", metavar="DIR", default=os.path.join(ROOT, ".quality"))
    parser.add_argument("--sets", metavar="A,B", type=names, default=SETS,
                        help=f"sets of tasks: {', '.join(SETS)} (default: all)")
    parser.add_argument("--targets", metavar="A,B", type=names, default=DEV_TARGETS,
                        help=f"targets of all sets but cross (default: {','.join(DEV_TARGETS)})")
    parser.add_argument("--cross", metavar="A,B", type=names, default=CROSS_DOMAINS,
                        help=f"domains of cross (default: {','.join(CROSS_DOMAINS)})")
    parser.add_argument("--variant", metavar="NAME=ARGS", type=variant, action="append", default=[],
                        help="another arm: dsel select with these options; may be repeated")
    parser.add_argument("--dsel", metavar="PATH", help="default: built from this checkout")
    parser.add_argument("--hold", metavar="NAME", default="default",
                        help="the arm that is held to the bars, default or a variant (default: default)")
    parser.add_argument("--judge", metavar="NAME", choices=[*MODELS, *ORDERS], action="append", default=[],
                        help=f"another judge: {', '.join([*MODELS, *ORDERS])}; may be repeated")
    parser.add_argument("--fast-judge", metavar="PATH",
                        help="a dsel whose `compare --heldout` replaces evaluate.py: quicker, and without the bars")
    parser.add_argument("--shuffles", metavar="N", type=int, default=8,
                        help="orders in which a selection is read, up to the limit of tokens (default: 8)")
    parser.add_argument("--skip-reference", action="store_true", help="no reference, hence no ratios and no bars")
    parser.add_argument("--random", action="store_true", help="also judge a random draw")
    parser.add_argument("--output", metavar="FILE.md", help="default: standard output")
    parser.add_argument("--json", metavar="FILE", help="also write every number to this file")
    options = parser.parse_args()
    for path in ["corpora", "tools", "cache"]:
        setattr(options, path, os.path.abspath(getattr(options, path)))
    for name in options.sets:
        if name not in SETS:
            parser.error(f"--sets: there is no set {name!r}. The sets are {', '.join(SETS)}.")
    arms = ["random", "reference", "default"] + [name for name, _ in options.variant]
    if options.hold not in arms[2:]:
        parser.error(f"--hold: there is no variant {options.hold!r}")
    if len(set(arms)) < len(arms):
        parser.error("each --variant needs its own name, other than random, reference and default")
    for option, path in [("--dsel", options.dsel), ("--fast-judge", options.fast_judge)]:
        if path and not shutil.which(path):
            parser.error(f"{option}: there is no program {path}")
    if options.judge and options.skip_reference:
        parser.error("--judge compares with the reference. Leave --skip-reference out.")
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


# Selections: each function returns the path of a JSONL file


def select_random(options, task):
    path = os.path.join(options.cache, "selections", f"{content_hash(task.pool)}-{'-'.join(task.size)}-random.jsonl")
    with open(task.plain_pool, "rb") as file:
        lines = file.readlines()
    random.Random(SEED).shuffle(lines)
    size = task.count or within_tokens(lines, task.tokens)
    write(path, b"".join(lines[:size]).decode())
    return path


def within_tokens(lines, limit):
    """Returns how many of the first lines have at most `limit` tokens together."""
    for position, line in enumerate(lines):
        limit -= token_count(json.loads(line)["text"])
        if limit < 0:
            return position
    return len(lines)


def select_reference(options, corpora, task):
    folder = os.path.join(options.cache, "reference", content_hash(task.pool), content_hash(task.target))
    path = os.path.join(folder, f"{task.count}.jsonl" if task.count else f"{task.tokens}-tokens.jsonl")
    if not os.path.exists(path):
        note(f"{task.set}: {task.name}: running the reference package")
        os.makedirs(folder, exist_ok=True)
        corpora.whole_pool()
        features = os.path.join(options.cache, "reference", "features", content_hash(corpora.pool))
        run([environment_python(options.cache, "reference-env", REFERENCE_PACKAGES),
             os.path.join(ROOT, "scripts", "quality-reference.py"), "--pool", task.plain_pool,
             "--corpus", corpora.plain_pool, "--features", features, "--target", task.target,
             "--weights", folder, "--output", path] + task.size)
    return path


def select_dsel(options, task, dsel, arguments):
    # An argument may name a file that changes.
    files = [content_hash(argument) for argument in arguments if os.path.isfile(argument)]
    inputs = [content_hash(shutil.which(dsel)), content_hash(task.pool), content_hash(task.target)]
    name = hashlib.sha256("\0".join(inputs + files + task.size + arguments).encode()).hexdigest()[:16]
    path = os.path.join(options.cache, "selections", f"{name}.jsonl")
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        run([dsel, "select", "--target", task.target, "--pool", task.plain_pool, "--output", path, "--force",
             "--quiet"] + task.size + arguments)
    return path


# Numbers


def add_ratios(own, reference):
    for judge in JUDGES:
        own[f"{judge}_ratio"] = own[judge] / reference[judge]
    for share in ["domain_share", "domain_token_share"]:
        own[f"{share}_loss"] = 100 * (reference[share] - own[share])


def whole_sets(options):
    """Returns the sets of which all tasks were run, so that their means compare with the bars."""
    whole = {"dev": set(DEV_TARGETS) == set(options.targets), "cross": set(CROSS_DOMAINS) == set(options.cross)}
    return [name for name in options.sets if whole["cross" if name == "cross" else "dev"]]


def verdict(options, failures):
    if failures is None:
        reason = "`--fast-judge` replaced evaluate.py" if options.fast_judge else "the reference was skipped"
        return f"`{options.hold}` was not held to the bars: {reason}."
    partial = [name for name in options.sets if name not in whole_sets(options)]
    scope = f"on {', '.join(options.sets)}" + (f" (without the means of {', '.join(partial)})" if partial else "")
    if not failures:
        return f"PASS: `{options.hold}` meets the bars {scope}."
    return "\n".join([f"FAIL: `{options.hold}` misses {len(failures)} of the bars {scope}:", ""] +
                     [f"- {failure}" for failure in failures])


if __name__ == "__main__":
    main()
