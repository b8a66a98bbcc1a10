internal import Files
internal import Reading

extension Inputs {
  /// Looks up the files of one role.
  ///
  /// A file that is named twice is refused, however its path is written, unless repeats are
  /// allowed.
  ///
  /// - Parameter canBeAllowed: false if reading a file twice has no meaning.
  /// - Throws: ``PipelineError``
  init(
    _ paths: [String], _ settings: ReadingSettings, canBeAllowed: Bool = true
  ) throws(PipelineError) {
    try self.init(paths, formats: settings.formats, readers: settings.readers)
    guard !(canBeAllowed && settings.allowsRepeats) else { return }
    // The dictionary is only looked up, so its order doesn't matter.
    var known: [FileIdentity: Int] = [:]
    for (number, shard) in shards.enumerated() {
      let identity = FileIdentity(
        device: shard.status.device, inode: shard.status.inode,
        name: shard.status.hasIdentity ? nil : ExactString(shard.name))
      if let other = known.updateValue(number, forKey: identity) {
        throw .input(
          .repeatedFile(
            path: shard.name, otherPath: shards[other].name, canBeAllowed: canBeAllowed))
      }
    }
  }

  /// The identity of a file, which links and other spellings of its path share.
  private struct FileIdentity: Hashable {
    var device: UInt64
    var inode: UInt64
    /// Only of what isn't a file here, but read by a command.
    var name: ExactString?
  }
}
