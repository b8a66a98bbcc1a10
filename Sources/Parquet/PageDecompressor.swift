internal import CBrotli
internal import CISAL
internal import CLZ4
internal import CSnappy
internal import CZstd
internal import Compression
internal import Files
internal import Platform

/// Decompresses pages, by any of the codecs that are supported.
@safe struct PageDecompressor: ~Copyable {
  /// The codecs by their numbers in the format. 3 is LZO, and 5 the deprecated form of LZ4.
  private enum Codec: Int {
    case none = 0
    case snappy, gzip
    case brotli = 4
    case zstd = 6
    case lz4
  }

  /// zstd's state, made at its first use, and freed by `deinit`.
  private var zstd: OpaquePointer?

  init() { unsafe zstd = nil }

  deinit { unsafe _ = ZSTD_freeDCtx(zstd) }

  /// - Throws: ``ParquetError/unsupported(feature:)`` unless the codec is supported.
  static func check(_ codec: Int) throws(ParquetError) {
    if Codec(rawValue: codec) != nil { return }
    switch codec {
    case 3: throw .unsupported(feature: "the codec LZO")
    case 5: throw .unsupported(feature: "the deprecated codec LZ4 (LZ4_RAW is supported)")
    default: throw .unsupported(feature: "the codec with number \(codec)")
    }
  }

  /// The most bytes that one stored byte can become.
  ///
  /// It keeps damaged sizes from becoming large allocations. The largest ratio of zstd and Brotli
  /// has no bound that would help.
  private static func largestRatio(_ codec: Codec) -> Int {
    switch codec {
    case .none: 1
    case .snappy: 64
    case .lz4: 256
    case .gzip: 1040
    case .brotli, .zstd: 1 << 20
    }
  }

  /// Appends the content of a page to `output`: exactly `byteCount` bytes.
  ///
  /// - Parameter start: where the compressed bytes begin, which go to the end.
  /// - Throws: ``ParquetError``
  mutating func decompress(
    _ page: borrowing ByteBuffer, from start: Int, codec: Int, byteCount: Int,
    appendingTo output: inout ByteBuffer
  ) throws(ParquetError) {
    let input = page.span.extracting(start..<page.count)
    guard let codec = Codec(rawValue: codec) else { return try Self.check(codec) }
    let damaged = ParquetError.damaged(reason: "a page can't be decompressed")
    // A page whose values are all null may have no bytes at all.
    if byteCount == 0, input.isEmpty { return }
    let largest = input.count.multipliedReportingOverflow(by: Self.largestRatio(codec))
    guard largest.overflow || byteCount <= largest.partialValue else { throw damaged }
    if codec == .none {
      guard input.count == byteCount else { throw damaged }
      do throws(SystemError) { return try output.append(input) } catch { throw .system(error) }
    }
    if codec == .zstd { try checkFrame(input, byteCount: byteCount) }
    if codec == .snappy { try checkSnappy(input, byteCount: byteCount) }
    do throws(SystemError) { try output.reserve(additional: byteCount) } catch {
      throw .system(error)
    }
    if codec == .gzip { return try Self.gunzip(input, byteCount, &output) }
    var isWhole = false
    output.append(upTo: byteCount) { output in
      unsafe input.withUnsafeBufferPointer { source in
        unsafe output.withUnsafeMutableBufferPointer { target, count in
          guard let from = source.baseAddress, let to = target.baseAddress else {
            isWhole = byteCount == 0
            return
          }
          // SAFETY: each library reads `source.count` bytes and writes `target.count` at most.
          switch codec {
          case .none, .gzip: break
          case .snappy:
            var size = target.count
            let status = unsafe UnsafeRawPointer(from).withMemoryRebound(
              to: CChar.self, capacity: source.count
            ) { from in
              unsafe UnsafeMutableRawPointer(to).withMemoryRebound(
                to: CChar.self, capacity: target.count
              ) { to in unsafe snappy_uncompress(from, source.count, to, &size) }
            }
            isWhole = status == SNAPPY_OK && size == byteCount
          case .lz4:
            guard source.count <= Int(Int32.max), target.count <= Int(Int32.max) else { return }
            let size = unsafe UnsafeRawPointer(from).withMemoryRebound(
              to: CChar.self, capacity: source.count
            ) { from in
              unsafe UnsafeMutableRawPointer(to).withMemoryRebound(
                to: CChar.self, capacity: target.count
              ) { to in
                unsafe LZ4_decompress_safe(from, to, Int32(source.count), Int32(target.count))
              }
            }
            isWhole = Int(size) == byteCount
          case .brotli:
            var size = target.count
            let status = unsafe BrotliDecoderDecompress(source.count, from, &size, to)
            isWhole = status == BROTLI_DECODER_RESULT_SUCCESS && size == byteCount
          case .zstd:
            if unsafe zstd == nil { unsafe zstd = ZSTD_createDCtx() }
            guard let zstd = unsafe zstd else { return }
            let size = unsafe ZSTD_decompressDCtx(zstd, to, target.count, from, source.count)
            isWhole = size == byteCount
          }
          count = isWhole ? byteCount : 0
        }
      }
    }
    guard isWhole else { throw damaged }
  }

