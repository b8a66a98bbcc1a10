internal import Parquet
internal import Reading

/// Parquet files that can't be read.
extension ErrorMessage {
  static func parquet(_ path: String, _ fault: ParquetFault) -> String {
    switch fault {
    case .file(.damaged(let reason)):
      return
        "\(path): this Parquet file is damaged: \(reason). Copy it again, or write it again."
    case .file(.checksumMismatch):
      return
        "\(path): a page of this Parquet file doesn't agree with its checksum: the file is "
        + "damaged. Copy it again."
    case .file(.unsupported(let feature)):
      return
        "\(path): this Parquet file has \(feature), which dsel does not read. Write it again "
        + "without, with pyarrow for example."
    case .file(.system(let error)): return system(error)
    case .missingColumn(let field, let present):
      return
        "\(path): \(missingColumn("the text field \(field)", present)) Name one with --text-field."
    case .unsupportedColumn(let column, let feature):
      return
        "\(path): the column \(column) has \(feature), which dsel does not read. Name another "
        + "column, or write it as text or numbers."
    case .pipe:
      return
        "\(path): a Parquet file is read from its end, which a pipe does not allow here. Write it "
        + "to a file, and name that."
    case .reader:
      return
        "\(path): the reader command printed a Parquet file, which is read from its end. "
        + "Write it to a file, and name that. For the pool of 'select' or 'resample', --spool does so."
    }
  }

  static func missingColumn(_ field: String, _ present: [String]) -> String {
    let names = present.isEmpty ? "It has no columns." : "Its columns: \(list(present))."
    return "no column leads to \(field). \(names)"
  }

  private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}
