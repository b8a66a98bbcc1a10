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
