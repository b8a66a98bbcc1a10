"""What dsel says, and when, on file systems that lack fsync, rename or locks."""

from __future__ import annotations

import errno
from pathlib import Path

import faults
import pytest
from running import Finished, run

pytestmark = pytest.mark.skipif(faults.LINUX_ONLY, reason="only Linux lets a library be preloaded")

# Where the outputs go, and the directory that a warning names.
OUTPUTS = [
    pytest.param(["-o", "out"], ".", id="file"),
    pytest.param(["--output-dir", "outs", "--remainder", "rest/"], "outs", id="shards"),
]


class Mount:
    """A directory on a file system that lacks something."""

    def __init__(self, dsel: str, folder: Path, inputs: Path, library: str) -> None:
        self.dsel, self.folder, self.inputs, self.library = dsel, folder, inputs, library
        # A pool that is read only after the outputs have been tried: it would be an error of its
        # own.
        (folder / "broken").write_text("no line of JSON\n")

    def select(self, pool: list[str], arguments: list[str], fault: dict[str, str]) -> Finished:
        environment = {
            "LD_PRELOAD": self.library,
            "FAULT_FOLDER": str(self.folder.parent),
            "FAULT_NUMBER": "1",
            "FAULT_LASTS": "1",
            **fault,
        }
        target = str(self.inputs / "target.jsonl")
        command = [
            self.dsel,
            "select",
            "-q",
            "--target",
            target,
            "--pool",
            *pool,
            "--count",
            "5",
            "--on-error",
            "skip",
        ]
        finished = run([*command, *arguments], self.folder, environment)
        left = [name for name in self.names if "dsel-" in name]
        left += [name for name in self.names if finished.status != 0 and name.startswith("out")]
        assert left == [], f"dsel left {left}\n{finished}"
        return finished

    @property
    def names(self) -> list[str]:
        return [path.name for path in self.folder.iterdir()]


@pytest.fixture
def mount(dsel: str, tmp_path: Path, crawl: Path) -> Mount:
    base = tmp_path.resolve()
    inputs, folder = base / "inputs", base / "mount"
    inputs.mkdir()
    folder.mkdir()
    faults.make_inputs(inputs, crawl)
    return Mount(dsel, folder, inputs, faults.build_library(base))


@pytest.mark.parametrize(("arguments", "named"), OUTPUTS)
@pytest.mark.parametrize(
    "code", [errno.EINVAL, errno.ENOSYS, errno.ENOTSUP], ids=errno.errorcode.get
)
def test_a_mount_without_fsync_is_warned_of_once(
    mount: Mount, arguments: list[str], named: str, code: int
) -> None:
    pool = [
        str(mount.inputs / name) for name in ["plain.jsonl", "packed.jsonl.zst", "zipped.jsonl.gz"]
    ]
    finished = mount.select(pool, arguments, {"FAULT_CALL": "fsync", "FAULT_ERRNO": str(code)})
    assert finished.status == 0, str(finished)
    assert finished.errors.count(f"warning: {named}: the file system has no fsync") == 1, str(
        finished
    )


REFUSALS = [
    pytest.param(
        {"FAULT_CALL": "rename", "FAULT_ERRNO": str(errno.ENOSYS)},
        "the file system can't rename files (function not implemented)",
        id="rename",
    ),
    pytest.param(
        {"FAULT_CALL": "lock", "FAULT_HANGS": "1"},
        "did not answer to a lock (flock) for 10 s, as NFS without its lock service does. "
        "Mount it with",
        id="lock",
    ),
]


@pytest.mark.parametrize(("arguments", "named"), OUTPUTS)
@pytest.mark.parametrize(("fault", "said"), REFUSALS)
def test_a_mount_that_cannot_hold_outputs_is_refused_before_anything_is_read(
    mount: Mount, arguments: list[str], named: str, fault: dict[str, str], said: str
) -> None:
    finished = mount.select(["broken"], arguments, fault)
    assert finished.status == 1, str(finished)
    assert finished.errors.count(said) == 1, str(finished)
