/// Decodes the bytes of a container, whichever it is.
package enum Decompressor: ~Copyable, Sendable {
  case plain
  case zstd(ZstdDecompressor)
  case gzip(GzipDecompressor)

  /// - Parameter maximumWindowByteCount: the largest window that a zstd frame may ask for.
  /// - Throws: ``CompressionError/outOfMemory``
  package init(_ container: Container, maximumWindowByteCount: Int) throws(CompressionError) {
    switch container {
    case .plain: self = .plain
    case .zstd:
      self = .zstd(try ZstdDecompressor(maximumWindowByteCount: maximumWindowByteCount))
    case .gzip: self = .gzip(GzipDecompressor())
    }
  }

  /// Decodes from `input` until it is used up or `output` is full. With empty input, writes
  /// what the decoder still holds.
  ///
  /// - Returns: the bytes of `input` that were used.
  /// - Throws: ``CompressionError``. Discard the decoder after that.
  package mutating func decompress(
    _ input: Span<UInt8>, into output: inout OutputSpan<UInt8>
  ) throws(CompressionError) -> Int {
    switch consume self {
    case .plain:
      self = .plain
      let count = min(input.count, output.freeCapacity)
      for index in 0..<count { output.append(input[index]) }
      return count
    case .zstd(var decoder):
      do throws(CompressionError) {
        let used = try decoder.decompress(input, into: &output)
        self = .zstd(decoder)
        return used
      } catch {
        self = .zstd(decoder)
        throw error
      }
    case .gzip(var decoder):
      do throws(CompressionError) {
        let used = try decoder.decompress(input, into: &output)
        self = .gzip(decoder)
        return used
      } catch {
        self = .gzip(decoder)
        throw error
      }
    }
  }

  /// - Throws: ``CompressionError/truncated(format:)`` if the bytes so far are no whole container.
  package func finish() throws(CompressionError) {
    switch self {
    case .plain: break
    case .zstd(let decoder): try decoder.finish()
    case .gzip(let decoder): try decoder.finish()
    }
  }
}

/// Encodes bytes into a container, whichever it is.
package enum Compressor: ~Copyable {
  /// zstd's own default level.
  private static let zstdLevel: Int32 = 3

  case plain
  case zstd(ZstdCompressor)
  case gzip(GzipCompressor)

  /// - Throws: ``CompressionError/outOfMemory``
  package init(_ container: Container) throws(CompressionError) {
    switch container {
    case .plain: self = .plain
    case .zstd: self = .zstd(try ZstdCompressor(level: Self.zstdLevel))
    case .gzip: self = .gzip(GzipCompressor())
    }
  }

  /// - Throws: ``CompressionError``. Discard the encoder after that.
  package mutating func compress(
    _ input: Span<UInt8>, appendingTo output: inout [UInt8]
  ) throws(CompressionError) {
    switch consume self {
    case .plain:
      self = .plain
      output.append(addingCapacity: input.count) { block in
        for index in input.indices { block.append(input[index]) }
      }
    case .zstd(var encoder):
      do throws(CompressionError) { try encoder.compress(input, appendingTo: &output) } catch {
        self = .zstd(encoder)
        throw error
      }
      self = .zstd(encoder)
    case .gzip(var encoder):
      do throws(CompressionError) { try encoder.compress(input, appendingTo: &output) } catch {
        self = .gzip(encoder)
        throw error
      }
      self = .gzip(encoder)
    }
  }

  /// Ends the container; there is one even if nothing was compressed.
  ///
  /// - Throws: ``CompressionError``
  package consuming func finish(appendingTo output: inout [UInt8]) throws(CompressionError) {
    switch consume self {
    case .plain: break
    case .zstd(var encoder): try encoder.finish(appendingTo: &output)
    case .gzip(var encoder): try encoder.finish(appendingTo: &output)
    }
  }
}
