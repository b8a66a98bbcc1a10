"""Selections on many machines that fail, begin again, or meet one another; engines; stores."""

import json
import os
import pathlib
import pickle
import shutil
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import WIKI, dsel
from pools import Interrupting, content, environment, expected_of, reused, select

import dsel as api
from dsel.distributed import Futures, _cost, _documents, _storage

# Runs that begin again.


class Broken(Exception):
    pass


def stop():
    raise Broken


def test_a_driver_that_begins_again_redoes_what_is_missing(threads, shards, monkeypatch):
    monkeypatch.setattr(_cost, "MERGED_ON_THE_WAY", 0)
    steps = ["fit", "merge models", "try", "weigh", "merge candidates", "choose", "slice", "write"]
    with ThreadPoolExecutor(2) as executor:
        for label in steps:
            with pytest.raises(Broken):
                select(Interrupting(executor, label, stop), WIKI, shards, count=60)
            assert not os.path.exists("out/manifest.json")
    found = select(threads, WIKI, shards, count=60)
    assert content(found) == expected_of(shards, "--count=60")
    assert reused(found) == {step: step != "write" for step in steps}
    again = select(threads, WIKI, shards, count=60)
    assert content(again) == content(found) and all(reused(again).values())
    # Other sizes use the models again.
    other = select(threads, WIKI, shards, out="other", count=70)
    assert reused(other)["fit"] and not reused(other)["weigh"]


def test_lost_and_damaged_results_are_made_again(threads, shards):
    first = content(select(threads, WIKI, shards, count=60))
    for folder in sorted(os.listdir("work")):
        for name in sorted(os.listdir(os.path.join("work", folder))):
            path = os.path.join("work", folder, name)
            if os.path.getsize(path) % 3 == 0:
                os.unlink(path)
            elif os.path.getsize(path) % 3 == 1:
                # What a crash of the machine leaves, if its file system doesn't keep its promise.
                open(path, "w").close()
    os.unlink("out/" + sorted(os.listdir("out"))[-1])
    assert content(select(threads, WIKI, shards, count=60)) == first


def test_a_shard_that_changes_between_fit_and_weigh_is_named(threads, shards):
    """Its size and its date stay the same."""
    path = shards[0]
    before = pathlib.Path(path).read_bytes()

    def change():
        status = os.stat(path)
        with open(path, "r+b") as file:
            file.write(before.replace(b" the ", b" eht "))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    with ThreadPoolExecutor(2) as executor:
        engine = Interrupting(executor, "merge models", change)
        with pytest.raises(api.DselError) as caught:
            select(engine, WIKI, shards, count=60)
    assert (caught.value.code, caught.value.file) == ("changed", path)
    # The advice is to run it again.
    assert content(select(threads, WIKI, shards, count=60)) == expected_of(shards, "--count=60")


@pytest.mark.parametrize("label", ["weigh", "choose", "write"])
def test_a_shard_that_is_lost_damaged_or_changed_later_is_named(threads, shards, label):
    path = shards[0]

    def truncate():
        os.truncate(path, 1000)

    for action in [truncate, lambda: os.unlink(path)]:
        shutil.copy(path, "copy")
        for folder in ["work", "out"]:
            shutil.rmtree(folder, ignore_errors=True)
        with ThreadPoolExecutor(2) as executor, pytest.raises(api.DselError) as caught:
            select(Interrupting(executor, label, action), WIKI, shards, count=60)
        assert caught.value.file == path, caught.value
        assert not os.path.exists("out/manifest.json")
        shutil.copy("copy", path)


