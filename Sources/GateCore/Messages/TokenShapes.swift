/// Finds what looks like a secret by its shape alone: tokens of well-known services, keys, passwords in URLs.
struct TokenShapes {
  private let line: [UInt8]
  private(set) var found: [Range<Int>] = []

  init(_ line: [UInt8]) {
    self.line = line
    // What was found is passed over, so the work is that of one walk with short looks ahead.
    var index = 0
    while index < line.count {
      let byte = line[index]
      var end = index + 1
      if Self.first[Int(byte)], index == 0 || !Self.isWord(line[index - 1]), let range = token(at: index) {
        found.append(range)
        end = range.upperBound
      } else if byte == 0x3A, let range = userInformation(behind: index) ?? member(before: index) {
        found.append(range)
        end = range.upperBound
      } else if byte == 0x3D, let range = assignment(before: index) {
        found.append(range)
        end = range.upperBound
      } else if byte == 0x2D, let range = keyBlock(at: index) {
        found.append(range)
        end = range.upperBound
      }
      index = end
    }
  }

  // MARK: Tokens with a beginning of their own

  private struct Shape {
    let beginning: [UInt8]
    let least: Int
    let isLegal: @Sendable (UInt8) -> Bool

    init(_ beginning: String, _ least: Int, _ isLegal: @escaping @Sendable (UInt8) -> Bool = TokenShapes.isToken) {
      self.beginning = Array(beginning.utf8)
      self.least = least
      self.isLegal = isLegal
    }
  }

  private static let shapes: [Shape] =
    [
      "sk-", "sk_live_", "sk_test_", "rk_live_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "hf_",
      "npm_", "pypi-", "dop_v1_", "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xapp-",
    ].map { Shape($0, 12) }
    + [Shape("AIza", 30), Shape("AKIA", 16, isCapital), Shape("ASIA", 16, isCapital)]

  private static let first: [Bool] = {
    var first = [Bool](repeating: false, count: 256)
    for shape in shapes { first[Int(shape.beginning[0])] = true }
    for byte in "eBb".utf8 { first[Int(byte)] = true }
    return first
  }()

  private func token(at start: Int) -> Range<Int>? {
    if line[start] == 0x65 { return webToken(at: start) }
    if let range = credentials(at: start) { return range }
    for shape in Self.shapes where has(shape.beginning, at: start) {
      let end = run(from: start + shape.beginning.count, shape.isLegal)
      if end - start - shape.beginning.count >= shape.least { return start..<end }
    }
    return nil
  }

  /// A JSON web token: `eyJ....eyJ....signature`.
  private func webToken(at start: Int) -> Range<Int>? {
    guard has(Array("eyJ".utf8), at: start) else { return nil }
    let head = run(from: start, Self.isToken)
    guard head - start >= 10, head < line.count, line[head] == 0x2E else { return nil }
    let body = run(from: head + 1, Self.isToken)
    guard body - head > 4 else { return nil }
    return start..<(body < line.count && line[body] == 0x2E ? run(from: body + 1, Self.isToken) : body)
  }

  /// What follows `Bearer` or `Basic`, unless it is a plain word.
  private func credentials(at start: Int) -> Range<Int>? {
    for scheme in ["bearer ", "basic "] where has(Array(scheme.utf8), at: start, ignoringCase: true) {
      let begin = run(from: start + scheme.utf8.count) { $0 == 0x20 }
      let end = run(from: begin) {
        Self.isToken($0) || $0 == 0x2E || $0 == 0x7E || $0 == 0x2B || $0 == 0x2F || $0 == 0x3D
      }
      let isWord = line[begin..<end].dropFirst().allSatisfy { (0x61...0x7A).contains($0) }
      if end - begin >= 8, !isWord { return begin..<end }
    }
    return nil
  }

  // MARK: Secrets by their place

  /// The password of `scheme://user:password@host`, or all before the `@` where it is long and has no colon.
  private func userInformation(behind colon: Int) -> Range<Int>? {
    guard colon + 2 < line.count, line[colon + 1] == 0x2F, line[colon + 2] == 0x2F else { return nil }
    let start = colon + 3
    let end = run(from: start) { $0 > 0x20 && $0 != 0x2F && $0 != 0x3F && $0 != 0x23 && $0 != 0x22 && $0 != 0x27 }
    guard let at = line[start..<end].lastIndex(of: 0x40) else { return nil }
    if let middle = line[start..<at].firstIndex(of: 0x3A) { return middle + 1 < at ? (middle + 1)..<at : nil }
    return at - start >= 16 ? start..<at : nil
  }

