internal import Excluding
package import Reading

/// Which documents are never selected, because they are known otherwise.
package struct ExcludeSettings: Sendable, Equatable, Codable {
  /// The files of evaluation documents.
  package var paths: [String] = []
  /// A document is excluded if it shares an n-gram of this many tokens with an evaluation document.
  package var gramLength = Self.defaultGramLength
  /// The field of the evaluation documents' text, if it is another one than the pool's.
  package var textField: TextField?
  /// Whether texts of the target's own documents are excluded too.
  package var excludesTarget = false

  /// The length that Brown et al. (2020) used for GPT-3, and others after them.
  package static let defaultGramLength = 13

  /// Shorter evaluation documents are looked for as a whole if they have this many tokens.
  package static let usualLeastLength = EvaluationSet.usualLeastLength

  package init() {}

  package var excludesNothing: Bool { paths.isEmpty && !excludesTarget }
}
