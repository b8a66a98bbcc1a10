internal import Reading

extension ReadingSettings {
  /// The settings that results depend on.
  var fingerprint: String {
    "text_field=\(textField.expression) on_error=\(errorPolicy == .skip ? "skip" : "fail") max_line_bytes=\(limits.maximumLine) "
      + "max_window=\(limits.maximumWindow)"
      + (textField.otherJoint.map { " text_join=\(String(reflecting: $0))" } ?? "")
  }
}
