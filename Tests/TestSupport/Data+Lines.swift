import Foundation

extension Data {
  /// The lines, without their line feeds. A last line without one counts, too.
  public var lines: [String] { rawLines.map { String(decoding: $0, as: UTF8.self) } }

  /// The lines' bytes, without their line feeds.
  public var rawLines: [Data] {
    // Not `split`, which is slow without optimisation.
    var lines: [Data] = []
    let lineFeed = Data([UInt8(ascii: "\n")])
    var start = startIndex
    while start < endIndex {
      let end = range(of: lineFeed, in: start..<endIndex)
      lines.append(Data(self[start..<(end?.lowerBound ?? endIndex)]))
      start = end?.upperBound ?? endIndex
    }
    return lines
  }

  /// The JSON value of each line.
  public func jsonLines() throws -> [JSON] { try rawLines.map { try JSON($0) } }
}

extension [Data] {
  /// All of them, each ended by a line feed.
  public var joinedLines: Data { reduce(into: Data()) { $0 += $1 + [UInt8(ascii: "\n")] } }
}
