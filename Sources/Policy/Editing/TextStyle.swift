import JSONText

/// How a text is laid out, read off the text itself, so that what is added looks like what is there.
struct TextStyle: Sendable {
  /// What a new value is for; each kind is laid out like the first of its kind in the text.
  enum Kind: Hashable, Sendable {
    /// `tools`, `servers`, the part of one server.
    case container
    case rule, limits, limit, hide
  }

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
  private var isSpread: [Kind: Bool] = [:]
  private var isSpreadElsewhere = false

  func isSpread(_ kind: Kind) -> Bool {
    guard !isOneLine else { return false }
    return kind == .container || (isSpread[kind] ?? isSpreadElsewhere)
  }

  mutating func spreads(_ kind: Kind, _ value: Bool) { isSpread[kind] = value }

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
    for member in members { probe.look(member, depth: 0) }
    if let comma = probe.comma {
      self.comma = comma
    } else if colon.count == 1 {
      comma = [0x2C]
    }
    if let padding = probe.padding { self.padding = padding }
    isSpread = probe.isSpread
    isSpreadElsewhere = probe.hasSpreadLeaf && !probe.hasFlatLeaf
  }

  /// Looks at the first values of each kind.
  private struct Probe {
    let text: [UInt8]
    let lines: LayoutProbe
    var isSpread: [Kind: Bool] = [:]
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

    mutating func look(_ member: JSONMember, depth: Int, kind: Kind? = nil) {
      let inner: Kind? =
        switch member.key {
        case "tools", "resources", "prompts", "server_requests": .rule
        case "limits": .limit
        default: nil
        }
      let own: Kind? =
        switch member.key {
        case "limits": .limits
        case "hide": .hide
        case "all_tools": .rule
        default: kind
        }
      look(member.value, depth: depth, own: own, inner: inner)
    }

    private mutating func look(_ node: JSONNode, depth: Int, own: Kind?, inner: Kind?) {
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
      if let own, isSpread[own] == nil { isSpread[own] = isWide }
      if own != nil || inner == nil, depth > 0 {
        if isWide { hasSpreadLeaf = true } else { hasFlatLeaf = true }
      }
      if !isWide {
        if padding == nil, node.members != nil { padding = Array(text[lead]) }
        if comma == nil, starts.count > 1, !lines.isSpread(ends[0]..<starts[1]) {
          comma = Array(text[ends[0]..<starts[1]])
        }
      }
      for member in node.members ?? [] { look(member, depth: depth + 1, kind: inner) }
      for element in node.elements ?? [] { look(element, depth: depth + 1, own: inner, inner: nil) }
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
