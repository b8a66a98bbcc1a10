internal import Reading
internal import Resampling

/// How many documents each domain has: each value of a field.
///
/// Of more than ``capacity`` different ones those with the smallest hashes are kept, and the
/// documents of the rest are counted together: what is kept doesn't depend on the order of the
/// documents, and counts of what is kept are exact.
struct DomainCounts: Sendable {
  /// Bounds memory: with names of ``longestName`` bytes, to 20 MB or so.
  static let capacity = 1 << 16
  /// Longer names are cut off; those that begin alike are one.
  static let longestName = 200

  private struct Domain {
    var hash: UInt64
    var documentCount: Int
  }

  private let capacity: Int
  /// By the bytes of their names: to Swift, strings that a human can't tell apart are equal.
  private var domains: [[UInt8]: Domain] = [:]
  /// Domains of larger hashes aren't kept.
  private(set) var threshold = UInt64.max
  /// Documents of domains that aren't kept.
  private(set) var otherCount = 0
  /// Documents whose field is missing, null, an object or an array.
  private(set) var withoutCount = 0

  init(capacity: Int = Self.capacity) { self.capacity = capacity }

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

  /// Leaves out the domains of larger hashes.
  mutating func restrict(to threshold: UInt64) {
    guard threshold < self.threshold else { return }
    self.threshold = threshold
    for (name, domain) in domains where domain.hash > threshold {
      otherCount += domain.documentCount
      domains[name] = nil
    }
  }

  /// Leaves out what is more than ``capacity``. Before this, and after merging, there may be more.
  mutating func trim() {
    guard domains.count > capacity else { return }
    restrict(to: domains.values.map { $0.hash }.sorted()[capacity - 1])
  }

  /// The name of a value's domain; nil where there is none.
  static func name(of value: FieldValue) -> String? {
    value.text.map(shortened)
  }

  private static func shortened(_ name: String) -> String {
    guard name.utf8.count > longestName else { return name }
    var end = name.utf8.index(name.utf8.startIndex, offsetBy: longestName)
    // Not within a scalar.
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
    // Not at each one too many: sorting takes its time.
    if domains.count > capacity + capacity / 8 { trim() }
  }
}
