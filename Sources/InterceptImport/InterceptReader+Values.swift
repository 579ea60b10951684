import JSONText
import Policy

/// The values that conditions compare with.
extension InterceptReader {
  mutating func number(_ node: YAMLNode, _ op: InterceptOperator) -> InterceptNumber? {
    guard case .scalar(let scalar) = node.content else {
      refuse(node, "`\(op.rawValue)` compares with a number")
      return nil
    }
    switch scalar.resolved {
    case .number(let number): return number
    case .odd(let what, let help): error(node.place, "`\(scalar.text)` is \(what)", help: help)
    case .null, .bool, .string: refuse(node, "`\(op.rawValue)` compares with a number")
    }
    return nil
  }

  mutating func bool(_ node: YAMLNode) -> Carried? {
    guard case .scalar(let scalar) = node.content, case .bool(let value) = scalar.resolved else {
      refuse(node, "`exists` is `true` or `false`")
      return nil
    }
    return Carried(.bool(value), node.place)
  }

  /// The pattern of `regex`, or what `contains` looks for.
  mutating func plainText(_ node: YAMLNode, _ op: InterceptOperator) -> Carried? {
    guard case .scalar(let scalar) = node.content, scalar.resolved == .string else {
      if op == .contains, !node.isRefused {
        error(
          node.place, "`contains` has no equal here for \(node.kindInWords)",
          help: "Intercept finds it in lists only, also as a text that prints alike; write a text")
      } else {
        refuse(node, "`\(op.rawValue)` compares with a text")
      }
      return nil
    }
    if op == .contains {
      guard let values = alternatives(node) else { return nil }
      guard values.count == 1 else {
        error(
          node.place,
          "in a list, Intercept takes `\(scalar.text)` both for the text and for the value that it prints so",
          help: "there is no `contains` for both; write a `regex` if it is to be found in a text")
        return nil
      }
    }
    return Carried(.text(scalar.text), node.place)
  }

  mutating func list(_ node: YAMLNode, _ op: InterceptOperator) -> [Carried]? {
    guard case .sequence(let elements) = node.content else {
      refuse(node, "`\(op.rawValue)` compares with a list")
      return nil
    }
    guard !elements.isEmpty else {
      error(
        node.place, "an empty list holds nothing",
        help: op == .in ? "write `action: deny`" : "write `exists` if the value must be there")
      return nil
    }
    var values: [Carried] = []
    var seen: Set<ExactText> = []
    var isComplete = true
    for (index, element) in elements.enumerated() {
      guard let more = inside(String(index), body: { $0.alternatives(element) }) else {
        isComplete = false
        continue
      }
      values += more.filter { seen.insert(ExactText(String(decoding: $0.text, as: UTF8.self))).inserted }
    }
    return isComplete ? values : nil
  }

  /// What Intercept takes for equal to a value: two values of different types are equal if they print alike.
  mutating func alternatives(_ node: YAMLNode) -> [Carried]? {
    guard case .scalar(let scalar) = node.content else {
      if !node.isRefused {
        error(
          node.place, "Intercept compares \(node.kindInWords) by how it prints, which has no equal here",
          help: "compare with texts, numbers or truth values")
      }
      return nil
    }
    func value(_ content: Carried.Content) -> Carried { Carried(content, node.place) }
    switch scalar.resolved {
    case .null: return [value(.null), value(.text("<nil>"))]
    case .bool(let bool): return [value(.bool(bool)), value(.text(bool ? "true" : "false"))]
    case .number(let number): return [value(.number(number.json)), value(.text(number.printed))]
    case .odd(let what, let help):
      error(node.place, "`\(scalar.text)` is \(what)", help: help)
      return nil
    case .string: return alternatives(scalar, node.place)
    }
  }

  private mutating func alternatives(_ scalar: YAMLScalar, _ place: TextPlace) -> [Carried]? {
    let text = scalar.text
    let bytes = Array(text.utf8)
    let same = Carried(.text(text), place)
    if scalar.isPlain, ["yes", "no", "on", "off"].contains(text.lowercased()) {
      note(place, "`\(text)` is a text to Intercept, no truth value", help: "write `true` or `false` if one is meant")
    }
    let isList = bytes.first == 0x5B && bytes.last == 0x5D && bytes.count > 1
    let isMapping = bytes.starts(with: "map[".utf8) && bytes.last == 0x5D
    guard !isList, !isMapping, !bytes.elementsEqual("-0".utf8) else {
      error(
        place,
        "`\(text)` is also how Intercept prints \(isList ? "a list" : isMapping ? "an object" : "the number -0")",
        help: "there is no equal here; write a `regex` for the text")
      return nil
    }
    if bytes.elementsEqual("<nil>".utf8) { return [same, Carried(.null, place)] }
    if bytes.elementsEqual("true".utf8) { return [same, Carried(.bool(true), place)] }
    if bytes.elementsEqual("false".utf8) { return [same, Carried(.bool(false), place)] }
    if let number = InterceptNumber(printedAs: text) { return [same, Carried(.number(number.json), place)] }
    return [same]
  }

  private mutating func refuse(_ node: YAMLNode, _ message: String) {
    guard !node.isRefused else { return }
    error(node.place, "\(message), not \(node.kindInWords)", help: "Intercept refuses it too")
  }
}
