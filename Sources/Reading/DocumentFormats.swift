/// The formats that dsel reads.
package enum DocumentFormats {
  /// The formats in the order in which they are asked whether a file is theirs.
  ///
  /// The last one takes all remaining files, and reports what is wrong with them.
  package static let all: [any DocumentFormat] = [ParquetFormat(), JSONLines()]

  /// Whether a file name, in small or large letters, has an ending of any format.
  ///
  /// Only names in directories are judged so. A file that is named itself may have any name.
  package static func haveName(_ name: String) -> Bool {
    let small = name.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    return all.flatMap(\.nameEndings).contains { ending in
      small.count > ending.utf8.count && small.suffix(ending.utf8.count).elementsEqual(ending.utf8)
    }
  }
}
