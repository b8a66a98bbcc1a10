/// Draws for groups that have a text in common only where its copies are: strata.
///
/// Arm after arm, all groups draw at once: the largest key of all of them is drawn, then the next, as long as its group has room
/// for it. A text that was drawn, in whatever group and by whatever arm, isn't drawn again. So each text is drawn by that one of
/// its copies whose key is the largest of those that have room. Of equal keys the larger hash comes first, then the
/// group that comes first, then the place in the pool: of all these only the last depends on the order of the pool, and it
/// decides which of several equal texts is taken, not which texts are.
///
/// A larger draw contains the smaller: where one group takes a text from another, it leaves room there, and that goes to
/// the next.
package struct JointDraw {
  private var selections: [[Selection]] = []
  /// The groups that had to leave out documents, before, which should have been drawn: since so many of their texts were drawn
  /// elsewhere. They must be given more ``CandidateGroup/Settings/slack``, and all documents again.
  package private(set) var shortGroups: [Int] = []

  /// - Parameters:
  ///   - groups: all of them with the same number of arms.
  ///   - budgets: of each arm of each group, no larger than what the group keeps.
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
    // Chains keep enough for all of their arms, and parts are alone as long as copies are alike.
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
