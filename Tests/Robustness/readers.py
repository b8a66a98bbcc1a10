"""What test_readers.py runs dsel on: commands, servers that misbehave, and processes left over."""

from __future__ import annotations

import os
import shlex
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from running import WIKI, Finished, run


def select(
    dsel: str,
    pool: Sequence[str],
    *options: str,
    folder: Path | None = None,
    seconds: float = 60,
) -> Finished:
    """Selects 60 documents to standard output."""
    command = [dsel, "select", "--target", WIKI, "--count", "60", "-q", *options, "--pool", *pool]
    environment = {"TMPDIR": str(folder)} if folder else {}
    return run(command, folder, environment, seconds=seconds)


def shell(script: str) -> str:
    """A command that has a shell read a script; the name of the file is `$1`."""
    return f"sh -c {shlex.quote(script)} sh"


def names(folder: Path, ending: str) -> list[str]:
    return [str(folder / f"{number}{ending}") for number in range(4)]


def check_failure(finished: Finished, *parts: str) -> None:
    assert finished.status == 1, str(finished)
    for part in parts:
        assert part in finished.errors, str(finished)
    # An error is one line, for whoever reads many of them.
    assert finished.errors.count("\n") == 1, str(finished)


def marked_processes(mark: str) -> list[str]:
    """The processes with a variable of that name in their environment: dsel and all that it
    started. Zombies have no environment any longer, and are found by their parent."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if mark.encode() in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


@dataclass
class Web:
    """A web server whose answers follow from the path: `/KIND/NAME`."""

    files: dict[str, bytes]
    address: str = ""
    # How often each path was asked for.
    requests: dict[str, int] = field(default_factory=dict)

    def url(self, kind: str, name: str) -> str:
        return f"{self.address}/{kind}/{name}"


@contextmanager
def served(files: dict[str, bytes]) -> Iterator[Web]:
    web = Web(files)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

        def do_GET(self) -> None:
            web.requests[self.path] = web.requests.get(self.path, 0) + 1
            kind, _, name = self.path[1:].partition("/")
            content = web.files.get(name)
            if content is None:
                return self.send_error(404)
            if kind == "busy":
                return self.send_error(500)
            if kind == "changing" and web.requests[self.path] > 1:
                # As many bytes, but one document in two places.
                lines = content.splitlines(keepends=True)
                content = b"".join([lines[1], lines[0], *lines[2:]])
            if kind == "shrinking" and web.requests[self.path] > 1:
                content = content[: len(content) // 2]
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if kind == "cut":
                content = content[: len(content) // 2]
            half = len(content) // 2
            self.wfile.write(content[:half])
            self.wfile.flush()
            if kind == "stuck":
                # Until the client goes.
                self.rfile.read(1)
                return
            self.wfile.write(content[half:])
            if kind == "cut":
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    web.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
