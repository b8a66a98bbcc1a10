internal import CISAL
internal import CZstd

/// A streaming zstd encoder that owns one `ZSTD_CStream`. It writes one frame with a content checksum.
@safe package struct ZstdCompressor: ~Copyable {
  /// Allocated by `init`, freed by `deinit`, and never copied out of this type.
  private let stream: OpaquePointer

  /// - Throws: ``CompressionError/outOfMemory``
  package init(level: Int32) throws(CompressionError) {
    guard let stream = unsafe ZSTD_createCStream() else { throw .outOfMemory }
    unsafe self.stream = stream
    unsafe ZSTD_CCtx_setParameter(stream, ZSTD_c_compressionLevel, level)
    unsafe ZSTD_CCtx_setParameter(stream, ZSTD_c_checksumFlag, 1)
  }

  deinit { unsafe _ = ZSTD_freeCStream(stream) }

  /// - Throws: ``CompressionError``. Discard the encoder after that.
  package mutating func compress(
    _ input: Span<UInt8>, appendingTo output: inout [UInt8]
  ) throws(CompressionError) {
    try run(input, ZSTD_e_continue, &output)
  }

  /// Ends the frame; there is one even if nothing was compressed.
  ///
  /// - Throws: ``CompressionError``
  package mutating func finish(appendingTo output: inout [UInt8]) throws(CompressionError) {
    try run([UInt8]().span, ZSTD_e_end, &output)
  }

  private mutating func run(
    _ input: Span<UInt8>, _ directive: ZSTD_EndDirective, _ output: inout [UInt8]
  ) throws(CompressionError) {
    let blockSize = ZSTD_CStreamOutSize()
    let stream = unsafe stream
    var position = 0
    var left = 0
    repeat {
      output.append(addingCapacity: blockSize) { block in
        unsafe input.withUnsafeBufferPointer { source in
          unsafe block.withUnsafeMutableBufferPointer { free, initializedCount in
            // SAFETY: libzstd stays within the two sizes below, and keeps neither pointer.
            var reader = unsafe ZSTD_inBuffer(
              src: source.baseAddress, size: source.count, pos: position)
            var writer = unsafe ZSTD_outBuffer(dst: free.baseAddress, size: free.count, pos: 0)
            left = unsafe ZSTD_compressStream2(stream, &writer, &reader, directive)
            unsafe initializedCount = writer.pos
            position = unsafe reader.pos
          }
        }
      }
      guard ZSTD_isError(left) == 0 else {
        throw .corrupt(
          format: .zstd, reason: unsafe String(cString: ZSTD_getErrorName(left)))
      }
    } while position < input.count || (directive == ZSTD_e_end && left != 0)
  }
}

/// A streaming gzip encoder that owns one ISA-L deflate state. It writes one member, without name or
/// time, so that equal input gives equal bytes.
@safe package struct GzipCompressor: ~Copyable {
  private static let blockSize = 128 << 10

  /// Both allocated by `init`, freed by `deinit`, and never copied out of this type.
  private let state: UnsafeMutablePointer<isal_zstream>
  private let levelBuffer: UnsafeMutablePointer<UInt8>

  package init() {
    let size = dsel_isal_level2_buffer_size()
    // SAFETY: ISA-L keeps the level buffer until the state goes, which `deinit` frees with it.
    unsafe state = .allocate(capacity: 1)
    unsafe levelBuffer = .allocate(capacity: Int(size))
    unsafe isal_deflate_init(state)
    unsafe state.pointee.level = 2
    unsafe state.pointee.level_buf = levelBuffer
    unsafe state.pointee.level_buf_size = size
    unsafe state.pointee.gzip_flag = UInt16(IGZIP_GZIP)
  }

  deinit {
    unsafe state.deallocate()
    unsafe levelBuffer.deallocate()
  }

  /// - Throws: ``CompressionError``. Discard the encoder after that.
  package mutating func compress(
    _ input: Span<UInt8>, appendingTo output: inout [UInt8]
  ) throws(CompressionError) {
    try run(input, isLast: false, &output)
  }

  /// Ends the member; there is one even if nothing was compressed.
  ///
  /// - Throws: ``CompressionError``
  package mutating func finish(appendingTo output: inout [UInt8]) throws(CompressionError) {
    try run([UInt8]().span, isLast: true, &output)
  }

  private mutating func run(
    _ input: Span<UInt8>, isLast: Bool, _ output: inout [UInt8]
  ) throws(CompressionError) {
    let state = unsafe state
    var position = 0
    var result: Int32 = 0
    var isFull = false
    unsafe state.pointee.end_of_stream = isLast ? 1 : 0
    repeat {
      output.append(addingCapacity: Self.blockSize) { block in
        unsafe input.withUnsafeBufferPointer { source in
          unsafe block.withUnsafeMutableBufferPointer { free, initializedCount in
            // SAFETY: ISA-L stays within the sizes below, and doesn't write through `next_in`.
            let available = min(source.count - position, Int(Int32.max))
            unsafe state.pointee.next_in = UnsafeMutablePointer(
              mutating: source.baseAddress.map { unsafe $0 + position })
            unsafe state.pointee.avail_in = UInt32(available)
            unsafe state.pointee.next_out = free.baseAddress
            unsafe state.pointee.avail_out = UInt32(free.count)
            result = unsafe isal_deflate(state)
            unsafe initializedCount = free.count - Int(state.pointee.avail_out)
            position += unsafe available - Int(state.pointee.avail_in)
            isFull = unsafe state.pointee.avail_out == 0
          }
        }
      }
      guard result == COMP_OK else {
        throw .corrupt(format: .gzip, reason: "ISA-L error \(result)")
      }
    } while position < input.count || isFull
  }
}
