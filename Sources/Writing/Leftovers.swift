internal import Files

/// Files that a killed run left beside an output.
enum Leftovers {
  /// Removes those whose process is gone: it held a lock, which went with it.
  static func remove(beside path: String) {
    let names = TemporaryNames(for: path)
    for name in File.names(in: names.directory) where names.matches(name) {
      let leftover = "\(names.directory)/\(name)"
      // What can't be opened or locked isn't known to be a leftover.
      guard let file = try? File(locking: leftover), file.lock() == .taken else { continue }
      File.remove(leftover)
    }
  }
}
