"""Checks the packages that scripts/package.sh builds: what they need, hold and write.

`scripts/test.sh --only package` builds them, makes a small old Debian, and runs these tests.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import platform
import re
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import FIXTURES, MB, ROOT, Finished, run

MACHINE = platform.machine()
PLATFORM = f"manylinux_2_28_{MACHINE}"
SUDO = [] if os.geteuid() == 0 else ["sudo"]
# All are parts of glibc, which later versions keep under these names.
GLIBC = {"libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2"}
LOADERS = {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
NEWEST_GLIBC = (2, 28)

LINKED = [
    "swift", "swift-argument-parser", "zstd", "xxhash", "openssl", "isa-l",
    "brotli", "lz4", "snappy", "libstdc++", "libunwind", "glibc",
]  # fmt: skip
COMMANDS = ["select", "fit", "merge", "weigh", "resample", "compare", "explain", "show", "verify", "report", "plan"]
PAGES = sorted(["dsel.1", *(f"dsel-{command}.1" for command in COMMANDS)])

# Each writes `out.…`. Together they use all libraries: both containers, JSON, SHA-256, logarithms.
SELECT = "select --target wiki.jsonl --pool crawl.jsonl.zst --count 100"
JOBS = {
    "set": [f"{SELECT} -o out.jsonl.zst"],
    "weight": [f"{SELECT} --objective weight --temperature auto --seed 7 -o out.jsonl.gz"],
    "dsir": [f"{SELECT} --compat dsir -o out.jsonl"],
    "weigh": [
        "fit wiki.jsonl -o target.model",
        "fit crawl.jsonl.zst -o pool.model.zst",
        "weigh crawl.jsonl.zst --target-model target.model --pool-model pool.model.zst "
        "-o out.jsonl",
    ],
}


def only(folder: Path, pattern: str) -> Path:
    found = list(folder.glob(pattern))
    assert len(found) == 1, f"{folder} should have one {pattern}, and has {found}"
    return found[0]


@pytest.fixture(scope="module")
def packages(pytestconfig: pytest.Config) -> Path:
    named = pytestconfig.getoption("packages")
    if not named:
        pytest.skip("no --packages: run scripts/test.sh --only package")
    return Path(named).absolute()


@pytest.fixture(scope="module")
def wheel(packages: Path) -> Path:
    return only(packages, "*.whl")


@pytest.fixture(scope="module")
def version() -> str:
    source = (ROOT / "Sources/dsel/Dsel.swift").read_text(encoding="utf-8")
    found = re.search(r'static let version = "([^"]+)"', source)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment with the wheel."""
    folder = tmp_path_factory.mktemp("wheel") / "venv"
    run([sys.executable, "-m", "venv", str(folder)]).checked()
    pip = [str(folder / "bin/pip"), "install", "--quiet", "--no-index", "--no-cache-dir"]
    run([*pip, str(wheel)]).checked()
    return folder


