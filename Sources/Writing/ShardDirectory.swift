internal import Compression
package import Files
package import Platform

/// A directory for shards.
///
/// A run holds it from before the first line is read until the shards have their names.
///
/// It is created if necessary, and removed again if the run fails. A lock lets one run at a time
/// write to it. The run that holds the lock knows that the temporary directories of other runs in
/// it are leftovers. Shards stay temporary, in `.shards.PID.dsel-tmp` in it, until all are
/// complete.
///
/// Several runs may share a directory, if each has shards with numbers of its own. Then each locks
/// only the directory `.part.PID.dsel-tmp` of its incomplete shards.
package final class ShardDirectory: Sendable {
  package let path: String
  let replaces: Bool
  let registry: TemporaryFiles
  let isShared: Bool
  private let directory: TemporaryFiles.OpenDirectory

  /// - Parameters:
  ///   - replaces: whether existing shards may be replaced: all of them, including those that have
  ///     no successor.
  ///   - isShared: whether other runs write shards with other numbers there.
  /// - Throws: ``WritingError``
  package init(
    path: String, replaces: Bool, registry: TemporaryFiles, isShared: Bool = false
  ) throws(WritingError) {
    var path = path
    while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") {
      path.unicodeScalars.removeLast()
    }
    self.path = path
    self.replaces = replaces
    self.registry = registry
    self.isShared = isShared
    directory = try registry.openDirectory(path, isShared: isShared)
  }

  deinit { registry.discardDirectory(directory.staging) }

  /// The names of the existing shards.
  ///
  /// - Parameter numbers: those of the run's shards; nil for all.
  package func olderShards(_ numbers: [Int]? = nil) -> [String] {
    File.names(in: path).filter(Self.isShard(numbers))
  }

  /// Whether a name is that of a shard with one of the numbers; nil for any number.
  private static func isShard(_ numbers: [Int]?) -> @Sendable (String) -> Bool {
    let own = numbers.map { Set($0) }
    return { name in ShardName.number(of: name).map { own?.contains($0) ?? true } ?? false }
  }

  /// - Parameter numbers: those of the run's shards; nil for all.
  /// - Throws: ``WritingError/shardsExist(path:)`` if there are shards that must not be replaced;
  ///   of some shards, ``WritingError/outputExists(path:)``.
  package func checkReplaceable(_ numbers: [Int]? = nil) throws(WritingError) {
    guard !replaces, let name = olderShards(numbers).min() else { return }
    throw numbers == nil ? .shardsExist(path: path) : .outputExists(path: "\(path)/\(name)")
  }

  /// - Throws: ``SystemError`` of operation `inspect`.
  package func isSameDirectory(as status: FileStatus) throws(SystemError) -> Bool {
    try directory.lock.status().isSameFile(as: status)
  }

  /// Whether `place` is in this directory and has the name of a shard.
  ///
  /// - Throws: ``SystemError`` of operation `inspect`.
  package func hasShard(at place: AtomicFile.Place) throws(SystemError) -> Bool {
    guard ShardName.matches(place.name.string), let other = place.directory else { return false }
    return try isSameDirectory(as: other)
  }

  /// Takes away the name of an older run's manifest, as ``AtomicFile/retire(_:registry:)`` does, if
  /// there are shards that it describes.
  ///
  /// - Throws: ``WritingError/system(_:)``; then all names are as they were.
  package func retireManifest() throws(WritingError) {
    // In a shared directory, it may be another run's.
    guard replaces, !isShared, !olderShards().isEmpty else { return }
    try AtomicFile.retire("\(path)/\(Self.manifestName)", registry: registry)
  }

  /// The name of the manifest of the shards in a directory.
  package static let manifestName = "manifest.json"

  /// A new, empty temporary shard.
  ///
  /// - Throws: ``WritingError``
  func openShard(_ number: Int, _ container: Container) throws(WritingError) -> LineWriter {
    let name = ShardName.name(number, container)
    let finalPath = "\(path)/\(name)"
    let file: File
    do throws(SystemError) {
      file = try registry.createStaged("\(directory.staging)/\(name)")
    } catch {
      throw .system(SystemError(error.operation, finalPath, code: error.code))
    }
    return try LineWriter(shard: file, path: finalPath, container: container)
  }

  /// Gives the shards their names, and removes the older shards.
  ///
  /// - Parameter numbers: those of the run's shards, of which some may have no lines; nil for all.
  /// - Throws: ``WritingError/system(_:)``; then all names are as they were.
  func commit(_ shards: [WrittenShard], _ numbers: [Int]?) throws(WritingError) {
    let code = registry.commit(
      TemporaryFiles.StagedShards(
        directory: path, staging: directory.staging, leftovers: directory.leftovers,
        fileNames: shards.map(\.name),
        replaced: Self.isShard(numbers), replaces: replaces, isShared: isShared))
    guard code == 0 else { throw .system(SystemError(.rename, path, code: code)) }
  }
}
