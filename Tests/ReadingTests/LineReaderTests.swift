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
    // All lines; a few lines with gaps larger than the reader's buffer; and two lines far from each
    // other.
    let choices = [
      all, all.filter { _ in Int.random(in: 0..<100, using: &random) == 0 },
      [all[1], all[all.count - 1]],
    ]
    for places in choices {
      var reader = try reader(Shard(path: path))
      for place in places {
        try reader.read(at: place.offset, byteCount: place.bytes.count)
        var found: [UInt8] = []
        try reader.withLine { found = array(of: $0) }
        #expect(found == place.bytes, "at \(place.offset)")
      }
    }
  }

  @Test(arguments: Wrapping.allCases)
  func `A line after the end means that the file has changed`(wrapping: Wrapping) throws {
    let text = Data(#"{"text":"a"}"#.utf8)
    let path = try directory.write(wrapping.wrap(text, in: directory), to: "shard")
    for (offset, count) in [(5, text.count), (2 << 20, 10)] {
      var reader = try reader(Shard(path: path))
      do {
        try reader.read(at: offset, byteCount: count)
        Issue.record("no error")
      } catch {
        #expect(error == .changed(path: path))
      }
    }
  }

  @Test(arguments: Wrapping.allCases)
  func `A file that changes while lines are read is refused at the end`(
    wrapping: Wrapping
  ) throws {
    let text = Data(#"{"text":"a"}"#.utf8)
    let path = try directory.write(wrapping.wrap(text, in: directory), to: "shard")
    var reader = try reader(Shard(path: path))
    try reader.read(at: 0, byteCount: text.count)
    try reader.finish()
    try directory.write(text + text, to: "shard")
    do {
      try reader.finish()
      Issue.record("no error")
    } catch {
      #expect(error == .changed(path: path))
    }
  }

  @Test func `The text of a record can be read after its line was taken`() throws {
    let lines = [#"{"text":"a\u0062c"}"#, #"{"id":2,"text":""}"#]
    let path = try directory.write(lines.joined(separator: "\n"), to: "shard")
    var reader = try reader(Shard(path: path))
    for (offset, line, text) in [(0, lines[0], "abc"), (lines[0].utf8.count + 1, lines[1], "")] {
      try reader.read(at: offset, byteCount: line.utf8.count)
      var found: ([UInt8], [UInt8]) = ([], [])
      try reader.withLine { found.0 = array(of: $0) }
      try reader.withText { found.1 = array(of: $0) }
      #expect(found == (Array(line.utf8), Array(text.utf8)))
    }
  }

  private func reader(_ shard: Shard) throws(ReadingError) -> any RecordReader & ~Copyable {
    try shard.recordReader(DocumentRequest(textField: "text"), ReadingLimits())
  }
}
