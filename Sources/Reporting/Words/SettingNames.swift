internal import Pipeline
internal import Weighting

/// The options of the command line, for messages. Pipeline knows settings, not options.
extension CandidateSetting {
  var option: String {
    switch self {
    case .targetModel: "--target-model"
    case .poolModel: "--pool-model"
    case .objective: "--objective"
    case .seed: "--seed"
    case .count: "--candidates"
    case .unit: "--budget"
    case .tokensField: "--tokens-field"
    case .stratify: "--stratify"
    case .topK: "--top-k"
    case .temperature: "--temperature"
    case .logisticShare: "--logistic-share"
    case .minimumTokenCount: "--min-tokens"
    case .maximumTokenCount: "--max-tokens"
    case .minimumLogWeight: "--min-weight"
    case .estimator: "--estimator"
    case .normalization: "--normalize"
    case .smoothing: "--smoothing"
    case .targetSmoothing: "--target-smoothing"
    case .compatibility: "--compat"
    case .textField: "--text-field"
    case .textJoin: "--text-join"
    case .exclude: "--exclude"
    case .excludeNgram: "--exclude-ngram"
    case .excludeTextField: "--exclude-text-field"
    case .excludeTarget: "--exclude-target"
    case .nearDuplicates: "--near-duplicates"
    case .replay: "--replay"
    case .additions: "--add"
    }
  }
}

extension CandidateUnit {
  /// The option of a draw's size.
  var sizeOption: String { self == .documents ? "--count" : "--\(rawValue)" }

  /// The words that follow `--candidates` and a number.
  var budgetWords: String { self == .documents ? "" : " --budget \(rawValue)" }

  /// `5 documents`.
  func amount(_ number: Int) -> String { Format.count(number, String(rawValue.dropLast())) }
}

extension FittedModel.Mismatch {
  /// The difference, in a message about the second model.
  ///
  /// - Parameter path: the first model's file.
  func text(otherThan path: String) -> String {
    switch self {
    case .hashing(let first, _):
      first == .sha256
        ? "\(path) was fitted with --compat dsir, but this model was not"
        : "it was fitted with --compat dsir, but \(path) was not"
    case .tokenizer(let first, let second):
      Self.text("--tokenizer", second.rawValue, path, first.rawValue)
    case .maximumOrder(let first, let second):
      Self.text("--ngrams", "\(second)", path, "\(first)")
    case .bucketCount(let first, let second):
      Self.text("--buckets", "\(second)", path, "\(first)")
    case .minimumLength(let first, let second):
      Self.text("--min-tokens", "\(second)", path, "\(first)")
    case .sample(let isInFirst):
      isInFirst
        ? "it was fitted with --no-sample, but \(path) was not"
        : "\(path) was fitted with --no-sample, but this model was not"
    case .texts(let isInFirst):
      isInFirst
        ? "\(path) was fitted with --keep-texts, but this model was not"
        : "it was fitted with --keep-texts, but \(path) was not"
    case .fittedShare(let first, let second):
      "it was fitted \(Self.fitSample(second)), but \(path) \(Self.fitSample(first))"
    case .fields(let first, let second):
      "it was fitted \(Self.keepField(second)), but \(path) \(Self.keepField(first))"
    }
  }

  private static func fitSample(_ share: Double) -> String {
    share == 1 ? "without --fit-sample" : "with --fit-sample \(share)"
  }

  private static func keepField(_ fields: [String]) -> String {
    fields.isEmpty
      ? "without --keep-field" : "with --keep-field \(fields.joined(separator: ","))"
  }

  private static func text(
    _ option: String, _ value: String, _ path: String, _ otherValue: String
  ) -> String {
    "it was fitted with \(option) \(value), but \(path) with \(option) \(otherValue)"
  }
}

extension InputRole {
  /// The subject and verb of a sentence about the input.
  var subject: String {
    switch self {
    case .target: "the target is"
    case .pool: "the pool is"
    case .evaluation: "the evaluation set is"
    case .input: "the input is"
    case .weights: "the weights are"
    case .candidates: "the candidates are"
    case .selected: "the selection is"
    case .heldout: "the held-out text is"
    case .other: "a further selection is"
    }
  }

  /// The option that names the input's files; nil if they are operands.
  var option: String? {
    switch self {
    case .target: "--target"
    case .pool: "--pool"
    case .evaluation: "--exclude"
    case .input: nil
    case .weights: "--weights"
    case .candidates: "--candidates"
    case .selected: "--selected"
    case .heldout: "--heldout"
    case .other: "--beside"
    }
  }
}

extension SkipLimit {
  /// The limit in the command line's notation: `1%,10`.
  var argument: String {
    [millionths.map(Self.percentage), count.map { String($0) }].compactMap { $0 }
      .joined(separator: ",")
  }

  private static func percentage(_ millionths: Int) -> String {
    var decimals = String(millionths % 10_000 + 10_000).dropFirst()
    while decimals.last == "0" { decimals.removeLast() }
    return "\(millionths / 10_000)\(decimals.isEmpty ? "" : ".\(decimals)")%"
  }
}
