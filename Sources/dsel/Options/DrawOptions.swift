import ArgumentParser
import Featurizing
import Pipeline
import Resampling
import Weighting

extension Normalization: ExpressibleByArgument {}
extension TokenizerKind: ExpressibleByArgument {}

/// How much is selected.
struct SizeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Select so many documents: 500, 10k, 5M.", valueName: "n"))
  var count: Count?

  @Option(
    help: ArgumentHelp("Select this share of the pool's documents. (default: 0.1)", valueName: "f"))
  var fraction: Double?

  @Option(help: ArgumentHelp("Select up to so many tokens.", valueName: "n"))
  var tokens: Count?

  @Option(help: ArgumentHelp("Select up to so many bytes of lines: 500MB, 2GiB.", valueName: "n"))
  var bytes: ByteCount?

  func validate() throws {
    let named = [
      ("--count", count?.value), ("--tokens", tokens?.value), ("--bytes", bytes?.value),
    ].filter { $0.1 != nil }
    guard named.count + (fraction == nil ? 0 : 1) <= 1 else {
      throw ValidationError("Give only one of --count, --fraction, --tokens and --bytes.")
    }
    for (name, value) in named where value == 0 {
      throw ValidationError("\(name) must be at least 1.")
    }
    if let fraction, !(fraction > 0 && fraction <= 1) {
      throw ValidationError("--fraction must be above 0 and at most 1.")
    }
  }

  var size: SelectionSize {
    if let count { return .documents(count.value) }
    if let tokens { return .tokens(tokens.value) }
    if let bytes { return .bytes(bytes.value) }
    return .fraction(fraction ?? 0.1)
  }
}

/// How the log weights are drawn by.
struct DrawOptions: ParsableArguments {
  @Option(help: "The seed of the draw's noise.")
  var seed: UInt64 = 0

  @Flag(name: .customLong("top-k"), help: "Take the largest log weights, without noise.")
  var topK = false

  @Option(
    help: ArgumentHelp(
      "Divide log weights by this: more makes the draw more random.", valueName: "t"))
  var temperature = 1.0

  @Option(help: "Divide log weights by the number of features (length), or not.")
  var normalize = Normalization.none

  @Option(help: ArgumentHelp("Never select documents of fewer tokens.", valueName: "n"))
  var minTokens = Count(100)

  @Option(help: "Of equal texts, draw the first only (drop), or each.")
  var duplicates = Duplicates.drop

  enum Duplicates: String, ExpressibleByArgument, CaseIterable { case drop, keep }

  func validate() throws {
    guard temperature >= 1e-6, temperature.isFinite else {
      throw ValidationError("--temperature must be at least 1e-6. For no noise use --top-k.")
    }
  }

  var settings: DrawSettings {
    DrawSettings(
      seed: seed, addsNoise: !topK, temperature: temperature, normalization: normalize,
      minimumTokenCount: minTokens.value, keepsDuplicates: duplicates == .keep)
  }
}

/// What the models are made of.
struct FeatureOptions: ParsableArguments {
  @Option(help: "How text is cut into tokens.")
  var tokenizer = TokenizerKind.words

  @Option(help: ArgumentHelp("Count n-grams of 1 to n tokens; n is 1 to 5.", valueName: "n"))
  var ngrams = 2

  @Option(help: ArgumentHelp("Hash n-grams into so many buckets; 2 to 16777216.", valueName: "n"))
  var buckets = Count(10_000)

  @Option(help: ArgumentHelp("The pseudocount of every bucket, in both models.", valueName: "a"))
  var smoothing = 1.0

  func validate() throws {
    guard (1...FeatureSettings.maximumOrder).contains(ngrams) else {
      throw ValidationError("--ngrams must be from 1 to \(FeatureSettings.maximumOrder).")
    }
    guard FeatureSettings.bucketCounts.contains(buckets.value) else {
      throw ValidationError(
        "--buckets must be from 2 to \(FeatureSettings.bucketCounts.upperBound).")
    }
    guard smoothing > 0, smoothing.isFinite else {
      throw ValidationError("--smoothing must be above 0: an empty bucket has no logarithm.")
    }
  }

  var settings: FeatureSettings {
    FeatureSettings(tokenizer: tokenizer, maximumOrder: ngrams, bucketCount: buckets.value)
  }
}
