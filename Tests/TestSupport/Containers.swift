import Foundation

/// Compressed files made and read by the `zstd` and `gzip` commands.
///
/// No dsel code is therefore on both sides of a comparison.
public enum Containers {
  public struct CommandFailed: Error { public var message: String }

  /// One zstd frame, or one gzip member, around each of the `parts`.
  public static func zstd(
    _ parts: Data..., hasChecksum: Bool = true, in directory: TemporaryDirectory
  ) throws -> Data {
    try concatenate(parts, hasChecksum ? "zstd -qc" : "zstd -qc --no-check", in: directory)
  }

  public static func gzip(_ parts: Data..., in directory: TemporaryDirectory) throws -> Data {
    try concatenate(parts, "gzip -nc", in: directory)
  }

  /// The output of `zstd -dc` or `gzip -dc` for the file, chosen by its name's end.
  public static func decompress(_ path: String, in directory: TemporaryDirectory) throws -> Data {
    try command(path.hasSuffix(".gz") ? "gzip -dc" : "zstd -dqc", path, in: directory)
  }

  private static func concatenate(
    _ parts: [Data], _ compressor: String, in directory: TemporaryDirectory
  ) throws -> Data {
    try parts.reduce(into: Data()) { whole, part in
      let path = try directory.write(part, to: ".part-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(atPath: path) }
      whole += try command(compressor, path, in: directory)
    }
  }

  private static func command(
    _ command: String, _ path: String, in directory: TemporaryDirectory
  ) throws -> Data {
    let result = try Program.shell("exec \(command) < \"$1\"", [path], in: directory)
    guard result.status == 0 else { throw CommandFailed(message: result.errors) }
    return result.output
  }
}
