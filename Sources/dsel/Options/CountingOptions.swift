import ArgumentParser
import Featurizing
import Pipeline
import Weighting

/// The n-grams that are counted, and the buckets.
struct CountingOptions: ParsableArguments {
  @Option(
    help: """
      How to split text into tokens. words: words and runs of punctuation; one token per \
      character in scripts without spaces. wordpunct: the rule of the DSIR reference package. \
      (default: words)
      """)
  var tokenizer: TokenizerKind?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Largest number of tokens in an n-gram: 1 to 5. (default: 2)", valueName: "n"),
    transform: Count.init(parsing:))
  var ngrams: Count?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Number of buckets that n-grams are hashed into: 2 to 16777216. (default: 1048576; 10000 \
      with --compat dsir or --estimator ratio)
      """, valueName: "n"), transform: Count.init(parsing:))
  var buckets: Count?

  func validate() throws {
    guard (1...FeatureSettings.maximumOrder).contains(ngrams?.value ?? 2) else {
      throw ValidationError("--ngrams must be from 1 to \(FeatureSettings.maximumOrder).")
    }
    guard buckets.map({ FeatureSettings.bucketCounts.contains($0.value) }) ?? true else {
      throw ValidationError(
        "--buckets must be from 2 to \(FeatureSettings.bucketCounts.upperBound).")
    }
  }

  /// Refuses options that contradict the implementation to reproduce.
  func validate(with compat: Compatibility?) throws {
    if let compat, tokenizer ?? .wordpunct != .wordpunct {
      throw ValidationError(
        "--compat \(compat.rawValue) needs --tokenizer wordpunct. Leave --tokenizer or --compat "
          + "out.")
    }
  }

  func settings(
    _ compat: Compatibility? = nil, defaultBucketCount: Int = Defaults.bucketCount
  ) -> FeatureSettings {
    FeatureSettings(
      tokenizer: tokenizer ?? (compat == nil ? .words : .wordpunct),
      maximumOrder: ngrams?.value ?? 2,
      bucketCount: buckets?.value ?? defaultBucketCount,
      hashing: compat == nil ? .xxh3 : .sha256)
  }
}
