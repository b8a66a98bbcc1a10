import ArgumentParser

/// Whether near-duplicates are left out.
struct NearDuplicateOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Leave near-duplicates out: documents that share at least this part of their 5-token runs \
      (Jaccard similarity) with one that was taken before, by larger keys. 0.8 finds texts with \
      few changes. (default: only exact duplicates are left out)
      """, valueName: "s"), transform: Share.init(parsing:))
  var nearDuplicates: Share?

  /// Documents that are less similar aren't duplicates in any sense, and finding them is slow.
  private static let least = 0.1

  func validate() throws {
    if let nearDuplicates, nearDuplicates.value < Self.least {
      throw ValidationError("--near-duplicates must be from \(Self.least) to 1.")
    }
  }
}

/// The list of near-duplicates.
struct NearDuplicateListOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      File for the list of near-duplicates that were left out, with the document that each is \
      similar to.
      """, valueName: "file"),
    completion: .file())
  var rejectedDuplicates: String?

  func validate() throws {
    if rejectedDuplicates == "" {
      throw ValidationError("--rejected-duplicates is empty. Name a file.")
    }
    try OutputName.validate("--rejected-duplicates", rejectedDuplicates)
  }
}
