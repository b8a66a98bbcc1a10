internal import CProgram

/// How this program was built.
package enum Build {
  /// The commit that a package was built from; nil in all builds but those of `scripts/package.sh`.
  package static var commit: String? {
    // SAFETY: the text ends with a NUL and never changes.
    let commit = unsafe String(cString: dsel_commit())
    return commit.isEmpty ? nil : commit
  }
}
