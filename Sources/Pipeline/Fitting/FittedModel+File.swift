internal import Compression
internal import Weighting
internal import Writing

extension FittedModel {
  /// Writes the whole model to a file that gets its name later.
  ///
  /// - Returns: nil for standard output.
  /// - Throws: ``WritingError``
  func write(
    to destination: Destination, container: Container, replaces: Bool, registry: TemporaryFiles
  ) throws(WritingError) -> AtomicFile? {
    var writer = try LineWriter(
      destination, container: container, replaces: replaces, registry: registry)
    try forEachLine { (line) throws(WritingError) in try writer.write(line.span) }
    return try writer.close()
  }
}
