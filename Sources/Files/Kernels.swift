internal import CVector

/// One of the back ends of ``CVector``, whose functions are the hot loops.
///
/// All give the same results, and differ in speed.
package struct Kernels: Sendable, Equatable, CustomStringConvertible {
  /// The number of the back end in ``CVector``.
  package let backend: Int32

  /// `avx512`, `avx2`, `neon` or `scalar`.
  package let name: String

  package var description: String { name }

  /// Those that this processor has, the fastest first.
  package static let available = (0..<dsel_backend_count()).map { backend in
    // SAFETY: the back end exists, and its name is a string literal.
    unsafe Kernels(backend: backend, name: String(cString: dsel_backend_name(backend)))
  }

  /// The environment variable that names the kernels to use.
  package static let variable = "DSEL_KERNELS"

  /// The name in the environment, unless it is empty.
  private static let requested = FileName.environment(variable).flatMap { $0.isEmpty ? nil : $0 }

  /// The name that was asked for, if this processor doesn't have such kernels.
  package static var refused: String? {
    requested.flatMap { name in available.contains { $0.name == name } ? nil : name }
  }

  /// The kernels that were asked for, or else the fastest.
  package static let chosen = available.first { $0.name == requested } ?? available[0]
}
