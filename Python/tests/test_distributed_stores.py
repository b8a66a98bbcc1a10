"""Selections on many machines from object stores, by fsspec, and from web servers, by commands."""

import http.server
import json
import os
import pathlib
import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import WIKI
from pools import Interrupting, expected_of, reused, select

import dsel as api
from dsel.distributed import _readers, _storage


def test_shards_and_results_in_an_object_store(threads, shards, store):
    for path in shards:
        store.put_file(path, "/pool/" + os.path.basename(path))
    found = select(threads, WIKI, "memory://pool/*", "memory://work", "memory://out", count=60)
    read = []
    for path in found.files:
        out = subprocess.run(["zstd", "-dqc"], input=store.cat(path), capture_output=True)
        read.append(out.stdout)
    assert b"".join(read) == expected_of(shards, "--count=60")
    assert json.loads(store.cat("memory://out/manifest.json")) == found.manifest
    again = select(threads, WIKI, "memory://pool/", "memory://work", "memory://out", count=60)
    assert all(reused(again).values())
    assert not [name for name in store.find("/") if "dsel-tmp" in name]
    store.pipe_file("/pool/00.jsonl", store.cat("/pool/00.jsonl")[:-50])
    with pytest.raises(api.DselError) as caught:
        select(threads, WIKI, "memory://pool", "memory://work", "memory://out2", count=60)
    assert caught.value.file.endswith("pool/00.jsonl")
    with pytest.raises(FileNotFoundError):
        select(threads, WIKI, "memory://none/*", "w", "o", count=60)


class Web:
    """A web server on the loopback address, which knows how often each file was asked for."""

    def __init__(self, files):
        web, self.files, self.requests = self, files, []

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                name = self.path.rsplit("/", 1)[1]
                web.requests.append(name)
                if name not in web.files:
                    return self.send_error(404)
                self.send_response(200)
                self.send_header("Content-Length", str(len(web.files[name])))
                self.end_headers()
                self.wfile.write(web.files[name])

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def addresses(self):
        return [f"http://127.0.0.1:{self.server.server_port}/crawl/{name}" for name in self.files]


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_commands_read_shards_of_the_web_where_tasks_run(threads, shards, store):
    """The driver asks for none, and results go to a store in memory."""
    files = {os.path.basename(path): pathlib.Path(path).read_bytes() for path in shards}
    options = {"count": 60, "reader": "http://*=curl -fsS", "allow_empty": True}
    with Web(files) as web:
        places = (web.addresses(), "memory://work", "memory://out")
        found = select(threads, WIKI, *places, **options)
        read = []
        for path in found.files:
            out = subprocess.run(["zstd", "-dqc"], input=store.cat(path), capture_output=True)
            read.append(out.stdout)
        assert b"".join(read) == expected_of(shards, "--count=60")
        assert [one["path"] for one in found.manifest["pool"]["inputs"]] == web.addresses()
        assert set(web.requests) == set(files)
        # A run that begins again asks for nothing.
        web.requests.clear()
        assert all(reused(select(threads, WIKI, *places, **options)).values())
        assert web.requests == []
        # What changes between two steps is named, and so is what is missing.
        place = next(name for name in files if name.endswith(".zst"))
        for change in ({place: web.files[shards[0].rsplit("/", 1)[1]]}, {}):
            shutil.rmtree("w", ignore_errors=True)
            before = dict(web.files)

            def act(change=change):
                web.files.pop(place)
                web.files.update(change)

            with ThreadPoolExecutor(2) as executor, pytest.raises(api.DselError) as caught:
                engine = Interrupting(executor, "merge models", act)
                select(engine, WIKI, places[0], "w", "memory://other", **options)
            assert caught.value.file.endswith("/" + place), caught.value
            assert store.find("/other") == []
            web.files.clear()
            web.files.update(before)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_commands_read_targets_of_the_web(threads, shards):
    options = {"count": 60, "reader": "http://*=curl -fsS", "allow_empty": True}
    with Web({"wiki.jsonl": WIKI.read_bytes()}) as web:
        (address,) = web.addresses()
        for target in (address, {"one": address}):
            found = select(threads, target, shards, force=True, **options)
            lines = [
                subprocess.run(["zstd", "-dqc", path], capture_output=True) for path in found.files
            ]
            assert b"".join(run.stdout for run in lines) == expected_of(shards, "--count=60")
        # The second selection uses the model of the first.
        assert len(web.requests) == 1
        web.files.clear()
        with pytest.raises(api.DselError) as caught:
            select(threads, address, shards, "w", "o", **options)
        assert caught.value.file == address


def test_patterns_of_readers_are_those_of_the_program():
    matches = {
        "http://*": ["http://a/b.xz"],
        "*.xz": ["http://a/b.xz", "s3://c/d.xz"],
        "s3://?/[a-d].xz": ["s3://c/d.xz"],
        "*[!x-z]": ["s3://c/e.a"],
        "s3://c/\\e\\.a": ["s3://c/e.a"],
        "c*": [],
    }
    addresses = ["http://a/b.xz", "s3://c/d.xz", "s3://c/e.a", "/local/b.xz"]
    for pattern, expected in matches.items():
        found = _readers.patterns([f"--reader={pattern}=cat", "--other=x"])
        assert [one for one in addresses if _readers.is_read(one, found)] == expected, pattern
    script = 'printf "{\\"text\\":\\"a\\"}\\n"'
    for pattern, expected in matches.items():
        for address in addresses[:3]:
            words = [
                os.environ["DSEL"],
                "fit",
                address,
                "--reader",
                f"{pattern}=bash -c '{script}'",
            ]
            run = subprocess.run([*words, "--quiet", "-o", "m", "--force"], capture_output=True)
            assert (run.returncode == 0) == (address in expected), run.stderr


@pytest.mark.parametrize("broken", ["put_file", "mv"])
def test_an_object_is_put_whole_or_not_at_all(monkeypatch, store, broken):
    kind = type(store)
    put, failures = kind.put_file, []

    def fail(self, path, to, **options):
        failures.append(to)
        if broken == "put_file":
            put(self, path, to, **options)
            store.pipe_file(to, store.cat(to)[:5])
        raise OSError("the connection broke")

    with monkeypatch.context() as patch:
        patch.setattr(kind, broken, fail)
        with pytest.raises(OSError, match="broke"):
            _storage.write_json("memory://work/record.json", {"a": "b" * 99})
    assert failures and store.find("/") == []
    _storage.write_json("memory://work/record.json", {"a": 1})
    assert _storage.read_json("memory://work/record.json") == {"a": 1}
