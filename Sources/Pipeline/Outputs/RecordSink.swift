internal import Writing

/// Takes the records of an output one after another, and writes them in one format.
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
  ///   - annotation: replaces an older annotation of the record.
  ///   - order: the place in a shuffled output: smaller numbers come first, and of equal ones the
  ///     first that was written. Other outputs ignore it.
  /// - Throws: ``WritingError``
  mutating func write(
    _ record: Span<UInt8>, adding annotation: Annotation?, order: UInt64
  ) throws(WritingError)

  /// Ends the output, to which nothing can be written after that.
  ///
  /// - Returns: the whole output, which is on disk already. ``FinishedOutput/commit()`` gives it
  ///   its name.
  /// - Throws: ``WritingError``. Then the output doesn't exist, or is the older one.
  mutating func close() throws(WritingError) -> FinishedOutput
}
