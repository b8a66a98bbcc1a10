"""Files that options of a selection on many machines name, and files of directories."""

import json
import lzma
import os
import pathlib
import subprocess
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import WIKI, dsel
from pools import Interrupting, content, expected_of, reused, select

import dsel as api


def rewrite(path, data):
    """With the date that it had."""
    status = os.stat(path)
    pathlib.Path(path).write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def verified(manifest="out/manifest.json"):
    run = subprocess.run(
        [os.environ["DSEL"], "verify", manifest], capture_output=True, text=True, check=False
    )
    return run.stdout


def lines_of(path):
    return [line.split(None, 2) for line in verified().splitlines() if path in line]


@pytest.mark.parametrize("name", ["ev.jsonl", "ev"])
def test_evaluation_documents_that_change_are_read_again(threads, shards, name):
    selected = expected_of(shards, "--count=60").splitlines(keepends=True)
    file = "ev.jsonl" if name == "ev.jsonl" else "ev/a.jsonl"
    os.makedirs("ev", exist_ok=True)
    pathlib.Path(file).write_bytes(selected[0])
    first = select(threads, WIKI, shards, count=60, exclude=name)
    assert content(first) == expected_of(shards, "--count=60", f"--exclude={name}")
    assert selected[0] not in content(first)
    for line in selected[1:3]:
        rewrite(file, line)
        found = select(threads, WIKI, shards, count=60, exclude=name, force=True)
        assert content(found) == expected_of(shards, "--count=60", f"--exclude={name}")
        assert line not in content(found).splitlines(keepends=True)
        # The models of the pool don't depend on it.
        assert reused(found)["fit"] and not reused(found)["weigh"]
    again = select(threads, WIKI, shards, count=60, exclude=name)
    assert content(again) == content(found) and all(reused(again).values())
    # What was selected before is in the directory.
    rewrite(file, selected[0])
    with pytest.raises(api.DselError) as caught:
        select(threads, WIKI, shards, count=60, exclude=name)
    assert caught.value.code == "output_exists"


def test_a_base_that_changes_is_read_again(threads, shards, crawl_lines):
    pathlib.Path("code.jsonl").write_bytes(b"".join(crawl_lines[:300]))
    for documents in (WIKI, "code.jsonl"):
        dsel("fit", documents, "--output", "b.model", "--force")
        os.utime("b.model", (0, 0))
        found = select(threads, WIKI, shards, count=60, base="b.model", force=True)
        assert content(found) == expected_of(shards, "--count=60", "--base=b.model")
    assert reused(found)["weigh"] and not reused(found)["choose"]
    assert content(found) != expected_of(shards, "--count=60")


def test_a_file_of_a_directory_of_the_target_that_changes_is_read_again(threads, shards):
    lines = WIKI.read_bytes().splitlines(keepends=True)
    os.mkdir("target")
    for part in (lines, lines[:50]):
        # The date of a directory doesn't change with what is in its files.
        pathlib.Path("target/a.jsonl").write_bytes(b"".join(part))
        os.utime("target", (0, 0))
        found = select(threads, "target", shards, count=60, force=True)
        assert content(found) == expected_of(shards, "--count=60", target="target")


@pytest.mark.parametrize("objective", ["set", "weight"])
def test_its_manifest_lists_files_of_options(threads, shards, crawl_lines, objective):
    os.mkdir("ev")
    for number in range(2):
        pathlib.Path(f"ev/{number}.jsonl").write_bytes(crawl_lines[number])
    options = {"count": 60, "exclude": "ev/", "objective": objective}
    if objective == "set":
        dsel("fit", WIKI, "--output", "b.model")
        options["base"] = "b.model"
    found = select(threads, WIKI, shards, **options)
    # As one `select` has them.
    words = [f"--{name}={value}" for name, value in options.items()]
    command = ["select", "--target", WIKI, "--pool", *shards, *words, "-o", "o.jsonl"]
    dsel(*command)
    one = json.loads(pathlib.Path("o.jsonl.manifest.json").read_bytes())

    def named(files):
        return [{**file, "path": os.path.abspath(file["path"])} for file in files]

    assert found.manifest["excluded"]["files"] == named(one["excluded"]["files"])
    if objective == "set":
        theirs = one["settings"]["objective"]
        own = found.manifest["settings"]["objective"]
        assert own["base_xxh3"] == theirs["base_xxh3"]
        assert own["base"] == os.path.abspath(theirs["base"])
        rewrite("b.model", b"{}")
        assert [line[0] for line in lines_of("b.model")] == ["changed"]
    rewrite("ev/0.jsonl", crawl_lines[2])
    os.remove("ev/1.jsonl")
    assert [line[0] for line in lines_of("/ev/")] == ["changed", "missing"]


