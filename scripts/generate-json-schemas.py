#!/usr/bin/env python3
"""Writes Documentation/schemas/*.json: JSON Schemas of manifests, reports and events.

    scripts/generate-json-schemas.py [--check]

Members, types and descriptions come from the records in the sources, which are encoded as they are
declared. Tests hold real output to the schemas. --check compares, and writes nothing.
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "Documentation/schemas"
# Each file's record, and what it describes.
FILES = {
    "select": ("SelectManifest", "The manifest of dsel select, and its report with --json"),
    "resample": ("ResampleManifest", "The manifest of dsel resample, and its report with --json"),
    "weigh": ("WeighReport", "The report of dsel weigh and its manifest"),
    "fit": ("FitReport", "The report of dsel fit"),
    "candidates": ("CandidateSummary", "The report of dsel merge of candidates, and of weigh --complete"),
    "merge": ("FitReport.Model", "The report of dsel merge of models"),
    "compare": ("Comparison", "What dsel compare --json prints"),
    "explain": ("Explanation", "What dsel explain --json prints without --manifest"),
    "explain-selection": ("SelectionAnswer", "What dsel explain --manifest --json prints"),
    "show": ("ShownDocuments", "What dsel show --json prints"),
    "verify": ("Verification", "What dsel verify --json prints"),
}
SIMPLE = {"Int": "integer", "UInt64": "integer", "Double": "number", "String": "string",
          "ExactString": "string", "Bool": "boolean"}
HEAD = {"$schema": "https://json-schema.org/draft/2020-12/schema"}


class Type:
    def __init__(self, name, kind):
        self.name, self.kind = name, kind
        self.description, self.members, self.cases, self.keys = "", {}, [], None


def snake(name):
    return re.sub(r"(?<!^)([A-Z])", lambda match: "_" + match[1].lower(), name)


def words(comment):
    """The first paragraph of a comment, as readers of JSON understand it."""
    text = " ".join(comment).split("  ")[0].strip()
    text = re.sub(r"(?:: |; | )?see ``[^`]*``(?:, and [^.]*)?", "", text, flags=re.I)
    text = re.sub(r"``(?:[A-Z]\w*/)?(\w+)(?:\([^`]*\))?``", lambda match: f"`{snake(match[1])}`", text)
    return re.sub(r"\bnil\b", "missing", text).strip(" .;:")


def types():
    """All records and enums of words, by their full names such as Comparison.Side."""
    found = {}
    for folder in ["Pipeline", "Reporting"]:
        for path in sorted((ROOT / "Sources" / folder).rglob("*.swift")):
            read(path.read_text(), found)
    return found


def read(text, found):
    nesting, comment = [], []
    for line in text.splitlines():
        indent, code = len(line) - len(line.lstrip()), line.strip()
        if code.startswith("///"):
            comment.append(code[3:].strip() if code != "///" else " ")
            continue
        while nesting and indent <= nesting[-1][0] and code:
            nesting.pop()
        kind = re.match(r"(?:package |private |fileprivate )*(struct|enum|extension) ([\w.]+)([^{]*)\{$", code)
        if kind:
            full = ".".join([name for _, name in nesting] + [kind[2]])
            if kind[1] == "enum" and kind[2] == "CodingKeys":
                found[".".join(full.split(".")[:-1])].keys = []
            if kind[1] != "extension" and full not in found:
                found[full] = Type(full, "enum" if kind[1] == "enum" else "record")
                found[full].description = words(comment)
            nesting.append((indent, kind[2]))
        elif code.startswith("private enum CodingKeys: CodingKey { case"):
            owner = found[".".join(name for _, name in nesting)]
            owner.keys = re.findall(r"\w+", code.split("case")[1])
        elif nesting and indent == nesting[-1][0] + 2:
            owner = found.get(".".join(name for _, name in nesting))
            member = re.match(r"(?:package |fileprivate )?(?:private\(set\) )?var (\w+)(?:: ([^={]+))?(?: = (.+))?$", code)
            if owner and owner.kind == "enum" and code.startswith("case "):
                for case in code[5:].split(", "):
                    name, _, value = case.partition(" = ")
                    owner.cases.append(value.strip('"') or name)
            elif owner and member and "{" not in code:
                owner.members[member[1]] = (member[2] or "", member[3], words(comment))
        comment = []


class Schemas:
    def __init__(self):
        self.types = types()

    def resolve(self, name, scope):
        while True:
            full = f"{scope}.{name}" if scope else name
            if full in self.types:
                return full
            if not scope:
                sys.exit(f"the type {name} isn't known")
            scope = scope.rpartition(".")[0]

    def of(self, name, scope, defs):
        if name in SIMPLE:
            return {"type": SIMPLE[name]}
        if match := re.fullmatch(r"\[ExactString: (.+)\]", name):
            return {"type": "object", "additionalProperties": self.of(match[1], scope, defs)}
        if match := re.fullmatch(r"\[(.+)\]", name):
            return {"type": "array", "items": self.of(match[1], scope, defs)}
        labelled = re.fullmatch(r"LabelledRecord<(.+)>", name)
        full = self.resolve(labelled[1] if labelled else name, scope)
        if full not in defs:
            defs[full] = {}
            defs[full].update(self.record(full, defs))
            if labelled:
                # The names that components of weights give their numbers.
                defs[full]["patternProperties"] = {LABELS: {"type": "number"}}
        return {"$ref": f"#/$defs/{full}"}

    def record(self, full, defs):
        kind = self.types[full]
        schema = {"description": kind.description} if kind.description else {}
        if kind.kind == "enum":
            return schema | {"enum": kind.cases}
        properties, required = {}, []
        for name, (declared, value, description) in kind.members.items():
            if kind.keys and name not in kind.keys:
                continue
            if not declared:
                constant = re.fullmatch(r'"(\w+)"', value)
                number = {"0.0": "number", "0": "integer"}.get(value)
                member = {"const": constant[1]} if constant else {"type": number}
                declared = ""
            else:
                member = self.of(declared.strip().rstrip("?"), full, defs)
            properties[snake(name)] = member | ({"description": description} if description else {})
            if not declared.strip().endswith("?"):
                required.append(snake(name))
        return schema | {"type": "object", "properties": properties, "required": required,
                         "additionalProperties": False}

    def file(self, root, title):
        defs = {}
        schema = HEAD | {"title": title} | self.record(root, defs)
        return schema | {"$defs": dict(sorted(defs.items()))}

    def events(self):
        defs = {}
        members = {
            "warning": {"type": "string", "description": "Something to check"},
            "note": {"type": "string", "description": "What an option implies, or what to know about the result"},
            "progress": self.of("ProgressRecord", "", defs),
            "report": {"type": "object", "description": "The report, by the schema of the command"},
            "error": self.of("ErrorReport", "", defs),
        }
        return HEAD | {
            "title": "A line of standard error with --json or --progress json",
            "type": "object", "properties": members, "minProperties": 1, "maxProperties": 1,
            "additionalProperties": False, "$defs": defs,
        }


def labels():
    text = "".join(path.read_text() for path in sorted((ROOT / "Sources/Weighting").rglob("*.swift")))
    return sorted(set(re.findall(r'key: "(\w+)"', text)))


LABELS = f"^({'|'.join(labels())})$"


def main():
    schemas = Schemas()
    made = {name: schemas.file(*words) for name, words in FILES.items()} | {"events": schemas.events()}
    OUTPUT.mkdir(exist_ok=True)
    for name, schema in made.items():
        path, text = OUTPUT / f"{name}.json", json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
        if "--check" not in sys.argv:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            sys.exit(f"{path.relative_to(ROOT)} is not what the sources say. Run scripts/generate-json-schemas.py.")


if __name__ == "__main__":
    main()
