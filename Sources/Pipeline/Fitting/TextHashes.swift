internal import Files
internal import Platform

/// The hashes of a target's texts, to find the target's own documents in a selection.
///
/// If there are more than ``capacity`` different texts, those with the smallest hashes are kept.
/// They are a random share of all texts, so counts that use them are scaled up.
struct TextHashes: Sendable {
  /// The limit that bounds memory, to 16 MiB.
  static let capacity = 1 << 20

  /// A limit that is never reached.
  static let unlimited = Int.max / 4

  private let capacity: Int
  /// Sorted and without repeats, after ``trim()``.
  private var hashes: [UInt64] = []
  /// Larger hashes aren't kept.
  private(set) var threshold = UInt64.max
  private var isTrimmed = true

  init(capacity: Int = TextHashes.capacity) { self.capacity = capacity }

  /// All of the given hashes.
  init(_ all: [UInt64]) {
    self.init(capacity: Self.unlimited)
    add(all)
    trim()
  }

  /// - Precondition: the hashes are trimmed.
  var all: [UInt64] {
    precondition(isTrimmed)
    return hashes
  }

  /// False if only a share of the texts is kept.
  var isWhole: Bool { threshold == .max }

  mutating func add(_ more: [UInt64]) {
    for hash in more where hash <= threshold { hashes.append(hash) }
    isTrimmed = false
    if hashes.count >= 2 * capacity { trim() }
  }

  mutating func merge(_ other: TextHashes) {
    threshold = min(threshold, other.threshold)
    add(other.hashes)
    trim()
  }

  /// Removes repeats, and hashes beyond the capacity.
  mutating func trim() {
    guard !isTrimmed else { return }
    hashes.sort()
    var kept = 0
    for index in hashes.indices {
      if hashes[index] > threshold { break }
      if kept > 0, hashes[kept - 1] == hashes[index] { continue }
      if kept == capacity {
        threshold = hashes[kept - 1]
        break
      }
      hashes[kept] = hashes[index]
      kept += 1
    }
    hashes.removeLast(hashes.count - kept)
    isTrimmed = true
  }

  /// - Precondition: the hashes are trimmed.
  func contains(_ hash: UInt64) -> Bool {
    precondition(isTrimmed)
    var (low, high) = (0, hashes.count)
    while low < high {
      let middle = (low + high) / 2
      if hashes[middle] < hash { low = middle + 1 } else { high = middle }
    }
    return low < hashes.count && hashes[low] == hash
  }

  /// The number of documents with these texts, estimated from the number found.
  ///
  /// It is larger than `foundCount` if only a share of the texts is known.
  func scaled(_ foundCount: Int) -> Int {
    isWhole ? foundCount : Int((Double(foundCount) * 0x1p64 / (Double(threshold) + 1)).rounded())
  }

  /// Hashes that several threads add to.
  final class Shared: Sendable {
    private let hashes: Lock<TextHashes>

    init(capacity: Int = TextHashes.capacity) { hashes = Lock(TextHashes(capacity: capacity)) }

    func add(_ more: [UInt64]) {
      hashes.withLock { $0.add(more) }
    }

    func take() -> TextHashes {
      hashes.withLock { hashes in
        var taken = TextHashes()
        swap(&taken, &hashes)
        taken.trim()
        return taken
      }
    }
  }
}
