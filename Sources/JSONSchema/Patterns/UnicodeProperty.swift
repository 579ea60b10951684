import JSONText

/// Translates `\p{…}`: general categories by either name, and scripts.
enum UnicodeProperty {
  private static let categories: [ExactText: String] = [
    "L": "L", "Letter": "L", "Lu": "Lu", "Uppercase_Letter": "Lu", "Ll": "Ll", "Lowercase_Letter": "Ll",
    "Lt": "Lt", "Titlecase_Letter": "Lt", "Lm": "Lm", "Modifier_Letter": "Lm", "Lo": "Lo", "Other_Letter": "Lo",
    "M": "M", "Mark": "M", "Combining_Mark": "M", "Mn": "Mn", "Nonspacing_Mark": "Mn", "Mc": "Mc",
    "Spacing_Mark": "Mc", "Me": "Me", "Enclosing_Mark": "Me",
    "N": "N", "Number": "N", "Nd": "Nd", "Decimal_Number": "Nd", "digit": "Nd", "Nl": "Nl", "Letter_Number": "Nl",
    "No": "No", "Other_Number": "No",
    "P": "P", "Punctuation": "P", "punct": "P", "Pc": "Pc", "Connector_Punctuation": "Pc", "Pd": "Pd",
    "Dash_Punctuation": "Pd", "Ps": "Ps", "Open_Punctuation": "Ps", "Pe": "Pe", "Close_Punctuation": "Pe",
    "Pi": "Pi", "Initial_Punctuation": "Pi", "Pf": "Pf", "Final_Punctuation": "Pf", "Po": "Po",
    "Other_Punctuation": "Po",
    "S": "S", "Symbol": "S", "Sm": "Sm", "Math_Symbol": "Sm", "Sc": "Sc", "Currency_Symbol": "Sc", "Sk": "Sk",
    "Modifier_Symbol": "Sk", "So": "So", "Other_Symbol": "So",
    "Z": "Z", "Separator": "Z", "Zs": "Zs", "Space_Separator": "Zs", "Zl": "Zl", "Line_Separator": "Zl",
    "Zp": "Zp", "Paragraph_Separator": "Zp", "Cc": "Cc", "Control": "Cc", "cntrl": "Cc", "Cf": "Cf", "Format": "Cf",
    "Co": "Co", "Private_Use": "Co",
  ]

  /// Reads from behind the `p`.
  static func translate(
    _ reader: inout PatternReader, isNegated: Bool
  ) throws(ECMAPattern.Mistake) -> PatternReader.Escape {
    guard reader.skip("{") else { throw ECMAPattern.Mistake(message: "`\\p` is followed by no `{`") }
    var name = ""
    while let scalar = reader.next(), scalar != "}" {
      guard scalar.isASCII, scalar.properties.isAlphabetic || "0"..."9" ~= scalar || scalar == "_" || scalar == "=",
        name.utf8.count < 64
      else { throw ECMAPattern.Mistake(message: "`\\p{` is followed by no name") }
      name.unicodeScalars.append(scalar)
    }
    if name == "ASCII" { return .set(PatternReader.ascii, isNegated: isNegated) }
    let parts = name.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    let known: String?
    switch parts.first {
    case "General_Category" where parts.count == 2, "gc" where parts.count == 2:
      known = categories[ExactText(parts[1])]
    case "Script" where parts.count == 2, "sc" where parts.count == 2:
      // RE2 has one name space for both.
      known = categories[ExactText(parts[1])] == nil && parts[1] != "Any" ? parts[1] : nil
    default: known = categories[ExactText(name)]
    }
    if let known { return .property("\\\(isNegated ? "P" : "p"){\(known)}") }
    throw ECMAPattern.Mistake(message: "the Unicode property `\(name)` is not known here")
  }
}
