internal import Featurizing
internal import Files
internal import Reading

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// How a model file has a sample of fields.
extension FieldSample {
  /// The bytes of all paths, escapes included.
  private static let mostPathBytes = 1 << 20
  /// The number of fields.
  package static let mostFields = 64

  /// Calls `write` with the sample's lines, each without its line end, up to the last brackets.
  func forEachLine<Failure: Error>(
    _ write: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var head = Array("\"field_sample\": {\"fields\": [".utf8)
    for (index, field) in fields.enumerated() {
      if index > 0 { head += Array(", ".utf8) }
      head.append(jsonString: field)
    }
    head += Array("], \"threshold\": \"\(threshold.bits.hexadecimal)\",".utf8)
    try write(head)
    try write(Array("\"documents\": [".utf8))
    for (index, member) in members.enumerated() {
      let values = member.values.map { "\($0)" }.joined(separator: ", ")
      var line = Array(
        ("{\"priority\": \"\(member.priority.bits.hexadecimal)\", \"values\": [\(values)], "
          + "\"tokens\": \(member.tokenCount), \"features\": \"").utf8)
      line += Self.base64(member.features)
      line += Array("\"}".utf8)
      if index + 1 < members.count { line.append(UInt8(ascii: ",")) }
      try write(line)
    }
  }

  /// Little-endian 32-bit numbers, in Base64 (RFC 4648, with padding).
  private static func base64(_ features: [UInt32]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * features.count)
    for feature in features {
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: feature >> shift))
      }
    }
    return Array(Data(bytes).base64EncodedData())
  }

  /// - Throws: ``JSONStreamError``
  init(_ stream: inout JSONStream) throws(JSONStreamError) {
    var fields: [String]?
    var threshold: Priority?
    var members: [Member]?
    try stream.readObject { key, stream throws(JSONStreamError) in
      switch key {
      case "fields":
        var read: [String] = []
        try stream.readArray { stream throws(JSONStreamError) in
          guard read.count < Self.mostFields else {
            throw .tooLarge("field_sample.fields", limit: Self.mostFields)
          }
          read.append(try stream.readString(maximumByteCount: Self.mostPathBytes))
        }
        fields = read
      case "threshold":
        threshold = try Self.priority("field_sample.threshold", try stream.readString())
      case "documents":
        var (read, featureCount): ([Member], Int) = ([], 0)
        try stream.readArray { stream throws(JSONStreamError) in
          let member = try Self.readMember(&stream)
          featureCount += member.features.count
          read.append(member)
          guard read.count <= Self.capacity, featureCount <= Self.featureCapacity else {
            throw .invalid("field_sample.documents")
          }
        }
        members = read
      default: try stream.skipValue()
      }
    }
    guard let fields, !fields.isEmpty else { throw .missing("field_sample.fields") }
    guard let threshold else { throw .missing("field_sample.threshold") }
    guard let members else { throw .missing("field_sample.documents") }
    self.init(fields: fields, threshold: threshold)
    for member in members {
      guard member.values.count == fields.count else {
        throw .invalid("field_sample.documents[].values")
      }
      add(member)
    }
    trim()
    guard self.members.count == members.count else { throw .invalid("field_sample.documents") }
  }

  private static func readMember(
    _ stream: inout JSONStream
  ) throws(JSONStreamError) -> Member {
    var priority: Priority?
    var values: [Double] = []
    var tokenCount: Int?
    var features: [UInt32] = []
    try stream.readObject { key, stream throws(JSONStreamError) in
      switch key {
      case "priority":
        priority = try Self.priority(
          "field_sample.documents[].priority", try stream.readString())
      case "values":
        try stream.readArray { stream throws(JSONStreamError) in
          guard values.count < Self.mostFields else {
            throw .invalid("field_sample.documents[].values")
          }
          values.append(try stream.readNumber())
        }
      case "tokens": tokenCount = try stream.readCount()
      case "features":
        guard let data = Data(base64Encoded: try stream.readString()), data.count % 4 == 0 else {
          throw .invalid("field_sample.documents[].features")
        }
        let bytes = Array(data)
        features = stride(from: 0, to: bytes.count, by: 4).map { start in
          (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
        }
      default: try stream.skipValue()
      }
    }
    guard let priority, let tokenCount, values.allSatisfy(\.isFinite) else {
      throw .invalid("field_sample.documents")
    }
    return Member(
      priority: priority, values: values, tokenCount: tokenCount, features: features)
  }

  private static func priority(
    _ name: String, _ text: String
  ) throws(JSONStreamError) -> Priority {
    guard let bits = UInt64(hexadecimal: text) else { throw .invalid(name) }
    return Priority(bits: bits)
  }

  /// Checks that features are those of a model with these settings.
  ///
  /// - Throws: ``JSONStreamError``
  func check(_ settings: FeatureSettings) throws(JSONStreamError) {
    for member in members {
      guard (1...Self.mostTokens).contains(member.tokenCount),
        settings.featureCount(tokenCount: member.tokenCount) == member.features.count,
        member.features.allSatisfy({ $0 < settings.bucketCount })
      else { throw .invalid("field_sample.documents[].features") }
    }
  }
}
