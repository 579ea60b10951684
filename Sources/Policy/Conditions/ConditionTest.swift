import JSONText
import RegularExpressions

/// What a condition does with a value that was found, with all worked out that can be when the policy is read.
enum ConditionTest: Sendable {
  case equal(JSONNode, isNegated: Bool)
  case among(Set<JSONMeaning>, isNegated: Bool)
  case ordered(ConditionOrder, ExactDecimal)
  case contains(JSONNode, TextSearch?, isNegated: Bool)
  case begins(ExactText)
  case ends(ExactText)
  case glob(NamePattern)
  case regex(RegularExpression, isNegated: Bool)
  case exists(Bool)
  case length(ConditionOrder, Int)
  case within([FolderPath])
  case host(HostList)

  /// How one value of a call came out.
  enum Verdict: Hashable, Sendable {
    case holds, fails
    /// Null, which this operator takes for a missing value.
    case missing
    case wrongType(ConditionMisfit)
  }

  /// Whether the operator holds where it finds nothing, in an entry that holds things back.
  var holdsForMissing: Bool {
    switch self {
    case .equal(_, let isNegated), .among(_, let isNegated), .contains(_, _, let isNegated), .regex(_, let isNegated):
      isNegated
    case .exists(let wanted): !wanted
    case .ordered, .begins, .ends, .glob, .length, .within, .host: false
    }
  }

  /// Whether null is compared like any value.
  private var takesNull: Bool {
    switch self {
    case .equal(let value, _): value.isNull
    case .among(let values, _): values.contains(JSONMeaning(JSONNode(.null)))
    case .ordered, .contains, .begins, .ends, .glob, .regex, .exists, .length, .within, .host: false
    }
  }

  func verdict(on found: JSONNode) -> Verdict {
    if found.isNull && !takesNull { return .missing }
    switch self {
    case .equal(let value, let isNegated): return .of(found.means(value) != isNegated)
    case .among(let values, let isNegated): return .of(values.contains(JSONMeaning(found)) != isNegated)
    case .ordered(let order, let bound):
      guard case .number(let number) = found.content else { return .wrongType(.kind(found.kindInWords)) }
      guard let value = ExactDecimal(number) else { return .wrongType(.extreme) }
      return .of(order.holds(value, bound))
    case .contains(let value, let search, let isNegated):
      switch found.content {
      case .array(let elements): return .of(elements.contains { $0.means(value) } != isNegated)
      case .string(let text):
        guard let search else { return .wrongType(.textForElement(value.kindInWords)) }
        return .of(search.isFound(in: text) != isNegated)
      case .null, .bool, .number, .object: return .wrongType(.kind(found.kindInWords))
      }
    case .exists(let wanted): return .of(wanted)
    case .length(let order, let bound):
      switch found.content {
      case .string(let text): return .of(order.holds(text.string.unicodeScalars.count, bound))
      case .array(let elements): return .of(order.holds(elements.count, bound))
      case .object(let members): return .of(order.holds(members.count, bound))
      case .null, .bool, .number: return .wrongType(.kind(found.kindInWords))
      }
    case .begins, .ends, .glob, .regex, .within, .host:
      guard let text = found.text else { return .wrongType(.kind(found.kindInWords)) }
      return verdict(on: text)
    }
  }

  /// The operators that take strings only.
  private func verdict(on text: ExactText) -> Verdict {
    switch self {
    case .begins(let prefix): .of(text.utf8.starts(with: prefix.utf8))
    case .ends(let suffix): .of(text.utf8.reversed().starts(with: suffix.utf8.reversed()))
    case .glob(.exact(let name)): .of(text == name)
    case .glob(.glob(let glob)): .of(glob.matches(text))
    case .regex(let pattern, let isNegated): .of(pattern.matches(text.string) != isNegated)
    case .within(let folders): FolderPath.verdict(on: text, folders)
    case .host(let hosts): hosts.verdict(on: text)
    case .equal, .among, .ordered, .contains, .exists, .length: .fails
    }
  }
}

extension ConditionTest.Verdict {
  fileprivate static func of(_ holds: Bool) -> Self { holds ? .holds : .fails }
}

/// The four comparisons of numbers and of lengths.
enum ConditionOrder: Hashable, Sendable {
  case less, lessOrEqual, greater, greaterOrEqual

  func holds<Value: Comparable>(_ value: Value, _ bound: Value) -> Bool {
    switch self {
    case .less: value < bound
    case .lessOrEqual: value <= bound
    case .greater: value > bound
    case .greaterOrEqual: value >= bound
    }
  }
}

/// Why an operator cannot take a value; the entry then fails closed.
enum ConditionMisfit: Hashable, Sendable {
  /// The value's own type.
  case kind(String)
  /// A number that is too great or too small to compare.
  case extreme
  /// A string, where the condition's value (of this type) can only be an element.
  case textForElement(String)
  /// A text, or with those before it too much text, that may take a pattern too long.
  case longText
  /// A path that depends on what is not known here.
  case path(FolderPath.Doubt)
  /// A URL that programs read differently.
  case url(URLHost.Doubt)
}
