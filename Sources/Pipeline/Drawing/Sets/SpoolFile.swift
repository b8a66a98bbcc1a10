internal import Files
internal import Platform

/// A temporary file, made when something is first written to it.
///
/// It has mode 0600 and no name, so nothing of it outlives the run.
final class SpoolFile: Sendable {
  private final class Opened: Sendable {
    let file: File

    init(_ directory: String) throws(SystemError) {
      file = try File.unnamedTemporary(in: directory)
    }
  }

  private let directory: String
  private let opened: Lock<Opened?>

  init(directory: String) {
    self.directory = directory
    opened = Lock(nil)
  }

  /// - Throws: ``PipelineError``
  func append(_ bytes: Span<UInt8>) throws(PipelineError) {
    do throws(SystemError) { try file().file.writeAll(bytes) } catch {
      throw .output(.writing(.system(error)))
    }
  }

  /// - Throws: ``PipelineError``
  func append(words: Span<UInt32>) throws(PipelineError) {
    do throws(SystemError) { try file().file.writeAll(words: words) } catch {
      throw .output(.writing(.system(error)))
    }
  }

  /// Appends words that were written to `words`.
  ///
  /// - Parameter start: where the first word's bytes begin.
  /// - Throws: ``PipelineError``
  func read(words count: Int, at start: Int, into words: inout [UInt32]) throws(PipelineError) {
    do throws(SystemError) {
      let found = try file().file.read(words: count, at: start, into: &words)
      guard found == count else { preconditionFailure("the temporary file lost bytes") }
    } catch {
      throw .input(.reading(.system(error), line: nil))
    }
  }

  /// Reads bytes that were written.
  ///
  /// - Throws: ``PipelineError``
  func read(_ count: Int, at start: Int) throws(PipelineError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    do throws(SystemError) {
      let file = try file()
      while bytes.count < count {
        let before = bytes.count
        try bytes.append(addingCapacity: count - before) { output throws(SystemError) in
          _ = try file.file.read(into: &output, at: start + before)
        }
        guard bytes.count > before else { preconditionFailure("the temporary file lost bytes") }
      }
    } catch {
      throw .input(.reading(.system(error), line: nil))
    }
    return bytes
  }

  private func file() throws(SystemError) -> Opened {
    try opened.withLock { opened throws(SystemError) in
      if let opened { return opened }
      let made = try Opened(directory)
      opened = made
      return made
    }
  }
}
