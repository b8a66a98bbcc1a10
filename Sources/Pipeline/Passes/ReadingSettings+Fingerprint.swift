internal import Reading

extension ReadingSettings {
  /// The settings that results depend on.
  var fingerprint: String {
    "text_field=\(textField) on_error=\(errorPolicy == .skip ? "skip" : "fail") max_line_bytes=\(limits.maximumLine) "
      + "max_window=\(limits.maximumWindow)"
  }
}
