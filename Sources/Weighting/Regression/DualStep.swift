internal import Platform

/// One step of dual coordinate descent: minimizes
/// z ln z + (C − z) ln(C − z) + ½ a (z − α)² + b z over 0 < z < C.
struct DualStep {
  /// The new dual variable.
  var alpha: Double
  /// How far from the minimum the old one was.
  var gradient: Double

  /// - Parameters:
  ///   - cost: C.
  ///   - margin: y θ·x, which is b.
  ///   - curvature: x·x, which is a.
  init(cost: Double, alpha old: Double, margin: Double, curvature: Double) {
    // Solve for the variable or for its complement, whichever is the smaller at the minimum.
    let isComplement = 0.5 * curvature * (cost - 2 * old) + margin < 0
    let start = isComplement ? cost - old : old
    let b = isComplement ? -margin : margin
    var z = cost - start < 0.5 * cost ? 0.1 * start : start
    var derivative = curvature * (z - start) + b + log(z / (cost - z))
    gradient = abs(derivative)
    // Newton's method; z shrinks tenfold where a step would leave the interval.
    for _ in 0..<100 where abs(derivative) >= 1e-4 {
      let next = z - derivative / (curvature + cost / (cost - z) / z)
      z = next <= 0 ? 0.1 * z : next
      derivative = curvature * (z - start) + b + log(z / (cost - z))
    }
    alpha = isComplement ? cost - z : z
  }
}
