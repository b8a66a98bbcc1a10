internal import Files
package import Pipeline

extension Verification: Report {
  package var sections: [ReportSection] {
    manifests.map { .lines(lines($0)) } + [.lines([total])]
  }

  private func lines(_ manifest: Manifest) -> [String] {
    let roles = manifest.files.map { $0.role.count }.max() ?? 0
    let place = manifest.directory ?? "the working directory"
    var lines = ["files in \(place), as \(manifest.path) has them:"]
    lines += manifest.files.map { file in
      "\(Self.padded(file.state.words, 9))  \(Self.padded(Self.words(file.role), roles))  "
        + file.path + (file.through.map { "  (through the command '\($0)')" } ?? "")
    }
    if manifest.files.isEmpty { lines = ["\(manifest.path) names no file."] }
    if let command = manifest.command, let version = manifest.dselVersion {
      let words = (["dsel"] + command.arguments).map(ShellWord.quoted).joined(separator: " ")
      let change = command.directory.map { "cd \(ShellWord.quoted($0)) && " } ?? ""
      lines.append("the run, of \(command.started) with dsel \(version):")
      lines.append("  \(change)\(words)")
    }
    return lines
  }

  private var total: String {
    var parts = ["\(Format.count(same)) the same"]
    if changed > 0 { parts.append("\(Format.count(changed)) changed") }
    if missing > 0 { parts.append("\(Format.count(missing)) missing") }
    let unknown = manifests.flatMap(\.files).count { $0.state == .unknown }
    if unknown > 0 { parts.append("\(Format.count(unknown)) unknown") }
    return "\(Format.count(same + changed + missing + unknown, "file")): "
      + parts.joined(separator: ", ")
  }

  private static func words(_ name: String) -> String {
    String(name.map { $0 == "_" ? " " : $0 })
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

extension Verification.State {
  fileprivate var words: String {
    switch self {
    case .same: "same"
    case .sameText: "same text"
    case .sameSize: "same size"
    case .changed: "changed"
    case .missing: "missing"
    case .unknown: "unknown"
    }
  }
}
