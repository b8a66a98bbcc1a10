internal import Resampling

/// Reads the tokens of candidates from files of candidates.
struct StoredTokens: TokenSource {
  var stored: StoredCandidates
  var progress: ProgressMeter

  func read(_ candidates: [Candidate], into tokens: CandidateTokens) throws {
    progress.begin(.compareCandidates, totalStoredByteCount: nil)
    try stored.read(candidates, .tokens) { number, line, _ throws(PipelineError) in
      try tokens.put([.init(number, line.tokens ?? [], tokens.bands)])
    }
  }
}
