internal import Files

/// `NAME=/dev/fd/5`: a pipe, and the name by which messages and records know it.
///
/// Descriptors say nothing about what comes through them, and change from run to run. The pipe is
/// standard input (`-`, `/dev/stdin`) or any descriptor (`/dev/fd/N`). An existing file of that
/// whole name goes first; names of files that don't exist, such as `a=b.jsonl`, stay as they are.
package struct PipeName {
  package let name: String
  /// The pipe.
  package let path: String

  /// - Returns: nil if `argument` isn't of this form, or is a file.
  package init?(_ argument: String) {
    guard let sign = argument.utf8.firstIndex(of: UInt8(ascii: "=")), sign > argument.startIndex
    else { return nil }
    let pipe = argument[argument.utf8.index(after: sign)...]
    guard pipe == "-" || pipe == "/dev/stdin" || Self.isDescriptor(pipe),
      (try? FileStatus(path: argument)) == nil
    else { return nil }
    name = String(argument[..<sign])
    path = String(pipe)
  }

  private static func isDescriptor(_ path: Substring) -> Bool {
    let directory = "/dev/fd/"
    guard path.utf8.starts(with: directory.utf8) else { return false }
    let digits = path.utf8.dropFirst(directory.utf8.count)
    return !digits.isEmpty
      && digits.allSatisfy { UInt8(ascii: "0") <= $0 && $0 <= UInt8(ascii: "9") }
  }
}
