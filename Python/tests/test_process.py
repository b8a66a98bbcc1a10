"""The program as a child: errors, progress, interruptions, memory."""

import gc
import json
import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import threading
import time
import warnings
import weakref

import pytest
from conftest import CRAWL, ROOT, WIKI, children, processes

import dsel as api


def test_an_error_has_its_place_and_its_advice(tmp_path):
    (tmp_path / "bad.jsonl").write_text('{"text": "a"}\n\n{"body": 1}\n')
    with pytest.raises(api.DselError) as caught:
        api.fit("bad.jsonl")
    error = caught.value
    assert (error.code, error.file, error.line) == ("missing_field", "bad.jsonl", 3)
    assert error.message == 'the field "text" is missing.'
    assert "--text-field" in error.advice
    assert str(error).startswith(f"bad.jsonl:3: {error.message} {error.advice} (In Python: ")
    with pytest.raises(api.DselError) as caught:
        api.fit("none.jsonl")
    assert (caught.value.code, caught.value.line) == ("no_such_file", None)


def test_an_error_keeps_nothing_of_its_callers():
    class Held:
        pass

    def fail():
        held = Held()
        try:
            api.fit("none.jsonl")
        except api.DselError:
            return weakref.ref(held)

    gc.disable()
    try:
        assert fail()() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("make", [list, iter])
def test_an_error_of_a_document_has_its_number(make, wiki_rows):
    rows = [*wiki_rows[:5], {"body": "no text"}]
    with pytest.raises(api.DselError) as caught:
        list(api.select(WIKI, make(rows)))
    assert (caught.value.file, caught.value.line) == ("pool", 6)
    with pytest.raises(api.DselError) as caught:
        list(api.select(make(rows), WIKI))
    assert (caught.value.file, caught.value.line) == ("target", 6)
    taken = api.select(WIKI, make(rows), on_error="skip", max_skipped="50%", count=5, min_tokens=0)
    with pytest.warns(api.DselWarning, match=r"1 invalid line of the pool .* in pool\."):
        assert len(taken.take()) == 5


def test_wrong_options():
    with pytest.raises(api.UsageError, match="--count must be at least 1") as caught:
        list(api.select(WIKI, CRAWL, count=0))
    assert isinstance(caught.value, ValueError) and caught.value.code == "usage"
    with pytest.raises(TypeError, match="unexpected keyword argument 'cuont'"):
        list(api.select(WIKI, CRAWL, cuont=5))
    with pytest.raises(TypeError, match="top_k must be True or False"):
        list(api.select(WIKI, CRAWL, top_k=5))
    with pytest.raises(TypeError, match="count can't be True"):
        list(api.select(WIKI, CRAWL, count=True))
    # What the package sets itself.
    for name in ["json", "quiet", "target_model", "help"]:
        with pytest.raises(TypeError, match=name):
            list(api.select(WIKI, CRAWL, **{name: True}))


@pytest.mark.parametrize(
    "documents, message",
    [
        (3, "int is no kind of documents"),
        (b"text", "bytes is no kind of documents"),
        ({"text": ["a"]}, "dict is no kind of documents"),
        ([1, 2], "document 1 is int, not a mapping"),
        (["a text", {"text": "b"}], "document 2 is dict, not a text"),
        ([{"text": "b"}, "a text"], "document 2 is str, not a mapping"),
        (iter([{"text": "b"}, "a text"]), "document 2 is str, not a mapping"),
        (["a.jsonl", "a text with words"], "'a.jsonl' is a file's name"),
        ([WIKI, {"text": "a"}], "paths and other documents"),
    ],
)
def test_what_is_no_document(documents, message):
    with pytest.raises(TypeError, match=message):
        list(api.select(WIKI, documents))


def test_a_misspelt_name_in_a_list_is_no_text():
    with pytest.raises(api.DselError) as caught:
        list(api.select(WIKI, ["gone.jsonl", "none.jsonl.zst"]))
    assert caught.value.code == "no_such_file"
    with pytest.raises(ValueError):
        list(api.select(WIKI, "-"))


