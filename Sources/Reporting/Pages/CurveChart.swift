internal import Pipeline

/// A curve through points that are equally far apart.
struct CurveChart {
  struct Point {
    var name: String
    var value: Double
    var isBest: Bool
  }

  var label: String
  var points: [Point]
  var axisName: String
  var valueName: String

  private static let top = 34.0
  private static let height = 190.0

  var markup: Markup {
    let values = points.map(\.value)
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let margin = max(high - low, 1e-6) * 0.12
    let range = (low - margin)...(high + margin)
    let bottom = Self.top + Self.height
    let grid = BarChart.Tick.round(from: range.lowerBound, to: range.upperBound, count: 4)
      .map { line($0, range) }
    let path = points.indices.map { number -> Markup in
      let x = BarChart.number(place(number))
      let y = BarChart.number(100 * depth(values[number], range))
      return "\(number > 0 ? " " : "")\(x),\(y)"
    }
    return """
      <svg height="\(BarChart.number(bottom + 44))" role="img" aria-label="\(attribute: label)">
      <text x="0" y="13">\(valueName)</text>\(grid)
      <svg y="\(BarChart.number(Self.top))" width="100%" height="\(BarChart.number(Self.height))" \
      viewBox="0 0 100 100" preserveAspectRatio="none"><polyline class="curve" points="\(path)"/></svg>
      \(points.indices.map { dot($0, range) })
      <text x="100%" y="\(BarChart.number(bottom + 40))" text-anchor="end">\(axisName)</text>
      </svg>

      """
  }

  /// Percent from the left: the first and the last point aren't at the edge.
  private func place(_ number: Int) -> Double {
    points.count < 2 ? 50 : 5 + 90 * Double(number) / Double(points.count - 1)
  }

  /// From the top, 0 to 1.
  private func depth(_ value: Double, _ range: ClosedRange<Double>) -> Double {
    (range.upperBound - value) / (range.upperBound - range.lowerBound)
  }

  private func y(_ value: Double, _ range: ClosedRange<Double>) -> Double {
    Self.top + Self.height * depth(value, range)
  }

  private func line(_ value: Double, _ range: ClosedRange<Double>) -> Markup {
    let y = y(value, range)
    let digits = range.upperBound - range.lowerBound < 0.05 ? 3 : 2
    return """
      <line class="grid" x1="0" x2="100%" y1="\(BarChart.number(y))" y2="\(BarChart.number(y))"/>\
      <text x="0" y="\(BarChart.number(y - 4))">\(ReportPage.decimal(value, digits))</text>
      """
  }

  private func dot(_ number: Int, _ range: ClosedRange<Double>) -> Markup {
    let point = points[number]
    let (x, y) = (BarChart.percent(place(number)), y(point.value, range))
    let bottom = Self.top + Self.height
    let isNamed = points.count <= 7 || number % 2 == (points.count - 1) % 2
    let name: Markup =
      isNamed
      ? "<text x=\"\(x)\" y=\"\(BarChart.number(bottom + 20))\" text-anchor=\"middle\">\(point.name)</text>"
      : ""
    let best: Markup =
      point.isBest
      ? """
      <text class="strong" x="\(x)" y="\(BarChart.number(y + 22))" text-anchor="middle">\
      best: \(ReportPage.decimal(point.value, 3))</text>
      """ : ""
    return """
      <circle class="dot\(point.isBest ? " best" : "")" cx="\(x)" cy="\(BarChart.number(y))" \
      r="5"><title>\(point.name): \(ReportPage.decimal(point.value, 3))</title></circle>\(name)\(best)
      """
  }
}
