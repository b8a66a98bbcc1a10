"""Lets the linker leave out what nothing refers to.

    unpin.py FILE...

Swift's compiler marks each public function and value with SHF_GNU_RETAIN: a linker must keep it, as
other programs may look for it. dsel's packages are whole programs, and nothing looks for a name in
them. So this takes the mark from code and data of objects and static libraries, in place. The
sections that Swift's runtime reads by their names (swift5_…) keep it.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

RETAIN = 0x200000  # SHF_GNU_RETAIN of <elf.h>
CODE_AND_DATA = (b".text", b".rodata", b".data", b".bss")


def unpin_object(file: bytearray, start: int) -> None:
    """Clears the mark in a little-endian ELF64 object that begins at a byte of a file."""
    if file[start : start + 6] != b"\x7fELF\x02\x01":
        return
    (sections,) = struct.unpack_from("<Q", file, start + 0x28)
    size, count, names = struct.unpack_from("<HHH", file, start + 0x3A)
    first = start + sections
    if count == 0:  # more than fit in 16 bits: the first header has the number
        (count,) = struct.unpack_from("<Q", file, first + 0x20)
    if names == 0xFFFF:
        (names,) = struct.unpack_from("<I", file, first + 0x28)
    (strings,) = struct.unpack_from("<Q", file, first + names * size + 0x18)
    for index in range(count):
        header = first + index * size
        (name,) = struct.unpack_from("<I", file, header)
        (flags,) = struct.unpack_from("<Q", file, header + 8)
        if flags & RETAIN and file.startswith(CODE_AND_DATA, start + strings + name):
            struct.pack_into("<Q", file, header + 8, flags & ~RETAIN)


def unpin(path: Path) -> None:
    """Clears the mark in an object, or in each object of a static library."""
    file = bytearray(path.read_bytes())
    if not file.startswith(b"!<arch>\n"):
        unpin_object(file, 0)
    else:
        header = 8
        while header < len(file):
            unpin_object(file, header + 60)
            size = int(file[header + 48 : header + 58])
            header += 60 + size + size % 2
    path.write_bytes(file)


for name in sys.argv[1:]:
    unpin(Path(name))
