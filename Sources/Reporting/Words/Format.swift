/// Numbers for people.
package enum Format {
  /// The size of data, with three digits at most: `582 B`, `2.19 MB`, `44.2 GB`, `115 kB`.
  ///
  /// It is rounded down, so that free space is never said to be more than there is.
  package static func bytes(_ count: Int) -> String {
    var unit = 1
    var name = "B"
    for next in ["kB", "MB", "GB", "TB"] where count / unit >= 1000 {
      unit *= 1000
      name = next
    }
    let whole = count / unit
    guard unit > 1, whole < 100 else { return "\(whole) \(name)" }
    // Hundredths below 10, tenths below 100.
    let digits = whole < 10 ? 2 : 1
    let scale = whole < 10 ? 100 : 10
    let fraction = String(count % unit * scale / unit)
    return "\(whole)." + String(repeating: "0", count: digits - fraction.count) + fraction
      + " \(name)"
  }

  /// A duration, rounded up to whole seconds: `1:05`, `1:00:00`.
  package static func time(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 1e9).rounded(.up))
    let padded = { (x: Int) in x < 10 ? "0\(x)" : "\(x)" }
    return whole < 3600
      ? "\(whole / 60):\(padded(whole % 60))"
      : "\(whole / 3600):\(padded(whole / 60 % 60)):\(padded(whole % 60))"
  }

  /// A number with a fixed number of decimals.
  package static func decimal(_ value: Double, digits: Int = 3) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    // A number too large to have such decimals, an infinity or a NaN is written as Swift does.
    guard abs(value) < 1e15, abs(value) * scale < 1e18 else { return "\(value)" }
    guard digits > 0 else { return "\(Int(value.rounded()))" }
    let scaled = Int((abs(value) * scale).rounded())
    let fraction = String(scaled % Int(scale))
    let zeros = String(repeating: "0", count: digits - fraction.count)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    return "\(sign)\(scaled / Int(scale)).\(zeros)\(fraction)"
  }

  /// The same with a plus sign before numbers above zero.
  package static func signed(_ value: Double, digits: Int = 4) -> String {
    (value > 0 ? "+" : "") + decimal(value, digits: digits)
  }

  /// A share as a percentage: `34.5 %`.
  package static func percent(_ share: Double, digits: Int = 1) -> String {
    "\(decimal(100 * share, digits: digits)) %"
  }

  /// A number of things, with commas between thousands: `72,962`.
  package static func count(_ value: Int) -> String {
    var result = ""
    for (index, digit) in String(value).reversed().enumerated() {
      if index > 0, index % 3 == 0, digit != "-" { result.append(",") }
      result.append(digit)
    }
    return String(result.reversed())
  }

  /// Two decimals, or none from 100 on.
  package static func significant(_ value: Double) -> String {
    value >= 100 && value < 1e18 ? count(Int(value)) : decimal(value, digits: 2)
  }
}
