internal import Pipeline

/// Errors of models, draws and comparisons.
extension ModelError {
  var facts: ErrorFacts {
    switch self {
    case .unusable(let path, _): ErrorFacts(code: "unusable_model", path)
    case .mismatch(let path, _, _), .otherFeatures(let path, _), .otherHashing(let path, _):
      ErrorFacts(code: "other_settings", path)
    case .noSample(let path): ErrorFacts(code: "no_sample", path)
    case .noFieldSample(let path, _): ErrorFacts(code: "no_field_sample", path)
    case .unscalable: ErrorFacts(code: "unscalable_field")
    case .empty(let path, _), .emptyFitSample(let path, _, _):
      ErrorFacts(code: "empty_model", path)
    }
  }
}

extension FittingError {
  var facts: ErrorFacts {
    switch self {
    case .emptyFitSample: ErrorFacts(code: "empty_fit_sample")
    }
  }
}

extension MergeError {
  var facts: ErrorFacts {
    switch self {
    case .mixedKinds(let path, _): ErrorFacts(code: "mixed_kinds", path)
    case .repeatedInput(let path, _, _, _): ErrorFacts(code: "repeated_input", path)
    }
  }
}

extension StrataError {
  var facts: ErrorFacts {
    switch self {
    case .tooManyStrata: ErrorFacts(code: "too_many_strata")
    case .tooManyToEstimate: ErrorFacts(code: "too_many_strata")
    case .noStrata: ErrorFacts(code: "no_strata")
    case .emptyMixture: ErrorFacts(code: "empty_mixture")
    case .unknownStratum: ErrorFacts(code: "unknown_stratum")
    case .repeatedStratum: ErrorFacts(code: "repeated_stratum")
    }
  }
}

extension CandidateError {
  var facts: ErrorFacts {
    switch self {
    case .unusable(let path, _): ErrorFacts(code: "unusable_candidates", path)
    case .mismatch(let path, _): ErrorFacts(code: "other_settings", path)
    case .repeatedShard(let path, _), .repeatedContent(let path, _, _):
      ErrorFacts(code: "repeated_shard", path)
    case .otherTextField(let path, _, _): ErrorFacts(code: "other_text_field", path)
    case .missingDocuments(let path, _, _, _): ErrorFacts(code: "missing_documents", path)
    case .shardWithoutCandidates(_, let shard, _):
      ErrorFacts(code: "shard_without_candidates", shard)
    case .ambiguousShard(_, let shard, _): ErrorFacts(code: "ambiguous_shard", shard)
    case .tooFewCandidates(let path, _, _, _), .tooFewForSet(let path, _, _, _, _, _):
      ErrorFacts(code: "too_few_candidates", path)
    case .otherUnit(let path, _, _, _), .filledUnit(let path, _):
      ErrorFacts(code: "other_unit", path)
    case .filledSet(let path): ErrorFacts(code: "filled_set", path)
    case .otherStrata(let path, _, _): ErrorFacts(code: "other_strata", path)
    case .severalChoices(let path): ErrorFacts(code: "several_choices", path)
    case .otherChoice(let path, _, _, _, _): ErrorFacts(code: "other_choice", path)
    case .excludedNothing(let path): ErrorFacts(code: "excluded_nothing", path)
    case .keysAndFeatures(let path, _, _): ErrorFacts(code: "keys_and_features", path)
    case .keysOnly(let path): ErrorFacts(code: "keys_only", path)
    case .notKeys(let path): ErrorFacts(code: "not_keys", path)
    case .otherTarget(_, let model): ErrorFacts(code: "other_target", model)
    case .changedShard(_, let shard): ErrorFacts(code: "changed", shard)
    case .changedDocument(let path): ErrorFacts(code: "other_text", path)
    case .noSet(let path): ErrorFacts(code: "no_set", path)
    case .unknownTarget(let path, _, _): ErrorFacts(code: "unknown_target", path)
    case .otherShareSum(let path, _): ErrorFacts(code: "other_share_sum", path)
    case .tooMuchReplay(let path, _, _): ErrorFacts(code: "too_much_replay", path)
    case .chosenShares(let path): ErrorFacts(code: "other_choice", path)
    case .otherTargetCount(let path, _): ErrorFacts(code: "other_target_count", path)
    case .tooManyNearDuplicates(let path, _, _, _, _, _, _):
      ErrorFacts(code: "too_many_near_duplicates", path)
    case .keptNearDuplicates(let path): ErrorFacts(code: "kept_near_duplicates", path)
    }
  }
}

extension StoredWeightError {
  var facts: ErrorFacts {
    switch self {
    case .unknownTarget(let path, _): ErrorFacts(code: "unknown_target", path)
    case .noTargetChosen(let path): ErrorFacts(code: "no_target_chosen", path)
    case .unknownShard(let path, _): ErrorFacts(code: "unknown_shard", path)
    case .ambiguousShard(_, _, let shard): ErrorFacts(code: "ambiguous_shard", shard)
    case .shardWithoutWeights(let path, _): ErrorFacts(code: "shard_without_weights", path)
    case .repeatedWeight(let path, _, _): ErrorFacts(code: "repeated_weight", path)
    case .otherText(let path, _): ErrorFacts(code: "other_text", path)
    case .skippedBefore(let path): ErrorFacts(code: "skipped_before", path)
    case .mixedWeights(let path, _): ErrorFacts(code: "mixed_weights", path)
    case .noLogOdds(let path): ErrorFacts(code: "no_log_odds", path)
    }
  }
}

extension HeldoutError {
  var facts: ErrorFacts {
    switch self {
    case .tooFewTokens(.other(let path), _, _): ErrorFacts(code: "too_few_tokens", path)
    case .tooFewTokens: ErrorFacts(code: "too_few_tokens")
    case .tooManyTokens: ErrorFacts(code: "too_many_tokens")
    }
  }
}

extension SizingError {
  var facts: ErrorFacts {
    switch self {
    case .smallTarget: ErrorFacts(code: "small_target")
    case .nothingToJudge: ErrorFacts(code: "nothing_to_judge")
    }
  }
}

extension ExclusionError {
  var facts: ErrorFacts {
    switch self {
    case .onlyShort: ErrorFacts(code: "only_short")
    case .tooManyTokens(let path, _): ErrorFacts(code: "too_many_tokens", path)
    case .noTexts(let path): ErrorFacts(code: "no_texts", path)
    }
  }
}
