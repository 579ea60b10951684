/// Values of a file that spreadsheets open.
package enum CSV {
  /// With quotes, and so that no spreadsheet takes it for a formula.
  package static func quoted(_ text: String) -> String {
    var quoted = "\""
    if let first = text.unicodeScalars.first, formulas.contains(first) { quoted += "'" }
    for scalar in text.unicodeScalars {
      if scalar == "\"" { quoted += "\"" }
      // A cell is one line, and has nothing that only a terminal obeys.
      quoted.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
    }
    return quoted + "\""
  }

  /// What a formula may begin with, in the widths that spreadsheets take for the same.
  private static let formulas: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "|", "%", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}", "\u{2212}",
  ]
}
