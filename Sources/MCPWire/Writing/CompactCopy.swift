internal import JSONText

/// A place in a message that is written differently from how it was read.
package struct WireEdit: Hashable, Sendable {
  /// What is replaced, on token boundaries; empty for an insertion.
  package var range: Range<Int>
  package var replacement: [UInt8]

  package init(_ range: Range<Int>, _ replacement: [UInt8]) {
    self.range = range
    self.replacement = replacement
  }
}

extension [UInt8] {
  /// Appends values that were scanned, each as it is written, without the blanks between tokens.
  ///
  /// So no carriage return or line feed of a peer's passes: inside strings they cannot stand raw, and between tokens
  /// they are blanks.
  package mutating func appendCompact(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    let end = Swift.min(range.upperBound, bytes.count)
    var runStart = range.lowerBound
    var index = runStart
    while true {
      index = bytes.firstQuoteOrBlank(from: index, to: end)
      guard index < end else { break }
      if bytes[index] == 0x22 {
        index = Self.endOfString(bytes, from: index + 1, to: end)
      } else {
        append(bytes, runStart..<index)
        index += 1
        while index < end, bytes[index] <= 0x20 { index += 1 }
        runStart = index
      }
    }
    append(bytes, runStart..<end)
  }

  /// Appends like `appendCompact(_:_:)`, with some places replaced; `edits` are in order and do not overlap.
  package mutating func appendCompact(_ bytes: Span<UInt8>, _ range: Range<Int>, edits: [WireEdit]) {
    var position = range.lowerBound
    for edit in edits where edit.range.lowerBound >= position && edit.range.upperBound <= range.upperBound {
      appendCompact(bytes, position..<edit.range.lowerBound)
      append(contentsOf: edit.replacement)
      position = edit.range.upperBound
    }
    appendCompact(bytes, position..<range.upperBound)
  }

  /// Appends bytes as they are.
  package mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    unsafe bytes.extracting(range).withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  /// Behind the quote that closes a string whose first character is at `start`.
  private static func endOfString(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
    var index = start
    while index < end {
      index = bytes.firstQuoteOrBackslash(from: index, to: end)
      guard index < end else { break }
      if bytes[index] == 0x22 { return index + 1 }
      index += 2
    }
    return end
  }
}
