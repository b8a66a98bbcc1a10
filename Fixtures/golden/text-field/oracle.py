"""An independent reading of text fields: expressions by a regular expression, records by `json`.

    python3 oracle.py > cases.json      writes the cases that TextFieldGoldenTests checks

Each case has an expression, a joint, a line of JSON, and the text, or the reason why there is none.
Documentation/Input.md explains the expressions; Sources/Reading/Text/TextExpression.swift has their
grammar. This file shares no code with dsel.
"""

from __future__ import annotations

import json
import random
import re
import sys

TOKEN = re.compile(
    r"""(?P<brackets>\[ (?: "(?:[^"\\]|\\.)*" | \\. | [^\]\\"] )* \] )
      | (?P<quoted>"(?:[^"\\]|\\.)*")
      | (?P<operator>[.,|()])
      | (?P<bare>(?: \\. | [^.,|()\[\]"\\] )+)""",
    re.VERBOSE,
)


class Invalid(Exception):
    """The record is no document; the argument is the reason."""


class Strange(Exception):
    """A value on the way has a kind that the path doesn't expect."""


def tokens(expression: str) -> list[tuple[str, str]]:
    found = [(match.lastgroup, match.group()) for match in TOKEN.finditer(expression)]
    assert "".join(text for _, text in found) == expression, expression
    return found


def plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def bracket(text: str):
    content = text[1:-1]
    if content == "":
        return ("all",)
    if re.fullmatch(r"-?[0-9]+", content):
        return ("item", int(content))
    match = re.fullmatch(r"(.*?)(!?=)(.*)", content)
    keys = [
        json.loads(key) if key.startswith('"') else plain(key)
        for key in re.findall(r'"(?:[^"\\]|\\.)*"|(?:\\.|[^.])+', match[1])
    ]
    quoted = match[3].startswith('"')
    value = json.loads(match[3]) if quoted else plain(match[3])
    return ("filter", keys, match[2] == "=", value, quoted)


def parse(stream: list[tuple[str, str]]):
    """Fields, each a list of alternatives, each a list of steps; takes its tokens off the list."""
    fields = [[[]]]
    while stream:
        kind, text = stream.pop(0)
        path = fields[-1][-1]
        if text == "(" and kind == "operator":
            path.append(("group", parse(stream)))
        elif text == ")" and kind == "operator":
            return fields
        elif text == "," and kind == "operator":
            fields.append([[]])
        elif text == "|" and kind == "operator":
            fields[-1].append([])
        elif kind == "brackets":
            path.append(bracket(text))
        elif kind == "quoted":
            path.append(("key", json.loads(text)))
        elif kind == "bare":
            path.append(("key", plain(text)))
    return fields


class Object(list):
    """Pairs of keys and values. Lists are lists."""

    def get(self, key: str):
        for name, value in self:
            if name == key:
                return [value]
        return []


def equal(value, wanted: str, quoted: bool) -> bool:
    if isinstance(value, str):
        return value == wanted
    if quoted or value is None or isinstance(value, list):
        return False
    if isinstance(value, bool):
        return wanted == json.dumps(value)
    try:
        number = json.loads(wanted)
    except ValueError:
        return False
    return isinstance(number, (int, float)) and not isinstance(number, bool) and number == value


def passes(item, step) -> bool:
    _, keys, is_equal, wanted, quoted = step
    if item is None:
        return False
    if not isinstance(item, Object):
        raise Strange
    values = [item]
    for key in keys:
        values = values[0].get(key) if isinstance(values[0], Object) else []
        if not values:
            return not is_equal
    return equal(values[0], wanted, quoted) == is_equal


def follow(steps: list, value, strange: list):
    """The strings at the end of a path. Strange values on the way are noted in the list."""
    if value is None:
        return []
    if not steps:
        if not isinstance(value, str):
            raise Invalid("not_a_string")
        return [value]
    step, rest = steps[0], steps[1:]
    if step[0] in ("key", "group"):
        if not isinstance(value, Object):
            strange.append(value)
            return []
        if step[0] == "group":
            return read(step[1], value, strange)
        return [text for one in value.get(step[1]) for text in follow(rest, one, strange)]
    if isinstance(value, Object) or not isinstance(value, list):
        strange.append(value)
        return []
    if step[0] == "item":
        index = step[1]
        chosen = [value[index]] if -len(value) <= index < len(value) else []
    elif step[0] == "all":
        chosen = value
    else:
        chosen = []
        for item in value:
            try:
                if passes(item, step):
                    chosen.append(item)
            except Strange:
                strange.append(item)
    return [text for item in chosen for text in follow(rest, item, strange)]


def read(fields: list, record: Object, strange: list) -> list[str]:
    found = []
    for alternatives in fields:
        noted = []
        for path in alternatives:
            met: list = []
            texts = follow(path, record, met)
            if texts:
                if met:
                    raise Invalid("not_a_string")
                found += texts
                noted = []
                break
            noted += met
        strange += noted
    return found


def text(expression: str, joint: str, line: str) -> dict:
    record = json.loads(line, object_pairs_hook=Object)
    strange: list = []
    try:
        texts = read(parse(tokens(expression)), record, strange)
        if strange:
            raise Invalid("not_a_string")
        if not texts:
            raise Invalid("missing_field")
    except Invalid as error:
        return {"reason": error.args[0]}
    return {"text": joint.join(text for text in texts if text)}


# Random expressions and records.

KEYS = ["a", "b", "c", "text", "role", "x.y", "é", 'q"', "p|q", "(z", "s t"]
WORDS = ["user", "tool", "", "", "hello world", "line\nline", "tab\t", 'say "x"', "\\", "é中😀", "\u0001", "a" * 70, "1", "true"]


