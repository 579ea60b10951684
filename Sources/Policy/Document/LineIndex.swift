import JSONText

/// Turns byte offsets into places without walking over the text again for each.
struct LineIndex: Sendable {
  /// The offset of each line's first byte.
  private let starts: [Int]

  init(_ text: [UInt8]) {
    var starts = [0]
    for index in text.indices where text[index] == 0x0A { starts.append(index + 1) }
    self.starts = starts
  }

  /// The line of an offset, from 1.
  func line(of offset: Int) -> Int {
    var low = 0
    var high = starts.count
    while low + 1 < high {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The offset of the first byte of an offset's line.
  func start(ofLineWith offset: Int) -> Int { starts[line(of: offset) - 1] }

  /// The places of some offsets that are in rising order, in one walk.
  func places(of offsets: [Int], in text: [UInt8]) -> [TextPlace] {
    var places: [TextPlace] = []
    var line = 0
    var column = 1
    var position = 0
    for offset in offsets {
      let found = self.line(of: offset)
      if found != line {
        line = found
        position = starts[found - 1]
        column = 1
      }
      while position < min(offset, text.count) {
        if text[position] & 0xC0 != 0x80 { column += 1 }
        position += 1
      }
      places.append(TextPlace(line: line, column: column))
    }
    return places
  }
}