def test_documents_from_memory_are_no_files_of_the_manifest(threads, shards, crawl_lines):
    """The folder for work may be removed."""
    evaluation = [json.loads(line) for line in crawl_lines[:2]]
    found = select(threads, WIKI, shards, count=60, exclude=evaluation)
    assert "excluded" not in found.manifest
    pathlib.Path("e.jsonl").write_bytes(b"".join(crawl_lines[:2]))
    assert content(found) == expected_of(shards, "--count=60", "--exclude=e.jsonl")


@pytest.mark.parametrize(
    "option, label, is_after",
    [("exclude", "fit", True), ("exclude", "weigh", True), ("base", "weigh", False)],
)
def test_a_file_of_an_option_that_changes_during_the_selection_is_named(
    shards, crawl_lines, option, label, is_after, monkeypatch
):
    path = {"exclude": "ev.jsonl", "base": "b.model"}[option]
    pathlib.Path("ev.jsonl").write_bytes(crawl_lines[0])
    dsel("fit", WIKI, "--output", "b.model")
    pathlib.Path("more").write_bytes(b"".join(crawl_lines[:50]))
    dsel("fit", "more", "--output", "other.model")
    other = {"exclude": crawl_lines[1], "base": pathlib.Path("other.model").read_bytes()}[option]
    if label == "weigh" and is_after:
        # Before it, so that the tasks meet it.
        label, is_after = "try", True
    with ThreadPoolExecutor(2) as executor, pytest.raises(api.DselError) as caught:
        engine = Interrupting(executor, label, lambda: rewrite(path, other), is_after)
        select(engine, WIKI, shards, count=60, **{option: path})
    assert caught.value.code == "changed" and caught.value.file == os.path.abspath(path)
    assert not os.path.exists("out/manifest.json")
    # The advice is to run it again.
    with ThreadPoolExecutor(2) as executor:
        found = select(Interrupting(executor, "", None), WIKI, shards, count=60, **{option: path})
    assert content(found) == expected_of(shards, "--count=60", f"--{option}={path}")


def test_a_pipe_of_evaluation_documents_is_refused(threads, shards):
    os.mkfifo("pipe.jsonl")
    with pytest.raises(api.UsageError, match="exclude can't be used on many machines"):
        select(threads, WIKI, shards, count=60, exclude="pipe.jsonl")


def test_files_of_options_are_not_in_the_output(threads, shards, crawl_lines):
    os.mkdir("out")
    path = pathlib.Path("out/shard_00000000.jsonl")
    path.write_bytes(crawl_lines[0])
    with pytest.raises(api.UsageError, match="is read by the selection"):
        select(threads, WIKI, shards, count=60, exclude=path, force=True)
    assert path.read_bytes() == crawl_lines[0]


# Directories.


@pytest.mark.parametrize("pattern", ["*.xz", "*/packed/*.xz"])
def test_a_directory_has_files_that_a_command_reads(threads, shards, pattern):
    os.mkdir("packed")
    for number, path in enumerate(shards):
        lines = subprocess.run(["zstd", "-dqcf", path], capture_output=True).stdout
        name = f"packed/{number}.jsonl"
        if number:
            pathlib.Path(f"{name}.xz").write_bytes(lzma.compress(lines, preset=0))
        else:
            pathlib.Path(name).write_bytes(lines)
    # Hidden files are none of the pool, whatever the pattern.
    pathlib.Path("packed/.hidden.xz").write_bytes(b"")
    pathlib.Path("packed/README").write_bytes(b"no documents")
    options = {"count": 60, "reader": {pattern: "xz -dc"}, "allow_empty": True}
    found = select(threads, WIKI, "packed", **options)
    assert content(found) == expected_of(shards, "--count=60")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # On many machines, names are absolute, and patterns with a slash are about these.
        one = api.select(WIKI, os.path.abspath("packed"), **options)
        assert b"".join(one.lines()) == content(found)


def test_a_directory_without_documents_is_named(threads, shards):
    os.mkdir("none")
    pathlib.Path("none/a.xz").write_bytes(b"")
    for target, pool, options in [
        (WIKI, "none", {}),
        ("none", shards, {}),
        (WIKI, shards, {"exclude": "none"}),
    ]:
        with pytest.raises(api.DselError) as caught:
            select(threads, target, pool, count=60, **options)
        assert caught.value.code == "no_documents"
        assert caught.value.file.rstrip("/") == os.path.abspath("none")
