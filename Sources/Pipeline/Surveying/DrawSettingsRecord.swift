internal import Files

/// The settings of a draw that the manifests of `select` and `resample` share.
protocol DrawSettingsRecord {
  var objective: ObjectiveRecord { get }
  var size: [ExactString: Double] { get }
  var temperature: Double { get }
  var topK: Bool { get }
  var logisticShare: Double { get }
  var replay: Double { get }
  var stratify: String? { get }
  var mixtureTemperature: Double? { get }
  var minTokens: Int { get }
  var maxTokens: Int? { get }
  var minWeight: Double? { get }
  var minQuantile: Double? { get }
  var duplicates: String { get }
  var textField: String { get }
}

extension ReportData {
  mutating func setDraw(_ settings: any DrawSettingsRecord) {
    set("objective", settings.objective.name)
    set("purity", settings.objective.purity)
    set("noise", settings.objective.noise)
    set("base", settings.objective.base)
    set("size", settings.size)
    set("text_field", settings.textField)
    set("temperature", settings.temperature)
    if settings.topK { set("top_k", true) }
    if settings.logisticShare > 0 { set("logistic_share", settings.logisticShare) }
    if settings.replay > 0 { set("replay", settings.replay) }
    set("stratify", settings.stratify)
    set("mixture_temperature", settings.mixtureTemperature)
    set("min_tokens", settings.minTokens)
    set("max_tokens", settings.maxTokens)
    set("min_weight", settings.minWeight)
    set("min_quantile", settings.minQuantile)
    set("duplicates", settings.duplicates)
  }

  /// Adds what became of the pool's documents.
  mutating func addFates(
    _ selected: SelectionRecord, shorter: Int?, longer: Int?, lighter: Int?, outsideMixture: Int?,
    outsideWindows: Int?, _ excluded: ExclusionRecord?, _ nearDuplicates: NearDuplicateRecord?,
    of documents: Int
  ) {
    addFate(.selected, selected.documents)
    addFate(.copies, selected.droppedCopies)
    addFate(.shorter, shorter)
    addFate(.longer, longer)
    addFate(.outsideMixture, outsideMixture)
    addFate(.outsideWindows, outsideWindows)
    addFate(.lighter, lighter)
    addFate(.excluded, excluded.map { $0.documents + $0.copies })
    addFate(.nearDuplicates, nearDuplicates?.documents)
    addFate(.others, documents - (fates ?? []).reduce(0) { $0 + $1.documents })
  }
}
