/// Finds globs that are equally specific and can match the same name.
enum GlobTies {
  /// One pair for each glob that ties with an earlier one; numbers are places in the list.
  static func find(_ globs: [Glob]) -> [(earlier: Int, later: Int)] {
    guard globs.count > 1 else { return [] }
    var partners = [Int?](repeating: nil, count: globs.count)
    // Sorted by the ends that differ more, globs whose ends fit together stand side by side.
    let prefixes = globs.map(\.prefix)
    let suffixes = globs.map { Array($0.suffix.reversed()) }
    let ends = Set(prefixes).count >= Set(suffixes).count ? prefixes : suffixes
    let order = globs.indices.sorted { left, right in
      let (one, other) = (globs[left].literals, globs[right].literals)
      return one == other ? ends[left].lexicographicallyPrecedes(ends[right]) : one < other
    }
    for index in order.indices {
      let one = order[index]
      for next in order.indices.dropFirst(index + 1) {
        let other = order[next]
        guard globs[other].literals == globs[one].literals, begins(ends[other], with: ends[one]) else { break }
        let (earlier, later) = (min(one, other), max(one, other))
        if partners[later] == nil, globs[one].overlaps(globs[other]) { partners[later] = earlier }
      }
    }
    return partners.enumerated().compactMap { later, earlier in earlier.map { ($0, later) } }
  }

  private static func begins(_ longer: [UInt8], with shorter: [UInt8]) -> Bool {
    guard longer.count >= shorter.count else { return false }
    for index in shorter.indices where longer[index] != shorter[index] { return false }
    return true
  }
}
