internal import Reading

/// A name such as `s3://bucket/key`, which isn't a file's, with commands that read or write it.
package struct RemoteName {
  private let name: String
  private let scheme: String
  private let rest: Substring

  /// - Returns: nil for a name of another kind.
  package init?(_ name: String) {
    guard Shard.isRemote(name), let colon = name.utf8.firstIndex(of: UInt8(ascii: ":")) else {
      return nil
    }
    self.name = name
    scheme = String(name[..<colon])
    rest = name[colon...].dropFirst(3)
  }

  /// Advice for an input.
  var reading: String {
    let quoted = ShellWord.quoted(name)
    func advice(_ reader: String, _ command: String) -> String {
      "Add --reader '\(scheme)://*=\(reader)', or pipe it in: \(command) | dsel … -"
    }
    return switch scheme {
    case "s3": advice("aws s3 cp {} -", "aws s3 cp \(quoted) -")
    case "s3a", "s3n":
      "Pipe it in: aws s3 cp \(ShellWord.quoted("s3://\(rest)")) - | dsel … -"
    case "gs": advice("gcloud storage cat", "gcloud storage cat \(quoted)")
    case "hdfs": advice("hdfs dfs -cat", "hdfs dfs -cat \(quoted)")
    case "http", "https", "ftp": advice("curl -fsSL", "curl -fsSL \(quoted)")
    case "hf" where hubAddress != nil:
      "Pipe it in: curl -fsSL \(ShellWord.quoted(hubAddress ?? "")) | dsel … -"
    case "file": "Leave file:// out."
    default: "Copy it to a file first, or pipe it in as standard input (-)."
    }
  }

  /// Advice for an output.
  ///
  /// - Parameters:
  ///   - option: the option that names it. Only `--output` may be standard output instead.
  ///   - hasWriter: whether `--writer` may take it.
  package func writing(_ option: String, hasWriter: Bool) -> String {
    let command: String? =
      switch scheme {
      case "s3", "s3a", "s3n": "aws s3 cp -"
      case "gs": "gcloud storage cp -"
      case "hdfs": "hdfs dfs -put -"
      default: nil
      }
    if scheme == "file" { return "Leave file:// out." }
    guard option == "--output", let command else {
      return "Write to a \(option == "--output-dir" ? "directory" : "file"), and copy it."
    }
    let known = command.hasPrefix("aws") ? "s3://\(rest)" : name
    let piping = "ipe it on: dsel … | \(command) \(ShellWord.quoted(known))"
    return hasWriter && known == name
      ? "Add --writer '\(command) {}', or p\(piping)" : "P\(piping)"
  }

  /// The address from which the Hub serves `hf://datasets/OWNER/NAME/PATH`.
  private var hubAddress: String? {
    let parts = rest.split(separator: "/", maxSplits: 3)
    guard parts.count == 4, parts[0] == "datasets" else { return nil }
    return "https://huggingface.co/datasets/\(parts[1])/\(parts[2])/resolve/main/\(parts[3])"
  }
}
