package import Platform

/// Growable bytes, followed by padding that can be read.
///
/// It differs from `[UInt8]` in two ways. It grows by `realloc`, which moves the pages of a large
/// block instead of copying them: a line of 200 MB needs 200 MB, not twice that. And the
/// ``padding`` bytes after the last byte can always be read, as simdjson and vector instructions
/// require; their values mean nothing.
@safe package struct ByteBuffer: ~Copyable, @unchecked Sendable {
  // Sendable because a noncopyable owner moves as a whole: nobody else ever holds its pointer.

  /// The number of bytes after ``count`` that may be read.
  package static let padding = 64

  /// Null exactly while `capacity` is zero.
  private var base: UnsafeMutablePointer<UInt8>?
  package private(set) var count = 0
  package private(set) var capacity = 0

  package init() { unsafe base = nil }

  deinit { unsafe free(base) }

  package var isEmpty: Bool { count == 0 }

  package var span: Span<UInt8> {
    @_lifetime(borrow self)
    get {
      // SAFETY: the first `count` bytes are initialised and stay so while `self` is borrowed.
      let bytes = unsafe UnsafeBufferPointer(start: base, count: count)
      return unsafe _overrideLifetime(Span(_unsafeElements: bytes), borrowing: self)
    }
  }

  package var mutableSpan: MutableSpan<UInt8> {
    @_lifetime(&self)
    mutating get {
      // SAFETY: as for `span`, and the exclusive access keeps others away.
      let bytes = unsafe UnsafeMutableBufferPointer(start: base, count: count)
      return unsafe _overrideLifetime(MutableSpan(_unsafeElements: bytes), mutating: &self)
    }
  }

  /// Removes all bytes.
  ///
  /// Keeps the memory unless it exceeds `limit` bytes: one huge line should not cost memory until
  /// the run ends.
  package mutating func removeAll(keepingCapacityUpTo limit: Int) {
    count = 0
    guard capacity > limit else { return }
    unsafe free(base)
    unsafe base = nil
    capacity = 0
  }

  /// Removes all but the first `newCount` bytes.
  package mutating func truncate(to newCount: Int) {
    precondition((0...count).contains(newCount))
    count = newCount
  }

  /// Removes the first `droppedCount` bytes.
  ///
  /// - Complexity: O(*n*), where *n* is the number of bytes that stay.
  package mutating func removeFirst(_ droppedCount: Int) {
    precondition((0...count).contains(droppedCount))
    guard let base = unsafe base else { return }
    count -= droppedCount
    // SAFETY: both ranges lie within the initialised bytes; memmove allows them to overlap.
    unsafe _ = memmove(base, base + droppedCount, count)
  }

  /// Makes room for `additional` more bytes.
  ///
  /// The capacity at least doubles, up to 64 MiB at a time, so appending takes linear time.
  ///
  /// - Throws: ``SystemError`` of operation `allocate`.
  package mutating func reserve(additional: Int) throws(SystemError) {
    guard count + additional > capacity else { return }
    let newCapacity = max(count + additional, min(2 * capacity, capacity + (64 << 20)))
    // SAFETY: `base` came from realloc or is null; on failure it stays valid and ours.
    guard let newBase = unsafe realloc(base, newCapacity + Self.padding) else {
      throw SystemError.outOfMemory(byteCount: newCapacity)
    }
    unsafe base = newBase.assumingMemoryBound(to: UInt8.self)
    capacity = newCapacity
  }

  /// Lets `fill` write up to `limit` bytes after the last one.
  ///
  /// Call ``reserve(additional:)`` for them first. If `fill` throws, the bytes that it had written
  /// stay.
  package mutating func append<Failure: Error>(
    upTo limit: Int, _ fill: (inout OutputSpan<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(count + limit <= capacity, "reserve first")
    guard let base = unsafe base else { return }
    // SAFETY: these bytes lie after the initialised ones, and nobody else refers to them.
    let free = unsafe UnsafeMutableBufferPointer(start: base + count, count: limit)
    var output = unsafe OutputSpan(buffer: free, initializedCount: 0)
    do throws(Failure) {
      try fill(&output)
    } catch {
      count += unsafe output.finalize(for: free)
      throw error
    }
    count += unsafe output.finalize(for: free)
  }

  /// Appends the bytes from `start` on to `output`, as many as it has room for.
  ///
  /// - Returns: their number.
  package func copy(from start: Int, to output: inout OutputSpan<UInt8>) -> Int {
    precondition((0...count).contains(start))
    let copied = min(count - start, output.freeCapacity)
    guard copied > 0, let base = unsafe base else { return 0 }
    unsafe output.withUnsafeMutableBufferPointer { target, initializedCount in
      // SAFETY: there are as many initialised bytes here, and as many free ones there.
      guard let free = target.baseAddress else { return }
      unsafe (free + initializedCount).update(from: base + start, count: copied)
      initializedCount += copied
    }
    return copied
  }

  /// - Throws: ``SystemError`` of operation `allocate`.
  package mutating func append(_ bytes: Span<UInt8>) throws(SystemError) {
    try reserve(additional: bytes.count)
    guard let base = unsafe base else { return }
    unsafe bytes.withUnsafeBufferPointer { source in
      // SAFETY: `reserve` left room, and a borrowed span can't lie within this buffer.
      guard let start = source.baseAddress else { return }
      unsafe (base + count).update(from: start, count: source.count)
    }
    count += bytes.count
  }
}
