internal import Platform

/// Memory that is looked up all over is faster in large pages: a table of some MiB in pages of 4 KiB misses the processor's
/// page cache at nearly every look-up.
enum LargePages {
  /// Bytes in a large page: of x86-64, and of arm64 with small pages of 4 KiB.
  static let size = 2 << 20

  /// Asks for large pages in a stretch of memory, where the system has such. Before it is first written to: pages that are
  /// there stay as they are.
  @unsafe static func prefer(for start: UnsafeMutableRawPointer, byteCount: Int) {
    #if os(Linux)
      // A hint: where it isn't taken, pages are small.
      unsafe _ = madvise(start, byteCount, MADV_HUGEPAGE)
    #endif
  }
}

extension Array where Element: BitwiseCopyable {
  /// Makes room for `capacity` elements, in large pages where the system has such, except at the ends. For an array without
  /// elements.
  package mutating func reserveLargeCapacity(_ capacity: Int) {
    precondition(isEmpty)
    reserveCapacity(capacity)
    let byteCount = self.capacity * MemoryLayout<Element>.stride
    guard byteCount >= LargePages.size else { return }
    unsafe withUnsafeMutableBufferPointer { elements in
      guard let base = elements.baseAddress else { return }
      // SAFETY: whole pages within the memory that was reserved; a hint doesn't change what they hold.
      let start = UInt(bitPattern: base)
      let mask = UInt(LargePages.size - 1)
      let (first, end) = ((start + mask) & ~mask, (start + UInt(byteCount)) & ~mask)
      guard first < end, let pages = unsafe UnsafeMutableRawPointer(bitPattern: first)
      else { return }
      unsafe LargePages.prefer(for: pages, byteCount: Int(end - first))
    }
  }
}
