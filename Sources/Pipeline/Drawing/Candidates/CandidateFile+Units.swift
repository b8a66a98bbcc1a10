internal import Reading

/// Reads what files of candidates have for draws of a number of tokens or bytes, and from strata.
extension CandidateFile.Reader {
  /// - Throws: ``JSONStreamError``
  func readStrata(into header: inout CandidateFile.Header) throws(JSONStreamError) {
    guard let field = strings["stratify"] else { return }
    guard let strata else { throw .missing("strata") }
    guard !isChosen, !hasKeysOnly else { throw .invalid("stratify") }
    try strata.check(count: header.eligibleCount, size: header.eligibleSize)
    header.settings.stratify = field
    header.strata = strata
  }

  /// - Parameter header: with everything else that doesn't depend on the unit.
  /// - Throws: ``JSONStreamError``
  func readUnit(into header: inout CandidateFile.Header) throws(JSONStreamError) {
    guard let name = strings["unit"] else { return }
    guard let unit = CandidateUnit(rawValue: name), unit != .documents else {
      throw .invalid("unit")
    }
    header.settings.unit = unit
    let total = "eligible_\(unit.rawValue)"
    guard let size = numbers[total] else { throw .missing(total) }
    header.eligibleSize = size
    guard !isChosen else {
      guard header.isExhausted != nil else { throw .missing("all_eligible") }
      return
    }
    guard header.settings.objective == .set else { return }
    guard let kept = numbers["kept"] else { throw .missing("kept") }
    guard kept >= header.settings.count else { throw .invalid("kept") }
    header.settings.keptAmount = kept
    guard hasKeysOnly else { return }
    let ofShards = "shard_\(total)"
    guard let sizes = unit == .tokens ? eligibleTokenCounts : eligibleByteCounts else {
      throw .missing(ofShards)
    }
    var left = size
    for size in sizes {
      guard size <= left else { throw .invalid(ofShards) }
      left -= size
    }
    guard left == 0, sizes.count == header.shards.count else { throw .invalid(ofShards) }
    header.eligibleSizes = sizes
  }
}
