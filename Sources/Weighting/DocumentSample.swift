/// A random sample of documents, whatever the order in which they come: those with the smallest priorities, where a
/// priority is a seeded hash of a document's text.
///
/// Short documents, of which a pool's are never drawn, come after all others: so they are in the sample only where there is
/// room.
///
/// It holds up to ``capacity`` documents, and fewer where they are long: the longest prefix by priority that has no more
/// than ``featureCapacity`` features. Documents of equal text have equal priorities, and are one. Samples of parts merge
/// to the sample of the whole.
package struct DocumentSample: Sendable, Equatable {
  /// A document's place in the order by which a sample is filled: the upper 63 bits of its hash, below a bit that is set
  /// where it is short.
  package struct Priority: Comparable, Hashable, Sendable {
    package let bits: UInt64

    package init(bits: UInt64) { self.bits = bits }

    package init(hash: UInt64, isShort: Bool) {
      bits = hash >> 1 | (isShort ? Self.shortBit : 0)
    }

    package var isShort: Bool { bits & Self.shortBit != 0 }

    package static func < (one: Priority, other: Priority) -> Bool { one.bits < other.bits }

    private static let shortBit: UInt64 = 1 << 63
  }

  /// Both bound memory, to 8 MiB and a little.
  package static let capacity = 4096
  package static let featureCapacity = 4 << 20

  private let capacity: Int
  private let featureCapacity: Int
  private var members: [Member] = []
  /// The features of all members, one behind the other, and of some that were left out since.
  private var features: [UInt16] = []
  /// Memory for the next ``trim()``, which new pages each time would make several times as slow.
  private var spare: [UInt16] = []
  private var isTrimmed = true
  /// Larger priorities can't be in the sample.
  package private(set) var threshold = Priority(bits: .max)

  private struct Member: Equatable {
    var priority: Priority
    var features: Range<Int>
  }

  /// - Parameter threshold: what is known not to be in the sample.
  package init(threshold: Priority = Priority(bits: .max)) {
    self.init(capacity: Self.capacity, featureCapacity: Self.featureCapacity)
    self.threshold = threshold
  }

  init(capacity: Int, featureCapacity: Int) {
    self.capacity = capacity
    self.featureCapacity = featureCapacity
  }

  /// - Parameter features: folded as ``FeatureVector`` says, one an occurrence, in text order.
  package mutating func add(_ features: some Collection<UInt16>, priority: Priority) {
    guard priority <= threshold else { return }
    isTrimmed = false
    let start = self.features.count
    self.features += features
    members.append(Member(priority: priority, features: start..<self.features.count))
    if members.count >= 2 * capacity
      || self.features.count > featureCapacity + featureCapacity / 4
    {
      trim()
    }
  }

  package mutating func merge(_ other: DocumentSample) {
    threshold = min(threshold, other.threshold)
    isTrimmed = false
    for member in other.members {
      add(other.features[member.features], priority: member.priority)
    }
    trim()
  }

  /// Calls `body` with the features of each document, by priority.
  ///
  /// - Precondition: the sample is trimmed.
  package func forEachDocument(_ body: (Priority, Span<UInt16>) throws -> Void) rethrows {
    precondition(isTrimmed)
    for member in members {
      try body(member.priority, features.span.extracting(member.features))
    }
  }

  package var priorities: Set<Priority> { Set(members.map(\.priority)) }

  package var documentCount: Int { members.count }

  /// Brings the sample into its one form: by priority, without what is left out.
  package mutating func trim() {
    isTrimmed = true
    members.sort { $0.priority < $1.priority }
    var kept: [Member] = []
    kept.reserveCapacity(min(members.count, capacity))
    var keptFeatures: [UInt16] = []
    swap(&keptFeatures, &spare)
    keptFeatures.removeAll(keepingCapacity: true)
    keptFeatures.reserveCapacity(min(features.count, featureCapacity))
    for member in members where member.priority <= threshold {
      if let last = kept.last, last.priority == member.priority { continue }
      guard kept.count < capacity, keptFeatures.count + member.features.count <= featureCapacity
      else {
        // Not even equal ones: what is left out once must stay out, or samples of parts wouldn't merge.
        threshold = Priority(bits: max(member.priority.bits, 1) - 1)
        break
      }
      let start = keptFeatures.count
      keptFeatures += features[member.features]
      kept.append(Member(priority: member.priority, features: start..<keptFeatures.count))
    }
    members = kept
    swap(&features, &spare)
    swap(&keptFeatures, &features)
  }

  package static func == (one: DocumentSample, other: DocumentSample) -> Bool {
    one.threshold == other.threshold && one.isTrimmed == other.isTrimmed
      && one.members == other.members && one.features == other.features
  }
}
