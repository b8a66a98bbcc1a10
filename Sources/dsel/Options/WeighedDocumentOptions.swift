import ArgumentParser
import Pipeline
import Weighting

/// A selection that is made again, or models and the documents that are weighed by them.
struct WeighedDocumentOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Manifest of a selection, which 'dsel select' wrote beside its output.",
      valueName: "manifest"),
    completion: .file())
  var manifest: String?

  @OptionGroup var repeating: ManifestOptions
  @OptionGroup(title: "Models") var models: Models
  @OptionGroup(title: "Weights") var features: FeatureOptions
  @OptionGroup(title: "Input") var targetText: TargetTextOptions
  @OptionGroup(title: "Input") var reading: ReadingOptions
  @OptionGroup(title: "Output") var result: ResultOptions
  @OptionGroup(title: "Run") var execution: RunOptions

  @Option(
    help: ArgumentHelp(
      "Field with a document's name, a string or a number. (default: id)", valueName: "path"))
  var idField: String?

  static let defaultIDField = "id"

  @Option(
    help: """
      Divide each document's sum of log-ratios by its number of n-grams (length), by the square \
      root of that number (sqrt), or by nothing (none). (default: sqrt; none with --estimator \
      ratio)
      """)
  var normalize: Normalization?

  struct Models: ParsableArguments {
    @Option(
      help: ArgumentHelp("Model of the target, from 'dsel fit'.", valueName: "model"),
      completion: .file())
    var targetModel: String?

    @Option(
      help: ArgumentHelp("Model of the pool, from 'dsel fit'.", valueName: "model"),
      completion: .file())
    var poolModel: String?

    @Option(
      name: .customLong("target"),
      help: ArgumentHelp(
        """
        File to fit the target's model to; may be repeated. In explain, with --target-model: file \
        to take the target's n-grams from.
        """,
        valueName: "file"),
      completion: .file())
    var targetFiles: [String] = []

    @Option(
      name: .customLong("pool"),
      help: ArgumentHelp(
        """
        File to fit the pool's model to; may be repeated. If no <doc> is named, its documents are \
        shown, or explained with --pool-model or --line.
        """,
        valueName: "file"),
      completion: .file())
    var poolFiles: [String] = []

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp(
        """
        Words that a document needs at least. show leaves out those with fewer. Where models are \
        fitted, they learn as 'dsel select' with this --min-tokens does. (default: 100)
        """,
        valueName: "n"), transform: Count.init(parsing:))
    var minTokens = Count(Defaults.minimumTokenCount)

    var areFiles: Bool { targetModel != nil || poolModel != nil }

    /// - Throws: `ValidationError`
    func targets() throws -> [String] { try FileList.paths(targetFiles, option: "--target") }

    /// - Throws: `ValidationError`
    func pool() throws -> [String] { try FileList.paths(poolFiles, option: "--pool") }

    /// - Parameter verb: what the command does with a selection.
    /// - Throws: `ValidationError`
    func check(verb: String) throws {
      if areFiles {
        guard targetModel != nil, poolModel != nil else {
          let missing = targetModel == nil ? "--target-model" : "--pool-model"
          throw ValidationError("\(missing) is missing: a weight needs two models. Name both.")
        }
      } else {
        guard !targetFiles.isEmpty, !poolFiles.isEmpty else {
          throw ValidationError(
            "Models are missing. Name --target-model and --pool-model, or --target and --pool to "
              + "fit them. To \(verb) a selection, name its --manifest."
          )
        }
      }
    }
  }

  func validate() throws {
    if let idField { try ReadingOptions.validateField(idField, option: "--id-field") }
  }

  /// Checks what is needed without a manifest.
  ///
  /// - Parameter documents: the documents that are read apart from the pool that is fitted.
  /// - Throws: `ValidationError`
  func validateModels(_ documents: [String]) throws {
    let (targets, pool) = (try models.targets(), try models.pool())
    guard targetText.targetTextField == nil || !targets.isEmpty else {
      throw ValidationError("--target-text-field needs --target.")
    }
    try reading.validateJoint(targetText.targetTextField)
    // A pool is read once if model files weigh its documents.
    try ReadingOptions.validateFiles(documents + targets + (models.areFiles ? [] : pool))
    if models.areFiles {
      let counting = features.counting
      let given = [
        ("--tokenizer", counting.tokenizer != nil), ("--ngrams", counting.ngrams != nil),
        ("--buckets", counting.buckets != nil),
      ].first { $0.1 }
      if let given {
        throw ValidationError("\(given.0) is fixed by the model files. Leave it out.")
      }
    }
    guard normalize == nil || features.estimator.components.use(.normalization) else {
      throw ValidationError(
        "--estimator \(features.estimator.rawValue) has no log-ratios to normalize. Leave "
          + "--normalize out."
      )
    }
  }

  /// - Throws: `ValidationError`
  func refuseManifestOptions() throws {
    guard repeating.directory == nil, !repeating.runReaders else {
      let option = repeating.runReaders ? "--run-readers" : "--directory"
      throw ValidationError("\(option) needs --manifest.")
    }
  }

  func settings(
    targets: [String], pool: [String], documents: [String]
  ) -> ExplainSettings {
    var source = ExplainSettings.Models.fitted(targets: targets, pool: pool)
    if let target = models.targetModel, let pool = models.poolModel {
      source = .files(target: target, pool: pool)
    }
    var settings = ExplainSettings(source, documents: documents, texts: targets)
    settings.reading = reading.settings(execution)
    settings.targetTextField = targetText.field(reading)
    settings.features = features.settings
    settings.minimumTokenCount = models.minTokens.value
    settings.estimator = features.estimating.settings(features.compat, normalize: normalize)
    settings.idField = idField ?? Self.defaultIDField
    settings.version = Dsel.version
    return settings
  }

  /// The settings of the selection that the manifest tells about: see ``ManifestOptions``.
  func repeated(
    _ manifest: String, to verb: String, own: Set<String>, of command: any ParsableCommand.Type,
    _ context: CommandContext
  ) throws -> RepeatSettings {
    try ManifestOptions.refuseOthers(than: own, of: command)
    return try repeating.settings(
      manifest, to: verb, threads: execution.threads?.value, context)
  }
}
