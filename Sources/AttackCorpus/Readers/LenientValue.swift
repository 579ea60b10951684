internal import JSONText

/// A JSON value as some reader of the field takes it.
package indirect enum LenientValue: Sendable {
  case null
  case bool(Bool)
  /// As it is written.
  case number(String)
  case string(String)
  case array([LenientValue])
  /// All members in their order; which of two alike counts is the reader's choice.
  case object([(key: String, value: LenientValue)])
  /// Nested deeper than anybody looks here.
  case deep

  package var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  package var isNull: Bool {
    guard case .null = self else { return false }
    return true
  }

  package var isObject: Bool {
    guard case .object = self else { return false }
    return true
  }

  /// The value as JSON.
  package var json: String {
    switch self {
    case .null, .deep: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .number(let text): return text
    case .string(let text):
      var out: [UInt8] = []
      JSONWriter.append(text, to: &out)
      return String(decoding: out, as: UTF8.self)
    case .array(let elements): return "[" + elements.map(\.json).joined(separator: ",") + "]"
    case .object(let members):
      return "{" + members.map { LenientValue.string($0.key).json + ":" + $0.value.json }.joined(separator: ",") + "}"
    }
  }
}

/// What a reader lets pass that the standard does not, and which of two readings it takes.
package struct Leniency: Hashable, Sendable {
  /// What becomes of bytes or halves of surrogate pairs that are no characters.
  package enum Repair: Hashable, Sendable { case refuse, replace, drop }

  /// Of two members with one key the first counts.
  package var firstWins = false
  /// Keys are compared without regard to case, U+017F and U+212A included.
  package var foldsKeys = false
  /// U+0130 and U+0131 are a case of `i`, too.
  package var foldsTurkish = false
  /// Texts end at NUL.
  package var endsAtNUL = false
  package var skipsByteOrderMark = false
  /// UTF-16 is recognized by its zeros.
  package var guessesEncoding = false
  package var takesNaN = false
  package var takesTrailingCommas = false
  package var takesComments = false
  package var takesSingleQuotes = false
  package var takesBareKeys = false
  package var takesRawControls = false
  /// Leading zeros, a plus sign, hexadecimal.
  package var takesOddNumbers = false
  /// Vertical tab, form feed, no-break space, next line and the like between tokens.
  package var takesOddBlanks = false
  package var badBytes = Repair.refuse
  package var loneSurrogates = Repair.refuse
  /// Whatever follows a whole value in its line does not matter.
  package var ignoresTrailing = false
  /// Whatever follows a whole value is the next one.
  package var readsOn = false
  /// Text that holds a value is as good as the value.
  package var coerces = false
  /// Names and methods are compared without regard to case, width, blanks around them and what cannot be seen.
  package var forgivesNames = false
  /// Members that look like HTTP headers stand above what they repeat.
  package var trustsHeaders = false

  package init() {}
}
