import TestSupport
import Testing

@testable import Pipeline

@Suite struct ShardFinderTests {
  @Test(arguments: [
    ("a", "a"), ("./a", "a"), ("a/", "a"), (".//a/./b", "a/b"), ("/a//b/.", "/a/b"),
    ("../a", "../a"), ("a/../b", "a/../b"), ("e\u{301}/b", "e\u{301}/b"), ("/", "/"), ("", ""),
    (".", ""), ("a/\u{338}b", "a/\u{338}b"),
  ])
  func `A path is normalised without looking at the disk`(path: String, expected: String) {
    #expect(Array(ShardFinder.normalized(path).utf8) == Array(expected.utf8))
  }

  @Test func `A path means the file with the most common steps at its end, if one has most`()
    throws
  {
    let names = ["/d/en/0.jsonl", "/d/de/0.jsonl", "/d/de/1.jsonl", "x/y/z", "/d/q/de/2.jsonl"]
    let finder = ShardFinder(names, onlyIsPipe: false)
    for (path, expected) in [
      ("/d/en/0.jsonl", 0), ("en/0.jsonl", 0), ("./de/0.jsonl", 1), ("/other/de/0.jsonl", 1),
      ("0.jsonl", nil), ("fr/0.jsonl", nil), ("1.jsonl", 2), ("fr/1.jsonl", 2), ("z", 3),
      ("y", nil), ("xx/y/z", 3), ("nde/0.jsonl", nil), ("2.jsonl", 4), ("12.jsonl", nil),
      ("", nil), ("standard input", nil),
    ] {
      #expect(finder.match(path)?.shard == expected, "\(path)")
    }
    #expect(finder.match("/d//en/0.jsonl")?.isExact == true)
    #expect(finder.match("en/0.jsonl")?.commonSteps == 2)
  }

  @Test func `Names are compared as bytes`() {
    let finder = ShardFinder(["a/\u{E9}", "a/e\u{301}"], onlyIsPipe: false)
    #expect(finder.match("a/\u{E9}")?.shard == 0)
    #expect(finder.match("a/e\u{301}")?.shard == 1)
    #expect(finder.match("b/e\u{301}")?.shard == 1)
  }

  @Test func `A file belongs to the path with the most in common, or to none`() {
    let finder = ShardFinder(["/d/en/0", "/d/1"], onlyIsPipe: false)
    #expect(finder.shards(["en/0", "de/0", "1"]) == [0, nil, 1])
    #expect(finder.shards(["fr/0", "de/0", "1"]) == [nil, nil, 1])
    #expect(finder.shards(["/d/en/0", "x/en/0", "y/1", "z/1"]) == [0, nil, nil, nil])
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `Searching equals comparing with every file`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    func path() -> String {
      (0..<Int.random(in: 1...4, using: &random)).map { _ in
        ["a", "b", "ab", "a-"].randomElement(using: &random) ?? ""
      }.joined(separator: "/")
    }
    let names = Array(Set((0..<12).map { _ in path() })).sorted()
    let finder = ShardFinder(names, onlyIsPipe: false)
    for _ in 0..<200 {
      let path = path()
      let steps = path.split(separator: "/")
      let counts = names.map { name in
        zip(name.split(separator: "/").reversed(), steps.reversed()).prefix { $0 == $1 }.count
      }
      let most = counts.max() ?? 0
      let best = counts.indices.filter { counts[$0] == most && most > 0 }
      let expected = names.firstIndex(of: path) ?? (best.count == 1 ? best[0] : nil)
      #expect(finder.match(path)?.shard == expected, "\(path) in \(names)")
    }
  }
}
