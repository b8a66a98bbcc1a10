internal import Writing

/// Takes the records of an output, one after the other, and writes them in one format.
///
///     var sink = try outputs.openOutput()
///     try sink.write(record, adding: nil, order: 0)
///     let output = try sink.close()
///     try output.commit()
///
/// A new format is a type that conforms to this protocol, and a case of ``RecordFormat``.
protocol RecordSink: ~Copyable {
  /// Writes a record.
  ///
  /// - Parameters:
  ///   - record: the record as a line of JSON, without its line end, as ``RecordReader`` gives it.
  ///   - annotation: takes the place of an older annotation that the record has.
  ///   - order: where the output is shuffled, records with smaller numbers come first, and of equal
  ///     ones the first that was written. It has no meaning otherwise.
  /// - Throws: ``WritingError``
  mutating func write(
    _ record: Span<UInt8>, adding annotation: Annotation?, order: UInt64
  ) throws(WritingError)

  /// Ends the output. Nothing can be written after that.
  ///
  /// - Returns: the whole output, on the disk already, which gets its name by
  ///   ``FinishedOutput/commit()``.
  /// - Throws: ``WritingError``; then the output isn't there, or is the older one.
  mutating func close() throws(WritingError) -> FinishedOutput
}
