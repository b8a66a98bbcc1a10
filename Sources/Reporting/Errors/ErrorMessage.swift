package import Pipeline
package import Platform

/// The sentences of an error: where it is, what is wrong, and what to do.
///
/// Each stage's enum has its own switch, in its own file, without a default: a case without a
/// message doesn't compile.
package struct ErrorMessage {
  package let text: String

  init(text: String) { self.text = text }

  package init(_ error: PipelineError) {
    switch error {
    case .input(let error): self.init(error)
    case .output(let error): self.init(error)
    case .fitting(let error): self.init(error)
    case .models(let error): self.init(error)
    case .strata(let error): self.init(error)
    case .candidates(let error): self.init(error)
    case .weights(let error): self.init(error)
    case .merging(let error): self.init(error)
    case .heldout(let error): self.init(error)
    case .sizing(let error): self.init(error)
    case .exclusion(let error): self.init(error)
    case .verifying(let error): self.init(error)
    case .report(let error): self.init(error)
    }
  }

  package init(_ error: SystemError) { text = Self.system(error) }
}
