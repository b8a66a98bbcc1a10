/// How lines are put in another order.
package struct ShuffleSettings: Sendable {
  /// Where lines wait that memory has no room for.
  package var spoolDirectory: String
  /// As many bytes of lines are sorted in memory.
  var batchByteLimit = 16 << 20
  /// As many bytes of lines are compressed at a time.
  var blockByteCount = 32 << 10

  package init(spoolDirectory: String) {
    self.spoolDirectory = spoolDirectory
  }
}
