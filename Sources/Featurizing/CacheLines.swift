internal import CXXHash
internal import Platform

/// A table of entries in lines of 64 bytes, the unit that a processor fetches.
///
/// A look-up needs one fetch. At first, and after all entries have been removed, every byte is
/// zero.
@safe struct CacheLines<Entry: BitwiseCopyable>: ~Copyable {
  private static var lineSize: Int { 64 }
  private let entries: UnsafeMutablePointer<Entry>
  private let byteCount: Int
  private let lineMask: Int

  /// - Parameter capacity: the number of entries: a power of two, and at least one line of them.
  init(capacity: Int) {
    let entriesPerLine = Self.lineSize / MemoryLayout<Entry>.stride
    precondition(Self.lineSize % MemoryLayout<Entry>.stride == 0)
    precondition(capacity >= entriesPerLine && capacity & (capacity - 1) == 0)
    byteCount = capacity * MemoryLayout<Entry>.stride
    lineMask = capacity / entriesPerLine - 1
    // SAFETY: mapped here, unmapped in `deinit`. Pages are zero, start at a multiple of a line,
    // take memory only once they are touched, and return to the system at the end, which malloc
    // does not promise.
    let start = unsafe mmap(
      nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    // The value of MAP_FAILED is −1.
    guard let start = unsafe start, Int(bitPattern: start) != -1 else {
      preconditionFailure("out of memory for a cache")
    }
    unsafe entries = start.bindMemory(to: Entry.self, capacity: capacity)
  }

  deinit { unsafe _ = munmap(entries, byteCount) }

  /// Sets all bytes to zero.
  ///
  /// - Complexity: O(*n*), where *n* is the capacity.
  borrowing func removeAll() {
    // SAFETY: the table has this many bytes.
    unsafe _ = memset(entries, 0, byteCount)
  }

  /// The line that a hash belongs to.
  ///
  /// The pointer is valid for the entries of one line.
  @inline(__always) @unsafe
  borrowing func line(of hash: UInt64) -> UnsafeMutablePointer<Entry> {
    let line = Int(truncatingIfNeeded: hash) & lineMask
    return unsafe entries + line &* (Self.lineSize / MemoryLayout<Entry>.stride)
  }

  /// Asks the processor to fetch the line that a hash belongs to.
  @inline(__always)
  borrowing func prefetch(_ hash: UInt64) {
    // SAFETY: nothing is read or written.
    unsafe dsel_prefetch(line(of: hash))
  }
}
