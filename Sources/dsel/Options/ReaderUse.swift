import Platform
import Reading

/// Which --reader rules have matched the name of a file in a run.
final class ReaderUse: Sendable {
  private struct State {
    var rules: [ReaderRule] = []
    var used: Set<Int> = []
  }

  private let state = Lock(State())

  /// Notes the names that the rules were compared with.
  func note(_ names: [String], _ settings: ReaderSettings) {
    guard !settings.rules.isEmpty else { return }
    state.withLock { state in
      state.rules = settings.rules
      for name in names where state.used.count < settings.rules.count {
        if let number = settings.rules.firstIndex(where: { $0.glob.matches(name) }) {
          state.used.insert(number)
        }
      }
    }
  }

  /// A warning for each rule that no file's name has matched.
  var warnings: [String] {
    state.withLock { state in
      state.rules.indices.filter { !state.used.contains($0) }.map { number in
        let rule = state.rules[number]
        return "--reader '\(rule.glob.text)=\(rule.command.text)' read no file: its pattern "
          + "matches no name, or an earlier one does. A pattern without a slash is compared with "
          + "what follows the last slash of a name."
      }
    }
  }
}
