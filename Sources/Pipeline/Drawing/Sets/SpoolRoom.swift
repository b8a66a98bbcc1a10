internal import Files

/// The room on the disk for the records of candidates.
struct SpoolRoom: Sendable {
  var directory: String
  /// The command that chooses, whose options messages name.
  var command: OutputError.Chooser
  /// The bytes that may still be written in a directory; nil if that isn't known.
  var freeByteCount: @Sendable (String) -> Int? = { FileSystem.freeByteCount(in: $0) }

  /// Whether a pool of this size may need more than there is, however well it is compressed.
  ///
  /// If not, its documents needn't be looked at. Records rarely take more than twice their texts,
  /// and text is rarely compressed to less than a tenth.
  func mayLack(storedByteCount: Int) -> Bool {
    guard let free = freeByteCount(directory) else { return false }
    return free / 64 < storedByteCount
  }

  /// Refuses what the disk has no room for.
  ///
  /// Estimates err, and a run that would succeed shouldn't be refused. So there must be room for
  /// half of what is still to come: see Documentation/Method.md.
  ///
  /// - Parameters:
  ///   - wordCount: all words, about.
  ///   - written: those among them that are in the file already.
  /// - Throws: ``OutputError/noRoom(directory:needed:free:_:)``
  func check(wordCount: Int, written: Int = 0) throws(PipelineError) {
    guard let free = freeByteCount(directory) else { return }
    let wordSize = MemoryLayout<UInt32>.size
    guard (wordCount - written) / 2 > free / wordSize else { return }
    throw .output(
      .noRoom(
        directory: directory, needed: wordSize * wordCount, free: free + wordSize * written,
        command))
  }
}
