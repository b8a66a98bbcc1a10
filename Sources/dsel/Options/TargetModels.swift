import ArgumentParser
import Pipeline

extension NamedModel {
  /// The models of `--target-model`.
  ///
  /// - Throws: `ValidationError`
  static func targets(_ given: [String]) throws -> [NamedModel] {
    let models = try FileList.named(given, option: "--target-model")
      .map { NamedModel(name: $0.name, path: $0.path) }
    guard models.count > 1 else { return models }
    let names = models.compactMap(\.name)
    guard names.count == models.count, Set(names).count == names.count else {
      throw ValidationError(
        "Several target models need a name each: --target-model wiki=wiki.model,law=law.model.")
    }
    return models
  }
}
