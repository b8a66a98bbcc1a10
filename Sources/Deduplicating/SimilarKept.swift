/// Finds those among kept items that may be similar to another item.
///
/// Items that share a band form a group. An item is looked for in its groups only, so nearly all
/// items, which share no band with any, cost nothing.
///
///     var kept = SimilarKept(bands, bandCount: 21)
///     for item in order where !kept.mayBeSimilar(to: item).contains(where: isSimilar) {
///       kept.keep(item)
///     }
package struct SimilarKept: Sendable {
  /// The groups of item i are at `starts[i]..<starts[i + 1]` of ``groups``.
  private var starts: [Int]
  private var groups: [UInt32] = []
  /// The kept items of group g are the first ``keptCounts`` from `places[g]` of ``members``.
  private var places: [Int] = []
  private var members: [UInt32] = []
  private var keptCounts: [UInt32] = []

  /// A group remembers no more kept items, and an item is compared with no more.
  ///
  /// Texts from one template, which are all somewhat alike, would otherwise take time that grows
  /// with the square of their number.
  package static let (mostKept, mostCompared) = (1024, 256)

  /// - Parameters:
  ///   - bands: the hashes of each item's bands, item after item.
  ///   - bandCount: the number of bands of an item.
  ///   - isLeftOut: whether an item is similar to none.
  /// - Complexity: O(*n* log *n*) for *n* items, once per band.
  package init(_ bands: [UInt32], bandCount: Int, isLeftOut: (Int) -> Bool) {
    let count = bands.count / bandCount
    // A group has two items or more, so there are at most half as many groups.
    precondition(bands.count / 2 <= Int(UInt32.max))
    let items = (0..<count).filter { !isLeftOut($0) }
    // Each as one number: the item, and below it the group.
    var memberships: [UInt64] = []
    var keys: [UInt64] = []
    for band in 0..<bandCount {
      keys.removeAll(keepingCapacity: true)
      for item in items { keys.append(UInt64(bands[item * bandCount + band]) << 32 | UInt64(item)) }
      keys.sort()
      var first = 0
      for end in 1..<(keys.count + 1) {
        if end < keys.count, keys[end] >> 32 == keys[first] >> 32 { continue }
        if end - first > 1 {
          let group = UInt64(places.count)
          places.append(members.count)
          members.append(
            contentsOf: repeatElement(0, count: min(end - first, Self.mostKept)))
          for place in first..<end {
            memberships.append((keys[place] & 0xFFFF_FFFF) << 32 | group)
          }
        }
        first = end
      }
    }
    keptCounts = Array(repeating: 0, count: places.count)
    places.append(members.count)
    memberships.sort()
    starts = []
    starts.reserveCapacity(count + 1)
    groups.reserveCapacity(memberships.count)
    for item in 0..<count {
      starts.append(groups.count)
      while groups.count < memberships.count, memberships[groups.count] >> 32 == item {
        groups.append(UInt32(truncatingIfNeeded: memberships[groups.count]))
      }
    }
    starts.append(groups.count)
  }

  private func groups(of item: Int) -> ArraySlice<UInt32> {
    groups[starts[item]..<starts[item + 1]]
  }

  /// Keeps an item.
  package mutating func keep(_ item: Int) {
    for place in starts[item]..<starts[item + 1] {
      let group = Int(groups[place])
      let next = places[group] + Int(keptCounts[group])
      guard next < places[group + 1] else { continue }
      members[next] = UInt32(item)
      keptCounts[group] += 1
    }
  }

  /// Forgets what was kept.
  package mutating func forget() {
    for group in keptCounts.indices { keptCounts[group] = 0 }
  }

  /// The kept items that share a band with an item: first those that share most, and of these the
  /// one that has the smallest number.
  package func mayBeSimilar(to item: Int) -> [Int] {
    var found: [UInt32] = []
    for group in groups(of: item) {
      let start = places[Int(group)]
      found += members[start..<(start + Int(keptCounts[Int(group)]))]
    }
    guard !found.isEmpty else { return [] }
    found.sort()
    // Items, and the number of bands that they share.
    var alike: [(Int, Int)] = []
    for item in found {
      if let last = alike.indices.last, alike[last].0 == item {
        alike[last].1 += 1
      } else {
        alike.append((Int(item), 1))
      }
    }
    alike.sort { ($1.1, $0.0) < ($0.1, $1.0) }
    return alike.prefix(Self.mostCompared).map(\.0)
  }
}
