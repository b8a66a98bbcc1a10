import Foundation
import TestSupport

/// The container of a shard's bytes.
enum Wrapping: CaseIterable {
  case plain, zstd, gzip, severalFrames, severalMembers

  func wrap(_ text: Data, in directory: TemporaryDirectory) throws -> Data {
    // At an uneven place within a line.
    let cut = text.count / 3
    let (first, second) = (Data(text.prefix(cut)), Data(text.dropFirst(cut)))
    switch self {
    case .plain: return text
    case .zstd: return try Containers.zstd(text, in: directory)
    case .gzip: return try Containers.gzip(text, in: directory)
    case .severalFrames: return try Containers.zstd(first, Data(), second, in: directory)
    case .severalMembers: return try Containers.gzip(first, Data(), second, in: directory)
    }
  }
}

/// The ways to end the lines of a file.
enum TextVariant: CaseIterable {
  case lineFeeds, carriageReturns, byteOrderMark, byteOrderMarks, noFinalLineEnd, longLines

  func text(seed: UInt64) -> Data {
    var random = SplitMix64(state: seed)
    var text = Data(self == .byteOrderMark ? [0xEF, 0xBB, 0xBF] : [])
    for number in 0..<200 {
      let longest = self == .longLines && number % 50 == 7 ? 200_000 : 700
      let count = number % 9 == 0 ? 0 : Int.random(in: 0...longest, using: &random)
      // As in concatenated files with marks, one of which is a mark alone.
      if self == .byteOrderMarks, number % 7 == 3 {
        for _ in 0...number % 2 { text.append(contentsOf: [0xEF, 0xBB, 0xBF]) }
      }
      text.append(Data(repeating: UInt8.random(in: 0x20...0x7E, using: &random), count: count))
      text.append(contentsOf: self == .carriageReturns && number % 3 > 0 ? [0x0D, 0x0A] : [0x0A])
    }
    if self == .noFinalLineEnd { text.append(contentsOf: "the last line".utf8) }
    return text
  }
}

/// The lines of a text, found in the plain way.
func naiveLines(_ text: Data) -> [PlacedLine] {
  let text = [UInt8](text)
  var lines: [PlacedLine] = []
  var start = 0
  while start < text.count {
    while text[start...].starts(with: [0xEF, 0xBB, 0xBF]) { start += 3 }
    if start == text.count { break }
    let end = text[start...].firstIndex(of: 0x0A) ?? text.count
    let hasReturn = end > start && text[end - 1] == 0x0D
    lines.append(PlacedLine(offset: start, bytes: Array(text[start..<(hasReturn ? end - 1 : end)])))
    start = end + 1
  }
  return lines
}
