/// A random sample of documents, whatever the order in which they come: those with the smallest priorities, where a
/// priority is a seeded hash of a document's text.
///
/// It holds up to ``capacity`` documents, and fewer where they are long: the longest prefix by priority that has no more
/// than ``featureCapacity`` features. Documents of equal text have equal priorities, and are one. Samples of parts merge
/// to the sample of the whole.
package struct DocumentSample: Sendable {
  /// Both bound memory, to 8 MiB and a little.
  package static let capacity = 4096
  package static let featureCapacity = 4 << 20

  private let capacity: Int
  private let featureCapacity: Int
  private var members: [Member] = []
  /// The features of all members, one behind the other, and of some that were left out since.
  private var features: [UInt16] = []
  /// Larger priorities can't be in the sample.
  package private(set) var threshold = UInt64.max

  private struct Member {
    var priority: UInt64
    var features: Range<Int>
  }

  package init() {
    self.init(capacity: Self.capacity, featureCapacity: Self.featureCapacity)
  }

  init(capacity: Int, featureCapacity: Int) {
    self.capacity = capacity
    self.featureCapacity = featureCapacity
  }

  /// - Parameter features: folded as ``FeatureVector`` says, one an occurrence, in text order.
  package mutating func add(_ features: some Collection<UInt16>, priority: UInt64) {
    guard priority <= threshold else { return }
    let start = self.features.count
    self.features += features
    members.append(Member(priority: priority, features: start..<self.features.count))
    if members.count > capacity + capacity / 4
      || self.features.count > featureCapacity + featureCapacity / 4
    {
      trim()
    }
  }

  package mutating func merge(_ other: DocumentSample) {
    threshold = min(threshold, other.threshold)
    for member in other.members {
      add(other.features[member.features], priority: member.priority)
    }
    trim()
  }

  /// Calls `body` with the features of each document, by priority.
  ///
  /// - Parameter others: a sample whose documents are left out.
  package func forEachDocument(
    excluding others: DocumentSample? = nil, _ body: (Span<UInt16>) -> Void
  ) {
    var trimmed = self
    trimmed.trim()
    let excluded = Set(others?.members.lazy.map(\.priority) ?? [])
    for member in trimmed.members where !excluded.contains(member.priority) {
      body(trimmed.features.span.extracting(member.features))
    }
  }

  private mutating func trim() {
    members.sort { $0.priority < $1.priority }
    var kept: [Member] = []
    var keptFeatures: [UInt16] = []
    keptFeatures.reserveCapacity(min(features.count, featureCapacity))
    for member in members where member.priority <= threshold {
      if let last = kept.last, last.priority == member.priority { continue }
      guard kept.count < capacity, keptFeatures.count + member.features.count <= featureCapacity
      else {
        // Not even equal ones: what is left out once must stay out, or samples of parts wouldn't merge.
        threshold = member.priority == 0 ? 0 : member.priority - 1
        break
      }
      let start = keptFeatures.count
      keptFeatures += features[member.features]
      kept.append(Member(priority: member.priority, features: start..<keptFeatures.count))
    }
    members = kept
    features = keptFeatures
  }
}
