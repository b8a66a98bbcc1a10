internal import Compression
internal import Files
internal import Platform

/// Decodes zstd frames of a shard before its ``ByteSource`` comes to them.
///
/// A shard has one reader at a time. If the file has several frames, threads that would only wait
/// for their turn decode those that come next. The source takes them in order, and decodes itself
/// what isn't here: long frames, those that may be damaged, and what nobody had time for. So it
/// gives the same bytes, and finds the same faults, in any case.
package final class FramesAhead: Sendable {
  /// Frames that were decoded.
  final class Run: Sendable {
    /// The bytes as they are stored; empty if they are not hashed.
    let stored: ByteBuffer
    let storedByteCount: Int
    let text: ByteBuffer
    let hasChecksums: Bool

    init(_ run: ZstdRun, _ stored: consuming ByteBuffer, _ text: consuming ByteBuffer) {
      storedByteCount = run.byteCount
      hasChecksums = run.hasChecksums
      self.stored = stored
      self.text = text
    }
  }

  private struct Slot {
    let offset: Int
    var state: State

    enum State {
      case atWork, failed
      case done(Run)
    }
  }

  private struct State {
    /// Set once the shard is open, if its container is zstd.
    var file: Shard.OpenFile?
    var maximumWindow = 0
    var keepsStored = false
    /// The offset at which the next frames begin.
    var next = 0
    /// Whether the source must decode the frame at `next`.
    var isBlocked = false
    /// Whether a thread reads the frames at `next`.
    var isFinding = false
    /// The source has come to the frame at this offset.
    var reached = 0
    /// In the order of their offsets.
    var slots: [Slot] = []
  }

  /// Frames with more text are left to the source.
  package static let longestText = 8 << 20
  /// Short frames are taken together until they have this much text.
  private static let wantedText = 2 << 20
  private static let firstRead = 512 << 10
  /// Text that can't be compressed takes a little more room.
  private static let longestStored = longestText + (longestText >> 7)

  private let slotLimit: Int
  private let state = Monitor(State())

  /// - Parameter slotLimit: the number of runs that may wait for the source.
  package init(slotLimit: Int) { self.slotLimit = slotLimit }

  /// Begins with a shard's first frame.
  func begin(_ file: Shard.OpenFile, maximumWindow: Int, keepsStored: Bool) {
    state.withLock { state in
      state.file = file
      state.maximumWindow = maximumWindow
      state.keepsStored = keepsStored
    }
  }

  /// Whether frames can be decoded here from the shard's first on.
  package var decodesFirst: Bool {
    let claim = state.withLock { state in
      state.file.map { file in
        Claim(file: file, offset: 0, maximumWindow: state.maximumWindow, keepsStored: false)
      }
    }
    guard let claim else { return false }
    var stored = ByteBuffer()
    return Self.find(claim, &stored) != nil
  }

  /// What a thread has set out to decode.
  private struct Claim {
    var file: Shard.OpenFile
    var offset: Int
    var maximumWindow: Int
    var keepsStored: Bool
  }

  /// Decodes the next frames.
  ///
  /// - Returns: false if there are none that this thread can decode now.
  package func decodeNext() -> Bool {
    let claim = state.withLock { state -> Claim? in
      guard !state.isFinding, !state.isBlocked, state.slots.count < slotLimit,
        let file = state.file
      else { return nil }
      state.isFinding = true
      return Claim(
        file: file, offset: state.next, maximumWindow: state.maximumWindow,
        keepsStored: state.keepsStored)
    }
    guard let claim else { return false }
    var stored = ByteBuffer()
    let run = Self.find(claim, &stored)
    let isWanted = state.withLock { state in
      state.isFinding = false
      guard let run else {
        state.isBlocked = true
        return false
      }
      state.next = claim.offset + run.byteCount
      // The source decodes the frame that it has come to.
      guard claim.offset > state.reached else { return false }
      state.slots.append(Slot(offset: claim.offset, state: .atWork))
      return true
    }
    guard let run else { return false }
    guard isWanted else { return true }
    var text = ByteBuffer()
    let isDecoded = Self.decode(run, stored, into: &text)
    if !claim.keepsStored { stored = ByteBuffer() }
    let done = Run(run, stored, text)
    state.withLock { state in
      guard let index = state.slots.firstIndex(where: { $0.offset == claim.offset }) else { return }
      state.slots[index].state = isDecoded ? .done(done) : .failed
    }
    return true
  }

  /// Reads the frames at an offset.
  ///
  /// - Returns: nil if there are none, or none that can be decoded here. Whatever the reason is,
  ///   the source will find it.
  private static func find(_ claim: Claim, _ stored: inout ByteBuffer) -> ZstdRun? {
    do throws(SystemError) {
      var wanted = firstRead
      while true {
        let before = stored.count
        try stored.reserve(additional: wanted - before)
        while stored.count < wanted {
          let start = stored.count
          try stored.append(upTo: wanted - start) { output throws(SystemError) in
            _ = try claim.file.file.read(into: &output, at: claim.offset + start)
          }
          if stored.count == start { break }
        }
        let run = ZstdRun(
          in: stored.span, maximumWindowByteCount: claim.maximumWindow, textLimit: longestText,
          wanted: wantedText)
        if let run {
          stored.truncate(to: run.byteCount)
          return run
        }
        guard stored.count == wanted, wanted < longestStored else { return nil }
        wanted = min(4 * wanted, longestStored)
      }
    } catch {
      return nil
    }
  }

  private static func decode(
    _ run: ZstdRun, _ stored: borrowing ByteBuffer, into text: inout ByteBuffer
  ) -> Bool {
    // Even frames without text have checksums, so there is always an address to decode to.
    do throws(SystemError) { try text.reserve(additional: max(1, run.textBound)) } catch {
      return false
    }
    var isDecoded = false
    text.append(upTo: run.textBound) { output in
      isDecoded = run.decompress(stored.span, into: &output)
    }
    return isDecoded
  }

  /// Takes the frames at an offset that the source has come to.
  ///
  /// If another thread is decoding them, this one decodes others meanwhile, or waits.
  ///
  /// - Returns: nil if the source must decode them.
  func take(at offset: Int) -> Run? {
    while true {
      let isAtWork = state.withLock { Self.isAtWork($0, offset) }
      guard isAtWork else { break }
      guard decodeNext() else {
        _ = state.wait { Self.isAtWork($0, offset) ? nil : true }
        break
      }
    }
    return state.withLock { state in
      state.reached = offset
      state.slots.removeAll { $0.offset < offset }
      guard let slot = state.slots.first, slot.offset == offset else {
        // After a frame that only the source could decode, others go on with what follows it.
        if state.next < offset {
          state.next = offset
          state.isBlocked = false
        }
        return nil
      }
      state.slots.removeFirst()
      if case .done(let run) = slot.state { return run }
      return nil
    }
  }

  private static func isAtWork(_ state: State, _ offset: Int) -> Bool {
    if state.isFinding, state.next == offset { return true }
    guard let slot = state.slots.first(where: { $0.offset >= offset }), slot.offset == offset
    else { return false }
    if case .atWork = slot.state { return true }
    return false
  }
}
