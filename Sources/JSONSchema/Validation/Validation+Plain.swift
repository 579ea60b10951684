import JSONText
import RegularExpressions

extension Validation {
  // MARK: Any type

  static func fits(_ value: JSONNode, _ types: TypeSet) -> Bool {
    switch value.content {
    case .null: types.contains(.null)
    case .bool: types.contains(.boolean)
    case .string: types.contains(.string)
    case .array: types.contains(.array)
    case .object: types.contains(.object)
    case .number(let number): types.contains(.number) || types.contains(.integer) && isWhole(number)
    }
  }

  private static func isWhole(_ number: JSONNumber) -> Bool {
    if number.text.utf8.allSatisfy({ $0 == 0x2D || 0x30...0x39 ~= $0 }) { return true }
    return ExactDecimal(number)?.isWhole ?? false
  }

  mutating func isAmong(_ allowed: Kept<AllowedValues>, _ value: JSONNode) -> Bool {
    guard value.isNested else {
      if case .string(let text) = value.content, !spend(Work.text(text)) { return false }
      return allowed.value.plain.contains(JSONMeaning(value))
    }
    for candidate in allowed.value.nested {
      guard spend(candidate.work) else { return false }
      if candidate.value.means(value) { return true }
    }
    return false
  }

  // MARK: Numbers

  mutating func check(_ number: JSONNumber, _ schema: Kept<Subschema>) -> Bool {
    guard let rules = schema.value.numbers else { return true }
    guard spend(1 + number.text.utf8.count / 16) else { return false }
    guard let value = ExactDecimal(number) else { return exhaust("there is too extreme a number") }
    if let bound = rules.value.minimum, value < bound {
      return fail(schema, "minimum", "it is below the minimum")
    }
    if let bound = rules.value.maximum, value > bound {
      return fail(schema, "maximum", "it is above the maximum")
    }
    if let bound = rules.value.exclusiveMinimum, value <= bound {
      return fail(schema, "exclusiveMinimum", "it is not above the exclusive minimum")
    }
    if let bound = rules.value.exclusiveMaximum, value >= bound {
      return fail(schema, "exclusiveMaximum", "it is not below the exclusive maximum")
    }
    if let divisor = rules.value.multipleOf {
      guard spend(rules.value.multipleOfLength * number.text.utf8.count / 128) else { return false }
      if !value.isMultiple(of: divisor) {
        return fail(schema, "multipleOf", "it is no multiple of what it must be one of")
      }
    }
    return true
  }

  // MARK: Strings

  mutating func check(_ text: ExactText, _ schema: Kept<Subschema>) -> Bool {
    guard let rules = schema.value.strings else { return true }
    if rules.value.minimum != nil || rules.value.maximum != nil {
      guard spend(Work.text(text)) else { return false }
      // Characters are Unicode scalars, of which each has one byte that is no continuation.
      let count = text.utf8.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
      if let minimum = rules.value.minimum, count < minimum {
        return fail(schema, "minLength", "fewer than \(Words.count(minimum, "character"))")
      }
      if let maximum = rules.value.maximum, count > maximum {
        return fail(schema, "maxLength", "more than \(Words.count(maximum, "character"))")
      }
    }
    if let pattern = rules.value.pattern {
      guard matches(text, pattern) || exhaustion != nil else {
        return fail(schema, "pattern", "it does not match the pattern")
      }
    }
    return exhaustion == nil
  }

  mutating func matches(_ text: ExactText, _ pattern: Int) -> Bool {
    let expression = program.patterns[pattern]
    guard spend(Work.search(text, expression)) else { return false }
    return expression.matches(text.string)
  }
}