  /// Compares a frame's own size with the page's, before memory is allocated.
  private func checkFrame(_ input: Span<UInt8>, byteCount: Int) throws(ParquetError) {
    let (size, isWhole) = unsafe input.withUnsafeBufferPointer { source in
      // SAFETY: zstd reads these bytes only.
      let size = unsafe ZSTD_getFrameContentSize(source.baseAddress, source.count)
      let stored = unsafe ZSTD_findFrameCompressedSize(source.baseAddress, source.count)
      return (size, stored == source.count)
    }
    // The largest number is libzstd's ZSTD_CONTENTSIZE_UNKNOWN. Further frames may follow.
    guard size == UInt64.max || size == UInt64(byteCount) || size < byteCount && !isWhole else {
      throw .damaged(reason: "a page can't be decompressed")
    }
  }

  private func checkSnappy(_ input: Span<UInt8>, byteCount: Int) throws(ParquetError) {
    var size = 0
    let status = unsafe input.withUnsafeBufferPointer { source in
      // SAFETY: snappy reads the first few of these bytes only.
      unsafe UnsafeRawBufferPointer(source).withMemoryRebound(to: CChar.self) { source in
        unsafe snappy_uncompressed_length(source.baseAddress, source.count, &size)
      }
    }
    guard status == SNAPPY_OK, size == byteCount else {
      throw .damaged(reason: "a page can't be decompressed")
    }
  }

  private static func gunzip(
    _ input: Span<UInt8>, _ byteCount: Int, _ output: inout ByteBuffer
  ) throws(ParquetError) {
    let before = output.count
    do throws(CompressionError) {
      var decompressor = GzipDecompressor()
      var used = 0
      try output.append(upTo: byteCount) { output throws(CompressionError) in
        used = try decompressor.decompress(input, into: &output)
      }
      // The end of the last member is read once all bytes are there.
      if used < input.count || decompressor.hasPendingOutput {
        var nothing = ByteBuffer()
        do throws(SystemError) { try nothing.reserve(additional: 1) } catch {
          throw CompressionError.outOfMemory
        }
        try nothing.append(upTo: 1) { output throws(CompressionError) in
          _ = try decompressor.decompress(input.extracting(used..<input.count), into: &output)
        }
        guard nothing.isEmpty else {
          throw CompressionError.corrupt(format: .gzip, reason: "too long")
        }
      }
      try decompressor.finish()
    } catch {
      throw .damaged(reason: "a page can't be decompressed")
    }
    guard output.count - before == byteCount else {
      throw .damaged(reason: "a page can't be decompressed")
    }
  }

  /// The CRC-32 of a page's stored bytes.
  static func checksum(_ bytes: Span<UInt8>) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      // SAFETY: ISA-L reads these bytes only.
      unsafe crc32_gzip_refl(0, bytes.baseAddress, UInt64(bytes.count))
    }
  }
}
