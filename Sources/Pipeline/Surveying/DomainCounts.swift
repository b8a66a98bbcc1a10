internal import Reading
internal import Resampling

/// The number of documents of each domain, that is, of each value of a field.
///
/// If there are more than ``capacity`` values, those with the smallest hashes are kept, and the
/// documents of the others are counted together. So the order of the documents doesn't change which
/// values are kept, and the counts of those are exact.
struct DomainCounts: Sendable {
  /// The limit that bounds memory, to about 20 MB with names of ``longestName`` bytes.
  static let capacity = 1 << 16
  /// Longer names are cut off, so that those that begin alike become one.
  static let longestName = 200

  private struct Domain {
    var hash: UInt64
    var documentCount: Int
  }

  private let capacity: Int
  /// Domains by the bytes of their names.
  ///
  /// Swift's strings are equal if a reader can't distinguish them, even if their bytes differ.
  private var domains: [[UInt8]: Domain] = [:]
  /// Domains with larger hashes aren't kept.
  private(set) var threshold = UInt64.max
  /// The number of documents whose domains aren't kept.
  private(set) var otherCount = 0
  /// The number of documents whose field is missing, null, an object or an array.
  private(set) var withoutCount = 0

  init(capacity: Int = Self.capacity) { self.capacity = capacity }

  /// Whether no document has the field.
  var isEmpty: Bool { domains.isEmpty && otherCount == 0 }

  var names: [[UInt8]] { Array(domains.keys) }

  subscript(name: [UInt8]) -> Int { domains[name]?.documentCount ?? 0 }

  mutating func add(_ value: FieldValue) {
    guard let name = Self.name(of: value) else {
      withoutCount += 1
      return
    }
    add(1, to: Array(name.utf8))
  }

  mutating func merge(_ other: DomainCounts) {
    otherCount += other.otherCount
    withoutCount += other.withoutCount
    restrict(to: min(threshold, other.threshold))
    for (name, domain) in other.domains { add(domain.documentCount, to: name) }
  }

  /// Removes the domains with larger hashes.
  mutating func restrict(to threshold: UInt64) {
    guard threshold < self.threshold else { return }
    self.threshold = threshold
    for (name, domain) in domains where domain.hash > threshold {
      otherCount += domain.documentCount
      domains[name] = nil
    }
  }

  /// Removes the domains beyond ``capacity``.
  ///
  /// There may be more domains before this, and after merging.
  mutating func trim() {
    guard domains.count > capacity else { return }
    restrict(to: domains.values.map { $0.hash }.sorted()[capacity - 1])
  }

  /// The name of a value's domain; nil if it has none.
  static func name(of value: FieldValue) -> String? {
    value.text.map(shortened)
  }

  private static func shortened(_ name: String) -> String {
    guard name.utf8.count > longestName else { return name }
    var end = name.utf8.index(name.utf8.startIndex, offsetBy: longestName)
    // Don't cut within a Unicode scalar.
    while name.utf8[end] & 0xC0 == 0x80 { end = name.utf8.index(before: end) }
    return String(name[..<end]) + "…"
  }

  private mutating func add(_ count: Int, to name: [UInt8]) {
    if domains[name] != nil {
      domains[name]?.documentCount += count
      return
    }
    let hash = TextHash.of(name.span)
    guard hash <= threshold else {
      otherCount += count
      return
    }
    domains[name] = Domain(hash: hash, documentCount: count)
    // Don't trim after each new domain, since sorting is slow.
    if domains.count > capacity + capacity / 8 { trim() }
  }
}