@pytest.fixture(scope="module")
def unpacked(packages: Path, version: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tarball's directory."""
    folder = tmp_path_factory.mktemp("tarball")
    run(["tar", "-xf", str(only(packages, "*.tar.gz")), "-C", str(folder)]).checked()
    assert [path.name for path in folder.iterdir()] == [f"dsel-{version}-linux-{MACHINE}"]
    return next(folder.iterdir())


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def output(command: list[str], name: str, folder: Path) -> bytes:
    """What a job writes, beside its manifest, into a new directory.

    The command is started in that directory, or goes there itself.
    """
    folder.mkdir()
    for fixture in ["wiki.jsonl", "crawl.jsonl.zst"]:
        shutil.copy(FIXTURES / fixture, folder)
    for arguments in JOBS[name]:
        run([*command, *arguments.split(), "--quiet"], folder).checked()
    written = [path for path in folder.glob("out.*") if not path.name.endswith("manifest.json")]
    assert len(written) == 1, f"{name} wrote {written}"
    return written[0].read_bytes()


@pytest.fixture(scope="module")
def expected(dsel: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the ordinary build writes."""
    folder = tmp_path_factory.mktemp("ordinary")
    return {name: output([dsel], name, folder / name) for name in JOBS}


class OldDebian:
    """A Debian 11 that the .deb is installed in. There is no /proc in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *command: str, folder: str = "/") -> Finished:
        return run(self.command(folder) + list(command))

    def command(self, folder: str) -> list[str]:
        """What runs a command in one of its directories."""
        program = ["/bin/sh", "-c", 'cd "$0" && exec "$@"', folder]
        return [*SUDO, "/usr/sbin/chroot", str(self.root), *program]


@pytest.fixture(scope="module")
def old_debian(pytestconfig: pytest.Config, packages: Path) -> Iterator[OldDebian]:
    named = pytestconfig.getoption("old_debian")
    if not named:
        pytest.skip("no --old-debian: run scripts/test.sh --only package")
    debian = OldDebian(Path(named).absolute())
    deb = only(packages, "*.deb")
    run([*SUDO, "cp", str(deb), str(debian.root / "tmp")]).checked()
    debian.run("dpkg", "--install", f"/tmp/{deb.name}").checked()
    yield debian
    debian.run("dpkg", "--purge", "dsel").checked()
    run([*SUDO, "rm", str(debian.root / "tmp" / deb.name)]).checked()


def said_version(command: list[str], version: str) -> None:
    """Checks that a program of the packages says its version, its kernels and its commit."""
    lines = run([*command, "--version"]).checked().output.decode().splitlines()
    assert lines[0] == version
    assert lines[1] in [f"kernels: {name}" for name in ("avx512", "avx2", "neon", "scalar")]
    assert re.fullmatch(r"commit: [0-9a-f]{12}(-dirty)?", lines[2])
    assert len(lines) == 3


def test_the_wheel_is_small_and_named_for_all_pythons(wheel: Path, version: str) -> None:
    assert wheel.name == f"dsel-{version}-py3-none-{PLATFORM}.whl"
    assert wheel.stat().st_size <= 8 * MB


def test_auditwheel_agrees_with_the_name(wheel: Path) -> None:
    python = ROOT / ".build-package/venv/bin/python"
    shown = run([str(python), "-m", "auditwheel", "show", str(wheel)]).checked()
    text = " ".join(shown.output.decode().split())
    # The oldest glibc that has all symbols.
    found = re.search(rf'following platform tag: "manylinux_(\d+)_(\d+)_{MACHINE}"', text)
    assert found, text
    assert (int(found[1]), int(found[2])) <= NEWEST_GLIBC, text


def test_the_program_needs_only_an_older_glibc(unpacked: Path) -> None:
    program = str(unpacked / "bin/dsel")
    dynamic = run(["readelf", "--dynamic", "--wide", program]).checked().output.decode()
    needed = set(re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic))
    assert {"libc.so.6", "libm.so.6"} <= needed <= GLIBC | LOADERS
    assert not re.search(r"\((RPATH|RUNPATH)\)", dynamic)
    versions = run(["readelf", "--version-info", "--wide", program]).checked().output.decode()
    found = {tuple(map(int, name.split("."))) for name in re.findall(r"GLIBC_([0-9.]+)", versions)}
    assert found and max(found) <= NEWEST_GLIBC
    others = set(re.findall(r"Name: ([A-Z]+)_", versions)) - {"GLIBC"}
    assert others == set(), "versions of other libraries than glibc"


def test_the_program_is_hardened(unpacked: Path) -> None:
    headers = run(["readelf", "--headers", "--wide", str(unpacked / "bin/dsel")]).checked()
    text = headers.output.decode()
    assert re.search(r"Type:\s+DYN", text), "its place in memory isn't random"
    assert "GNU_RELRO" in text
    assert re.search(r"GNU_STACK.* RW ", text), "its stack can be executed"


def test_the_wheel_installs_the_command(environment: Path, version: str) -> None:
    said_version([str(environment / "bin/dsel")], version)
    script = "import dsel; print(dsel.__version__)"
    said = run([str(environment / "bin/python"), "-c", script]).checked()
    assert said.output.decode().split() == [version]
    assert sorted(os.listdir(environment / "share/man/man1")) == PAGES
    assert (environment / "share/bash-completion/completions/dsel").stat().st_size > 0