def test_values_that_are_no_json(wiki_rows):
    for value in [float("nan"), object()]:
        with pytest.raises((ValueError, TypeError)):
            list(api.select(WIKI, iter([{"text": "a", "other": value}])))
    frame = pytest.importorskip("pandas").DataFrame({"text": ["a" * 9, None, float("nan")]})
    with pytest.raises(api.DselError) as caught:
        list(api.select(WIKI, frame))
    assert (caught.value.code, caught.value.line) == ("not_a_string", 2)
    with pytest.raises(ValueError, match="no column 'body'"):
        list(api.select(WIKI, frame, text_field="body"))


def test_warnings_come_from_the_caller(tmp_path):
    (tmp_path / "none.jsonl").write_text("")
    with pytest.warns(api.DselWarning, match=r"empty: none\.jsonl") as caught:
        api.fit([WIKI, pathlib.Path("none.jsonl")])
    assert [warning.filename for warning in caught] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list(api.select(WIKI, CRAWL, count=5))


# Progress.


def test_progress_goes_to_a_function(crawl_rows):
    events = []
    list(api.select(WIKI, CRAWL, count=5, progress=events.append))
    steps = list(dict.fromkeys(event["step"] for event in events))
    assert steps == ["fitTarget", "fitPool", "train", "weigh", "choose", "copy"]
    assert [e for e in events if e["step"] == "weigh"][-1]["documents"] == len(crawl_rows)
    events.clear()
    api.fit(WIKI, progress=events.append)
    assert events[-1]["percent"] == 100


def test_progress_as_a_bar(capsys, monkeypatch):
    pytest.importorskip("tqdm")
    list(api.select(WIKI, CRAWL, count=5, progress=True))
    assert "weigh (pass 2 of 4)" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    list(api.select(WIKI, CRAWL, count=5, progress=True))
    assert capsys.readouterr().err == ""


def test_an_exception_in_the_function_ends_the_run():
    def stop(event):
        raise KeyError(event["step"])

    with pytest.raises(KeyError, match="fitTarget"):
        list(api.select(WIKI, CRAWL, progress=stop))


# Iterators that fail or end.


def test_an_exception_in_a_generator_comes_through(crawl_rows):
    ended = []

    def broken(count):
        try:
            yield from crawl_rows[:count]
            raise LookupError("the connection broke")
        finally:
            ended.append(count)

    for count in [0, 1, 1000]:
        with pytest.raises(LookupError, match="broke") as caught:
            list(api.select(WIKI, broken(count), count=5))
        # The caller sees where it was raised.
        assert any(frame.name == "broken" for frame in caught.traceback)
        with pytest.raises(LookupError):
            api.select(broken(count), CRAWL, count=5, output="out.jsonl")
    assert sorted(ended) == [0, 0, 1, 1, 1000, 1000]
    assert not [name for name in os.listdir(".") if name != "scratch"]


def test_a_failed_run_ends_the_generator(crawl_rows):
    closed = threading.Event()

    def endless():
        try:
            while True:
                yield from crawl_rows
        finally:
            closed.set()

    with pytest.raises(api.DselError):
        list(api.select("none.jsonl", endless(), count=5))
    assert closed.wait(5)