class Generator:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def key(self) -> str:
        return self.random.choice(KEYS[: self.random.choice([3, 3, 5, len(KEYS)])])

    def written_key(self) -> str:
        key = self.key()
        if self.random.random() < 0.15:
            return json.dumps(key, ensure_ascii=self.random.random() < 0.5)
        return re.sub(r'([.,|()\[\]"\\])', r"\\\1", key)

    def step(self) -> str:
        key = self.written_key()
        while self.random.random() < 0.45:
            choice = self.random.random()
            if choice < 0.5:
                key += "[]"
            elif choice < 0.7:
                key += f"[{self.random.randint(-3, 3)}]"
            else:
                value = self.random.choice(["user", "tool", "1", "true", "2.0", '"1"', '""', '"a b"'])
                name = ".".join(self.written_key() for _ in range(self.random.choice([1, 1, 2])))
                key += f"[{name}{self.random.choice(['=', '=', '!='])}{value}]"
        return key

    def path(self, levels: int) -> str:
        steps = [self.step() for _ in range(self.random.choice([1, 1, 2, 2, 3]))]
        if levels and self.random.random() < 0.25:
            steps = steps[: self.random.randint(0, 2)] + [f"({self.expression(levels - 1)})"]
        return ".".join(steps)

    def expression(self, levels: int = 2) -> str:
        fields = [
            "|".join(self.path(levels) for _ in range(self.random.choice([1, 1, 1, 2, 3])))
            for _ in range(self.random.choice([1, 1, 2, 3]))
        ]
        return ",".join(fields)

    def blank(self) -> str:
        return self.random.choice(["", "", "", " ", "\t", "  "])

    def string(self, value: str) -> str:
        written = json.dumps(value, ensure_ascii=self.random.random() < 0.5)
        if self.random.random() < 0.1 and value:
            written = '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else c for c in value) + '"'
        return written

    def value(self, levels: int, wanted: str | None = None) -> str:
        choice = self.random.random()
        if levels == 0 or choice < 0.35:
            return self.string(self.random.choice(WORDS))
        if choice < 0.45:
            return self.random.choice(["null", "null", "1", "1.0", "2", "-0", "1e0", "true", "false", "1e400"])
        if choice < 0.7:
            items = [self.value(levels - 1) for _ in range(self.random.choice([0, 1, 2, 2, 3]))]
            return "[" + ",".join(self.blank() + item + self.blank() for item in items) + "]"
        return self.object(levels - 1)

    def object(self, levels: int) -> str:
        members = [
            f"{self.blank()}{self.string(self.key())}{self.blank()}:{self.blank()}{self.value(levels)}{self.blank()}"
            for _ in range(self.random.choice([0, 1, 2, 3, 4, 5]))
        ]
        return "{" + ",".join(members) + "}"

    def shaped(self, fields: list) -> str:
        """A record in which the paths of an expression lead somewhere, mostly."""
        members: list[str] = []
        for path in [path for alternatives in fields for path in alternatives]:
            self.along(path, members)
        self.random.shuffle(members)
        return "{" + ",".join(self.blank() + member for member in members) + "}"

    def along(self, path: list, members: list[str]) -> None:
        if self.random.random() < 0.15 or not path:
            return
        if path[0][0] == "group":
            for inner in [inner for alternatives in path[0][1] for inner in alternatives]:
                self.along(inner, members)
            return
        members.append(f"{self.string(path[0][1])}:{self.blank()}{self.leading(path[1:])}")

    def leading(self, steps: list) -> str:
        chance = self.random.random()
        if chance < 0.04:
            return "null"
        if chance < 0.07:
            return self.value(2)
        if not steps:
            return self.string(self.random.choice(WORDS))
        step = steps[0]
        if step[0] in ("key", "group"):
            members: list[str] = []
            self.along(steps, members)
            if self.random.random() < 0.3:
                members.append(f"{self.string(self.key())}:{self.value(1)}")
            return "{" + ", ".join(members) + "}"
        items = []
        for _ in range(self.random.choice([0, 1, 2, 3, 4])):
            item = self.leading(steps[1:])
            if step[0] == "filter" and item.startswith("{") and self.random.random() < 0.8:
                value = step[3] if self.random.random() < 0.7 else "other"
                written = value if value in ("1", "true", "2.0") and self.random.random() < 0.5 else self.string(value)
                for depth, key in enumerate(reversed(step[1]), 1):
                    written = f"{self.string(key)}:{written}"
                    if depth < len(step[1]):
                        written = "{" + written + "}"
                inside = item[1:-1]
                pair = [written, inside] if self.random.random() < 0.5 else [inside, written]
                item = "{" + ",".join(part for part in pair if part.strip()) + "}"
            items.append(item)
        return "[" + ",".join(items) + "]"

    def case(self) -> dict:
        expression = self.expression()
        fields = parse(tokens(expression))
        if len(fields) == 1 and len(fields[0]) == 1 and all(step[0] == "key" for step in fields[0][0]):
            return self.case()
        joint = self.random.choice(["\n", "\n", "\n\n", "", " — "])
        line = self.shaped(fields) if self.random.random() < 0.9 else self.object(3)
        return {"expression": expression, "joint": joint, "line": line} | text(expression, joint, line)


if __name__ == "__main__":
    generator = Generator(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    cases: list[dict] = []
    kept = {"text": 0, "reason": 0}
    while len(cases) < 600:
        case = generator.case()
        kind = "text" if "text" in case else "reason"
        # A third are records without text, and long cases say little more than short ones.
        if kept[kind] < (400 if kind == "text" else 200) and len(case["line"]) < 400 and len(case["expression"]) < 90:
            kept[kind] += 1
            cases.append(case)
    print("[")
    print(",\n".join(json.dumps(case, ensure_ascii=True) for case in cases))
    print("]")
