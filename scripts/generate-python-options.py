#!/usr/bin/env python3
"""Writes Python/src/dsel/_options.py: the options of each command, with their types, and which commands
of a selection on many machines have them.

    scripts/generate-python-options.py --dsel .build-release/release/dsel [--check]

Everything comes from the program's own parser, which lists its options with
--experimental-dump-help, so no option can be missing. Where an option leads is read from the commands
that `dsel plan` prints. --check compares, and writes nothing.
"""
import argparse
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "Python/src/dsel/_options.py"
COMMANDS = ["select", "fit", "merge", "weigh", "resample", "compare", "explain", "show"]

# What the package itself decides, or has as a parameter of its own.
OURS = {"json", "progress", "quiet", "verbose", "version", "help"}
PARAMETERS = {
    "select": {"target", "pool", "text-field"},
    "fit": {"pool", "text-field", "output", "compress", "force"},
    "merge": {"output", "compress", "force"},
    "weigh": {"target-model", "pool-model", "pool", "text-field", "candidates", "candidates-from",
              "output", "compress", "force", "format", "work-dir", "manifest", "flush-documents"},
    "resample": {"weights", "candidates", "pool", "text-field", "picks"},
    "compare": {"target", "selected", "pool", "text-field"},
    "explain": {"target", "pool", "target-model", "pool-model", "text-field", "manifest"},
    "show": {"target", "pool", "target-model", "pool-model", "text-field", "manifest"},
}
# Options whose value may be documents of any kind, and not only files.
DOCUMENTS = {"exclude", "heldout"}
# Options that are repeated for several sets of documents.
SELECTIONS = {"beside"}
PATH = "Union[str, os.PathLike[str]]"
NUMBER = "Union[int, float, str]"
# By the name of the value in help.
TYPES = {
    "n": "Union[int, str]", "n|auto": "Union[int, str]", "bytes": "Union[int, str]",
    "f": "Union[float, str]", "p": "Union[float, str]", "t": "Union[float, str]",
    "q": "Union[float, str]", "s": "Union[float, str]", "w": "Union[float, str]",
    "a": "Union[float, str]", "t|auto": "Union[float, str]", "seed": "Union[int, str]",
    "f%|n|f%,n": NUMBER, "path": "str", "text": "str", "name": "str", "id": "Union[str, int, Sequence[Union[str, int]]]",
    "n|file:n": "Union[int, str, Sequence[Union[int, str]]]",
    "name=f,…": "Union[Mapping[str, float], str]", "value=f,…|auto": "Union[Mapping[str, float], str]",
    "path[=scale],…": "Union[Mapping[str, float], Sequence[str], str]",
    "path=low:high,…": "Union[Mapping[str, str], Sequence[str], str]",
    "path=x,…": "Union[Mapping[str, float], Sequence[str], str]",
    "path,…": "Union[Sequence[str], str]",
    "statistic,…": "Union[Sequence[str], str]",
    "x,…": "Union[Sequence[float], float, str]",
    "glob=command": "Union[Mapping[str, str], Sequence[str], str]",
    "command": "str", "seconds": "Union[int, str]",
}

# What dsel.distributed says itself, as `dsel plan` does.
OF_PLANS = {"count", "tokens", "bytes", "fraction", "auto-limit", "output-dir", "compress", "files-from",
            "null", "target-text-field"}
# Values for plans, by the option's name or the value's; and the options that another one needs.
SAMPLES = {
    "max-tokens": "500", "max-window": "1MiB", "share": "two=0.5", "temperature": "2",
    "n": "5", "bytes": "1000", "f": "0.5", "p": "0.5", "t": "2", "q": "0.5", "s": "0.5", "w": "1",
    "a": "0.5", "seed": "3", "f%|n|f%,n": "5", "value=f,…|auto": "x=1", "path[=scale],…": "x",
    "path=x,…": "x=1", "statistic,…": "rank", "glob=command": "*.xz=xz -dc", "command": "cat",
    "path=low:high,…": "x=1:2", "seconds": "5", "base": "model",
}
READER = ["--reader=*.xz=xz -dc"]
COMPANIONS = {
    "text-join": ["--text-field=a,b"], "max-skipped": ["--on-error=skip"], "rejects": ["--on-error=skip"],
    "reader-timeout": READER, "allow-empty": READER, "spool": READER, "base-tokens": ["--base=model"],
    "mixture": ["--stratify=x"], "mixture-temperature": ["--stratify=x"],
    "fill": ["--stratify=x", "--objective=weight"], "exclude-ngram": ["--exclude=one"],
    "exclude-text-field": ["--exclude=one"], "excluded": ["--exclude=one"],
    "rejected-duplicates": ["--near-duplicates=0.8"], "target-smoothing": ["--estimator=ratio"],
    "shuffle-seed": ["--shuffle"], "domain-field": ["--report=r"], "annotate-with": ["--annotate"],
    "effective-size": ["--temperature=auto"], "overlap": ["--temperature=auto"],
}


