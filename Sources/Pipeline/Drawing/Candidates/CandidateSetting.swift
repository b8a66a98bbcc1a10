/// A setting that two files of candidates must share to be merged.
package enum CandidateSetting: Sendable {
  case targetModel, poolModel
  case objective
  case seed, unit, tokensField, stratify, count, topK, temperature, logisticShare,
    minimumTokenCount,
    maximumTokenCount,
    minimumLogWeight
  case estimator, normalization, smoothing, targetSmoothing, compatibility
  case textField, textJoin
  case exclude, excludeNgram, excludeTextField, excludeTarget
  case nearDuplicates
  case replay, additions
}
