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
  private var members: [(priority: UInt64, features: [UInt16])] = []
  private var featureCount = 0
  /// Larger priorities can't be in the sample.
  private var threshold = UInt64.max

  package init() {
    self.init(capacity: Self.capacity, featureCapacity: Self.featureCapacity)
  }

  init(capacity: Int, featureCapacity: Int) {
    self.capacity = capacity
    self.featureCapacity = featureCapacity
  }

  /// False if a document with this priority can't be in the sample: then there's no need for its features.
  package func mayHold(priority: UInt64) -> Bool { priority <= threshold }

  /// - Parameter features: folded as ``FeatureVector`` says, one an occurrence, in text order.
  package mutating func add(_ features: [UInt16], priority: UInt64) {
    guard mayHold(priority: priority) else { return }
    members.append((priority, features))
    featureCount += features.count
    if members.count > capacity + capacity / 4
      || featureCount > featureCapacity + featureCapacity / 4
    {
      trim()
    }
  }

  package mutating func merge(_ other: DocumentSample) {
    members += other.members
    featureCount += other.featureCount
    threshold = min(threshold, other.threshold)
    trim()
  }

  /// The documents' features, by priority.
  ///
  /// - Parameter others: a sample whose documents are to be left out.
  package consuming func documents(excluding others: DocumentSample? = nil) -> [[UInt16]] {
    trim()
    let excluded = Set(others?.members.lazy.map(\.priority) ?? [])
    return members.lazy.filter { !excluded.contains($0.priority) }.map(\.features)
  }

  private mutating func trim() {
    members.sort { $0.priority < $1.priority }
    var kept: [(priority: UInt64, features: [UInt16])] = []
    kept.reserveCapacity(min(members.count, capacity))
    var count = 0
    for member in members where member.priority <= threshold {
      if let last = kept.last, last.priority == member.priority { continue }
      guard kept.count < capacity, count + member.features.count <= featureCapacity else {
        // Not even equal ones: what is left out once must stay out, or samples of parts wouldn't merge.
        threshold = member.priority == 0 ? 0 : member.priority - 1
        break
      }
      count += member.features.count
      kept.append(member)
    }
    members = kept
    featureCount = count
  }
}