def kind_and_type(name, option):
    """How the value becomes words, and the type in Python."""
    if option["kind"] == "flag":
        return "flag", "bool"
    if name in DOCUMENTS:
        return "documents", "Documents"
    if name in SELECTIONS:
        return "selections", "Sequence[Documents]"
    if option.get("allValues"):
        return "value", f"Literal[{', '.join(json.dumps(v) for v in option['allValues'])}]"
    if {"file", "directory"} & set(option.get("completionKind", {})):
        if option["isRepeating"]:
            return "values", f"Union[{PATH[6:-1]}, Sequence[{PATH}]]"
        return "value", PATH
    if option["valueName"] not in TYPES:
        sys.exit(f"--{name}: no type for a value called {option['valueName']!r}. Add it to TYPES.")
    return ("values" if option["isRepeating"] else "value"), TYPES[option["valueName"]]


def routes(dsel):
    """The commands that have each option of `dsel select`, where a selection has a command for each shard."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for file in ("one", "two", "pool"):
            pathlib.Path(folder, file).write_text('{"text":"a"}\n')
        subprocess.run([dsel, "fit", "--quiet", "one", "--output=model"], cwd=folder, check=True)
        select = ["--target=one=one", "--target=two=two", "--pool=pool", "--count=50", "--output-dir=out"]
        for name, kind, *_, sample in options(dsel, "select"):
            if name in OF_PLANS:
                continue
            word = f"--{name}" if kind == "flag" else f"--{name}={sample}"
            run = subprocess.run(
                [dsel, "plan", "--format=commands", "select", *select, *COMPANIONS.get(name, []), word],
                cwd=folder, capture_output=True, text=True)
            if run.returncode == 0:
                found[name] = places(run.stdout, f"--{name}")
            elif re.search(r" needs | at least ", run.stderr):
                sys.exit(f"{word}: add what it needs to COMPANIONS or SAMPLES: {run.stderr}")
    return found


def places(plan, option):
    """The names of the commands in a plan that have an option."""
    found = []
    for line in plan.splitlines():
        if " || dsel " not in line:
            continue
        command, *words = shlex.split(line.split(" || dsel ", 1)[1])
        if command == "resample":
            command = "choose" if any(word.startswith("--picks=") for word in words) else "write"
        if command == "fit":
            command = "fit pool" if words[0] == "pool" else "fit targets"
        if any(word.split("=")[0] == option for word in words) and command not in found:
            found.append(command)
    return found


def options(dsel, command):
    dump = json.loads(subprocess.run(
        [dsel, command, "--experimental-dump-help"], check=True, capture_output=True).stdout)
    for option in dump["command"]["arguments"]:
        names = [name["name"] for name in option.get("names", []) if name["kind"] == "long"]
        if option["kind"] == "positional" or not option["shouldDisplay"]:
            continue
        if names[0] in OURS | PARAMETERS[command]:
            continue
        kind, type_ = kind_and_type(names[0], option)
        value = option.get("valueName")
        sample = SAMPLES.get(names[0]) or (option.get("allValues") or [None])[-1]
        if {"file", "directory"} & set(option.get("completionKind", {})):
            sample = sample or "one"
        yield names[0], kind, type_, option.get("abstract", ""), sample or SAMPLES.get(value, "x")


def generated(dsel):
    lines = [
        '"""The options of the commands, as keyword arguments.',
        "",
        "Generated by scripts/generate-python-options.py from the program's own parser. Don't edit it.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "import os",
        "from typing import Dict, Literal, Mapping, Sequence, Tuple, TypedDict, Union",
        "",
        "from ._sources import Documents",
        "",
    ]
    table = ["# How the value of each option is written on the command line.",
             "OPTIONS: Dict[str, Dict[str, str]] = {"]
    for command in COMMANDS:
        lines += ["", f"class {command.capitalize()}Options(TypedDict, total=False):",
                  f'    """Options of `dsel {command}`."""', ""]
        table.append(f'    "{command}": {{')
        for name, kind, type_, abstract, _ in options(dsel, command):
            member = name.replace("-", "_")
            lines += textwrap.wrap(
                abstract, 96, initial_indent="    # ", subsequent_indent="    # ",
                break_long_words=False, break_on_hyphens=False)
            lines.append(f"    {member}: {type_}")
            table.append(f'        "{member}": "{kind}",')
        table.append("    },")
        lines.append("")
    table += ["}", "", "# The commands that get each option of `dsel select`, by `dsel plan`.",
              "ROUTES: Dict[str, Tuple[str, ...]] = {"]
    for name, places_ in routes(dsel).items():
        text = "".join(f'"{place}", ' for place in places_)
        table.append(f'    "{name.replace("-", "_")}": ({text.rstrip() if len(places_) == 1 else text[:-2]}),')
    return "\n".join(lines + [""] + table + ["}", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dsel", required=True)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    # Resolved, because the runs for routes have a folder of their own.
    text = generated(str(pathlib.Path(arguments.dsel).resolve()))
    if not arguments.check:
        OUTPUT.write_text(text, encoding="utf-8")
    elif OUTPUT.read_text(encoding="utf-8") != text:
        sys.exit(f"{OUTPUT.relative_to(ROOT)} is not what the program's options are. Run this "
                 "script without --check.")


if __name__ == "__main__":
    main()
