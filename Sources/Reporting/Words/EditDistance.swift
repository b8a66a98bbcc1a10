/// The number of edits that turn one name into another.
package enum EditDistance {
  /// The fewest insertions, deletions, substitutions and swaps of neighbours.
  ///
  /// This is the distance of Damerau and Levenshtein in which no part is edited twice.
  ///
  /// - Complexity: O(*nm*), where *n* and *m* are the lengths.
  static func between(_ one: String, _ other: String) -> Int {
    let (one, other) = (Array(one.unicodeScalars), Array(other.unicodeScalars))
    var beforeLast: [Int] = []
    var last = Array(0...other.count)
    for row in one.indices {
      var current = [row + 1]
      for column in other.indices {
        var distance = last[column] + (one[row] == other[column] ? 0 : 1)
        distance = min(distance, last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
          distance = min(distance, beforeLast[column - 1] + 1)
        }
        current.append(distance)
      }
      (beforeLast, last) = (last, current)
    }
    return last[other.count]
  }

  /// The names nearest to `typed`: at most three, and none if more are equally near.
  ///
  /// One name is near another if at most a quarter of the shorter one's characters is edited (one
  /// edit is always allowed), or if it begins with the other. Case is ignored, and `_` equals `-`.
  package static func nearest(to typed: String, among names: [String]) -> [String] {
    let typed = plain(typed)
    // No real misspelling is far longer than all names.
    guard !typed.isEmpty, typed.utf8.count <= 64 else { return [] }
    let candidates = names.map { (name: $0, plain: plain($0)) }
    let distances = candidates.map { between(typed, $0.plain) }
    let near = candidates.indices.filter { index in
      let length = min(typed.count, candidates[index].plain.count)
      return length > 1 && distances[index] <= max(1, length / 4)
    }
    if let fewest = near.map({ distances[$0] }).min() {
      return limited(near.filter { distances[$0] == fewest }.map { candidates[$0].name })
    }
    let longer = candidates.filter { $0.plain.hasPrefix(typed) }.map(\.name)
    if !longer.isEmpty { return limited(longer) }
    let shorter = candidates.filter { $0.plain.count > 3 && typed.hasPrefix($0.plain) }
    let longest = shorter.map(\.plain.count).max()
    return limited(shorter.filter { $0.plain.count == longest }.map(\.name))
  }

  private static func limited(_ names: [String]) -> [String] { names.count > 3 ? [] : names }

  private static func plain(_ name: String) -> String {
    name.lowercased().replacing("_", with: "-")
  }
}
