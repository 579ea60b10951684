/// The replacement of some bytes of a text.
struct Replacement: Hashable, Sendable {
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
  static func apply(_ replacements: [Replacement], to text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + replacements.reduce(0) { $0 + $1.inserted.count })
    var position = 0
    for replacement in replacements {
      result.append(contentsOf: text[position..<replacement.range.lowerBound])
      result.append(contentsOf: replacement.inserted)
      position = replacement.range.upperBound
    }
    result.append(contentsOf: text[position...])
    return result
  }

  /// What takes the replacements back.
  static func inverse(_ replacements: [Replacement]) -> [Replacement] {
    var shift = 0
    return replacements.map { replacement in
      let start = replacement.range.lowerBound + shift
      shift += replacement.inserted.count - replacement.removed.count
      return Replacement(
        start..<start + replacement.inserted.count, removed: replacement.inserted, inserted: replacement.removed)
    }
  }

  /// What makes one text of another: what differs between their common ends.
  static func between(_ old: [UInt8], _ new: [UInt8]) -> [Replacement] {
    guard old != new else { return [] }
    let most = min(old.count, new.count)
    var start = 0
    while start < most, old[start] == new[start] { start += 1 }
    var tail = 0
    while tail < most - start, old[old.count - 1 - tail] == new[new.count - 1 - tail] { tail += 1 }
    return [Replacement(start..<old.count - tail, in: old, Array(new[start..<new.count - tail]))]
  }
}
