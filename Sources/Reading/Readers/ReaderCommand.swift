internal import Files
internal import Platform

/// A command that reads one file: each pass starts it anew.
package struct ReaderCommand: Sendable {
  /// As the user wrote it.
  package let text: String
  private let words: [String]
  private let path: String
  private let timeout: Int?
  private let allowsEmpty: Bool
  /// What the first whole pass found.
  private let known = KnownContent()

  private final class KnownContent: Sendable {
    let content = Lock<Content?>(nil)
  }

  private struct Content: Equatable {
    var byteCount: Int
    var hash: UInt64
  }

  init(_ rule: ReaderRule, _ path: String, _ settings: ReaderSettings) {
    text = rule.command.text
    words = rule.command.filled(with: path)
    self.path = path
    timeout = settings.timeout
    allowsEmpty = settings.allowsEmpty
  }

  /// - Throws: ``ReadingError/reader(path:_:)``
  func start() throws(ReadingError) -> Shard.OpenFile {
    do throws(SystemError) {
      let child = try ChildProcess.reading(words)
      return Shard.OpenFile(child.takeOutput(), Run(command: self, child: child))
    } catch {
      throw .reader(
        path: path, ReaderFault(command: text, kind: .notStarted(code: error.code), lastLines: []))
    }
  }

  /// The command at work.
  struct Run: Sendable {
    fileprivate let command: ReaderCommand
    fileprivate let child: ChildProcess

    fileprivate init(command: ReaderCommand, child: ChildProcess) {
      self.command = command
      self.child = child
    }

    private var limit: Duration? { command.timeout.map { .seconds($0) } }

    /// Waits until there are bytes, or their end.
    ///
    /// - Throws: ``ReadingError/reader(path:_:)``
    func waitForBytes() throws(ReadingError) {
      guard child.waitForOutput(atMost: limit) else { throw silence }
    }

    /// Checks, at the end of the bytes, that the command has done all its work, and that they are
    /// those of earlier passes.
    ///
    /// - Throws: ``ReadingError/reader(path:_:)``
    func finish(byteCount: Int, hash: UInt64) throws(ReadingError) {
      guard let end = child.finish(within: limit) else { throw silence }
      if let fault = fault(of: end) { throw fault }
      let found = Content(byteCount: byteCount, hash: hash)
      let before = command.known.content.withLock { known in
        defer { known = known ?? found }
        return known
      }
      if let before, before != found {
        throw fault(.otherContent(before: before.byteCount, now: byteCount))
      }
    }

    private func fault(of end: ChildProcess.End) -> ReadingError? {
      switch end {
      case .signal(let number): fault(.signal(number))
      case .status(let status): status == 0 ? nil : fault(.status(status))
      }
    }

    /// Whether there are bytes, or their end, at some time before a moment that is soon.
    func hasBytes(before deadline: ContinuousClock.Instant) -> Bool {
      let left = deadline - .now
      return left > .zero && child.waitForOutput(atMost: left)
    }

    /// Why the command has failed, at the end of its output; nil if it hasn't, or goes on.
    func fault(before deadline: ContinuousClock.Instant) -> ReadingError? {
      child.finish(within: max(.zero, deadline - .now)).flatMap(fault)
    }

    /// Refuses a command that gave no text.
    ///
    /// - Throws: ``ReadingError/reader(path:_:)``
    func checkNotEmpty() throws(ReadingError) {
      guard command.allowsEmpty else { throw fault(.empty) }
    }

    private var silence: ReadingError {
      child.end()
      return fault(.silence(seconds: command.timeout ?? 0))
    }

    private func fault(_ kind: ReaderFault.Kind) -> ReadingError {
      .reader(
        path: command.path,
        ReaderFault(command: command.text, kind: kind, lastLines: child.lastLines))
    }
  }
}

/// Why the output of a reader command can't be used.
package struct ReaderFault: Error, Equatable {
  package enum Kind: Equatable, Sendable {
    /// - Parameter code: `errno`.
    case notStarted(code: Int32)
    case status(Int)
    case signal(Int)
    /// It gave nothing for this time, and didn't end.
    case silence(seconds: Int)
    case empty
    /// A later pass got other bytes than the first.
    case otherContent(before: Int, now: Int)
  }

  /// As the user wrote it.
  package var command: String
  package var kind: Kind
  /// The last lines that it wrote to standard error.
  package var lastLines: [String]

  package init(command: String, kind: Kind, lastLines: [String]) {
    self.command = command
    self.kind = kind
    self.lastLines = lastLines
  }
}
