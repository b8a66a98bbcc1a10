/// Draws for groups that share texts only as copies: strata.
///
/// One arm after the other, all groups draw at once: the largest key of all groups is drawn, then
/// the next, as long as its group has room for it. A text that any group and arm has drawn isn't
/// drawn again. So a text is drawn by the copy that has the largest key among those with room. Of
/// equal keys the larger hash comes first, then the first group, then the first place in the pool.
/// Only the last of these depends on the order of the pool. It decides which of several equal texts
/// is taken, not which texts are.
///
/// A larger draw contains the smaller: a group that takes a text from another leaves room there,
/// which goes to the next text.
package struct JointDraw {
  private var selections: [[Selection]] = []
  /// The groups that are short of documents.
  ///
  /// So many of their texts were drawn elsewhere that they need documents which they had left out
  /// before. They must get more ``CandidateGroup/Settings/slack``, and all documents again.
  package private(set) var shortGroups: [Int] = []

  /// - Parameters:
  ///   - groups: the groups, all with the same number of arms.
  ///   - budgets: the budget of each arm of each group, at most what the group keeps.
  ///   - joinsCopies: whether a text is drawn once.
  ///   - copiesMayDiffer: whether documents of equal text may have different keys.
  package init(
    _ groups: consuming [CandidateGroup], budgets: [[Budget]], joinsCopies: Bool,
    copiesMayDiffer: Bool = false
  ) {
    var groups = groups
    selections = groups.map { _ in [] }
    var taken = TakenTexts(groups, joinsCopies: joinsCopies, copiesMayDiffer: copiesMayDiffer)
    var short: Set<Int> = []
    // Chains keep enough for all of their arms. Parts are alone as long as copies are alike.
    let isAlone = groups.count == 1 && !taken.watchesSome
    for arm in 0..<(budgets.first?.count ?? 0) {
      var lists = groups.indices.map { group in
        ArmList(groups[group].take(arm: arm, isAlone: isAlone), budget: budgets[group][arm])
      }
      if lists.count == 1 {
        if arm > 0, taken.isNeeded { lists[0].removeAll { taken.contains($0) } }
        lists[0].drawAlone()
        if arm + 1 < budgets[0].count { taken.insert(lists[0].entries[..<lists[0].drawnCount]) }
      } else {
        Self.drawTogether(&lists, &taken)
      }
      for group in groups.indices {
        if lists[group].isShort { short.insert(group) }
        groups[group].leave(lists[group].takeRest(), arm: arm)
      }
      for group in lists.indices { selections[group].append(lists[group].finish()) }
    }
    shortGroups = short.sorted()
  }

  /// - Returns: for each group, a selection for each arm.
  package mutating func takeSelections() -> [[Selection]] {
    var result: [[Selection]] = []
    swap(&result, &selections)
    return result
  }

  /// Draws by one arm of several groups, each text once.
  ///
  /// - Parameters:
  ///   - lists: for each group, the documents that the arm may draw, and whether these are all.
  ///     Else none that is missing precedes any of them.
  ///   - budgets: one per group.
  /// - Returns: for each group, the documents that were drawn, and the groups that are short of
  ///   documents: see ``shortGroups``.
  package static func draw(
    _ lists: consuming [(entries: [Candidate], isWhole: Bool)], budgets: [Budget]
  ) -> (drawn: [[Candidate]], shortGroups: [Int]) {
    var arms = zip(lists, budgets).map { ArmList($0, budget: $1) }
    var taken = TakenTexts()
    drawTogether(&arms, &taken)
    let shortGroups = arms.indices.filter { arms[$0].isShort }
    return (arms.indices.map { arms[$0].finish().documents }, shortGroups)
  }

  private static func drawTogether(_ lists: inout [ArmList], _ taken: inout TakenTexts) {
    for index in lists.indices { lists[index].sort() }
    func precedes(_ one: Int, _ other: Int) -> Bool {
      guard let first = lists[one].head else { return false }
      guard let second = lists[other].head else { return true }
      if first.key != second.key { return first.key > second.key }
      if first.textHash != second.textHash { return first.textHash > second.textHash }
      return one < other
    }
    var heap = Heap(lists.indices.filter { lists[$0].head != nil }, precedes: precedes)
    var last: Int?
    while !heap.isEmpty {
      let group = heap.top
      guard let candidate = lists[group].head else {
        heap.removeTop(precedes: precedes)
        continue
      }
      if taken.contains(candidate) {
        // Copies with the same key come one after the other.
        if let last, let drawn = lists[last].lastDrawn, drawn.position != candidate.position,
          drawn.key == candidate.key, drawn.hasSameText(as: candidate)
        {
          lists[last].countCopy(candidate)
        }
        lists[group].skipNext()
      } else if lists[group].drawNext() {
        taken.insert(candidate)
        last = group
      }
      heap.fixTop(precedes: precedes)
    }
  }
}
