internal import Platform

/// A table of a fixed number of integers for random access, in large pages where the system has
/// them.
@safe
package struct LargeTable<
  Element: FixedWidthInteger & BitwiseCopyable & Sendable
>: ~Copyable, @unchecked Sendable {
  // Sendable because a noncopyable owner moves as a whole: nobody else ever holds its pointer.

  @usableFromInline internal let base: UnsafeMutablePointer<Element>
  package let count: Int

  /// Allocates a table of zeros.
  ///
  /// - Complexity: O(`count`)
  package init(count: Int) {
    precondition(count > 0)
    self.count = count
    let (byteCount, overflows) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    precondition(!overflows)
    let isLarge = byteCount >= LargePages.size
    var pointer: UnsafeMutableRawPointer?
    let alignment = isLarge ? LargePages.size : 64
    // SAFETY: aligned as requested, and freed in `deinit`. Without enough memory the program ends,
    // as it does for an array.
    let status = unsafe posix_memalign(&pointer, alignment, byteCount)
    guard status == 0, let pointer = unsafe pointer else { fatalError("out of memory") }
    if isLarge { unsafe LargePages.prefer(for: pointer, byteCount: byteCount) }
    // SAFETY: `byteCount` bytes were allocated, for integers, whose zero is all zero bits.
    unsafe memset(pointer, 0, byteCount)
    unsafe base = pointer.bindMemory(to: Element.self, capacity: count)
  }

  deinit { unsafe free(base) }

  @inlinable package var span: Span<Element> {
    @_lifetime(borrow self)
    get {
      // SAFETY: `count` elements are initialised and stay so while `self` is borrowed.
      let elements = unsafe UnsafeBufferPointer(start: base, count: count)
      return unsafe _overrideLifetime(Span(_unsafeElements: elements), borrowing: self)
    }
  }

  /// Calls `body` with ``span``.
  ///
  /// A class can't lend the span of its table for longer than a call.
  package func withSpan<Result>(_ body: (Span<Element>) -> Result) -> Result { body(span) }

  @inlinable package var mutableSpan: MutableSpan<Element> {
    @_lifetime(&self)
    mutating get {
      // SAFETY: as for `span`, and the exclusive access keeps others away.
      let elements = unsafe UnsafeMutableBufferPointer(start: base, count: count)
      return unsafe _overrideLifetime(MutableSpan(_unsafeElements: elements), mutating: &self)
    }
  }
}
