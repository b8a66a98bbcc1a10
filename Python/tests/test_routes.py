"""Options reach the same commands from `dsel plan` and from `dsel.distributed.select`."""

import os
import shlex

import pytest
from conftest import dsel

import dsel as api
from dsel._arguments import option_words
from dsel._options import OPTIONS, ROUTES
from dsel.distributed import _plan

# Every option with a route is in one of them.
GIVEN = [
    {"seed": 7, "min_tokens": 5, "max_tokens": 900, "min_weight": -9, "normalize": "none"},
    {"estimator": "ratio", "target_smoothing": 2, "smoothing": 2},
    {"estimator": "ratio", "buckets": 4096, "ngrams": 1, "objective": "weight"},
    {"compat": "dsir"},
    {"tokenizer": "wordpunct", "near_duplicates": 0.8, "exclude": "one", "exclude_ngram": 9},
    {"exclude": "one", "exclude_text_field": "b", "exclude_target": True, "fit_sample": 0.5},
    {"purity": 0.2, "noise": 0, "base": "base.model", "base_tokens": 9, "threads": 2},
    {"logistic_share": 0.1, "temperature": 2, "add": {"n": 0.5, "m": -1}, "max_window": 2**20},
    {"top_k": True, "objective": "weight", "text_join": "|", "text_field": "a,b"},
    {"target_text_field": "c", "text_join": "|", "text_field": "a,b"},
    {"on_error": "skip", "max_skipped": "5%", "max_line_bytes": 9999, "replay": 0.2},
    {"reader": "*.xz=cat", "reader_timeout": 9, "allow_empty": True, "spool": True},
    {"stratify": "n", "mixture": {"a": 0.2}, "replay": 0.2},
    {"stratify": "n", "mixture_temperature": 2},
    {"tokens_field": "n"},
    {"stratify": "n", "fill": True, "objective": "weight"},
    {"share": {"one": 0.2}},
]


@pytest.fixture
def files(tmp_path):
    for name in ("one", "two", "pool"):
        (tmp_path / name).write_text('{"text":"a"}\n')
    dsel("fit", "one", "--quiet", "--output", "base.model")


def words_of_plan(options, text_field):
    """The options of each command that `dsel plan` prints."""
    words = ["plan", "--format=commands", "select", "--target=one=one", "--target=two=two"]
    if "base" in options or "exclude_target" in options:
        words[-2:] = ["--target=one"]
    words += ["--pool=pool", "--count=50", "--output-dir=out", f"--text-field={text_field}"]
    printed = dsel(*words, *option_words("select", options, text_field)).decode()
    found = {}
    for line in printed.splitlines():
        if " || dsel " not in line:
            continue
        command, *given = shlex.split(line.split(" || dsel ", 1)[1])
        if command == "resample":
            command = "write" if "--pool=pool" in given else "choose"
        if command == "fit":
            command = "fit pool" if given[0] == "pool" else "fit targets"
        found[command] = own(given)
    return found


def own(words):
    """Without what says which files, how many, and how many threads: each has its own way there."""
    left_out = ("candidates", "count", "output", "picks", "pool", "pool-model", "quiet")
    left_out += ("target-model", "threads=1", "text-field=text")
    left_out += ("by-shard", "force", "manifest", "output-dir")
    names = tuple(f"--{name}" for name in left_out)
    return sorted(
        word.replace(os.getcwd() + "/", "")
        for word in words
        if word.startswith("-") and word not in names and word.split("=")[0] not in names
    )


@pytest.mark.parametrize("options", GIVEN, ids=str)
def test_plans_and_the_package_agree(files, options):
    options = dict(options)
    field = options.pop("text_field", "text")
    is_one = "base" in options or "exclude_target" in options
    target = "one" if is_one else {"one": "one", "two": "two"}
    plan = _plan.planned(target, "pool", "work", "out", field, 1, {**options, "count": 50})
    job = plan.job
    with_field = [f"--text-field={field}"]
    found = {
        "fit targets": own(plan.targets[0][1]),
        "fit pool": own([*job.fit, *with_field]),
        "weigh": own([*job.weigh, *with_field]),
        "merge": own(job.merge),
        "choose": own(job.choose),
        "write": own([*job.write, *with_field]),
    }
    assert found == words_of_plan(options, field)


def test_all_routes_are_compared():
    assert (
        set(ROUTES)
        <= {name for options in GIVEN for name in options}
        <= {
            *OPTIONS["select"],
            "text_field",
        }
    )


def test_what_has_no_route_is_refused(files):
    taken = {"compress", "count", "tokens", "bytes", "fraction", "force", "target_text_field"}
    for name in sorted(set(OPTIONS["select"]) - set(ROUTES) - taken):
        with pytest.raises(api.UsageError, match=f"{name} can't be used on many machines"):
            _plan.planned("one", "pool", "work", "out", "text", 1, {name: "one"})
