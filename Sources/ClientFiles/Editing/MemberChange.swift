package import JSONText

/// What is to be different in one member of an entry.
package struct MemberChange: Hashable, Sendable {
  package var key: ExactText
  /// What it is called then; nil for what it is called now.
  package var name: ExactText?
  /// Nil takes the member away.
  package var value: JSONNode?

  package init(_ key: ExactText, name: ExactText? = nil, _ value: JSONNode?) {
    self.key = key
    self.name = name
    self.value = value
  }
}

/// Why an entry is not changed.
package struct EditRefusal: Error, Hashable, Sendable {
  package var message: String

  package init(_ message: String) { self.message = message }
}

/// Replacements in one text, each by its place in the text before all of them.
struct Splices {
  private var splices: [(range: Range<Int>, bytes: [UInt8])] = []

  mutating func replace(_ range: Range<Int>, with bytes: [UInt8]) { splices.append((range, bytes)) }
  mutating func insert(_ bytes: [UInt8], at offset: Int) { splices.append((offset..<offset, bytes)) }

  /// The text with all of them; those at one place in the order in which they were made.
  ///
  /// Throws: `EditRefusal` if two of them want the same bytes.
  func applied(to text: [UInt8]) throws(EditRefusal) -> [UInt8] {
    let ordered = splices.enumerated().sorted {
      ($0.element.range.lowerBound, $0.element.range.upperBound, $0.offset)
        < ($1.element.range.lowerBound, $1.element.range.upperBound, $1.offset)
    }.map(\.element)
    var result: [UInt8] = []
    var position = 0
    for splice in ordered {
      guard splice.range.lowerBound >= position, splice.range.upperBound <= text.count else {
        throw EditRefusal("the parts of its entry overlap")
      }
      result += text[position..<splice.range.lowerBound]
      result += splice.bytes
      position = splice.range.upperBound
    }
    return result + text[position...]
  }
}

/// Values as they are written on one line.
enum OneLine {
  /// JSON, which is flow style to YAML; `tight` leaves blanks out.
  static func json(_ node: JSONNode, tight: Bool = false) -> [UInt8] {
    guard !tight else { return node.compact }
    var bytes: [UInt8] = []
    switch node.content {
    case .array(let elements) where !elements.isEmpty:
      bytes.append(0x5B)
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes += [0x2C, 0x20] }
        bytes += json(element)
      }
      bytes.append(0x5D)
    case .object(let members) where !members.isEmpty:
      bytes.append(0x7B)
      for (index, member) in members.enumerated() {
        if index > 0 { bytes += [0x2C, 0x20] }
        JSONWriter.append(member.key.string, to: &bytes)
        bytes += [0x3A, 0x20]
        bytes += json(member.value)
      }
      bytes.append(0x7D)
    default: bytes = node.compact
    }
    return bytes
  }

  static func toml(_ node: JSONNode) throws(EditRefusal) -> [UInt8] {
    switch node.content {
    case .string(let text): return tomlString(text.string)
    case .bool, .number: return node.compact
    case .null: throw EditRefusal("TOML has no null")
    case .array(let elements):
      var bytes: [UInt8] = [0x5B]
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes += [0x2C, 0x20] }
        bytes += try toml(element)
      }
      return bytes + [0x5D]
    case .object(let members):
      guard !members.isEmpty else { return [0x7B, 0x7D] }
      var bytes: [UInt8] = [0x7B, 0x20]
      for (index, member) in members.enumerated() {
        if index > 0 { bytes += [0x2C, 0x20] }
        bytes += tomlKey(member.key.string) + [0x20, 0x3D, 0x20]
        bytes += try toml(member.value)
      }
      return bytes + [0x20, 0x7D]
    }
  }

  static func tomlKey(_ key: String) -> [UInt8] {
    !key.isEmpty && key.utf8.allSatisfy(TOMLReader.isBare) ? Array(key.utf8) : tomlString(key)
  }

  private static func tomlString(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    JSONWriter.append(text, to: &bytes)
    // TOML wants this one escaped, too.
    return bytes.flatMap { $0 == 0x7F ? Array("\\u007F".utf8) : [$0] }
  }
}
