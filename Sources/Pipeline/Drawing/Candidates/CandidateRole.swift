/// What a candidate was kept for: a stratum, and a target or the random part of a draw.
///
/// A document that was kept for several targets has a line for each.
struct CandidateRole: Sendable, Equatable {
  private let stratumNumber: Int32
  private let targetNumber: Int32

  /// - Parameters:
  ///   - stratum: 0 without strata.
  ///   - target: the target's number, or the number of all targets for the random part.
  init(stratum: Int = 0, target: Int = 0) {
    stratumNumber = Int32(stratum)
    targetNumber = Int32(target)
  }

  var stratum: Int { Int(stratumNumber) }
  var target: Int { Int(targetNumber) }

  func moved(toStratum stratum: Int) -> CandidateRole {
    CandidateRole(stratum: stratum, target: target)
  }
}

extension CandidateFile.Settings {
  var targetCount: Int { max(1, targets.count) }

  /// The number of roles that a document may have in its stratum.
  var roleCount: Int { targetCount + (replay > 0 ? 1 : 0) }

  /// Whether a draw has more than the largest keys of all documents, and those of the rest.
  ///
  /// Then how a budget is divided isn't known when candidates are kept, or copies of a text may
  /// have other keys.
  var isDivided: Bool { stratify != nil || roleCount > 1 || !additions.isEmpty }
}

extension CandidateFile.Header {
  /// Whether candidates have roles.
  var hasRoles: Bool { strata != nil || settings.roleCount > 1 }
}

extension CandidateFile {
  /// The role of candidates in a group: each stratum has a group for each of its roles.
  func role(ofGroup number: Int) -> CandidateRole {
    let count = header.settings.roleCount
    return CandidateRole(stratum: number / count, target: number % count)
  }

  func group(of role: CandidateRole) -> Int {
    role.stratum * header.settings.roleCount + role.target
  }

  /// The role of a candidate.
  func role(of candidate: Int) -> CandidateRole {
    roles.isEmpty ? CandidateRole() : roles[candidate]
  }

  /// Whether a candidate was kept for the part that is drawn at random.
  func isRandom(_ candidate: Int) -> Bool {
    role(of: candidate).target == header.settings.targetCount
  }

  /// The numbers of the candidates of a target.
  func numbers(ofTarget target: Int) -> [Int] {
    candidates.indices.filter { role(of: $0).target == target }
  }

  /// The numbers of the lines of each document, in pool order.
  var linesOfDocuments: [Range<Int>] {
    var lines: [Range<Int>] = []
    for (number, candidate) in candidates.enumerated() {
      if let last = lines.last, candidates[last.lowerBound].position == candidate.position {
        lines[lines.count - 1] = last.lowerBound..<(number + 1)
      } else {
        lines.append(number..<(number + 1))
      }
    }
    return lines
  }
}
