/// A document of a sample.
protocol SampleMember {
  var priority: DocumentSample.Priority { get }
  /// The number of features that are kept of it.
  var featureCount: Int { get }
}

/// The largest numbers of documents and of features in a sample.
struct SampleBounds {
  var capacity: Int
  var featureCapacity: Int

  /// The documents that belong to a sample: each once, up to the first that doesn't fit.
  ///
  /// - Parameters:
  ///   - members: by priority. Of equal priorities, the first counts.
  ///   - threshold: larger priorities aren't in the sample. It becomes smaller if one doesn't fit.
  func trimmed<Member: SampleMember>(
    _ members: [Member], _ threshold: inout DocumentSample.Priority
  ) -> [Member] {
    var kept: [Member] = []
    kept.reserveCapacity(min(members.count, capacity))
    var featureCount = 0
    for member in members where member.priority <= threshold {
      if let last = kept.last, last.priority == member.priority { continue }
      guard kept.count < capacity, featureCount + member.featureCount <= featureCapacity else {
        // Not even equal ones: a document that is left out once must stay out, or samples of parts
        // wouldn't merge.
        threshold = DocumentSample.Priority(bits: max(member.priority.bits, 1) - 1)
        break
      }
      featureCount += member.featureCount
      kept.append(member)
    }
    return kept
  }
}
