import JSONText

/// Looks for a text in others, in a time that is linear whatever the two are (Knuth, Morris and Pratt).
struct TextSearch: Sendable {
  private let wanted: [UInt8]
  /// For each place in `wanted`, how much of its beginning also ends there.
  private let borders: [Int]

  init(_ wanted: ExactText) {
    let bytes = Array(wanted.utf8)
    var borders = [Int](repeating: 0, count: bytes.count)
    var matched = 0
    for index in bytes.indices.dropFirst() {
      while matched > 0, bytes[index] != bytes[matched] { matched = borders[matched - 1] }
      if bytes[index] == bytes[matched] { matched += 1 }
      borders[index] = matched
    }
    self.wanted = bytes
    self.borders = borders
  }

  func isFound(in text: ExactText) -> Bool {
    if wanted.isEmpty { return true }
    let bytes = text.utf8.span
    var matched = 0
    for index in bytes.indices {
      let byte = bytes[index]
      while matched > 0, byte != wanted[matched] { matched = borders[matched - 1] }
      if byte == wanted[matched] { matched += 1 }
      if matched == wanted.count { return true }
    }
    return false
  }
}
