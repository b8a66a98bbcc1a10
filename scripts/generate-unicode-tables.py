#!/usr/bin/env python3
"""Writes Sources/Featurizing/UnicodeTables+Generated.swift: Unicode 14.0.0 as Python 3.11 sees it.

  pip install regex
  scripts/generate-unicode-tables.py            write the file, then check it
  scripts/generate-unicode-tables.py --check    check the file as it stands, change nothing

The check reads the Swift file back and compares every code point with Python: classes, sigma
context and lower-case. Only Script_Extensions come from the `regex` package, since Python has none.
Its Unicode is newer, so it is asked only about scalars that Unicode 14 assigns, and what changed
for those is put back. Where Perl's Unicode is 14.0.0 (Perl 5.36), the check compares the outcome
with Perl's.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import unicodedata

import regex

UNICODE_VERSION = "14.0.0"
OUTPUT = (
    pathlib.Path(__file__).resolve().parent.parent
    / "Sources/Featurizing/UnicodeTables+Generated.swift"
)

CODE_POINT_COUNT = 0x110000
DOTTED_CAPITAL_I = 0x130
# Class of a scalar: bits 0-2 of its properties.
OTHER, SPACE, WORD, EXTEND, SINGLE = range(5)
# Its part in the final-sigma rule: bits 3-4. Case-ignorable wins over cased.
NEITHER, CASED, CASE_IGNORABLE = range(3)

# Scripts written without spaces between words.
SINGLE_SCRIPTS = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"]
SINGLE_SCRIPT = regex.compile("[" + "".join(rf"\p{{scx={name}}}" for name in SINGLE_SCRIPTS) + "]")
# Scalars whose Script_Extensions took in one of these after Unicode 14. U+02BC, an apostrophe
# inside words, has had Thai among its own since.
NOT_YET_SINGLE = {0x02BC}

WORD_PATTERN = re.compile(r"\w")
SPACE_PATTERN = re.compile(r"\s")


def character_class(code_point):
    character = chr(code_point)
    category = unicodedata.category(character)
    if SPACE_PATTERN.match(character):
        return SPACE
    if WORD_PATTERN.match(character):
        assert category not in ("Mn", "Mc", "Me", "Cn", "Cs"), hex(code_point)
        single = code_point not in NOT_YET_SINGLE and SINGLE_SCRIPT.match(character)
        return SINGLE if single else WORD
    if category in ("Mn", "Mc", "Me") or code_point in (0x200C, 0x200D):
        return EXTEND
    return OTHER


def case_context(code_point):
    """What CPython's handle_capital_final_sigma makes of it, seen through str.lower()."""
    character = chr(code_point)
    # A sigma is final when the nearest scalar before it that isn't case-ignorable is cased, and the
    # nearest such scalar after it isn't.
    cased = (character + "\u03a3").lower().endswith("\u03c2")
    cased_or_ignorable = ("A" + character + "\u03a3").lower().endswith("\u03c2")
    # The same from the other side: with a cased scalar behind it, only a scalar that is neither
    # ends the search in favour of a final sigma.
    neither = ("A\u03a3" + character + "A").lower()[1] == "\u03c2"
    assert neither == (not cased_or_ignorable), hex(code_point)
    assert cased_or_ignorable or not cased, hex(code_point)
    if cased:
        return CASED
    return CASE_IGNORABLE if cased_or_ignorable else NEITHER


def properties(code_point):
    return character_class(code_point) | case_context(code_point) << 3


def derive_ranges():
    ranges = []
    last = None
    for code_point in range(CODE_POINT_COUNT):
        value = properties(code_point)
        if value != last:
            ranges.append(code_point << 8 | value)
            last = value
    return ranges


def derive_lowercase():
    pairs = []
    for code_point in range(CODE_POINT_COUNT):
        lower = chr(code_point).lower()
        if code_point != DOTTED_CAPITAL_I and lower != chr(code_point):
            assert len(lower) == 1, hex(code_point)
            pairs += [code_point, ord(lower)]
    return pairs


def literal(name, values):
    lines = [f"  static let {name}: [UInt32] = ["]
    for index in range(0, len(values), 8):
        lines.append("    " + " ".join(f"0x{value:x}," for value in values[index : index + 8]))
    return lines + ["  ]"]


def render(ranges, lowercase):
    lines = [
        "// Made by scripts/generate-unicode-tables.py. Do not edit.",
        f"// Unicode {UNICODE_VERSION}, from Python 3.11's unicodedata, re and str.lower();",
        f"// Script_Extensions from the PyPI package regex {regex.__version__}.",
        "",
        f"/// The facts of Unicode {UNICODE_VERSION} that the tokenizers need.",
        "enum UnicodeTableData {",
        f'  static let version = "{UNICODE_VERSION}"',
        "",
        "  /// Ranges of equal properties in code point order: `start << 8 | properties`.",
        "  ///",
        "  /// A range ends where the next begins, the last at 0x110000.",
        "  ///",
        "  /// Bits 0-2 are the class: 0 other, 1 space, 2 word, 3 extend, 4 single. Bits 3-4 are the",
        "  /// part in the final-sigma rule: 0 neither, 1 cased, 2 case-ignorable.",
        *literal("ranges", ranges),
        "",
        "  /// Lower-case mappings to a single scalar, ascending: from, to, from, to, and so on.",
        "  ///",
        "  /// U+0130 isn't among them: it maps to two scalars, U+0069 U+0307.",
        *literal("lowercase", lowercase),
        "}",
    ]
    return "\n".join(lines) + "\n"


