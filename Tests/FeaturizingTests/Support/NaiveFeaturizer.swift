import CXXHash

@testable import Featurizing

/// The tokenizers and the hashes as the method defines them, scalar by scalar.
struct NaiveFeaturizer {
  var tables: UnicodeTables
  var kind: TokenizerKind

  func tokens(_ text: String) -> [String] {
    var tokens: [String] = []
    var current: UnicodeTables.Class?
    for scalar in lowercased(Array(text.unicodeScalars)) {
      let scalarClass = tokenClass(scalar)
      let joins: Bool
      switch scalarClass {
      case .space:
        current = nil
        continue
      case .word: joins = current == .word
      case .other: joins = current == .other
      case .single: joins = false
      case .extend: joins = current != nil
      }
      if joins {
        tokens[tokens.count - 1].unicodeScalars.append(scalar)
      } else {
        tokens.append(String(scalar))
        // A mark without a preceding character begins a word.
        current = scalarClass == .extend ? .word : scalarClass
      }
    }
    return tokens
  }

  /// The buckets of the n-grams of each order, by the place where the n-gram ends.
  func features(_ text: String, maximumOrder: Int, bucketCount: Int) -> [[UInt32]] {
    let hashes = tokens(text).map { hash(Array($0.utf8)) }
    return (1...maximumOrder).map { order in
      stride(from: order - 1, to: hashes.count, by: 1).map { end in
        let first = end - order + 1
        var gram = hashes[first]
        for index in stride(from: first + 1, through: end, by: 1) {
          let rotated = gram << 29 | gram >> 35
          gram = (rotated &+ hashes[index]) &* 0x9E37_79B9_7F4A_7C15
        }
        return UInt32(gram.multipliedFullWidth(by: UInt64(bucketCount)).high)
      }
    }
  }

  /// The same, by the rule of the DSIR reference.
  func joinedFeatures(_ text: String, maximumOrder: Int, bucketCount: Int) -> [[UInt32]] {
    let tokens = tokens(text)
    var known: [[UInt8]: UInt32] = [:]
    return (1...maximumOrder).map { order in
      stride(from: order, through: tokens.count, by: 1).map { end in
        let bytes = Array(tokens[(end - order)..<end].joined(separator: " ").utf8)
        if let bucket = known[bytes] { return bucket }
        let bucket = NaiveSHA256.bucket(bytes, modulus: bucketCount)
        known[bytes] = bucket
        return bucket
      }
    }
  }

  private func tokenClass(_ scalar: Unicode.Scalar) -> UnicodeTables.Class {
    let found = propertyClass(scalar)
    guard kind == .wordpunct else { return found }
    return found == .single ? .word : found == .extend ? .other : found
  }

  private func propertyClass(_ scalar: Unicode.Scalar) -> UnicodeTables.Class {
    UnicodeTables.Class(rawValue: UInt8(tables.properties(of: scalar.value).classIndex)) ?? .other
  }

  private func lowercased(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    scalars.indices.flatMap { index -> [Unicode.Scalar] in
      let scalar = scalars[index]
      if scalar == "İ" { return ["i", "\u{307}"] }
      if scalar == "Σ" {
        let isFinal =
          isCased(scalars[..<index].last { !isIgnorable($0) })
          && !isCased(scalars[(index + 1)...].first { !isIgnorable($0) })
        return [isFinal ? "ς" : "σ"]
      }
      let properties = tables.properties(of: scalar.value)
      guard properties.hasLowercase else { return [scalar] }
      return [Unicode.Scalar(tables.lowercase(properties)) ?? "\u{FFFD}"]
    }
  }

  private func isCased(_ scalar: Unicode.Scalar?) -> Bool {
    scalar.map { caseContext($0) == .cased } ?? false
  }

  private func isIgnorable(_ scalar: Unicode.Scalar) -> Bool { caseContext(scalar) == .ignorable }

  private func caseContext(_ scalar: Unicode.Scalar) -> UnicodeTables.CaseContext? {
    UnicodeTables.CaseContext(rawValue: tables.properties(of: scalar.value).caseContext)
  }
}

/// XXH3-64 by libxxhash.
func hash(_ bytes: [UInt8]) -> UInt64 {
  // SAFETY: xxHash reads the bytes during the call only.
  unsafe bytes.withUnsafeBytes { unsafe XXH3_64bits($0.baseAddress, $0.count) }
}
