internal import Pipeline

extension MixtureRecord {
  /// The shares that were found.
  var summary: String {
    "shares of \(unit) that explain the target: --mixture \(ShellWord.quoted(option))"
  }

  /// Reasons to doubt them.
  var remarks: [String] {
    var remarks: [String] = []
    if isFar {
      remarks.append(
        "the target's text is unlike that of all values of --stratify: they predict it worse than "
          + "their own, by \(Format.decimal(distance, digits: 2)) nats per n-gram. The shares of "
          + "--mixture auto say which values are nearest to it, not what it consists of.")
    }
    if let pair = alike.first {
      let others =
        alike.count == 1 ? "" : " (and \(Format.count(alike.count - 1, "other pair")))"
      remarks.append(
        "documents of \"\(pair[0])\" and \"\(pair[1])\"\(others) are so similar, or so few, that "
          + "--mixture auto can't tell them apart. The sum of their shares is right, but not how it is divided."
      )
    }
    return remarks
  }
}
