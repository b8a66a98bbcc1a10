internal import Resampling

/// Where a record of the pool is, and its size: enough to read it again.
struct RecordPlace: Sendable {
  let position: Position
  let byteCount: Int
}
