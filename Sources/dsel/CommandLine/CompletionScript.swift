/// Additions to the parser's completion scripts.
///
/// They complete values after an equals sign, `--compress=zst`, and files after a name,
/// `wiki=wiki.jsonl`.
enum CompletionScript {
  /// - Parameter script: the script of any shell. fish needs no addition.
  static func completed(_ script: String) -> String {
    if script.hasPrefix("#compdef") { return zsh(script) }
    return script.hasPrefix("#!/bin/bash") ? bash(script) : script
  }

  /// bash treats an equals sign as a word of its own: the option is then the word before it.
  private static func bash(_ script: String) -> String {
    script.replacing(
      #"    local -r prev="${3}""#,
      with: #"""
            local prev="${3}"
            if [[ "${prev}" = "=" && "${COMP_CWORD}" -gt 1 ]]; then
                prev="${COMP_WORDS[COMP_CWORD - 2]}"
            fi
            local -r prev
        """#)
  }

  /// zsh accepts `--option value` and `--option=value` if an option is listed as `--option=`.
  private static func zsh(_ script: String) -> String {
    script.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let spec = line.drop { $0 == " " }
      guard spec.hasPrefix("'"), spec.contains("]:") else { return String(line) }
      var line = String(line)
      if spec.hasPrefix("'--") || spec.hasPrefix("'*--"), let end = line.firstIndex(of: "[") {
        line.insert("=", at: end)
      } else if spec.hasPrefix("'("), let name = line.firstRange(of: "{--"),
        let end = line[name.upperBound...].firstIndex(where: { ",}".contains($0) })
      {
        // {--output,-o}
        line.insert("=", at: end)
      }
      return line.replacing(
        #":\[name=\]file:_files'"#,
        with: #":\[name=\]file:{compset -P "[A-Za-z0-9_-]##="; _files}'"#)
    }.joined(separator: "\n")
  }
}
