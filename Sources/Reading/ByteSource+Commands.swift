internal import Files
internal import Platform

/// The end of a command's output, which is the only place where its fault shows.
extension ByteSource {
  /// The longest time for a command that may have failed to come to its end.
  private static let patience = Duration.seconds(2)

  /// Reads a command's output to its end.
  ///
  /// - Throws: ``ReadingError``
  package mutating func readRest() throws(ReadingError) {
    guard shard.command != nil, !isAtEnd else { return }
    var rest = ByteBuffer()
    do throws(SystemError) { try rest.reserve(additional: Self.readSize) } catch {
      throw .system(error)
    }
    repeat {
      rest.removeAll(keepingCapacityUpTo: .max)
      try rest.append(upTo: Self.readSize) { output throws(ReadingError) in try read(into: &output)
      }
    } while !rest.isEmpty
  }

  /// Why the command has failed, if its output has a fault that may come from that, and ends soon.
  ///
  /// A command that fails in the middle may leave half a line, or a message among the documents.
  /// Nothing can be read after this.
  mutating func commandFault() -> ReadingError? {
    guard let command = file.command else { return nil }
    let deadline = ContinuousClock.now + Self.patience
    do throws(SystemError) {
      var rest = ByteBuffer()
      try rest.reserve(additional: Self.readSize)
      while !isAtEnd {
        guard command.hasBytes(before: deadline) else { return nil }
        rest.removeAll(keepingCapacityUpTo: .max)
        try rest.append(upTo: Self.readSize) { output throws(SystemError) in
          isAtEnd = try file.file.read(into: &output, at: nil) == 0
        }
      }
    } catch { return nil }
    return command.fault(before: deadline)
  }
}
