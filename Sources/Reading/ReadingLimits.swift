/// The bounds within which inputs are read.
package struct ReadingLimits: Sendable, Equatable, Codable {
  /// The longest line, in bytes without its line end.
  package var maximumLine: Int
  /// The largest window that a zstd frame may request, in bytes.
  package var maximumWindow: Int

  package init(maximumLine: Int = 256 << 20, maximumWindow: Int = 128 << 20) {
    self.maximumLine = maximumLine
    self.maximumWindow = maximumWindow
  }
}
