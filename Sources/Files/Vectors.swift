internal import CVector

/// Whether the hot loops use vectors of 64 bytes: see ``CVector``.
package enum Vectors {
  package static let areSupported = dsel_vector_is_supported() == 1
}
