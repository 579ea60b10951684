import JSONText

/// How a text is laid out, read off the text itself, so that what is added looks like what is there.
struct TextStyle: Sendable {
  /// LF or CR LF.
  var newline: [UInt8] = [0x0A]
  /// One step of indentation.
  var unit: [UInt8] = [0x20, 0x20]
  /// Between a key and its value.
  var colon: [UInt8] = [0x3A, 0x20]
  /// Between the members of an object on one line.
  var comma: [UInt8] = [0x2C, 0x20]
  /// Inside the braces of an object on one line.
  var padding: [UInt8] = []
  /// Whether the whole text stands on one line.
  var isOneLine = false
  /// Values of each shape are laid out like the first of the shape in the text.
  private var isSpread: [PolicyShape: Bool] = [:]
  private var isSpreadElsewhere = false

  func isSpread(_ shape: PolicyShape) -> Bool {
    guard !isOneLine else { return false }
    return shape.isContainer || (isSpread[shape] ?? isSpreadElsewhere)
  }

  mutating func spreads(_ shape: PolicyShape, _ value: Bool) { isSpread[shape] = value }

  init(_ lines: LayoutProbe, _ root: JSONNode) {
    let text = lines.text
    if let first = text.firstIndex(of: 0x0A), first > 0, text[first - 1] == 0x0D { newline = [0x0D, 0x0A] }
    isOneLine = !lines.isSpread(root.range)
    guard let members = root.members, let first = members.first else { return }
    colon = Array(text[first.keyRange.upperBound..<first.value.range.lowerBound])
    let lead = root.range.lowerBound + 1..<first.keyRange.lowerBound
    if lines.isSpread(lead) {
      let step = lines.indentation(of: first.keyRange.lowerBound).dropFirst(
        lines.indentation(of: root.range.lowerBound).count)
      if !step.isEmpty { unit = Array(step) }
    } else {
      padding = Array(text[lead])
    }
    var probe = Probe(text: text, lines: lines)
    for member in members { probe.look(member.value, PolicyShape.policy.child(member.key), depth: 0) }
    if let comma = probe.comma {
      self.comma = comma
    } else if colon.count == 1 {
      comma = [0x2C]
    }
    if let padding = probe.padding { self.padding = padding }
    isSpread = probe.isSpread
    isSpreadElsewhere = probe.hasSpreadLeaf && !probe.hasFlatLeaf
  }

  /// Looks at the first values of each shape.
  private struct Probe {
    let text: [UInt8]
    let lines: LayoutProbe
    var isSpread: [PolicyShape: Bool] = [:]
    var comma: [UInt8]?
    var padding: [UInt8]?
    var hasSpreadLeaf = false
    var hasFlatLeaf = false
    /// A big text shows its style early.
    var patience = 400

    init(text: [UInt8], lines: LayoutProbe) {
      self.text = text
      self.lines = lines
    }

    mutating func look(_ node: JSONNode, _ shape: PolicyShape, depth: Int) {
      patience -= 1
      guard patience > 0 else { return }
      let starts: [Int]
      let ends: [Int]
      switch node.content {
      case .object(let members):
        starts = members.map(\.keyRange.lowerBound)
        ends = members.map(\.value.range.upperBound)
      case .array(let elements):
        starts = elements.map(\.range.lowerBound)
        ends = elements.map(\.range.upperBound)
      case .null, .bool, .number, .string: return
      }
      guard let first = starts.first else { return }
      let lead = node.range.lowerBound + 1..<first
      let isWide = lines.isSpread(lead)
      if !shape.isContainer, isSpread[shape] == nil { isSpread[shape] = isWide }
      if shape != .section, depth > 0 {
        if isWide { hasSpreadLeaf = true } else { hasFlatLeaf = true }
      }
      if !isWide {
        if padding == nil, node.members != nil { padding = Array(text[lead]) }
        if comma == nil, starts.count > 1, !lines.isSpread(ends[0]..<starts[1]) {
          comma = Array(text[ends[0]..<starts[1]])
        }
      }
      for member in node.members ?? [] { look(member.value, shape.child(member.key), depth: depth + 1) }
      for element in node.elements ?? [] { look(element, shape.element, depth: depth + 1) }
    }
  }
}

/// Questions about the white space of a text.
struct LayoutProbe: Sendable {
  let text: [UInt8]
  private let lines: LineIndex

  init(_ text: [UInt8]) {
    self.text = text
    lines = LineIndex(text)
  }

  /// Whether some bytes hold a line end.
  func isSpread(_ range: Range<Int>) -> Bool { text[range].contains(0x0A) }

  /// The white space at the start of the line of an offset.
  func indentation(of offset: Int) -> [UInt8] {
    let start = lines.start(ofLineWith: offset)
    return Array(text[start..<offset].prefix { $0 == 0x20 || $0 == 0x09 })
  }
}
