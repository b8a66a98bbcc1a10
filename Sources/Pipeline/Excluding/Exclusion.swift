internal import Excluding
internal import Featurizing

/// What documents are excluded for, made ready for a pass.
struct Exclusion: Sendable {
  let settings: ExcludeSettings
  /// The n-grams of evaluation documents; nil without any.
  var index: ExclusionIndex?
  /// The report on the evaluation files.
  var report = PassReport()
  /// The texts of the target's own documents; nil if these may be selected.
  var targetTexts: TextHashes?
}

/// Why a document is excluded.
enum ExclusionMatch: Sendable, Hashable {
  /// Its text is one of the target's own.
  case target
  /// It shares an n-gram with an evaluation document.
  case gram(ExcludedGram)
  /// A reason that was read from a file, by its number there.
  case stored(Int)
}

/// Why a document is excluded, in words.
enum ExclusionReason: Sendable, Hashable {
  case target
  /// The first evaluation document with the n-gram: the number of its file, and its line.
  case evaluation(file: Int, line: Int, gram: String)
}

extension Exclusion {
  func reason(of match: ExclusionMatch) -> ExclusionReason {
    guard case .gram(let gram) = match, let index else { return .target }
    let origin = index.origin(of: gram)
    return .evaluation(file: origin.file, line: origin.line, gram: origin.text)
  }
}

/// Decides whether documents are excluded, in memory of its own.
struct DocumentExclusion: ~Copyable {
  private let targetTexts: TextHashes?
  private var check: ExclusionCheck?

  init(_ exclusion: Exclusion, _ tokenizer: TokenizerKind, _ tables: UnicodeTables) {
    targetTexts = exclusion.targetTexts
    if let index = exclusion.index {
      check = ExclusionCheck(index, tokenizer, tables: tables)
    } else {
      check = nil
    }
  }

  mutating func begin() { check?.begin() }

  /// Takes the hashes of the next tokens of the text, if they are known.
  mutating func add(_ tokenHashes: Span<UInt64>?) {
    if let tokenHashes { check?.add(tokenHashes) }
  }

  /// - Parameters:
  ///   - textHash: the text's hash.
  ///   - lastHashes: the hashes of the tokens that weren't added, if they are known.
  mutating func match(
    _ text: Span<UInt8>, textHash: UInt64, lastHashes: Span<UInt64>?
  ) -> ExclusionMatch? {
    if let targetTexts, targetTexts.contains(textHash) { return .target }
    return check?.match(text, lastHashes: lastHashes).map { .gram($0) }
  }
}
