internal import CText

extension Span<UInt8> {
  /// Where plain text ends that begins at `start`: at a quote, a backslash, a control character or a byte that is not
  /// ASCII, or at the end of the bytes.
  package func endOfPlainText(from start: Int) -> Int { unsafe search(start, count, ctext_plain_end) }

  /// Where the first quote or backslash stands, from `start` to before `end`; `end` if there is none.
  package func firstQuoteOrBackslash(from start: Int, to end: Int) -> Int {
    unsafe search(start, end, ctext_quote_or_backslash)
  }

  /// Where the first byte stands that is a quote or below, from `start` to before `end`; `end` if there is none.
  ///
  /// Outside of strings that is a string's beginning or a blank.
  package func firstQuoteOrBlank(from start: Int, to end: Int) -> Int {
    unsafe search(start, end, ctext_quote_or_blank)
  }

  /// Where the first line feed stands, from `start` on; `count` if there is none.
  package func firstLineFeed(from start: Int) -> Int { unsafe search(start, count, ctext_line_feed) }

  /// Where the line begins that `place` stands in: after the last line feed before it.
  package func startOfLine(at place: Int) -> Int {
    guard 0...count ~= place else { return 0 }
    return unsafe withUnsafeBufferPointer { bytes in
      guard let first = bytes.baseAddress else { return 0 }
      return unsafe ctext_line_start(first, 0, place)
    }
  }

  @inline(__always)
  private func search(
    _ start: Int, _ end: Int, _ search: @convention(c) (UnsafePointer<UInt8>, Int, Int) -> Int
  ) -> Int {
    let end = Swift.min(end, count)
    guard start >= 0, start < end else { return end }
    return unsafe withUnsafeBufferPointer { bytes in
      guard let first = bytes.baseAddress else { return end }
      return unsafe search(first, start, end)
    }
  }
}
