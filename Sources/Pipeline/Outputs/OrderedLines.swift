internal import Files
internal import Platform
internal import Writing

/// Writes the lines that workers make of chunks, in the order of the chunks.
///
/// A block that comes early waits in memory. A worker that is too far ahead waits with its block,
/// so memory is bounded however long one chunk takes. The next chunk in order never waits, so the
/// others don't wait forever.
final class OrderedLines: Sendable {
  /// Workers wait with their blocks while this many bytes or more are in memory.
  private static let waitingByteLimit = 16 << 20

  private struct State: ~Copyable {
    var writer: LineWriter?
    var next = 0
    var waiting: [Int: [UInt8]] = [:]
    var waitingByteCount = 0
    var hasFailed = false
    /// Whether each chunk's lines reach the output before the next chunk's are written.
    var flushes: Bool
  }

  private let state: Monitor<State>

  init(_ writer: consuming sending LineWriter, flushes: Bool = false) {
    state = Monitor(State(writer: consume writer, flushes: flushes))
  }

  /// Numbers chunks from 0 again, once all have come.
  func begin() {
    state.withLock { state in
      precondition(state.waiting.isEmpty || state.hasFailed)
      state.next = 0
    }
  }

  /// Takes all lines of chunk `number`, which may be none.
  ///
  /// The lines are whole. Every chunk must come, from 0 on.
  ///
  /// - Throws: ``PipelineError/output(_:)``
  func put(_ lines: consuming [UInt8], chunk number: Int) throws(PipelineError) {
    do throws(WritingError) {
      try state.wait { state throws(WritingError) -> Void? in
        if state.hasFailed { return () }
        if number == state.next {
          try Self.write(lines, &state)
          while let block = state.waiting.removeValue(forKey: state.next) {
            state.waitingByteCount -= block.count
            try Self.write(block, &state)
          }
          return ()
        }
        guard state.waitingByteCount < Self.waitingByteLimit else { return nil }
        state.waitingByteCount += lines.count
        state.waiting[number] = lines
        return ()
      }
    } catch {
      throw .output(.writing(error))
    }
  }

  private static func write(
    _ lines: [UInt8], _ state: inout State
  ) throws(WritingError) {
    state.next += 1
    do throws(WritingError) {
      try state.writer?.write(lines: lines.span)
      if state.flushes { try state.writer?.flush() }
    } catch {
      state.hasFailed = true
      throw error
    }
  }

  /// Returns the writer, once all chunks have come.
  func take() -> LineWriter {
    state.withLock { state in
      precondition(state.waiting.isEmpty || state.hasFailed)
      guard let writer = state.writer.take() else { preconditionFailure("taken twice") }
      return writer
    }
  }
}

extension OrderedLines {
  /// Ends the output, once all lines have come.
  func close() throws -> AtomicFile? {
    do throws(WritingError) { return try take().close() } catch {
      throw PipelineError.output(.writing(error))
    }
  }
}
