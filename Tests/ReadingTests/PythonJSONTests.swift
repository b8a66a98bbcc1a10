import Foundation
import TestSupport
import Testing

@testable import Reading

/// Lines written by Python, against the texts that Python gives for them.
@Suite struct PythonJSONTests {
  /// Writes lines in pairs: a document as `json.dumps` writes it, and its text in hexadecimal.
  private static let script = """
    import json, random, sys
    random.seed(int(sys.argv[1]))
    SPECIAL = ['"', "\\\\", "/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\0", "\\x1f", "\\x7f", "\\x85", "\\u2028", "\\ufeff",
               "\\ud7ff", "\\ue000", "\\uffff", "\\U00010000", "\\U0001f600", "\\U0010ffff", "\\\\u0041", "\\\\ud83d"]
    def scalar():
        while True:
            value = random.choice([random.randrange(0x80), random.randrange(0x800), random.randrange(0x110000)])
            if not 0xD800 <= value <= 0xDFFF: return chr(value)
    def text(most):
        return "".join(random.choice([scalar, lambda: random.choice(SPECIAL)])() for _ in range(random.randrange(most)))
    def value(depth):
        kinds = [lambda: text(9), lambda: random.randrange(-10**17, 10**17), random.random, lambda: -0.0,
                 lambda: random.uniform(-1, 1) * 10 ** random.randrange(-300, 300), lambda: None, lambda: True, lambda: False]
        if depth:
            kinds += 2 * [lambda: [value(depth - 1) for _ in range(random.randrange(4))],
                          lambda: {text(6): value(depth - 1) for _ in range(random.randrange(4))}]
        return random.choice(kinds)()
    for _ in range(400):
        members = [(text(6) + "x", value(6)) for _ in range(random.randrange(5))] + [("text", text(80))]
        random.shuffle(members)
        document = dict(members)
        line = json.dumps(document, ensure_ascii=random.random() < 0.5,
                          separators=random.choice([(",", ":"), (", ", ": "), (" ,\\t", " : ")]))
        sys.stdout.buffer.write(line.encode() + b"\\n" + document["text"].encode().hex().encode() + b"\\n")
    """

  @Test(arguments: 0..<5 as Range<UInt64>)
  func `Texts equal those that Python wrote`(seed: UInt64) throws {
    let directory = try TemporaryDirectory()
    let run = try Program.run(
      "/usr/bin/env", ["python3", "-c", Self.script, "\(seed)"], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    let lines = run.output.rawLines
    try #require(lines.count == 800)
    for index in stride(from: 0, to: lines.count, by: 2) {
      let line = Array(lines[index])
      let expected = String(decoding: lines[index + 1], as: UTF8.self)
      let comment = Comment(rawValue: String(decoding: line, as: UTF8.self))
      #expect(Self.hexadecimal(try parse(line)) == expected, comment)
      #expect(try Self.hexadecimal(scan(line, "text").get()) == expected, comment)
    }
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
