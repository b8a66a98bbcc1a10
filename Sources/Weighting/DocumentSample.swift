internal import Platform

/// A random sample of documents, whatever the order in which they come: those with the smallest
/// priorities. A priority is a seeded hash of a document's text.
///
/// Short documents come after all others, since those of a pool are never drawn. They are in the
/// sample only where there is room.
///
/// The sample holds up to ``capacity`` documents, and fewer where they are long: the longest prefix
/// by priority that has no more than ``featureCapacity`` features. Exact duplicates have equal
/// priorities and are in it once. Samples of parts merge to the sample of the whole.
package struct DocumentSample: Sendable, Equatable {
  /// A document's place in the order by which a sample is filled: the upper 63 bits of its hash,
  /// below a bit that is set if the document is short.
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

  /// This and ``featureCapacity`` bound memory, to slightly more than 8 MiB.
  package static let capacity = 4096
  package static let featureCapacity = 4 << 20

  /// The number of features from which on memory is reserved for all.
  private static let fewFeatures = 1 << 18

  private let capacity: Int
  private let featureCapacity: Int
  /// In the order of priorities, once the sample is trimmed.
  private var members: [Member] = []
  /// The features of all members, one member after another, in the order in which they came.
  private var features: [UInt16] = []
  private var isTrimmed = true
  /// Larger priorities can't be in the sample.
  package private(set) var threshold = Priority(bits: .max)

  private struct Member: SampleMember {
    var priority: Priority
    var features: Range<Int>
    var featureCount: Int { features.count }
  }

  /// - Parameter threshold: larger priorities are known not to be in the sample.
  package init(threshold: Priority = Priority(bits: .max)) {
    self.init(capacity: Self.capacity, featureCapacity: Self.featureCapacity)
    self.threshold = threshold
  }

  init(capacity: Int, featureCapacity: Int) {
    self.capacity = capacity
    self.featureCapacity = featureCapacity
  }

  /// Adds a document, unless it is known not to be in the sample.
  ///
  /// - Parameter features: folded as ``RegressionFeatures`` says, one per occurrence, in text
  ///   order.
  /// - Complexity: amortized O(*n* + log *m*) for *n* features and *m* documents of the sample.
  package mutating func add(_ features: Span<UInt16>, priority: Priority) {
    guard priority <= threshold else { return }
    isTrimmed = false
    let start = self.features.count
    if start >= Self.fewFeatures, start + features.count > self.features.capacity {
      // Once, instead of copying all of it each time it doubles. Memory counts when it is used.
      self.features.reserveCapacity(featureCapacity + featureCapacity / 4 + features.count)
    }
    // SAFETY: read only while it is borrowed.
    unsafe features.withUnsafeBufferPointer { unsafe self.features.append(contentsOf: $0) }
    members.append(Member(priority: priority, features: start..<self.features.count))
    if members.count >= 2 * capacity
      || self.features.count > featureCapacity + featureCapacity / 4
    {
      trim()
    }
  }

  /// Adds the documents of another sample, and trims.
  ///
  /// - Complexity: O(*n* + *m* log *m*) for *n* features and *m* documents.
  package mutating func merge(_ other: DocumentSample) {
    threshold = min(threshold, other.threshold)
    for member in other.members {
      add(other.features.span.extracting(member.features), priority: member.priority)
    }
    trim()
  }

  /// Calls `body` with the features of each document, by priority.
  ///
  /// - Precondition: the sample is trimmed.
  package func forEachDocument<Failure: Error>(
    _ body: (Priority, Span<UInt16>) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(isTrimmed)
    for member in members {
      try body(member.priority, features.span.extracting(member.features))
    }
  }

  /// - Complexity: O(*n*) for *n* documents.
  package var priorities: Set<Priority> { Set(members.map { $0.priority }) }

  package var documentCount: Int { members.count }

  /// The number of features of all documents.
  package var featureCount: Int { features.count }

  /// Removes what isn't in the sample, and sorts the rest by priority.
  ///
  /// - Complexity: O(*n* + *m* log *m*) for *n* features and *m* documents.
  package mutating func trim() {
    members.sort { $0.priority < $1.priority }
    members = SampleBounds(capacity: capacity, featureCapacity: featureCapacity)
      .trimmed(members, &threshold)
    closeGaps()
    isTrimmed = true
  }

  /// Closes the gaps between members' features. It moves them in the order in which they stand, so
  /// that no other memory is needed.
  private mutating func closeGaps() {
    let order = members.indices.sorted {
      members[$0].features.lowerBound < members[$1].features.lowerBound
    }
    var end = 0
    unsafe features.withUnsafeMutableBufferPointer { features in
      for index in order {
        let range = members[index].features
        if range.lowerBound > end, let base = features.baseAddress {
          // SAFETY: both ranges lie within the array, and memmove allows them to overlap.
          unsafe _ = memmove(
            base + end, base + range.lowerBound, range.count * MemoryLayout<UInt16>.stride)
        }
        members[index].features = end..<(end + range.count)
        end += range.count
      }
    }
    features.removeLast(features.count - end)
  }

  package static func == (one: DocumentSample, other: DocumentSample) -> Bool {
    guard one.threshold == other.threshold, one.isTrimmed == other.isTrimmed else { return false }
    return one.members.elementsEqual(other.members) { mine, others in
      mine.priority == others.priority
        && one.features[mine.features] == other.features[others.features]
    }
  }
}
