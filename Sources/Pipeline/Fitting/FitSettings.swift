package import Compression
package import Featurizing
package import Writing

/// The settings of `dsel fit`.
package struct FitSettings: Sendable, Codable {
  package var inputs: [String]
  package var reading = ReadingSettings()
  package var features = FeatureSettings()
  /// Shorter documents count, but can't be drawn later.
  package var minimumTokenCount = Defaults.minimumTokenCount
  package var keepsSample = true
  /// Whether the hashes of the documents' texts are kept, so that these can be excluded.
  package var keepsTexts = false
  /// The fields whose numbers are sampled, so that they can be added to log weights.
  package var keptFields: [String] = []
  /// The share of the documents that is counted, chosen by a hash of their text.
  package var fittedShare = 1.0
  package var output = Destination.standardOutput
  package var container = Container.plain
  package var rejects: String?
  package var replacesOutputs = false
  package var workDirectory: String?
  package var version = ""
  /// For the manifest.
  package var command: Invocation?

  package init(inputs: [String]) { self.inputs = inputs }

  /// Everything that a result depends on, besides the input's content.
  var fingerprint: String {
    "\(features.fingerprint) \(UnicodeTables.version) min_tokens=\(minimumTokenCount) sample=\(keepsSample) "
      + reading.fingerprint + (keepsTexts ? " texts=true" : "")
      + (keptFields.isEmpty ? "" : " fields=\(keptFields)")
      + (fittedShare < 1 ? " fit_sample=\(fittedShare)" : "")
  }
}

extension FeatureSettings {
  /// The text that identifies these settings in records of earlier runs.
  ///
  /// It must never change.
  fileprivate var fingerprint: String {
    "FeatureSettings(tokenizer: Featurizing.TokenizerKind.\(tokenizer.rawValue), "
      + "maximumOrder: \(maximumOrder), bucketCount: \(bucketCount), "
      + "hashing: Featurizing.FeatureHashing.\(hashing.rawValue))"
  }
}
