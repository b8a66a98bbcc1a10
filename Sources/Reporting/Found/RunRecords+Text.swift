internal import Pipeline

/// Lines that several reports share.
extension RemainderRecord {
  var summary: String {
    "left \(Format.count(documents, "document")): \(Format.bytes(bytes))"
  }
}

extension RunTimings {
  /// `1.23 s: 430 MB/s with 2 threads`.
  func speed(byteCount: Int) -> String {
    "\(Format.decimal(totalSeconds, digits: 2)) s: "
      + "\(Format.rate(byteCount: byteCount, seconds: totalSeconds)) "
      + "with \(Format.count(threads, "thread"))"
  }
}

extension ObjectiveRecord {
  /// How a set was chosen; nil for a draw by weight.
  func summary(candidateCount: Int?) -> String? {
    guard let purity else { return nil }
    let count = candidateCount ?? 0
    let among = count > 0 ? " among \(Format.count(count, "candidate"))" : ""
    let completing = base.map { ", to complete \($0)" } ?? ""
    return "chosen as a set\(among), with purity \(purity)\(completing)"
  }
}
