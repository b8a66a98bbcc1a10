package import Files
internal import Platform

/// A command that takes a whole output, in the place of a file of that name.
package struct WriterCommand: Sendable, Codable {
  package let command: CommandWords
  /// The name of the output, if it has one; it need not be that of a file.
  package let name: String?

  package init(_ command: CommandWords, name: String?) {
    self.command = command
    self.name = name
  }

  /// The name of the manifest beside the output; nil for an output without a name.
  package var manifestName: String? { name.map { "\($0).manifest.json" } }

  /// Starts the command with a file as its standard input, and waits for its end.
  ///
  /// - Returns: nil if it has ended well.
  func run(with path: String, name: String?) -> WriterFault? {
    var fault = WriterFault(name: name, command: command.text, kind: .status(0), lastLines: [])
    do throws(SystemError) {
      let file = try File(reading: path)
      let child = try ChildProcess.writing(command.filled(with: name), from: file)
      switch child.finish(within: nil) {
      case .status(0)?, nil:
        // The command has moved the position that it shares with this file.
        let (read, whole) = (file.position ?? 0, try file.status().byteCount)
        guard read < whole else { return nil }
        fault.kind = .unread(read, of: whole)
      case .status(let status)?: fault.kind = .status(status)
      case .signal(let number)?: fault.kind = .signal(number)
      }
      fault.lastLines = child.lastLines
    } catch {
      fault.kind = .notStarted(code: error.code)
    }
    return fault
  }
}

/// Why a command didn't take an output.
package struct WriterFault: Error, Equatable {
  package enum Kind: Equatable, Sendable {
    /// - Parameter code: `errno`.
    case notStarted(code: Int32)
    case status(Int)
    case signal(Int)
    /// It ended well, but has read only a part of the output's bytes.
    case unread(Int, of: Int)
  }

  package var name: String?
  /// As the user wrote it.
  package var command: String
  package var kind: Kind
  /// The last lines that it wrote.
  package var lastLines: [String]
  /// The file that the whole output is in; nil if it could not be kept.
  package var keptPath: String?

  package init(
    name: String?, command: String, kind: Kind, lastLines: [String], keptPath: String? = nil
  ) {
    self.name = name
    self.command = command
    self.kind = kind
    self.lastLines = lastLines
    self.keptPath = keptPath
  }
}

extension AtomicFile {
  /// Gives the whole content to a command. Nothing of the file is left then.
  ///
  /// If the command fails, the file gets its name at once, so that the content isn't lost, though
  /// the run fails.
  ///
  /// - Parameter name: the output's, for the command.
  /// - Throws: ``WritingError/writer(_:)``
  package consuming func give(
    to writer: WriterCommand, name: String?
  ) throws(WritingError) {
    try finish()
    guard let temporaryPath else { return }
    guard var fault = writer.run(with: temporaryPath, name: name) else { return try drop() }
    if File.link(temporaryPath, to: path) == 0 { fault.keptPath = path }
    throw .writer(fault)
  }
}

extension FinishedOutput {
  /// Gives the output, which is a single file, to a command: see ``AtomicFile/give(to:name:)``.
  ///
  /// - Throws: ``WritingError/writer(_:)``
  package consuming func give(to writer: WriterCommand) throws(WritingError) {
    guard let file = file.take() else { preconditionFailure("a command takes a file") }
    try file.give(to: writer, name: writer.name)
  }
}
