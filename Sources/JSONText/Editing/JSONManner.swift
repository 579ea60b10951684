/// How the author of a text writes JSON: line ends, indentation, blanks.
struct JSONManner: Sendable {
  private let newline: [UInt8]
  private let indentation: [UInt8]
  /// Whether the document is spread over lines at all.
  let isSpread: Bool
  /// No blanks behind colons and commas.
  let isTight: Bool
  /// The colon between key and value, with its blank.
  let colon: [UInt8]

  init(of text: [UInt8]) {
    let firstEnd = text.firstIndex(of: 0x0A)
    let end = text.lastIndex { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } ?? 0
    isSpread = firstEnd.map { $0 < end } ?? false
    newline = firstEnd.map { $0 > 0 && text[$0 - 1] == 0x0D } ?? false ? [0x0D, 0x0A] : [0x0A]
    let afterEnd = firstEnd.map { text[($0 + 1)...].prefix { $0 == 0x20 || $0 == 0x09 } } ?? []
    indentation = afterEnd.isEmpty || !isSpread ? [0x20, 0x20] : Array(afterEnd)
    let firstColon = text.firstIndex(of: 0x3A)
    isTight = !isSpread && firstColon.map { $0 + 1 < text.count && text[$0 + 1] != 0x20 } ?? false
    let tightColon = firstColon.map { $0 + 1 < text.count && text[$0 + 1] != 0x20 } ?? false
    colon = tightColon ? [0x3A] : [0x3A, 0x20]
  }

  /// Whether a value that is in the text stands on several lines.
  func isSpread(_ node: JSONNode, in text: [UInt8]) -> Bool { text[node.range].contains(0x0A) }

  /// Whether a value is short enough to stand on one line of a document that is spread.
  func fits(_ value: JSONNode) -> Bool { value.compact.count <= 72 }

  func lineBreak(_ depth: Int) -> [UInt8] {
    newline + Array(repeatElement(indentation, count: depth).joined())
  }

  /// The value as text; `depth` is that of the line that it begins on.
  func written(_ node: JSONNode, depth: Int, onOneLine: Bool) -> [UInt8] {
    var out: [UInt8] = []
    write(node, depth, onOneLine, &out)
    return out
  }

  private func write(_ node: JSONNode, _ depth: Int, _ onOneLine: Bool, _ out: inout [UInt8]) {
    switch node.content {
    case .object(let members) where !members.isEmpty:
      out.append(0x7B)
      for (index, member) in members.enumerated() {
        separate(index, depth, onOneLine, &out)
        JSONWriter.append(member.key.string, to: &out)
        out += colon
        write(member.value, depth + 1, onOneLine, &out)
      }
      if !onOneLine { out += lineBreak(depth) }
      out.append(0x7D)
    case .array(let elements) where !elements.isEmpty:
      out.append(0x5B)
      let scalars = elements.allSatisfy { $0.members == nil && $0.elements == nil }
      for (index, element) in elements.enumerated() {
        separate(index, depth, onOneLine || scalars, &out)
        write(element, depth + 1, onOneLine, &out)
      }
      if !onOneLine && !scalars { out += lineBreak(depth) }
      out.append(0x5D)
    default:
      out += node.compact
    }
  }

  private func separate(_ index: Int, _ depth: Int, _ onOneLine: Bool, _ out: inout [UInt8]) {
    if index > 0 { out.append(0x2C) }
    if !onOneLine {
      out += lineBreak(depth + 1)
    } else if index > 0 && !isTight {
      out.append(0x20)
    }
  }
}
