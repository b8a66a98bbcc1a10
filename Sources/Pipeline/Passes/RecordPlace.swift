internal import Resampling

/// The place and the size of a record in the pool, which are enough to read it again.
struct RecordPlace: Sendable {
  let position: Position
  let byteCount: Int
}
