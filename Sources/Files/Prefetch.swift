internal import CXXHash

extension MutableSpan where Element: BitwiseCopyable {
  /// Asks the processor to fetch an element that will soon be read and written.
  ///
  /// There needn't be such an element.
  package func prefetch(_ index: Int) { span.prefetch(index) }
}

extension Span where Element: BitwiseCopyable {
  /// Asks the processor to fetch an element that will soon be read.
  ///
  /// There needn't be such an element.
  package func prefetch(_ index: Int) {
    guard index < count else { return }
    unsafe withUnsafeBufferPointer { elements in
      guard let base = elements.baseAddress else { return }
      // SAFETY: nothing is read or written.
      unsafe dsel_prefetch(base + index)
    }
  }
}
