internal import JSONText

/// Writes JSON over many lines, with the keys in the order of their bytes, in which nothing can hide.
///
/// Beside what JSON demands, everything is escaped that is not seen, or is not seen as what it is: a reviewer looks at the
/// file with whatever shows differences.
struct PinText {
  private(set) var bytes: [UInt8] = []
  private var depth = 0
  private var isFirst = true

  mutating func object(_ body: (inout PinText) -> Void) {
    open(0x7B)
    body(&self)
    close(0x7D)
  }

  mutating func key(_ key: String) {
    next()
    Self.append(key, to: &bytes)
    bytes.append(contentsOf: ": ".utf8)
  }

  mutating func member(_ key: String, _ value: String?) {
    guard let value else { return }
    self.key(key)
    Self.append(value, to: &bytes)
  }

  mutating func member(_ key: String, _ value: Int) {
    self.key(key)
    bytes.append(contentsOf: String(value).utf8)
  }

  /// Writes a value with all that is in it.
  mutating func value(_ node: JSONNode) {
    switch node.content {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .number(let number): bytes.append(contentsOf: number.text.utf8)
    case .string(let text): Self.append(text.string, to: &bytes)
    case .array(let elements):
      // A list of plain words stays on one line.
      if elements.allSatisfy(\.isPlain) {
        bytes.append(0x5B)
        for (index, element) in elements.enumerated() {
          if index > 0 { bytes.append(contentsOf: ", ".utf8) }
          value(element)
        }
        bytes.append(0x5D)
      } else {
        open(0x5B)
        for element in elements {
          next()
          value(element)
        }
        close(0x5D)
      }
    case .object(let members):
      object { text in
        for member in members.sorted(by: { $0.key < $1.key }) {
          text.key(member.key.string)
          text.value(member.value)
        }
      }
    }
  }

  mutating func end() { bytes.append(0x0A) }

  private mutating func open(_ bracket: UInt8) {
    bytes.append(bracket)
    depth += 1
    isFirst = true
  }

  private mutating func close(_ bracket: UInt8) {
    depth -= 1
    if !isFirst { line() }
    bytes.append(bracket)
    isFirst = false
  }

  private mutating func next() {
    if !isFirst { bytes.append(0x2C) }
    isFirst = false
    line()
  }

  private mutating func line() {
    bytes.append(0x0A)
    for _ in 0..<depth { bytes.append(contentsOf: "  ".utf8) }
  }

  /// Appends a quoted string.
  static func append(_ value: String, to bytes: inout [UInt8]) {
    bytes.append(0x22)
    for scalar in value.unicodeScalars {
      switch scalar.value {
      case 0x22: bytes.append(contentsOf: [0x5C, 0x22])
      case 0x5C: bytes.append(contentsOf: [0x5C, 0x5C])
      case 0x0A: bytes.append(contentsOf: [0x5C, 0x6E])
      case 0x0D: bytes.append(contentsOf: [0x5C, 0x72])
      case 0x09: bytes.append(contentsOf: [0x5C, 0x74])
      case 0x20..<0x7F: bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      default:
        guard scalar.mayHide else {
          bytes.append(contentsOf: Array(String(scalar).utf8))
          continue
        }
        for unit in UTF16.encode(scalar) ?? .init() {
          let digits = String(unit, radix: 16)
          bytes.append(contentsOf: "\\u".utf8)
          bytes.append(contentsOf: String(repeating: "0", count: 4 - digits.utf8.count).utf8)
          bytes.append(contentsOf: digits.utf8)
        }
      }
    }
    bytes.append(0x22)
  }
}

extension JSONNode {
  fileprivate var isPlain: Bool {
    switch content {
    case .null, .bool, .number, .string: true
    case .array, .object: false
    }
  }
}

extension Unicode.Scalar {
  /// Whether a reader would not see it, or take it for something else.
  var mayHide: Bool {
    let properties = properties
    if properties.isDefaultIgnorableCodePoint || properties.isVariationSelector { return true }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: return true
    case .spaceSeparator: return value != 0x20
    default: return false
    }
  }
}
