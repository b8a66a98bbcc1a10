internal import Featurizing
package import Reading

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// How a model is read: in any order of members, from any tool that writes JSON.
extension FittedModel {
  /// - Throws: ``JSONStreamError``
  package init(_ stream: inout JSONStream) throws(JSONStreamError) {
    guard try stream.kind() == .object else { throw .otherFormat }
    var reader = Reader()
    try stream.readObject { key, stream throws(JSONStreamError) in
      try reader.read(key, &stream)
    }
    // Documents are objects, too: the first is no model, whatever comes after it.
    guard reader.format != nil else { throw .otherFormat }
    try stream.finish()
    self = try reader.finish()
  }

  /// The members that have been read.
  private struct Reader {
    var format: String?
    var version: Int?
    var settings: FeatureSettings?
    var numbers: [String: Int] = [:]
    var fittedShare = 1.0
    var minimumLength: Int?
    var eligible: EligibleDocuments?
    var inputs: [Input]?
    var counts: [UInt64]?
    var featureCount: UInt64 = 0
    var sample: DocumentSample?
    var texts: [UInt64]?
    var fieldSample: FieldSample?
    /// In the sample.
    var largestFeature: UInt16 = 0

    mutating func read(_ key: String, _ stream: inout JSONStream) throws(JSONStreamError) {
      switch key {
      case "format":
        format = try stream.readString()
        guard format == FittedModel.format else { throw .otherFormat }
      case "format_version":
        let found = try stream.readCount()
        guard found >= 1 else { throw .invalid("format_version") }
        guard found <= FittedModel.newestVersion else {
          throw .newerVersion(found, readable: FittedModel.newestVersion)
        }
        version = found
      case "settings": settings = try readSettings(&stream)
      case "documents", "tokens", "features": numbers[key] = try readCount(key, &stream)
      case "fit_sample":
        let share = try stream.readNumber()
        guard share > 0, share <= 1 else { throw .invalid("fit_sample") }
        fittedShare = share
      case "eligible": try readEligible(&stream)
      case "inputs": try readInputs(&stream)
      case "counts": try readCounts(&stream)
      case "sample": try readSample(&stream)
      case "text_hashes": try readTexts(&stream)
      case "field_sample": fieldSample = try FieldSample(&stream)
      // What later versions may add without a change of meaning.
      default: try stream.skipValue()
      }
    }

    private func readCount(_ name: String, _ stream: inout JSONStream) throws(JSONStreamError)
      -> Int
    {
      let count = try stream.readCount()
      guard count <= FittedModel.largestCount else {
        throw .tooLarge(name, limit: FittedModel.largestCount)
      }
      return count
    }

    private func readSettings(_ stream: inout JSONStream) throws(JSONStreamError) -> FeatureSettings
    {
      var strings: [String: String] = [:]
      var numbers: [String: Int] = [:]
      try stream.readObject { key, stream throws(JSONStreamError) in
        switch key {
        case "tokenizer", "unicode_version", "hashing": strings[key] = try stream.readString()
        case "ngrams", "buckets": numbers[key] = try stream.readCount()
        default: try stream.skipValue()
        }
      }
      for name in ["tokenizer", "unicode_version", "hashing"] where strings[name] == nil {
        throw .missing("settings.\(name)")
      }
      guard let tokenizer = strings["tokenizer"].flatMap(TokenizerKind.init(rawValue:)) else {
        throw .invalid("settings.tokenizer")
      }
      guard let hashing = strings["hashing"].flatMap(FeatureHashing.init(rawValue:)) else {
        throw .invalid("settings.hashing")
      }
      guard let order = numbers["ngrams"], (1...FeatureSettings.maximumOrder).contains(order) else {
        throw .invalid("settings.ngrams")
      }
      guard let buckets = numbers["buckets"], FeatureSettings.bucketCounts.contains(buckets) else {
        throw .invalid("settings.buckets")
      }
      guard let tables = strings["unicode_version"], tables == UnicodeTables.version else {
        throw .otherUnicodeTables(
          strings["unicode_version"] ?? "", own: UnicodeTables.version)
      }
      return FeatureSettings(
        tokenizer: tokenizer, maximumOrder: order, bucketCount: buckets, hashing: hashing)
    }

