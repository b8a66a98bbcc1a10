internal import Reading
internal import Resampling
internal import Weighting

/// Weighs documents, and tells which groups of a draw may draw them.
///
/// It decides as ``DrawStep`` does, but for excluded documents.
struct EligibleReader: ~Copyable {
  /// Why no group may draw a document.
  enum Outcome {
    case eligible(groups: [Int])
    case underMinimum, overMaximum
    case outsideStrata(String)
  }

  let plan: DrawPlan
  private let groups: StratumGroups
  private var reader: ModelWeightReader

  init(_ selection: RepeatedSelection) {
    plan = selection.plan
    groups = StratumGroups(
      selection.plan, field: selection.select.settings.stratify == nil ? nil : 0)
    reader = selection.select.weightReader(
      selection.trained.model,
      selection.select.exclusion(selection.files, selection.trained))
  }

  /// - Throws: ``InvalidLine``
  mutating func read(
    _ text: Span<UInt8>, of line: DocumentLine
  ) throws(InvalidLine) -> (document: WeighedDocument, outcome: Outcome) {
    let document = try reader.read(text, of: line)
    guard plan.lengths.contains(document.size.length) else {
      let isAbove = plan.lengths.isAbove(document.size.length)
      return (document, isAbove ? .overMaximum : .underMinimum)
    }
    let found = groups.groups(of: line)
    guard !found.isEmpty else {
      return (document, .outsideStrata(line.fields[0].stratum))
    }
    return (document, .eligible(groups: found))
  }

  func weight(_ target: Int) -> DocumentWeight { reader.weight(target) }

  /// Why the document that was read last is excluded; nil if it isn't.
  mutating func exclusionMatch(_ text: Span<UInt8>, textHash: UInt64) -> ExclusionMatch? {
    reader.exclusionMatch(text, textHash: textHash)
  }

  /// Whether the document that was read last weighs enough for an arm.
  func mayDraw(_ arm: DrawPlan.Arm) -> Bool {
    guard plan.limitsWeights, let target = arm.target else { return true }
    return plan.mayDraw(reader.weight(target).logWeight, target: target)
  }

  /// The key that the document that was read last has for an arm.
  func key(_ arm: DrawPlan.Arm, of document: WeighedDocument) -> Double {
    arm.key(
      of: arm.target.map { reader.weight($0) } ?? DocumentWeight(),
      identity: plan.identity(textHash: document.textHash, position: document.position))
  }
}
