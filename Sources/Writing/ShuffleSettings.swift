/// How lines are shuffled.
package struct ShuffleSettings: Sendable {
  /// The directory for lines that don't fit into memory.
  package var spoolDirectory: String
  /// The most bytes of lines that are sorted in memory.
  var batchByteLimit = 16 << 20
  /// The bytes of lines that are compressed at a time.
  var blockByteCount = 32 << 10

  package init(spoolDirectory: String) {
    self.spoolDirectory = spoolDirectory
  }
}