  /// The value of `"password": "..."`.
  private func member(before colon: Int) -> Range<Int>? {
    guard colon > 1, let quote = Self.quote(line[colon - 1]), isSecret(nameBefore: colon - 1) else { return nil }
    let start = run(from: colon + 1) { $0 == 0x20 }
    guard start < line.count, line[start] == quote else { return nil }
    return value(from: start)
  }

  /// The value of `password=...`.
  private func assignment(before equals: Int) -> Range<Int>? {
    guard equals > 0, isSecret(nameBefore: equals) else { return nil }
    return value(from: equals + 1)
  }

  private func isSecret(nameBefore end: Int) -> Bool {
    var start = end
    while start > 0, end - start < 128, Self.isToken(line[start - 1]) { start -= 1 }
    return start < end && SecretNames.contains(line[start..<end])
  }

  private func value(from start: Int) -> Range<Int>? {
    guard start < line.count else { return nil }
    let begin: Int
    let end: Int
    if let quote = Self.quote(line[start]) {
      begin = start + 1
      end = run(from: begin) { $0 != quote }
    } else {
      begin = start
      end = run(from: begin) { $0 > 0x20 && ![0x26, 0x3B, 0x2C, 0x22, 0x27, 0x29, 0x7D, 0x5D].contains($0) }
    }
    return end - begin >= 4 ? begin..<end : nil
  }

  /// A private key in one line, its line ends escaped.
  private func keyBlock(at start: Int) -> Range<Int>? {
    // Only here: a line of nothing but dashes shall not be searched from each of them.
    guard KeyBlock.begin(in: line[start...].prefix(KeyBlock.longestBeginning)) == start else { return nil }
    return start..<(KeyBlock.end(in: line[start...]) ?? line.count)
  }

  // MARK: Bytes

  private static func quote(_ byte: UInt8) -> UInt8? { byte == 0x22 || byte == 0x27 ? byte : nil }

  private func run(from start: Int, _ isLegal: (UInt8) -> Bool) -> Int {
    var end = start
    while end < line.count, isLegal(line[end]) { end += 1 }
    return end
  }

  private func has(_ text: [UInt8], at start: Int, ignoringCase: Bool = false) -> Bool {
    guard text.count <= line.count - start else { return false }
    for (offset, byte) in text.enumerated() {
      let here = line[start + offset]
      guard here == byte || ignoringCase && here | 0x20 == byte else { return false }
    }
    return true
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
  }

  private static func isToken(_ byte: UInt8) -> Bool { isWord(byte) || byte == 0x2D }

  private static func isCapital(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
  }
}

/// The lines around a private key in PEM.
enum KeyBlock {
  private static let dashes = Array("-----".utf8)
  private static let name = Array("PRIVATE KEY".utf8)
  static let longestBeginning = 51

  /// Where `-----BEGIN ... PRIVATE KEY` stands.
  static func begin(in line: ArraySlice<UInt8>) -> Int? { find("-----BEGIN ", in: line)?.lowerBound }

  /// Where the block's last line ends that stands in the same line.
  static func end(in line: ArraySlice<UInt8>) -> Int? {
    guard let end = find("-----END ", in: line) else { return nil }
    var last = end.upperBound
    while last < line.endIndex, line[last] != 0x2D { last += 1 }
    while last < line.endIndex, line[last] == 0x2D { last += 1 }
    return last
  }

  private static func find(_ text: String, in line: ArraySlice<UInt8>) -> Range<Int>? {
    let text = Array(text.utf8)
    guard line.count >= text.count + name.count else { return nil }
    for start in line.startIndex...(line.endIndex - text.count)
    where line[start] == 0x2D && line[start..<(start + text.count)].elementsEqual(text) {
      let rest = line[(start + text.count)...].prefix(40)
      guard rest.count >= name.count else { return nil }
      for place in rest.startIndex...(rest.endIndex - name.count)
      where rest[place..<(place + name.count)].elementsEqual(name) {
        return start..<(place + name.count)
      }
    }
    return nil
  }
}
