/// Finds what two lists of lines have in common.
///
/// Lines that occur once on each side anchor the comparison, in the longest order that both sides share (patience diff);
/// the small gaps between anchors are compared exactly, the big ones are taken as rewritten. So the work is bounded by
/// the size of the texts, however different they are.
enum LineDiff {
  /// Some lines of the old text that others of the new one replace; either may be none.
  struct Change: Hashable {
    var old: Range<Int>
    var new: Range<Int>
  }

  /// A gap with more pairs of lines than this is not compared line by line.
  private static let mostPairs = 250_000

  static func changes(_ old: [Int], _ new: [Int]) -> [Change] {
    var found: [Change] = []
    var open = [Change(old: old.indices, new: new.indices)]
    // A list of gaps, the next one last, instead of recursion: texts choose the depth.
    while let gap = open.popLast() {
      let rest = trimmed(gap, old, new)
      if rest.old.isEmpty && rest.new.isEmpty { continue }
      if rest.old.isEmpty || rest.new.isEmpty {
        append(rest, to: &found)
        continue
      }
      let anchors = anchors(rest, old, new)
      if anchors.isEmpty {
        for change in compared(rest, old, new) { append(change, to: &found) }
        continue
      }
      var gaps: [Change] = []
      var (left, right) = (rest.old.lowerBound, rest.new.lowerBound)
      for anchor in anchors {
        gaps.append(Change(old: left..<anchor.old, new: right..<anchor.new))
        (left, right) = (anchor.old + 1, anchor.new + 1)
      }
      gaps.append(Change(old: left..<rest.old.upperBound, new: right..<rest.new.upperBound))
      open.append(contentsOf: gaps.reversed())
    }
    return found
  }

  private static func append(_ change: Change, to found: inout [Change]) {
    if let last = found.last, last.old.upperBound == change.old.lowerBound, last.new.upperBound == change.new.lowerBound
    {
      found[found.count - 1] = Change(
        old: last.old.lowerBound..<change.old.upperBound, new: last.new.lowerBound..<change.new.upperBound)
    } else {
      found.append(change)
    }
  }

  /// The gap without the lines that are equal at its two ends.
  private static func trimmed(_ gap: Change, _ old: [Int], _ new: [Int]) -> Change {
    var (left, right) = (gap.old, gap.new)
    while let a = left.first, let b = right.first, old[a] == new[b] {
      (left, right) = (a + 1..<left.upperBound, b + 1..<right.upperBound)
    }
    while let a = left.last, let b = right.last, old[a] == new[b] {
      (left, right) = (left.lowerBound..<a, right.lowerBound..<b)
    }
    return Change(old: left, new: right)
  }

  /// Lines that occur once on both sides, as many as keep their order.
  private static func anchors(_ gap: Change, _ old: [Int], _ new: [Int]) -> [(old: Int, new: Int)] {
    var places: [Int: Int] = [:]
    for index in gap.old { places[old[index]] = places[old[index]] == nil ? index : -1 }
    var counts: [Int: Int] = [:]
    for index in gap.new { counts[new[index], default: 0] += 1 }
    let pairs = gap.new.compactMap { index -> (old: Int, new: Int)? in
      guard counts[new[index]] == 1, let place = places[new[index]], place >= 0 else { return nil }
      return (place, index)
    }
    return longestRising(pairs)
  }

  private static func longestRising(_ pairs: [(old: Int, new: Int)]) -> [(old: Int, new: Int)] {
    // For each length, the pair that ends the run of that length with the smallest old line.
    var ends: [Int] = []
    var previous = [Int](repeating: -1, count: pairs.count)
    for index in pairs.indices {
      var (low, high) = (0, ends.count)
      while low < high {
        let middle = (low + high) / 2
        if pairs[ends[middle]].old < pairs[index].old { low = middle + 1 } else { high = middle }
      }
      if low > 0 { previous[index] = ends[low - 1] }
      if low == ends.count { ends.append(index) } else { ends[low] = index }
    }
    var run: [(old: Int, new: Int)] = []
    var next = ends.last ?? -1
    while next >= 0 {
      run.append(pairs[next])
      next = previous[next]
    }
    return run.reversed()
  }

  /// The shortest list of changes of a small gap, by its longest common subsequence.
  private static func compared(_ gap: Change, _ old: [Int], _ new: [Int]) -> [Change] {
    let (rows, columns) = (gap.old.count, gap.new.count)
    guard rows <= mostPairs / max(1, columns) else { return [gap] }
    let width = columns + 1
    var lengths = [Int32](repeating: 0, count: (rows + 1) * width)
    for row in stride(from: rows - 1, through: 0, by: -1) {
      for column in stride(from: columns - 1, through: 0, by: -1) {
        let isSame = old[gap.old.lowerBound + row] == new[gap.new.lowerBound + column]
        lengths[row * width + column] =
          isSame
          ? lengths[(row + 1) * width + column + 1] + 1
          : max(lengths[(row + 1) * width + column], lengths[row * width + column + 1])
      }
    }
    var changes: [Change] = []
    var (row, column) = (0, 0)
    while row < rows || column < columns {
      let (left, right) = (gap.old.lowerBound + row, gap.new.lowerBound + column)
      if row < rows, column < columns, old[left] == new[right] {
        (row, column) = (row + 1, column + 1)
      } else if column == columns
        || (row < rows && lengths[(row + 1) * width + column] >= lengths[row * width + column + 1])
      {
        append(Change(old: left..<left + 1, new: right..<right), to: &changes)
        row += 1
      } else {
        append(Change(old: left..<left, new: right..<right + 1), to: &changes)
        column += 1
      }
    }
    return changes
  }
}
