/// The settings for judging selections by held-out text.
package struct HeldoutSettings: Sendable, Codable {
  /// The number of tokens that models are trained on.
  package enum TokenLimit: Sendable, Codable, Equatable {
    /// As many as the smallest selection has.
    case least
    case count(Int)
    case all

    /// The limit as manifests have it.
    var name: String {
      switch self {
      case .least: "least"
      case .count(let count): String(count)
      case .all: "all"
      }
    }
  }

  /// The files of the held-out text.
  package var files: [String]
  /// Further selections, each with its files.
  package var others: [[String]] = []
  package var limit = TokenLimit.least
  package var shuffleCount = Defaults.heldoutShuffles

  package init(files: [String]) { self.files = files }
}
