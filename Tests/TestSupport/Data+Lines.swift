import Files
import Foundation

extension Data {
  /// The lines, without their line feeds.
  ///
  /// A last line without a line feed is included.
  public var lines: [String] { rawLines.map { String(decoding: $0, as: UTF8.self) } }

  /// The lines' bytes, without their line feeds.
  public var rawLines: [Data] {
    // `split` is slow without optimisation, and `range(of:)` copies the rest each time.
    let bytes = [UInt8](self)
    var lines: [Data] = []
    var start = 0
    while start < bytes.count {
      let end = bytes.span.firstIndex(of: UInt8(ascii: "\n"), from: start) ?? bytes.count
      lines.append(Data(bytes[start..<end]))
      start = end + 1
    }
    return lines
  }

  /// The JSON value of each line.
  public func jsonLines() throws -> [JSON] { try rawLines.map { try JSON($0) } }
}

extension [Data] {
  /// All elements, each followed by a line feed.
  public var joinedLines: Data { reduce(into: Data()) { $0 += $1 + [UInt8(ascii: "\n")] } }
}