@pytest.mark.parametrize("name", JOBS)
def test_the_wheel_writes_the_same_bytes(
    environment: Path, expected: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    found = output([str(environment / "bin/dsel")], name, tmp_path / "job")
    assert found == expected[name]


def test_the_tarball_has_everything(unpacked: Path, version: str) -> None:
    program = str(unpacked / "bin/dsel")
    said_version([program], version)
    completions = {
        "bash": "share/bash-completion/completions/dsel",
        "fish": "share/fish/vendor_completions.d/dsel.fish",
        "zsh": "share/zsh/site-functions/_dsel",
    }
    documents = ["CHANGELOG.md", "LICENSE", "licences/README.txt"]
    documents += [f"licences/{name}.txt" for name in LINKED]
    assert files(unpacked) == sorted(
        ["bin/dsel", *completions.values()]
        + [f"share/doc/dsel/{name}" for name in documents]
        + [f"share/man/man1/{name}" for name in PAGES]
    )
    for shell, name in completions.items():
        script = run([program, "--generate-completion-script", shell]).checked().output
        assert (unpacked / name).read_bytes() == script
    for page in PAGES:
        text = run([program, "generate-manual", page[: -len(".1")]]).checked().output
        assert (unpacked / "share/man/man1" / page).read_bytes() == text


def test_the_licences_are_those_of_the_libraries(unpacked: Path) -> None:
    folder = unpacked / "share/doc/dsel/licences"
    words = {
        "swift": "Runtime Library Exception",
        "swift-argument-parser": "Apache License",
        "zstd": "BSD",
        "xxhash": "BSD",
        "openssl": "Apache",
        "isa-l": "Redistributions in binary form",
        "brotli": "Permission is hereby granted",
        "lz4": "Redistributions in binary form",
        "snappy": "Redistributions in binary form",
        "libstdc++": "GCC RUNTIME LIBRARY EXCEPTION",
        "libunwind": "Apache License",
        "glibc": "GNU C Library",
    }
    assert sorted(words) == sorted(LINKED)
    for name, word in words.items():
        assert word.lower() in (folder / f"{name}.txt").read_text(encoding="utf-8").lower(), name
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    assert [name for name in LINKED if f"\n  {name}.txt " not in readme] == []


def test_the_wheel_and_the_tarball_have_the_same_files(wheel: Path, unpacked: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        data = {}
        for name in archive.namelist():
            _, mark, inner = name.partition(".data/")
            if mark:
                inner = inner.replace("scripts/", "bin/", 1).replace("data/share/", "share/", 1)
                data[inner] = hashlib.sha256(archive.read(name)).hexdigest()
    of_tarball = {
        name: hashlib.sha256((unpacked / name).read_bytes()).hexdigest() for name in files(unpacked)
    }
    assert data == of_tarball


def test_names_and_times_in_the_tarball_are_nobodys(packages: Path) -> None:
    with tarfile.open(only(packages, "*.tar.gz")) as archive:
        members = archive.getmembers()
    assert {(member.uid, member.gid) for member in members} == {(0, 0)}
    assert len({member.mtime for member in members}) == 1
    assert all(member.mode & 0o7022 == 0 for member in members), "somebody else may write"


def test_the_deb_keeps_to_debians_places(packages: Path, version: str, tmp_path: Path) -> None:
    deb = str(only(packages, "*.deb"))
    fields = {}
    for field in ["Package", "Version", "Depends", "Maintainer"]:
        fields[field] = run(["dpkg-deb", "--field", deb, field]).checked().output.decode().strip()
    assert fields["Package"] == "dsel" and fields["Version"] == version
    assert fields["Depends"] == "libc6 (>= 2.28)"
    assert re.fullmatch(r".+ <.+@.+>", fields["Maintainer"])
    run(["dpkg-deb", "--raw-extract", deb, str(tmp_path)]).checked()
    assert files(tmp_path / "usr") == sorted(
        [
            "bin/dsel",
            "share/bash-completion/completions/dsel",
            "share/doc/dsel/NEWS.gz",
            "share/doc/dsel/changelog.gz",
            "share/doc/dsel/copyright",
            "share/fish/vendor_completions.d/dsel.fish",
            "share/zsh/vendor-completions/_dsel",
        ]
        + [f"share/man/man1/{page}.gz" for page in PAGES]
    )
    assert b"NAME" in gzip.decompress((tmp_path / "usr/share/man/man1/dsel.1.gz").read_bytes())
    run(["md5sum", "--check", "--quiet", "DEBIAN/md5sums"], tmp_path).checked()
    listed = (tmp_path / "DEBIAN/md5sums").read_text().splitlines()
    assert len(listed) == len(files(tmp_path / "usr"))
    owners = run(["dpkg-deb", "--contents", deb]).checked().output.decode().splitlines()
    assert {line.split()[1] for line in owners} == {"root/root"}


def test_the_deb_runs_on_an_old_debian(old_debian: OldDebian, version: str) -> None:
    glibc = old_debian.run("ldd", "--version").checked().output.decode()
    assert "2.31" in glibc.splitlines()[0], "this is no Debian 11"
    said_version([*old_debian.command("/"), "dsel"], version)
    # Everything that it needs is there, and nothing else is loaded.
    missing = old_debian.run("ldd", "/usr/bin/dsel").checked().output.decode()
    assert "not found" not in missing
    status = old_debian.run("dpkg", "--verify", "dsel").checked().output
    assert status == b""


@pytest.mark.parametrize("name", JOBS)
def test_the_same_bytes_on_an_old_debian(
    old_debian: OldDebian, expected: dict[str, bytes], name: str
) -> None:
    assert not (old_debian.root / "proc/self").exists()
    folder = old_debian.root / "tmp" / f"dsel-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        command = [*old_debian.command(f"/tmp/{folder.name}"), "dsel"]
        assert output(command, name, folder) == expected[name]
    finally:
        run([*SUDO, "rm", "-rf", str(folder)]).checked()