def test_a_damaged_shard_is_named(threads, shards):
    path = next(path for path in shards if path.endswith(".zst"))
    data = bytearray(pathlib.Path(path).read_bytes())
    data[len(data) // 2] ^= 255
    pathlib.Path(path).write_bytes(data)
    with pytest.raises(api.DselError) as caught:
        select(threads, WIKI, shards, count=60)
    assert caught.value.file == path and caught.value.code == "corrupt"


def test_two_drivers_work_in_one_folder(shards):
    found = []

    def drive():
        with ThreadPoolExecutor(2) as executor:
            found.append(select(Futures(executor), WIKI, shards, count=60))

    drivers = [threading.Thread(target=drive) for _ in range(2)]
    for driver in drivers:
        driver.start()
    for driver in drivers:
        driver.join()
    expected = expected_of(shards, "--count=60")
    assert len(found) == 2 and all(content(one) == expected for one in found)


def test_another_selection_in_the_directory_stays(threads, shards):
    first = content(select(threads, WIKI, shards, count=60))
    with pytest.raises(api.DselError) as caught:
        select(threads, WIKI, shards, count=61)
    assert caught.value.code == "output_exists"
    # The same request, whose pool has another content since then.
    with open(shards[0], "ab") as file:
        file.write(WIKI.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(api.DselError) as caught:
        select(threads, WIKI, shards, count=60)
    assert caught.value.code == "output_exists"
    assert len(first.splitlines()) == 60
    found = select(threads, WIKI, shards[:2], count=9, force=True)
    assert content(found) == expected_of(shards[:2], "--count=9")
    os.makedirs("theirs")
    open("theirs/shard_00000000.jsonl", "w").close()
    with pytest.raises(api.DselError):
        select(threads, WIKI, shards, out="theirs", count=60)


# Engines.


class Faulty:
    """Fails for some calls, as a machine does that is out of disk."""

    def __init__(self, times, error):
        self.times, self.error, self.lock = times, error, threading.Lock()

    def __call__(self, item):
        with self.lock:
            self.times -= 1
            if self.times >= 0:
                raise self.error
        return {"item": item}


def test_faults_of_machines_are_tried_again(threads):
    full = api.DselError("no space left.", code="disk_full", file="f")
    assert threads.map(Faulty(3, full), [1, 2], "l") == [{"item": 1}, {"item": 2}]
    with pytest.raises(api.DselError, match="no space left"):
        threads.map(Faulty(99, full), [1], "l")
    with ThreadPoolExecutor(1) as executor:
        faulty = Faulty(1, api.DselError("bad.", code="corrupt", file="f"))
        with pytest.raises(api.DselError, match="bad"):
            Futures(executor).map(faulty, [1], "l")


def test_the_last_tasks_begin_a_second_time():
    released = threading.Event()
    calls = []

    def task(item):
        calls.append(item)
        if item == 3 and calls.count(3) == 1:
            released.wait(30)
        return {"item": item, "cost": [0.01]}

    with ThreadPoolExecutor(2) as executor:
        begin = time.monotonic()
        found = Futures(executor, patience=0.5).map(task, [1, 2, 3], "l")
        assert [one["item"] for one in found] == [1, 2, 3]
        assert time.monotonic() - begin < 20
        released.set()


def test_progress_and_many_items(threads):
    events = []
    with ThreadPoolExecutor(2) as executor:
        engine = Futures(executor, ahead=3, progress=events.append)
        assert engine.map(str, list(range(50)), "l") == [str(n) for n in range(50)]
    assert events[-1] == {"step": "l", "done": 50, "total": 50}


def test_tasks_can_be_sent_to_other_processes(shards):
    class Pickling:
        def map(self, function, items, label):
            sent = pickle.loads(pickle.dumps([function, list(items)]))
            return pickle.loads(pickle.dumps([sent[0](item) for item in sent[1]]))

    found = select(Pickling(), WIKI, shards, count=60)
    assert content(found) == expected_of(shards, "--count=60")


# The rest.


def test_directories_are_read_as_the_program_reads_them(tmp_path):
    names = ["a.jsonl", "b/c.json.gz", "b/D.JSONL.ZST", ".h.jsonl", ".g/i.jsonl", "manifest.json"]
    for name in [*names, "x.manifest.json", "README.md", "b/e.txt"]:
        path = tmp_path / "pool" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b'{"text":"%s"}\n' % name.encode())
    (tmp_path / "pool/loop").symlink_to(tmp_path / "pool")
    for packer, name in [("gzip", "b/c.json.gz"), ("zstd", "b/D.JSONL.ZST")]:
        path = tmp_path / "pool" / name
        path.write_bytes(
            subprocess.run([packer, "-qc"], input=path.read_bytes(), capture_output=True).stdout
        )
    model = json.loads(dsel("fit", tmp_path / "pool"))
    found = [shard[0] for shard in _documents.shards_of(str(tmp_path / "pool"))[0]]
    assert found == [one["path"] for one in model["inputs"]] and len(found) == 3


def test_the_package_does_not_import_it(tmp_path):
    script = "import sys, dsel; print([n for n in sys.modules if 'distributed' in n])"
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(api.__file__))}
    run = subprocess.run(
        [os.sys.executable, "-c", script], capture_output=True, text=True, env=environment
    )
    assert run.stdout == "[]\n", run.stderr


def test_no_engine_is_imported_by_another(shards):
    """Nor is fsspec, for files of this machine."""
    script = f"""
import sys, warnings
from concurrent.futures import ThreadPoolExecutor
from dsel.distributed import Futures, select
warnings.simplefilter("ignore")
with ThreadPoolExecutor(2) as threads:
    select(Futures(threads), {str(WIKI)!r}, {shards!r}, "work", "out", count=9)
unwanted = ("ray", "datatrove", "dask", "distributed", "fsspec", "tqdm", "numpy", "pyarrow")
print([name for name in unwanted if name in sys.modules])
"""
    command = [os.sys.executable, "-c", script]
    run = subprocess.run(command, capture_output=True, text=True, env=environment())
    assert run.stdout == "[]\n", run.stderr


def test_results_that_were_not_renamed_are_no_results(tmp_path):
    with pytest.raises(Broken), _storage.new_file(str(tmp_path / "a/b.zst")) as temporary:
        open(temporary, "w").close()
        raise Broken
    assert os.listdir(tmp_path / "a") == []


def test_its_manifest_is_verified(threads, shards):
    """By the hashes of the files of the pool, and those of the lines of the output."""

    def program(*words):
        run = subprocess.run([os.environ["DSEL"], *words], capture_output=True, text=True)
        return run.returncode, run.stdout + run.stderr

    found = select(threads, WIKI, shards, count=60)
    manifest = os.path.join("out", "manifest.json")
    count = len(shards) + len(found.files)
    same = f"{count} files: {count} the same"
    status, said = program("verify", manifest)
    assert status == 0 and same in said, said
    # Compressed in another way, the lines are the same.
    removed, packed = found.files[:2]
    lines = subprocess.run(["zstd", "-dcq", packed], check=True, capture_output=True).stdout
    subprocess.run(["zstd", "-q", "-f", "-19", "-o", packed], input=lines, check=True)
    assert same in program("verify", manifest)[1]
    os.remove(removed)
    subprocess.run(["zstd", "-q", "-f", "-o", packed], input=lines[1:], check=True)
    status, said = program("verify", manifest)
    assert status == 1 and f"{count - 2} the same, 1 changed, 1 missing" in said
    assert f"missing    selected  {os.path.join('out', os.path.basename(removed))}" in said
    for command in [["show"], ["explain", "--id", "1"]]:
        status, said = program(*command, "--manifest", manifest)
        assert status == 1 and "the selection was made on many machines" in said