    private mutating func readEligible(_ stream: inout JSONStream) throws(JSONStreamError) {
      var read: [String: Int] = [:]
      try stream.readObject { key, stream throws(JSONStreamError) in
        switch key {
        case "min_tokens", "documents", "tokens", "bytes":
          read[key] = try readCount("eligible.\(key)", &stream)
        default: try stream.skipValue()
        }
      }
      func count(_ name: String) throws(JSONStreamError) -> Int {
        guard let count = read[name] else { throw .missing("eligible.\(name)") }
        return count
      }
      minimumLength = try count("min_tokens")
      var documents = EligibleDocuments()
      documents.documentCount = try count("documents")
      documents.tokenCount = try count("tokens")
      documents.byteCount = try count("bytes")
      eligible = documents
    }

    private mutating func readInputs(_ stream: inout JSONStream) throws(JSONStreamError) {
      var read: [Input] = []
      var pathBytes = 0
      try stream.readArray { stream throws(JSONStreamError) in
        let input = try Input(&stream, of: "inputs")
        pathBytes += input.path.utf8.count
        guard pathBytes <= FittedModel.mostPathBytes else {
          throw .tooLarge("inputs", limit: FittedModel.mostPathBytes)
        }
        guard read.count < FittedModel.mostInputs else {
          throw .tooLarge("inputs", limit: FittedModel.mostInputs)
        }
        read.append(input)
      }
      inputs = read
    }

    private mutating func readCounts(_ stream: inout JSONStream) throws(JSONStreamError) {
      var read: [UInt64] = []
      if let settings { read.reserveCapacity(settings.bucketCount) }
      var sum: UInt64 = 0
      try stream.readUnsigneds { count throws(JSONStreamError) in
        guard read.count < FeatureSettings.bucketCounts.upperBound else {
          throw .tooLarge("counts", limit: FeatureSettings.bucketCounts.upperBound)
        }
        let limit = UInt64(FittedModel.largestCount)
        guard count <= limit, sum + count <= limit else {
          throw .tooLarge("counts", limit: FittedModel.largestCount)
        }
        read.append(count)
        sum += count
      }
      counts = read
      featureCount = sum
    }

    private mutating func readTexts(_ stream: inout JSONStream) throws(JSONStreamError) {
      var read: [UInt64] = []
      try stream.readArray { stream throws(JSONStreamError) in
        guard let data = Data(base64Encoded: try stream.readString()), data.count % 8 == 0 else {
          throw .invalid("text_hashes")
        }
        let bytes = Array(data)
        for start in stride(from: 0, to: bytes.count, by: 8) {
          var hash: UInt64 = 0
          for place in 0..<8 { hash |= UInt64(bytes[start + place]) << UInt64(8 * place) }
          guard read.last.map({ $0 < hash }) ?? true else { throw .invalid("text_hashes") }
          read.append(hash)
        }
      }
      texts = read
    }

    private mutating func readSample(_ stream: inout JSONStream) throws(JSONStreamError) {
      var threshold: DocumentSample.Priority?
      var documents: [(DocumentSample.Priority, [UInt16])]?
      var count = 0
      try stream.readObject { key, stream throws(JSONStreamError) in
        switch key {
        case "threshold":
          threshold = try Self.priority("sample.threshold", try stream.readString())
        case "documents":
          var members: [(DocumentSample.Priority, [UInt16])] = []
          try stream.readArray { stream throws(JSONStreamError) in
            let member = try Self.readMember(&stream)
            members.append(member)
            count += member.1.count
            guard members.count <= DocumentSample.capacity, count <= DocumentSample.featureCapacity
            else { throw .invalid("sample.documents") }
          }
          documents = members
        default: try stream.skipValue()
        }
      }
      guard let threshold else { throw .missing("sample.threshold") }
      guard let members = documents else { throw .missing("sample.documents") }
      largestFeature = members.lazy.compactMap { $0.1.max() }.max() ?? 0
      var read = DocumentSample(threshold: threshold)
      for (priority, features) in members { read.add(features.span, priority: priority) }
      read.trim()
      guard read.documentCount == members.count else {
        throw .invalid("sample.documents")
      }
      sample = read
    }

