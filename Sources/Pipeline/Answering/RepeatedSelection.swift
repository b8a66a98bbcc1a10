internal import Files
internal import Reading
internal import Resampling
internal import Writing

/// The settings for questions about a selection that was made before.
///
/// This type and the next are classes: the code that copies such large values takes 80 kB.
package final class RepeatSettings: Sendable {
  /// The selection's own settings. Its outputs aren't written.
  package let select: SelectSettings
  package let run: RecordedRun

  package init(_ select: SelectSettings, _ run: RecordedRun) {
    var select = select
    select.outputs = OutputSettings()
    // Nothing is copied, so the pool needn't have lines.
    select.outputs.format = .picks
    select.annotates = false
    select.statistics = []
    self.select = select
    self.run = run
  }
}

/// A selection that is made again, up to the draw, to answer questions about it.
///
/// It writes nothing.
final class RepeatedSelection: Sendable {
  let select: Select
  let files: Select.OpenFiles
  let trained: Select.Trained
  let drawn: Drawn
  /// The groups and arms of ``drawn``, in the order of its parts.
  let plan: DrawPlan
  let temperatures: [Double]
  /// The selected documents by their places, each with the number of its part.
  let drawnByPosition: [Position: DrawnDocument]

  /// What is opened before the work begins.
  final class Opened {
    let select: Select
    let run: RecordedRun
    let clock = StepClock()
    let files: Select.OpenFiles

    init(select: Select, run: RecordedRun, files: Select.OpenFiles) {
      self.select = select
      self.run = run
      self.files = files
    }
  }

  /// - Throws: ``PipelineError``
  static func open(
    _ settings: RepeatSettings, _ progress: ProgressMeter, _ registry: TemporaryFiles
  ) throws -> Opened {
    let select = Select(settings.select, progress: progress, registry: registry)
    return Opened(select: select, run: settings.run, files: try select.open(StepClock()))
  }

  /// - Parameter texts: the texts whose ranks among the candidates for a set are wanted.
  /// - Throws: ``PipelineError``, also if files or the selection aren't what the manifest says.
  init(_ opened: Opened, ranking texts: Set<Candidate.TextKey>) throws {
    let (select, clock) = (opened.select, opened.clock)
    self.select = select
    files = opened.files
    var fitted = try select.fit(files, clock)
    try opened.run.stored.checkInputs(fitted, files, manifest: opened.run.path)
    let mixture = try select.mixture(&fitted, files, clock)
    let search = try select.searchSize(fitted, mixture, files, clock)
    trained = try select.train(fitted, clock)
    let plan = try select.plan(
      trained, mixture, search?.size ?? select.settings.size, files.pool, clock)
    var selector = select.selector(
      plan.recipe, plan.budget, trained, files, select.poolFeatures(files))
    if var sets = selector as? SetSelector {
      sets.observedTexts = texts
      selector = sets
    }
    self.plan = selector.plan
    temperatures = plan.recipe.temperatures
    drawn = try select.draw(plan, trained, files, clock, selector: selector)
    var byPosition: [Position: DrawnDocument] = [:]
    for document in drawn.documents(epoch: 0) {
      byPosition[document.candidate.position] = document
    }
    drawnByPosition = byPosition
    try opened.run.stored.checkCount(byPosition.count, manifest: opened.run.path)
  }

  /// A reader that weighs documents and tells which may be drawn.
  func eligibleReader() -> EligibleReader { EligibleReader(self) }

  /// Workers that read what weights need, and further fields after that.
  func workers(_ further: [String] = []) -> DocumentWorkers {
    var workers = select.settings.reading.workers(select.progress)
    workers.fields = select.poolFields + further
    workers.countsLines = true
    return workers
  }

  /// The index of the first part of each group in ``Drawn/parts``.
  var firstParts: [Int] {
    var next = 0
    return plan.groups.map { group in
      defer { next += group.arms.count }
      return next
    }
  }

  func targetName(_ target: Int) -> String? { select.settings.targets[target].name }
}

extension StoredManifest {
  /// - Throws: ``VerifyError/changedInput(path:manifest:)``
  fileprivate func checkInputs(
    _ fitted: (targets: [Select.Fitted], pool: Select.Fitted), _ files: Select.OpenFiles,
    manifest: String
  ) throws(PipelineError) {
    let targets = [target].compactMap { $0 } + (self.targets ?? []).map(\.side)
    let before =
      targets.flatMap(\.inputs) + (pool?.inputs ?? []) + (excluded?.files ?? [])
    let now =
      fitted.targets.flatMap { $0.report.inputRecords } + fitted.pool.report.inputRecords
      + (files.exclusion?.report.inputRecords ?? [])
    let first = before.first?.path ?? now.first?.path ?? ""
    guard before.count == now.count else {
      throw .verifying(.changedInput(path: first, manifest: manifest))
    }
    for (old, new) in zip(before, now) {
      let isSame =
        old.xxh3 == new.xxh3 || (old.textXxh3 != nil && old.textXxh3 == new.textXxh3)
      guard isSame else { throw .verifying(.changedInput(path: new.path, manifest: manifest)) }
    }
    if let base, let now = files.base, base.xxh3 != now.contentHash.hexadecimal {
      throw .verifying(.changedInput(path: now.path, manifest: manifest))
    }
  }

  /// - Throws: ``VerifyError/otherSelection(manifest:version:)``
  fileprivate func checkCount(_ count: Int, manifest: String) throws(PipelineError) {
    guard let documents = selected?.documents, documents != count else { return }
    throw .verifying(.otherSelection(manifest: manifest, version: dselVersion))
  }
}
