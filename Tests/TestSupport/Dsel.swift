import Foundation

/// Runs the built command as a user does: in a directory of its own, with its outputs drained.
///
///     let run = try Dsel.run(["--version"], in: TemporaryDirectory())
///     #expect(run.status == 0)
public enum Dsel {
  /// True if the command was built without optimisation: it is then too slow for the large inputs.
  public static var isDebugBuild: Bool {
    #if DEBUG
      true
    #else
      false
    #endif
  }

  /// The results of a run.
  public struct Result: Sendable {
    public var status: Int32
    public var output: Data
    public var errors: String

    /// The lines of standard output, without their line feeds.
    public var lines: [String] { output.lines }
    public var errorLines: [String] { Data(errors.utf8).lines }
  }

  /// The directory where `dsel` was built: that of the test bundle, or one above it.
  public static let binary: URL = {
    let bundle = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
    let starts = [bundle, Bundle.main.executableURL].compactMap { $0?.deletingLastPathComponent() }
    for start in starts {
      var directory = start.resolvingSymlinksInPath()
      for _ in 0..<4 {
        let candidate = directory.appendingPathComponent("dsel")
        if isProgram(candidate) { return candidate }
        directory.deleteLastPathComponent()
      }
    }
    return Fixtures.projectRoot.appendingPathComponent(
      isDebugBuild ? ".build/debug/dsel" : ".build/release/dsel")
  }()

  private static func isProgram(_ url: URL) -> Bool {
    let values = try? url.resourceValues(forKeys: [.isRegularFileKey])
    return values?.isRegularFile == true && FileManager.default.isExecutableFile(atPath: url.path)
  }

  /// Runs `dsel` with `arguments`.
  ///
  /// - Parameter input: sent to standard input through a real pipe; nil means empty input.
  public static func run(
    _ arguments: [String], input: Data? = nil, in directory: TemporaryDirectory
  ) throws -> Result {
    guard let input else { return try Program.run(binary.path, arguments, in: directory) }
    // `cat` fills the pipe, so the test needs no thread for it, and dsel may close it early.
    let name = ".stdin-\(UUID().uuidString)"
    let path = try directory.write(input, to: name)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try Program.run(
      "/bin/sh", ["-c", "cat \"$0\" | \"$@\"", path, binary.path] + arguments, in: directory)
  }

  /// Runs `dsel select` on the small fixture, or on another `pool`.
  public static func select(
    pool: [String] = [Fixtures.crawl], target: String = Fixtures.wiki, _ options: [String],
    input: Data? = nil, in directory: TemporaryDirectory
  ) throws -> Result {
    let inputs = ["select", "--target", target, "--pool"] + pool
    return try run(inputs + options, input: input, in: directory)
  }
}