def test_a_program_that_is_not_told_to_end_sees_the_end_of_its_input(tmp_path, monkeypatch):
    """A signal may come before a program listens for it."""
    program = tmp_path / "other"
    program.write_text(
        "#!/bin/sh\ntrap '' TERM\ntouch begun\n"
        'for word in "$@"; do case $word in --pool=*) cat "${word#*=}" > /dev/null ;; esac; done\n'
        "touch ended\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("DSEL", str(program))

    def broken():
        yield {"text": "a"}
        while not (tmp_path / "begun").exists():
            time.sleep(0.01)
        raise LookupError

    with pytest.raises(LookupError):
        list(api.select(WIKI, broken(), count=5))
    # Else it would have been killed after some seconds.
    assert (tmp_path / "ended").exists()


def test_closing_the_rows_early_ends_the_program(crawl_rows):
    # More than a pipe holds, so that the program still runs when the first row is there.
    rows = api.select(WIKI, iter(crawl_rows), count=1300, min_tokens=0).rows()
    assert next(iter(rows))["text"]
    assert children()
    del rows
    deadline = time.time() + 5
    while children() and time.time() < deadline:
        time.sleep(0.02)
    assert not children()


def test_runs_in_several_threads(expected):
    found = {}

    def work(number):
        lines = [json.loads(line) for line in WIKI.read_bytes().splitlines()]
        found[number] = list(api.select(iter(lines), CRAWL, count=50).lines())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(lines == expected("--count", "50") for lines in found.values()) and len(found) == 6


@pytest.mark.parametrize("where", ["in the generator", "in the program"])
def test_an_interrupt_ends_everything(tmp_path, where):
    script = tmp_path / "run.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import sys, time
            sys.path.insert(0, {str(ROOT / "Python/src")!r})
            import dsel
            def slow():
                yield {{"text": "one"}}
                print("begun", flush=True)
                time.sleep(600)
            def endless():
                print("begun", flush=True)
                while True:
                    yield {{"text": "a few words " * 99}}
            pool = slow() if {where!r} == "in the generator" else endless()
            try:
                list(dsel.select({str(WIKI)!r}, pool))
            except KeyboardInterrupt:
                print("interrupted", flush=True)
            """
        )
    )
    run = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, start_new_session=True)
    assert run.stdout.readline() == b"begun\n"
    time.sleep(0.3)
    # To Python alone, and not to the program, as a notebook does.
    run.send_signal(signal.SIGINT)
    assert run.stdout.readline() == b"interrupted\n"
    assert run.wait(10) == 0
    run.stdout.close()
    assert not [process for process in processes() if process[2] == run.pid]


def test_a_killed_interpreter_leaves_no_half_selection(tmp_path):
    """What the program got from it must not pass for a whole pool."""
    script = tmp_path / "run.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import sys, time
            sys.path.insert(0, {str(ROOT / "Python/src")!r})
            import dsel
            def rows():
                for number in range(40):
                    for line in open({str(WIKI)!r}):
                        yield {{"text": f"{{number}} {{line}}"}}
                print("begun", flush=True)
                time.sleep(600)
            dsel.select({str(WIKI)!r}, rows(), count=5, output="out.jsonl")
            """
        )
    )
    run = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, start_new_session=True)
    assert run.stdout.readline() == b"begun\n"
    run.kill()
    run.wait()
    run.stdout.close()
    deadline = time.time() + 10
    while [p for p in processes() if p[2] == run.pid] and time.time() < deadline:
        time.sleep(0.02)
    assert not [p for p in processes() if p[2] == run.pid]
    assert sorted(os.listdir(".")) == ["run.py", "scratch"]


def test_there_is_no_program(monkeypatch, tmp_path):
    monkeypatch.setenv("DSEL", str(tmp_path / "none"))
    with pytest.raises(FileNotFoundError):
        api.fit(WIKI)
    monkeypatch.delenv("DSEL")
    program = tmp_path / "dsel"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert api.find_binary() == str(program)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(FileNotFoundError, match="Install the wheel"):
        api.find_binary()


def test_what_another_program_says_is_in_the_exception(monkeypatch, tmp_path):
    program = tmp_path / "other"
    program.write_text("#!/bin/sh\necho a library is missing >&2\nexit 127\n")
    program.chmod(0o755)
    monkeypatch.setenv("DSEL", str(program))
    with pytest.raises(api.DselError, match="a library is missing"):
        api.fit(WIKI)


# Memory.


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="reads /proc")
def test_a_large_generator_needs_little_memory(tmp_path):
    """A quarter of a gigabyte adds at most 80 MB over both processes."""
    script = tmp_path / "run.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import json, os, resource, sys
            sys.path.insert(0, {str(ROOT / "Python/src")!r})
            import dsel
            words = [json.loads(line)["text"] for line in open({str(WIKI)!r})]
            def rows(total):
                done = number = 0
                while done < total:
                    text = f"{{number}} " + words[number % len(words)]
                    done, number = done + len(text), number + 1
                    yield {{"text": text}}
            def run(total):
                for _ in dsel.select({str(WIKI)!r}, rows(total), count=20, threads=2,
                                     objective="weight"):
                    pass
                own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
                return own, child
            import gc
            small = run(1 << 20)
            large = run(int(sys.argv[1]))
            print(json.dumps([small, large]))
            """
        )
    )
    size = os.environ.get("DSEL_TEST_GENERATOR_BYTES", str(256 << 20))
    out = subprocess.run([sys.executable, script, size], capture_output=True, check=True).stdout
    small, large = json.loads(out)
    added = sum(large) - sum(small)
    print(f"\nadded: {added / 1000:.1f} MB, own and child: {small} to {large} kB")
    assert added <= 80_000
