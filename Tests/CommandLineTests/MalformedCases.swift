import TestSupport
import Testing

/// The expected result for each file in `Fixtures/malformed`; its README describes the files.
enum MalformedCases {
  struct Accepted: Sendable, CustomTestStringConvertible {
    var name: String
    var documents: Int
    /// The output equals this other file byte for byte.
    var sameAs: String?
    var isCompressed: Bool {
      name != "plain-named-zst.jsonl.zst" && (name.contains("zst") || name.contains("gz"))
    }
    var testDescription: String { name }

    init(_ name: String, _ documents: Int, sameAs: String? = nil) {
      self.name = name
      self.documents = documents
      self.sameAs = sameAs
    }
  }

  struct Refused: Sendable, CustomTestStringConvertible {
    var name: String
    /// The physical line, from 1; nil if the file as a whole is wrong.
    var line: Int?
    var fragment: String
    /// An empty pool isn't the fault of one file, so no file is named.
    var isEmpty: Bool { fragment == "the pool is empty" }
    var testDescription: String { name }

    init(_ name: String, line: Int? = nil, _ fragment: String) {
      self.name = name
      self.line = line
      self.fragment = fragment
    }
  }

  static let accepted = [
    Accepted("ok.jsonl", 10, sameAs: "ok.jsonl"),
    // Containers are recognised by content, never by name.
    Accepted("zst-concat-skippable.jsonl.zst", 10, sameAs: "ok.jsonl"),
    Accepted("zst-line-across-frames.jsonl.zst", 10, sameAs: "ok.jsonl"),
    Accepted("plain-named-zst.jsonl.zst", 10, sameAs: "ok.jsonl"),
    Accepted("zst-named-plain.jsonl", 10, sameAs: "ok.jsonl"),
    Accepted("gz-named-zst.jsonl.zst", 10, sameAs: "ok.jsonl"),
    Accepted("gz-multi-member.jsonl.gz", 10, sameAs: "ok.jsonl"),
    // Line ends and the characters around lines.
    Accepted("bom.jsonl", 10, sameAs: "ok.jsonl"),
    Accepted("crlf.jsonl", 10, sameAs: "ok.jsonl"),
    Accepted("blank-lines.jsonl", 10, sameAs: "ok.jsonl"),
    Accepted("no-final-newline.jsonl", 10, sameAs: "ok.jsonl"),
    Accepted("u2028.jsonl", 4),
    // Unusual but valid JSON.
    Accepted("nul-escapes.jsonl", 2),
    Accepted("text-empty.jsonl", 5),
    Accepted("duplicate-keys.jsonl", 2),
    Accepted("escaped-key.jsonl", 1),
    Accepted("text-in-string.jsonl", 1),
    Accepted("ids-odd.jsonl", 5),
    Accepted("big-numbers.jsonl", 1),
    Accepted("key-order-spaces.jsonl", 1),
    Accepted("many-keys.jsonl", 1),
    // Long lines.
    Accepted("long-line.jsonl.zst", 3),
    Accepted("long-token.jsonl.zst", 3),
  ]

  static let refused = [
    // Containers.
    Refused("zst-truncated.jsonl.zst", "truncated"),
    Refused("zst-bitflip.jsonl.zst", "corrupt"),
    Refused("zst-bad-checksum.jsonl.zst", "checksum"),
    Refused("zst-trailing-garbage.jsonl.zst", "not zstd data"),
    Refused("zst-long-window.jsonl.zst", "--max-window"),
    Refused("gz-truncated.jsonl.gz", "truncated"),
    Refused("gz-bad-crc.jsonl.gz", "checksum"),
    Refused("is-a-directory.jsonl", "no file in this directory"),
    // Files without a document.
    Refused("empty.jsonl", "the pool is empty"),
    Refused("empty-file.jsonl.zst", "the pool is empty"),
    Refused("empty-frame.jsonl.zst", "the pool is empty"),
    Refused("empty-member.jsonl.gz", "the pool is empty"),
    // Lines that aren't UTF-8.
    Refused("utf16le.jsonl", "text in UTF-16"),
    Refused("invalid-utf8.jsonl", line: 2, "not UTF-8"),
    Refused("overlong-utf8.jsonl", line: 1, "not UTF-8"),
    // Lines that aren't JSON.
    Refused("cr-only.jsonl", line: 1, "the line goes on after the object"),
    Refused("blank-then-error.jsonl", line: 5, "not valid JSON"),
    Refused("cut-last-line.jsonl", line: 10, "cut short"),
    Refused("not-json.jsonl", line: 4, "not valid JSON"),
    Refused("two-objects-one-line.jsonl", line: 1, "the line goes on after the object"),
    Refused("single-quotes.jsonl", line: 1, "double quotes"),
    Refused("trailing-comma.jsonl", line: 1, "comma"),
    Refused(
      "nan.jsonl", line: 2, "NaN and Infinity are no JSON, where a number or null is expected"),
    Refused("lone-surrogates.jsonl", line: 1, "surrogate"),
    Refused("raw-control.jsonl", line: 2, "control character"),
    Refused("raw-nul-bytes.jsonl", line: 2, "not valid JSON"),
    Refused("bad-escape.jsonl", line: 1, "escape"),
    Refused("deep-nesting.jsonl", line: 2, "1024 levels"),
    Refused("deep-unclosed.jsonl", line: 2, "1024 levels"),
    // JSON, but not a document.
    Refused("array-file.json", "one JSON array, where dsel reads one JSON object per line"),
    Refused("array-line.jsonl", line: 3, "expected one JSON object per line, but found an array"),
    Refused("scalar-lines.jsonl", line: 1, "expected one JSON object per line, but found a string"),
    Refused(
      "missing-text.jsonl", line: 3, "the field \"text\" is missing. The line has: id, body."),
    Refused(
      "mixed-case-key.jsonl", line: 1, "the field \"text\" is missing. The line has: id, Text."),
    Refused("nested-field.jsonl", line: 1, "the field \"text\" is missing"),
    Refused("text-null.jsonl", line: 2, "is null, not a string"),
    Refused("text-number.jsonl", line: 2, "is a number, not a string"),
    Refused("text-array.jsonl", line: 2, "is an array, not a string"),
    Refused("text-object.jsonl", line: 2, "is an object, not a string"),
    Refused("text-bool.jsonl", line: 2, "is true or false, not a string"),
  ]
}
