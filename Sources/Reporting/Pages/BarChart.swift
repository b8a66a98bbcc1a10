internal import Pipeline

/// Bars side by side, in a row for each series, above one axis.
///
/// Places along the axis are percentages, so that the chart takes the width it gets, and its
/// letters stay as they are.
struct BarChart {
  struct Series {
    var name: String
    var colour: Markup
    /// Numbers of documents by bin, and of all documents.
    var counts: [Int]
    var total: Int
  }

  struct Tick {
    /// From 0 to 1.
    var place: Double
    var label: String
  }

  var label: String
  var series: [Series]
  var ticks: [Tick]
  var axisName: String
  /// A line across all rows.
  var mark: Tick?
  /// The name of a bin.
  var binName: (Int) -> String

  private static let nameHeight = 24
  private static let barHeight = 84
  private static let gap = 16

  var markup: Markup {
    let row = Self.nameHeight + Self.barHeight
    let bottom = series.count * (row + Self.gap) - Self.gap
    let rows = series.enumerated().map { rowMarkup($1, top: $0 * (row + Self.gap)) }
    let ticks = ticks.map { tick(at: bottom, $0) }
    return """
      <svg height="\(bottom + 44)" role="img" aria-label="\(attribute: label)">
      \(rows)\(ticks)\(mark.map { markMarkup($0, bottom) })
      <text x="100%" y="\(bottom + 40)" text-anchor="end">\(axisName)</text>
      </svg>

      """
  }

  private func rowMarkup(_ series: Series, top: Int) -> Markup {
    let bottom = top + Self.nameHeight + Self.barHeight
    let largest = max(1, series.counts.max() ?? 1)
    let width = 100 / Double(max(1, series.counts.count))
    let bars = series.counts.enumerated().filter { $1 > 0 }.map { place, count -> Markup in
      let height = max(1.5, Double(Self.barHeight) * Double(count) / Double(largest))
      let share = ReportPage.share(count, of: series.total)
      return """
        <rect class="\(series.colour)" x="\(Self.percent(width * (Double(place) + 0.06)))" \
        y="\(Self.number(Double(bottom) - height))" width="\(Self.percent(width * 0.88))" \
        height="\(Self.number(height))"><title>\(binName(place)): \
        \(Format.count(count, "document")), \(share)</title></rect>
        """
    }
    return """
      <text class="name" x="0" y="\(top + 13)">\(series.name)</text>\
      <text x="100%" y="\(top + 13)" text-anchor="end">\
      tallest \(ReportPage.share(largest, of: series.total))</text>\
      <line class="axis" x1="0" x2="100%" y1="\(bottom)" y2="\(bottom)"/>\(bars)

      """
  }

  private func tick(at bottom: Int, _ tick: Tick) -> Markup {
    let anchor: Markup = tick.place < 0.02 ? "start" : tick.place > 0.98 ? "end" : "middle"
    let place = Self.percent(100 * tick.place)
    return """
      <line class="axis" x1="\(place)" x2="\(place)" y1="\(bottom)" y2="\(bottom + 5)"/>\
      <text x="\(place)" y="\(bottom + 20)" text-anchor="\(anchor)">\(tick.label)</text>
      """
  }

  private func markMarkup(_ mark: Tick, _ bottom: Int) -> Markup {
    let place = Self.percent(100 * mark.place)
    return """
      <line class="cut" x1="\(place)" x2="\(place)" y1="\(Self.nameHeight)" y2="\(bottom)"/>\
      <text class="strong" x="\(place)" y="\(bottom + 40)" \
      text-anchor="\(mark.place > 0.5 ? "end" : "start")">\(mark.label)</text>
      """
  }

  static func percent(_ value: Double) -> Markup { number(value) + "%" }
  static func number(_ value: Double) -> Markup {
    Markup(stringLiteral: Format.decimal(value, digits: 2))
  }
}

extension BarChart.Tick {
  /// A few round numbers in a range.
  static func round(from low: Double, to high: Double, count: Int = 6) -> [Double] {
    guard high > low else { return [low] }
    var step = 1.0
    let least = (high - low) / Double(count)
    while step > least { step /= 10 }
    while step * 10 <= least { step *= 10 }
    step *= [1, 2, 5, 10].first { $0 * step >= least } ?? 10
    let first = Int((low / step).rounded(.up))
    return (first...max(first, Int((high / step).rounded(.down)))).map { Double($0) * step }
  }
}
