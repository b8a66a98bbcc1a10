internal import Reading
internal import Resampling

/// The record that a document stands in, which is a line wherever there are lines.
struct DocumentLine {
  let position: Position
  /// As the record is stored: for a line, without its line end.
  let byteCount: Int
  /// From 1; meaningless unless ``DocumentWorkers/countsLines`` is set.
  let number: Int
  /// The values of ``DocumentWorkers/fields``, in their order.
  let fields: [FieldValue]
}
