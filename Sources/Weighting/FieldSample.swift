/// A random sample of documents with the numbers in some of their fields and with their features,
/// whatever the order in which they come.
///
/// It says what a usual number of a field is, and a usual log weight: see ``FieldScales``. The
/// documents are those with the smallest priorities, as in ``DocumentSample``, and samples of parts
/// merge to the sample of the whole. Features are not folded, so that log weights can be computed
/// from them by any estimator.
package struct FieldSample: Sendable, Equatable {
  package typealias Priority = DocumentSample.Priority

  /// A document of the sample.
  package struct Member: Sendable, Equatable {
    package var priority: Priority
    /// The number in each field.
    package var values: [Double]
    /// The number of tokens that the features are those of.
    package var tokenCount: Int
    /// The features of the first order in text order, then those of the second, and so on.
    package var features: [UInt32]

    package init(priority: Priority, values: [Double], tokenCount: Int, features: [UInt32]) {
      self.priority = priority
      self.values = values
      self.tokenCount = tokenCount
      self.features = features
    }
  }

  /// This and ``featureCapacity`` bound memory, to about 10 MiB.
  package static let capacity = 1024
  package static let featureCapacity = 2 << 20
  /// The number of tokens of a document whose features are kept.
  package static let mostTokens = 1 << 14

  private let capacity: Int
  private let featureCapacity: Int
  /// The paths of the fields.
  package let fields: [String]
  /// By priority, once the sample is trimmed.
  package private(set) var members: [Member] = []
  /// Larger priorities can't be in the sample.
  package private(set) var threshold: Priority
  private var featureCount = 0

  /// - Parameter threshold: larger priorities are known not to be in the sample.
  package init(fields: [String], threshold: Priority = Priority(bits: .max)) {
    self.init(
      fields: fields, threshold: threshold, capacity: Self.capacity,
      featureCapacity: Self.featureCapacity)
  }

  init(
    fields: [String], threshold: Priority = Priority(bits: .max), capacity: Int,
    featureCapacity: Int
  ) {
    self.fields = fields
    self.threshold = threshold
    self.capacity = capacity
    self.featureCapacity = featureCapacity
  }

  /// Adds a document, unless it is known not to be in the sample.
  ///
  /// - Complexity: amortized O(log *m*) for *m* documents of the sample.
  package mutating func add(_ member: Member) {
    precondition(member.values.count == fields.count)
    guard member.priority <= threshold else { return }
    members.append(member)
    // Of copies, neither zero is smaller: without a sign they are the same.
    for field in fields.indices where members[members.count - 1].values[field] == 0 {
      members[members.count - 1].values[field] = 0
    }
    featureCount += member.featureCount
    if members.count >= 2 * capacity || featureCount > featureCapacity + featureCapacity / 4 {
      trim()
    }
  }

  /// Adds the documents of another sample of the same fields, and trims.
  package mutating func merge(_ other: FieldSample) {
    precondition(fields == other.fields)
    threshold = min(threshold, other.threshold)
    for member in other.members { add(member) }
    trim()
  }

  /// Removes what isn't in the sample, and sorts the rest by priority.
  ///
  /// - Complexity: O(*m* log *m*) for *m* documents.
  package mutating func trim() {
    members.sort { $0.priority < $1.priority }
    joinCopies()
    members = SampleBounds(capacity: capacity, featureCapacity: featureCapacity)
      .trimmed(members, &threshold)
    featureCount = members.reduce(0) { $0 + $1.featureCount }
  }

  /// Joins copies of a text, which may have different numbers: the smallest of each field counts.
  ///
  /// So a field's numbers depend neither on the order in which documents come nor on the other
  /// fields of the sample.
  ///
  /// - Precondition: members are sorted by priority.
  private mutating func joinCopies() {
    var kept = 0
    for index in members.indices {
      if kept > 0, members[kept - 1].priority == members[index].priority {
        for field in fields.indices {
          members[kept - 1].values[field] = min(
            members[kept - 1].values[field], members[index].values[field])
        }
      } else {
        members.swapAt(kept, index)
        kept += 1
      }
    }
    members.removeSubrange(kept...)
  }
}

extension FieldSample.Member: SampleMember {
  var featureCount: Int { features.count }
}
