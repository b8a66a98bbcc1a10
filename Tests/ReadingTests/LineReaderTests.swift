import Files
import Foundation
import TestSupport
import Testing

@testable import Reading

@Suite struct LineReaderTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: Wrapping.allCases, 0..<3 as Range<UInt64>)
  func `The lines at given places are read again`(wrapping: Wrapping, seed: UInt64) throws {
    var text = Data()
    for part in 0..<6 { text += TextVariant.longLines.text(seed: 10 * seed + UInt64(part)) }
    let path = try directory.write(wrapping.wrap(text, in: directory), to: "shard")
    var random = SplitMix64(state: seed)
    let all = naiveLines(text)
    // Every line; a few, which leaves jumps over more than the reader's buffer; two far apart.
    let choices = [
      all, all.filter { _ in Int.random(in: 0..<100, using: &random) == 0 },
      [all[1], all[all.count - 1]],
    ]
    for places in choices {
      var reader = try LineReader(Shard(path: path), limits: ReadingLimits())
      for place in places {
        let found = try reader.withLine(at: place.offset, count: place.bytes.count) {
          array(of: $0.span.extracting($1))
        }
        #expect(found == place.bytes, "at \(place.offset)")
      }
    }
  }

  @Test(arguments: Wrapping.allCases)
  func `A line behind the end means that the file has changed`(wrapping: Wrapping) throws {
    let text = Data(#"{"text":"a"}"#.utf8)
    let path = try directory.write(wrapping.wrap(text, in: directory), to: "shard")
    for (offset, count) in [(5, text.count), (2 << 20, 10)] {
      var reader = try LineReader(Shard(path: path), limits: ReadingLimits())
      do {
        try reader.withLine(at: offset, count: count) { (_, _) -> Void in
          Issue.record("a line was found")
        }
        Issue.record("no error")
      } catch {
        #expect(error as? ReadingError == .changed(path: path))
      }
    }
  }

  @Test(arguments: Wrapping.allCases)
  func `A file that changes while lines are read is refused at the end`(
    wrapping: Wrapping
  ) throws {
    let text = Data(#"{"text":"a"}"#.utf8)
    let path = try directory.write(wrapping.wrap(text, in: directory), to: "shard")
    var reader = try LineReader(Shard(path: path), limits: ReadingLimits())
    try reader.withLine(at: 0, count: text.count) { (_, _) -> Void in }
    try reader.finish()
    try directory.write(text + text, to: "shard")
    #expect(throws: ReadingError.changed(path: path)) { try reader.finish() }
  }
}
