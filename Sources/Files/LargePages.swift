internal import Platform

/// Large memory pages, which make random access faster.
///
/// In a table of some MiB with pages of 4 KiB, nearly every look-up misses the processor's page
/// cache.
enum LargePages {
  /// Bytes in a large page, on x86-64 and on arm64 with small pages of 4 KiB.
  static let size = 2 << 20

  /// Asks for large pages, where the system has them.
  ///
  /// Call it before the first write to the memory: existing pages stay as they are.
  @unsafe static func prefer(for start: UnsafeMutableRawPointer, byteCount: Int) {
    #if os(Linux)
      // This is a hint. If the kernel ignores it, pages are small.
      unsafe _ = madvise(start, byteCount, MADV_HUGEPAGE)
    #endif
  }
}

extension Array where Element: BitwiseCopyable {
  /// Reserves room for `capacity` elements, in large pages where the system has them.
  ///
  /// - Precondition: the array is empty.
  package mutating func reserveLargeCapacity(_ capacity: Int) {
    precondition(isEmpty)
    reserveCapacity(capacity)
    let byteCount = self.capacity * MemoryLayout<Element>.stride
    guard byteCount >= LargePages.size else { return }
    unsafe withUnsafeMutableBufferPointer { elements in
      guard let base = elements.baseAddress else { return }
      // SAFETY: these are whole pages within the reserved memory, and a hint doesn't change their
      // content.
      let start = UInt(bitPattern: base)
      let mask = UInt(LargePages.size - 1)
      let (first, end) = ((start + mask) & ~mask, (start + UInt(byteCount)) & ~mask)
      guard first < end, let pages = unsafe UnsafeMutableRawPointer(bitPattern: first)
      else { return }
      unsafe LargePages.prefer(for: pages, byteCount: Int(end - first))
    }
  }
}
