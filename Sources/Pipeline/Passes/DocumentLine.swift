internal import Reading
internal import Resampling

/// The record of a document, which is a line in formats that have lines.
struct DocumentLine {
  let position: Position
  /// The size of the record as it is stored; for a line, without its line end.
  let byteCount: Int
  /// Counted from 1; meaningless unless ``DocumentWorkers/countsLines`` is set.
  let number: Int
  /// The values of ``DocumentWorkers/fields``, in their order.
  let fields: [FieldValue]

  var place: RecordPlace { RecordPlace(position: position, byteCount: byteCount) }
}
