internal import Files

/// Files that a killed run left beside an output.
enum Leftovers {
  /// Removes the files whose process is gone.
  ///
  /// It held a lock on each, which went with it.
  static func remove(beside path: String) {
    let names = TemporaryNames(for: path)
    for name in File.names(in: names.directory) where names.matches(name) {
      let leftover = "\(names.directory)/\(name)"
      // A file that can't be opened or locked may not be a leftover.
      guard let file = try? File(locking: leftover), file.lock() == .taken else { continue }
      File.remove(leftover)
    }
  }
}
