internal import Pipeline

/// What was found, at first sight.
extension ReportPage {
  var title: String {
    data.command == "compare"
      ? "\(Format.count(data.selected.documents, "selected document")) compared"
      : "\(Format.count(data.selected.documents)) of "
        + "\(Format.count(poolSize, "document")) selected"
  }

  private var poolSize: Int { data.pool?.documents ?? 0 }

  /// The beginning of the page, up to its contents.
  var head: Markup {
    """
    <header>
    <p class="over">dsel \(data.command)</p>
    <h1>\(title)</h1>
    <p class="lead">\(lead)</p>
    <dl class="tiles">\(tiles)</dl>
    """
  }

  private var lead: String {
    let known = data.targets.filter { $0.nearness != nil }
    guard let first = known.first, let nearness = first.nearness else {
      return data.command == "compare"
        ? "How close a selection is to its target."
        : "Drawn by the weights or numbers that documents already had."
    }
    let share = Self.wholePercent(nearness)
    if data.targets.count == 1 {
      return "The selection has gone \(share) of the way from the pool to the target: so much of "
        + "what the target's own words tell about the target, the selection tells too."
    }
    let others = known.map { "\(Self.wholePercent($0.nearness ?? 0)) to \($0.name ?? "")" }
    return "On the way from the pool to each target: "
      + Format.list(Array(others.prefix(ReportLimits.targets)), "and") + "."
  }

  private static func wholePercent(_ nearness: Double) -> String {
    "\(min(100, Int((100 * nearness).rounded()))) %"
  }

  private var tiles: [Markup] {
    var tiles = [
      tile(
        "Documents", Format.count(data.selected.documents), data.pool.map(\.documents),
        data.selected.documents),
      tile(
        "Words", Format.count(data.selected.tokens), data.pool.map(\.tokens), data.selected.tokens),
    ]
    if let bytes = data.selected.bytes {
      tiles.append(tile("Size", Format.bytes(bytes), nil, 0, note: "of lines"))
    }
    if data.targets.count == 1, let nearness = data.targets[0].nearness {
      tiles.append(
        tile("Nearness", Self.wholePercent(nearness), nil, 0, note: "0 % pool, 100 % target"))
    } else if let kl = data.targets.first?.klSelected, data.targets.count == 1 {
      tiles.append(
        tile("Divergence", Format.decimal(kl), nil, 0, note: "nats from the target"))
    } else if data.selected.documents > 0 {
      let mean = Double(data.selected.tokens) / Double(data.selected.documents)
      tiles.append(
        tile("Length", Format.decimal(mean, digits: 0), nil, 0, note: "words on average"))
    }
    return tiles
  }

  private func tile(
    _ name: String, _ value: String, _ whole: Int?, _ part: Int, note: String = ""
  ) -> Markup {
    let of = whole.map { "\(Self.share(part, of: $0)) of \(Format.count($0))" } ?? note
    return """
      <div class="tile"><dt>\(name)</dt><dd>\(value)<span class="of">\(of)</span></dd></div>

      """
  }
}
