import Foundation
import Synchronization

/// Runs any program to its end, and drains both of its outputs meanwhile.
public enum Program {
  /// - Parameter path: absolute.
  public static func run(
    _ path: String, _ arguments: [String], in directory: TemporaryDirectory
  ) throws -> Dsel.Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = directory.url
    process.standardInput = FileHandle.nullDevice
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let drainedErrors = Drain(errors.fileHandleForReading)
    let outputBytes = try output.fileHandleForReading.readToEnd() ?? Data()
    let errorBytes = drainedErrors.wait()
    process.waitUntilExit()
    let status = process.terminationStatus
    return Dsel.Result(
      // The status as a shell reports it.
      status: process.terminationReason == .uncaughtSignal ? 128 + status : status,
      output: outputBytes, errors: String(decoding: errorBytes, as: UTF8.self))
  }

  /// Runs a shell's `script`, in which `$0` is dsel and `$1`… are `arguments`.
  public static func shell(
    _ script: String, _ arguments: [String] = [], in directory: TemporaryDirectory
  ) throws -> Dsel.Result {
    try run("/bin/sh", ["-c", script, Dsel.binary.path] + arguments, in: directory)
  }

  /// Reads a pipe to its end on a separate thread.
  private final class Drain: Sendable {
    private let bytes = Mutex(Data())
    private let isDone = DispatchSemaphore(value: 0)

    init(_ handle: FileHandle) {
      Thread.detachNewThread { [self] in
        let all = (try? handle.readToEnd()) ?? Data()
        bytes.withLock { $0 = all }
        isDone.signal()
      }
    }

    func wait() -> Data {
      isDone.wait()
      return bytes.withLock { $0 }
    }
  }
}
