internal import Featurizing
internal import Reading

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// How a model is written.
extension FittedModel {
  /// The number of counts per line: short enough to read, long enough to cost nothing.
  private static let countsPerLine = 64

  /// Calls `write` with the file's lines, each without its line end.
  ///
  /// Equal models give equal bytes.
  package func forEachLine<Failure: Error>(
    _ write: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    for line in head { try write(Array(line.utf8)) }
    try write(Array("\"inputs\": [".utf8))
    for (index, input) in inputs.enumerated() {
      try write(Self.line(input) + (index + 1 < inputs.count ? [UInt8(ascii: ",")] : []))
    }
    try write(Array("],".utf8))
    try write(Array("\"counts\": [".utf8))
    try writeCounts(write)
    if let texts {
      try write(Array("],".utf8))
      try write(Array("\"text_hashes\": [".utf8))
      try writeTexts(texts, write)
    }
    if let fieldSample {
      try write(Array("],".utf8))
      try fieldSample.forEachLine(write)
    }
    let end = fieldSample == nil ? "]" : "]}"
    guard let sample else { return try write(Array("\(end)}".utf8)) }
    try write(Array("\(end),".utf8))
    try writeSample(sample, write)
    try write(Array("]}}".utf8))
  }

  /// The number of hashes in one string.
  private static let hashesPerString = 1024

  /// Writes the hashes as little-endian 64-bit numbers, in strings of Base64.
  private func writeTexts<Failure: Error>(
    _ texts: [UInt64], _ write: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    for start in stride(from: 0, to: texts.count, by: Self.hashesPerString) {
      let end = min(start + Self.hashesPerString, texts.count)
      var bytes: [UInt8] = []
      for hash in texts[start..<end] {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
          bytes.append(UInt8(truncatingIfNeeded: hash >> shift))
        }
      }
      var line = [UInt8(ascii: "\"")] + Array(Data(bytes).base64EncodedData())
      line.append(UInt8(ascii: "\""))
      if end < texts.count { line.append(UInt8(ascii: ",")) }
      try write(line)
    }
  }

  private func writeCounts<Failure: Error>(
    _ write: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    let counts = counts.counts
    var line: [UInt8] = []
    for start in stride(from: 0, to: counts.count, by: Self.countsPerLine) {
      let end = min(start + Self.countsPerLine, counts.count)
      line.removeAll(keepingCapacity: true)
      line.append(addingCapacity: (end - start) * (UInt64.mostDigits + 1)) { output in
        for bucket in start..<end {
          output.append(decimal: counts[bucket])
          if bucket + 1 < counts.count { output.append(UInt8(ascii: ",")) }
        }
      }
      try write(line)
    }
  }

  private var head: [String] {
    [
      "{\"format\": \"\(Self.format)\",", "\"format_version\": \(version),",
      "\"settings\": {\"tokenizer\": \"\(settings.tokenizer.rawValue)\", "
        + "\"unicode_version\": \"\(UnicodeTables.version)\", \"ngrams\": \(settings.maximumOrder), "
        + "\"hashing\": \"\(settings.hashing.rawValue)\", \"buckets\": \(settings.bucketCount)},",
    ] + (fittedShare < 1 ? ["\"fit_sample\": \(fittedShare),"] : []) + [
      "\"documents\": \(counts.documentCount),", "\"tokens\": \(counts.tokenCount),",
      "\"features\": \(counts.featureCount),",
      "\"eligible\": {\"min_tokens\": \(minimumLength), \"documents\": \(eligible.documentCount), "
        + "\"tokens\": \(eligible.tokenCount), \"bytes\": \(eligible.byteCount)},",
    ]
  }

  private static func line(_ input: Input) -> [UInt8] {
    var line = Array("{\"path\": ".utf8)
    line.append(jsonString: input.path)
    line += Array(
      (", \"bytes\": \(input.byteCount), \"documents\": \(input.documentCount), "
        + "\"xxh3\": \"\(input.contentHash.hexadecimal)\"}").utf8)
    return line
  }

  private func writeSample<Failure: Error>(
    _ sample: DocumentSample, _ write: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    try write(
      Array("\"sample\": {\"threshold\": \"\(sample.threshold.bits.hexadecimal)\",".utf8))
    try write(Array("\"documents\": [".utf8))
    var count = 0
    try sample.forEachDocument { (priority, features) throws(Failure) in
      var line = Array("{\"priority\": \"\(priority.bits.hexadecimal)\", \"features\": \"".utf8)
      line += Self.base64(features)
      line += Array("\"}".utf8)
      count += 1
      if count < sample.documentCount { line.append(UInt8(ascii: ",")) }
      try write(line)
    }
  }

  /// The features as little-endian 16-bit numbers, in Base64 (RFC 4648, with padding).
  private static func base64(_ features: Span<UInt16>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(addingCapacity: 2 * features.count) { output in
      for index in features.indices {
        output.append(UInt8(truncatingIfNeeded: features[index]))
        output.append(UInt8(truncatingIfNeeded: features[index] >> 8))
      }
    }
    return Array(Data(bytes).base64EncodedData())
  }
}
