internal import Files

/// The room on the disk for what is kept of candidates: their records, features or tokens.
struct SpoolRoom: Sendable {
  var directory: String
  /// The command that runs, whose options messages name.
  var command: OutputError.Spooler
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
  ///   - byteCount: all bytes, about.
  ///   - written: those among them that are in the file already.
  /// - Throws: ``OutputError/noRoom(directory:needed:free:_:)``
  func check(byteCount: Int, written: Int = 0) throws(PipelineError) {
    guard let free = freeByteCount(directory) else { return }
    guard (byteCount - written) / 2 > free else { return }
    throw .output(
      .noRoom(directory: directory, needed: byteCount, free: free + written, command))
  }

  /// Refuses it while candidates are collected: those that are still to come are taken to be like
  /// those before them.
  ///
  /// - Parameters:
  ///   - knownByteCount: the bytes of the candidates so far.
  ///   - written: those among them that are in the file already.
  ///   - candidateCount: the number of candidates so far.
  ///   - wholeCount: the number of all candidates.
  /// - Throws: ``OutputError/noRoom(directory:needed:free:_:)``
  func check(
    knownByteCount: Int, written: Int, of candidateCount: Int, among wholeCount: Int
  ) throws(PipelineError) {
    let each = Double(knownByteCount) / Double(max(1, candidateCount))
    let left = Double(max(0, wholeCount - candidateCount))
    try check(byteCount: knownByteCount + Int((each * left).rounded(.down)), written: written)
  }
}