    private static func readMember(
      _ stream: inout JSONStream
    ) throws(JSONStreamError) -> (DocumentSample.Priority, [UInt16]) {
      var priority: DocumentSample.Priority?
      var features: [UInt16] = []
      try stream.readObject { key, stream throws(JSONStreamError) in
        switch key {
        case "priority":
          priority = try Self.priority("sample.documents[].priority", try stream.readString())
        case "features":
          guard let decoded = Self.features(base64: try stream.readString()) else {
            throw .invalid("sample.documents[].features")
          }
          features = decoded
        default: try stream.skipValue()
        }
      }
      guard let priority, !features.isEmpty else {
        throw .invalid("sample.documents")
      }
      return (priority, features)
    }

    private static func priority(
      _ name: String, _ text: String
    ) throws(JSONStreamError) -> DocumentSample.Priority {
      guard let bits = UInt64(hexadecimal: text) else { throw .invalid(name) }
      return DocumentSample.Priority(bits: bits)
    }

    private static func features(base64: String) -> [UInt16]? {
      guard let data = Data(base64Encoded: base64), data.count % 2 == 0 else { return nil }
      let bytes = Array(data)
      return stride(from: 0, to: bytes.count, by: 2).map {
        UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
      }
    }

    func finish() throws(JSONStreamError) -> FittedModel {
      guard format != nil else { throw .otherFormat }
      guard version != nil else { throw .missing("format_version") }
      guard let settings else { throw .missing("settings") }
      guard let counts else { throw .missing("counts") }
      guard let documents = numbers["documents"] else { throw .missing("documents") }
      guard let tokens = numbers["tokens"] else { throw .missing("tokens") }
      guard let eligible, let minimumLength else { throw .missing("eligible") }
      guard counts.count == settings.bucketCount else { throw .invalid("counts") }
      guard let features = numbers["features"] else { throw .missing("features") }
      guard UInt64(features) == featureCount else { throw .invalid("features") }
      guard let inputs else { throw .missing("inputs") }
      guard eligible.documentCount <= documents else { throw .invalid("eligible.documents") }
      guard eligible.tokenCount <= tokens else { throw .invalid("eligible.tokens") }
      if let sample {
        // The regression can't learn from nothing, though there are features.
        guard sample.documentCount > 0 || featureCount == 0 else {
          throw .invalid("sample.documents")
        }
        let shift = RegressionFeatures.shift(bucketCount: settings.bucketCount)
        guard Int(largestFeature) <= (settings.bucketCount - 1) >> shift else {
          throw .invalid("sample.documents[].features")
        }
      }
      try fieldSample?.check(settings)
      // A text has one hash.
      guard texts?.count ?? 0 <= documents else { throw .invalid("text_hashes") }
      var model = FittedModel(
        settings: settings,
        counts: FeatureCounts(counts: counts, documentCount: documents, tokenCount: tokens),
        minimumLength: minimumLength, eligible: eligible, inputs: inputs, sample: sample)
      model.texts = texts
      model.fieldSample = fieldSample
      model.fittedShare = fittedShare
      return model
    }
  }
}

extension FittedModel.Input {
  /// Reads an input as models and candidates list them.
  ///
  /// - Parameter list: the name of the list, for errors.
  /// - Throws: ``JSONStreamError``
  package init(_ stream: inout JSONStream, of list: String) throws(JSONStreamError) {
    var strings: [String: String] = [:]
    var counts: [String: Int] = [:]
    try stream.readObject { key, stream throws(JSONStreamError) in
      switch key {
      case "path":
        strings[key] = try stream.readString(maximumByteCount: FittedModel.longestPath)
      case "xxh3": strings[key] = try stream.readString()
      case "bytes", "documents":
        let count = try stream.readCount()
        guard count <= FittedModel.largestCount else {
          throw .tooLarge("\(list)[].\(key)", limit: FittedModel.largestCount)
        }
        counts[key] = count
      default: try stream.skipValue()
      }
    }
    guard let path = strings["path"] else { throw .missing("\(list)[].path") }
    guard let bytes = counts["bytes"] else { throw .missing("\(list)[].bytes") }
    guard let documents = counts["documents"] else {
      throw .missing("\(list)[].documents")
    }
    guard let hash = strings["xxh3"].flatMap({ UInt64(hexadecimal: $0) }) else {
      throw .invalid("\(list)[].xxh3")
    }
    self.init(path: path, byteCount: bytes, documentCount: documents, contentHash: hash)
  }
}
