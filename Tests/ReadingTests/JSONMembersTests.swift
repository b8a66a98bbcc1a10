import Foundation
import TestSupport
import Testing

@testable import Reading

/// The removal of a member from a line.
@Suite struct JSONMembersTests {
  private static let lines: [(line: String, rest: String?)] = [
    (#"{"text":"a"}"#, nil),
    (#"{"text":"a","dsel":{"key":1}}"#, #"{"text":"a"}"#),
    (#"{"dsel":{"key":1},"text":"a"}"#, #"{"text":"a"}"#),
    (#"{"dsel":{"key":[1,{"dsel":2}]},"text":"a"}"#, #"{"text":"a"}"#),
    (#"{ "dsel" : 1 , "text" : "a" }"#, #"{  "text" : "a" }"#),
    (#"{"a": 1, "dsel": "x,y}", "text": "a"}"#, #"{"a": 1, "text": "a"}"#),
    (#"{"a": 1 , "dsel": null }"#, #"{"a": 1  }"#),
    (#"{"a":1,"dsel":-1.5e3,"dsel":{},"b":2,"dsel":[]}"#, #"{"a":1,"b":2}"#),
    (#"{"dsel":1,"dsel":2,"text":"a","dsel":3}"#, #"{"text":"a"}"#),
    (#"{"dsel":1, "dsel":2, "a":"", "b":2}"#, #"{  "a":"", "b":2}"#),
    (#"{"\u0064sel":true,"text":"a"}"#, #"{"text":"a"}"#),
    (#"{"text":"a","ds\u0065l":1}"#, #"{"text":"a"}"#),
    (#"{"text":"a","dsel\\":1,"Dsel":2,"dsels":3}"#, nil),
    (#"{"text":"\"dsel\":1,","meta":{"dsel":1,"x":[{"dsel":2}]}}"#, nil),
    (#"{"text":"\\","dsel":1}"#, #"{"text":"\\"}"#),
    (#"{"text":"\\\"","dsel":"\\"}"#, #"{"text":"\\\""}"#),
    (#"{"x":[],"dsel":[[],{}],"y":{}}"#, #"{"x":[],"y":{}}"#),
  ]

  @Test(arguments: lines)
  func `Members of the name are removed with one comma each, and all else stays`(
    line: String, rest: String?
  ) {
    let bytes = Array(line.utf8)
    let result = JSONMembers.removing("dsel", from: bytes.span)
    #expect(result.map { String(decoding: $0, as: UTF8.self) } == rest)
  }

  /// Prints lines in threes.
  ///
  /// The first has members of the name, the second is Python's reading without them, and the third
  /// is their number.
  private static let script = #"""
    import json, random, sys
    random.seed(int(sys.argv[1]))
    def text():
        return "".join(random.choice(['"', "\\", "{", "}", "[", "]", ",", ":", "dsel", "é", "\n", "a"])
                       for _ in range(random.randrange(6)))
    def value(depth):
        kinds = [text, lambda: random.randrange(100), lambda: None, lambda: True, random.random]
        if depth:
            kinds += [lambda: [value(depth - 1) for _ in range(random.randrange(3))],
                      lambda: {random.choice(["dsel", text()]): value(depth - 1) for _ in range(random.randrange(3))}]
        return random.choice(kinds)()
    for _ in range(300):
        pairs = [("text" + text(), value(3)) for _ in range(random.randrange(1, 4))]
        pairs += [("dsel", value(3)) for _ in range(random.randrange(3))]
        random.shuffle(pairs)
        comma, colon = random.choice([(",", ":"), (", ", ": "), (" ,\t", " : ")])
        keys = [json.dumps(k) if random.random() < 0.7 else
                '"' + "".join("\\u%04x" % ord(c) for c in k) + '"' for k, _ in pairs]
        print("{" + comma.join(k + colon + json.dumps(v) for k, (_, v) in zip(keys, pairs)) + "}")
        print(json.dumps([p for p in pairs if p[0] != "dsel"]))
        print(sum(p[0] == "dsel" for p in pairs))
    """#

  @Test(arguments: 0..<3 as Range<UInt64>)
  func `The remaining line equals Python's reading without the members`(seed: UInt64) throws {
    let directory = try TemporaryDirectory()
    let run = try Program.run(
      "/usr/bin/env", ["python3", "-c", Self.script, "\(seed)"], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    let lines = run.output.rawLines
    try #require(lines.count == 900)
    for start in stride(from: 0, to: 900, by: 3) {
      let line = Array(lines[start])
      let rest = JSONMembers.removing("dsel", from: line.span)
      let comment = Comment(rawValue: String(decoding: line, as: UTF8.self))
      #expect((rest == nil) == (lines[start + 2] == Data("0".utf8)), comment)
      let expected = try JSON(lines[start + 1]).elements.reduce(into: [String: JSON]()) {
        $0[$1[0].string ?? ""] = $1[1]
      }
      // Names may repeat at random, and Foundation and Python then keep different ones.
      guard expected.count == (try JSON(lines[start + 1])).elements.count else { continue }
      #expect(try JSON(Data(rest ?? line)) == .object(expected), comment)
    }
  }
}
