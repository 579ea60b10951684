internal import JSONText

/// The arguments of a call after they were held against the tool's parameters.
struct DemoArguments {
  private var values: [String: JSONNode] = [:]

  init(_ node: JSONNode?, for parameters: [DemoParameter]) throws(DemoFailure) {
    let members = node?.members ?? []
    for member in members {
      guard let parameter = parameters.first(where: { member.key == ExactText($0.name) }) else {
        throw DemoFailure("unknown argument `\(member.key)`")
      }
      guard Self.fits(member.value, parameter.kind) else {
        throw DemoFailure("argument `\(parameter.name)` is not \(Self.inWords(parameter.kind))")
      }
      values[parameter.name] = member.value
    }
    for parameter in parameters where parameter.isRequired && values[parameter.name] == nil {
      throw DemoFailure("argument `\(parameter.name)` is missing")
    }
  }

  /// Empty where an optional argument was left out.
  func text(_ name: String) -> String { values[name]?.string ?? "" }
  func textIfPresent(_ name: String) -> String? { values[name]?.string }
  func whole(_ name: String, otherwise: Int) -> Int { values[name]?.integer ?? otherwise }

  func sum(_ name: String) -> Money {
    guard case .number(let number)? = values[name]?.content else { return Money(cents: 0) }
    return Money(number.text) ?? Money(cents: 0)
  }

  private static func fits(_ value: JSONNode, _ kind: DemoParameter.Kind) -> Bool {
    switch kind {
    case .text: value.string != nil
    case .whole(let range): value.integer.map(range.contains) ?? false
    case .choice(let values): value.string.map(values.contains) ?? false
    case .sum:
      if case .number(let number) = value.content { Money(number.text) != nil } else { false }
    }
  }

  private static func inWords(_ kind: DemoParameter.Kind) -> String {
    switch kind {
    case .text: "a string"
    case .whole(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .sum: "a sum with at most two digits after the point"
    case .choice(let values): "one of " + values.joined(separator: ", ")
    }
  }
}
