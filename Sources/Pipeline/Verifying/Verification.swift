/// What became of the files that a manifest names: the result of `dsel verify`.
package struct Verification: Encodable, Sendable {
  package enum State: String, Encodable, Sendable {
    case same
    /// The same text, stored in another way, such as another compression.
    case sameText = "same_text"
    /// The same size; the manifest has no hash.
    case sameSize = "same_size"
    case changed, missing
    /// Standard input, which can't be looked at again, or what a command read or took: none is
    /// started.
    case unknown

    /// Whether the file isn't what it was.
    package var differs: Bool { self == .changed || self == .missing }
  }

  package struct File: Encodable, Sendable {
    /// `target`, `pool`, `target_model`, `pool_model`, `base`, `input` (documents, weights or
    /// candidates), `excluded_by`, or the role of an output.
    package var role: String
    /// As the manifest has it.
    package var path: String
    /// The command that read or took it; nil if dsel opened it itself.
    package var through: String?
    package var state: State
  }

  package struct Manifest: Encodable, Sendable {
    package var path: String
    /// The version of dsel that wrote it; nil for models and candidates, which don't say that.
    package var dselVersion: String?
    /// The directory to which relative paths belong; nil for the working directory.
    package var directory: String?
    package var files: [File]
    /// What it takes to repeat the run; nil in manifests of older versions.
    package var command: Invocation?
  }

  package var dselVersion: String
  package var command = "verify"
  package var manifests: [Manifest]
  package var same: Int
  package var changed: Int
  package var missing: Int

  /// Whether a file isn't what it was.
  package var differs: Bool { changed + missing > 0 }
}

extension Verification {
  init(version: String, _ manifests: [Manifest]) {
    let states = manifests.flatMap(\.files).map(\.state)
    self.init(
      dselVersion: version, manifests: manifests,
      same: states.count { !$0.differs && $0 != .unknown },
      changed: states.count { $0 == .changed }, missing: states.count { $0 == .missing })
  }
}