def parse(text):
    arrays = {}
    for name, body in re.findall(r"static let (\w+): \[UInt32\] = \[(.*?)\n  \]", text, re.DOTALL):
        arrays[name] = [int(value, 16) for value in re.findall(r"0x[0-9a-f]+", body)]
    return arrays["ranges"], arrays["lowercase"]


def check(ranges, lowercase):
    """Compares the tables, as read from the Swift file, with Python, one code point at a time."""
    starts = [entry >> 8 for entry in ranges]
    assert starts[0] == 0 and starts[-1] < CODE_POINT_COUNT
    assert all(first < second for first, second in zip(starts, starts[1:]))
    table = []
    for entry, end in zip(ranges, starts[1:] + [CODE_POINT_COUNT]):
        table += [entry & 0xFF] * (end - (entry >> 8))
    assert len(table) == CODE_POINT_COUNT

    sources = lowercase[0::2]
    assert len(lowercase) % 2 == 0 and sources == sorted(set(sources))
    mapping = dict(zip(sources, lowercase[1::2]))
    assert DOTTED_CAPITAL_I not in mapping and chr(DOTTED_CAPITAL_I).lower() == "i\u0307"

    counts = [0] * 5
    contexts = [0] * 3
    for code_point in range(CODE_POINT_COUNT):
        value = table[code_point]
        counts[value & 7] += 1
        contexts[value >> 3] += 1
        if 0xD800 <= code_point <= 0xDFFF:
            assert value == OTHER | NEITHER << 3 and code_point not in mapping, hex(code_point)
            continue
        assert value == properties(code_point), hex(code_point)
        target = mapping.get(code_point, code_point)
        if code_point != DOTTED_CAPITAL_I:
            assert chr(code_point).lower() == chr(target), hex(code_point)
        # Lower-casing never changes the class, so a tokenizer may look it up before or after.
        assert table[target] & 7 == value & 7, hex(code_point)
        assert code_point >= 0x80 or value & 7 not in (EXTEND, SINGLE), hex(code_point)

    print(f"checked all scalars: {len(ranges)} ranges, {len(mapping)} mappings")
    print("classes:", dict(zip(["other", "space", "word", "extend", "single"], counts)))
    print("final-sigma rule:", dict(zip(["neither", "cased", "case-ignorable"], contexts)))
    check_with_perl(table)


def check_with_perl(table):
    """Compares the single scalars with Perl's Script_Extensions, if Perl has the same Unicode."""
    perl = shutil.which("perl")
    if perl is None:
        return print("Script_Extensions not compared with Perl: there is none")
    ask = [perl, "-e", "use Unicode::UCD; print Unicode::UCD::UnicodeVersion()"]
    version = subprocess.run(ask, capture_output=True, text=True).stdout
    if version != UNICODE_VERSION:
        return print(f"Script_Extensions not compared with Perl: its Unicode is {version or '?'}")
    pattern = "[" + "".join(rf"\p{{scx={name}}}" for name in SINGLE_SCRIPTS) + "]"
    program = (
        "for my $c (0x80..0xD7FF, 0xE000..0x10FFFF) "
        "{ no warnings; print qq($c\\n) if chr($c) =~ /" + pattern + "/ }"
    )
    answer = subprocess.run([perl, "-e", program], capture_output=True, text=True, check=True)
    scripted = {int(line) for line in answer.stdout.split()}
    expected = {point for point in scripted if WORD_PATTERN.match(chr(point))}
    singles = {point for point, value in enumerate(table) if value & 7 == SINGLE}
    for point in sorted(singles ^ expected):
        side = "only in the table" if point in singles else "only in Perl"
        print(f"U+{point:04X} {unicodedata.name(chr(point), '?')}: {side}")
    assert singles == expected, "Script_Extensions differ from Perl's"
    print(f"{len(singles)} single scalars equal Perl's Script_Extensions (Unicode {version})")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare the file with Python only")
    arguments = parser.parse_args()
    if unicodedata.unidata_version != UNICODE_VERSION:
        found = unicodedata.unidata_version
        sys.exit(f"Unicode {UNICODE_VERSION} is needed (Python 3.11), not {found}")
    if not arguments.check:
        OUTPUT.write_text(render(derive_ranges(), derive_lowercase()), encoding="ascii")
    check(*parse(OUTPUT.read_text(encoding="ascii")))


if __name__ == "__main__":
    main()
