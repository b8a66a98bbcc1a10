internal import CXXHash
package import Platform

/// XXH3-64 over bytes that come in pieces; `xxhsum -H3` prints the same for the whole.
@safe package struct ContentHasher: ~Copyable, @unchecked Sendable {
  // Sendable because a noncopyable owner moves as a whole: nobody else ever holds its pointer.

  /// Allocated by `init`, freed by `deinit`, and never copied out of this type.
  private let state: OpaquePointer

  package init() throws(SystemError) {
    guard let state = unsafe XXH3_createState() else {
      throw .outOfMemory()
    }
    unsafe self.state = state
    unsafe XXH3_64bits_reset(state)
  }

  deinit { unsafe _ = XXH3_freeState(state) }

  /// Adds the bytes of a buffer from `start` on.
  package mutating func update(_ buffer: borrowing ByteBuffer, from start: Int) {
    update(buffer.span.extracting(droppingFirst: start))
  }

  package mutating func update(_ bytes: Span<UInt8>) {
    // SAFETY: xxHash reads the bytes during the call only.
    unsafe bytes.withUnsafeBytes { unsafe _ = XXH3_64bits_update(state, $0.baseAddress, $0.count) }
  }

  package var digest: UInt64 { unsafe XXH3_64bits_digest(state) }
}
