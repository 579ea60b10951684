/// The replacement of some bytes of a text.
struct TextSplice: Hashable, Sendable {
  /// Where, in the text before.
  var range: Range<Int>
  var removed: [UInt8]
  var inserted: [UInt8]

  init(_ range: Range<Int>, in text: [UInt8], _ inserted: [UInt8]) {
    self.range = range
    removed = Array(text[range])
    self.inserted = inserted
  }

  private init(_ range: Range<Int>, removed: [UInt8], inserted: [UInt8]) {
    self.range = range
    self.removed = removed
    self.inserted = inserted
  }

  /// The text after some replacements, which are in rising order and do not overlap.
  static func apply(_ splices: [TextSplice], to text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + splices.reduce(0) { $0 + $1.inserted.count })
    var position = 0
    for splice in splices {
      result.append(contentsOf: text[position..<splice.range.lowerBound])
      result.append(contentsOf: splice.inserted)
      position = splice.range.upperBound
    }
    result.append(contentsOf: text[position...])
    return result
  }

  /// What takes the replacements back.
  static func inverse(_ splices: [TextSplice]) -> [TextSplice] {
    var shift = 0
    return splices.map { splice in
      let start = splice.range.lowerBound + shift
      shift += splice.inserted.count - splice.removed.count
      return TextSplice(
        start..<start + splice.inserted.count, removed: splice.inserted, inserted: splice.removed)
    }
  }
}
