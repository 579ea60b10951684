/// One line of a unified diff.
package struct DiffLine: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case context, add, delete
    /// `@@ -1,7 +1,8 @@`
    case hunk
  }

  package var kind: Kind
  /// Without its mark and its line end.
  package var text: String

  package init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }

  /// What leads from one text to another, with some unchanged lines around each change.
  package static func unified(_ old: [UInt8], _ new: [UInt8], context: Int = 3) -> [DiffLine] {
    guard old != new else { return [] }
    let left = Lines(old)
    let right = Lines(new)
    let changes = LineDiff.changes(left.identities, right.identities(after: left))
    var lines: [DiffLine] = []
    var index = 0
    while index < changes.count {
      // Changes whose surroundings touch share a hunk.
      var last = index
      while last + 1 < changes.count,
        changes[last + 1].old.lowerBound - changes[last].old.upperBound <= 2 * context
      { last += 1 }
      lines += hunk(changes[index...last], left, right, context)
      index = last + 1
    }
    return lines
  }

  private static func hunk(
    _ changes: ArraySlice<LineDiff.Change>, _ left: Lines, _ right: Lines, _ context: Int
  ) -> [DiffLine] {
    guard let first = changes.first, let last = changes.last else { return [] }
    let before = min(context, first.old.lowerBound)
    let after = min(context, left.count - last.old.upperBound)
    let old = first.old.lowerBound - before..<last.old.upperBound + after
    let new = first.new.lowerBound - before..<last.new.upperBound + after
    var lines = [DiffLine(.hunk, "@@ -\(place(old)) +\(place(new)) @@")]
    var position = old.lowerBound
    for change in changes {
      for index in position..<change.old.lowerBound { left.append(index, .context, to: &lines) }
      for index in change.old { left.append(index, .delete, to: &lines) }
      for index in change.new { right.append(index, .add, to: &lines) }
      position = change.old.upperBound
    }
    for index in position..<old.upperBound { left.append(index, .context, to: &lines) }
    return lines
  }

  private static func place(_ range: Range<Int>) -> String {
    // An empty range is told by the line before it.
    "\(range.isEmpty ? range.lowerBound : range.lowerBound + 1)" + (range.count == 1 ? "" : ",\(range.count)")
  }

  /// A text cut into lines; a line end belongs to its line.
  private struct Lines {
    let text: [UInt8]
    let ranges: [Range<Int>]
    private(set) var identities: [Int] = []
    private var known: [ArraySlice<UInt8>: Int] = [:]

    init(_ text: [UInt8]) {
      self.text = text
      var ranges: [Range<Int>] = []
      var start = 0
      for index in text.indices where text[index] == 0x0A {
        ranges.append(start..<index + 1)
        start = index + 1
      }
      if start < text.count { ranges.append(start..<text.count) }
      self.ranges = ranges
      for range in ranges { identities.append(identity(text[range])) }
    }

    var count: Int { ranges.count }

    private mutating func identity(_ line: ArraySlice<UInt8>) -> Int {
      let next = known.count
      if let found = known[line] { return found }
      known[line] = next
      return next
    }

    /// Numbers for the lines, equal to another text's where the lines are equal.
    func identities(after other: Lines) -> [Int] {
      var all = other
      return ranges.map { all.identity(text[$0]) }
    }

    func append(_ index: Int, _ kind: Kind, to lines: inout [DiffLine]) {
      var line = text[ranges[index]]
      let hasEnd = line.last == 0x0A
      if hasEnd { line.removeLast() }
      if line.last == 0x0D { line.removeLast() }
      lines.append(DiffLine(kind, String(decoding: line, as: UTF8.self)))
      if !hasEnd { lines.append(DiffLine(.context, "\\ no line end at the end of the file")) }
    }
  }
}
