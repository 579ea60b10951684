import ConsoleCore
import Testing

/// The picture's rows as text, blanks at their ends cut off.
func screen(_ state: ConsoleState) -> [String] {
  let grid = render(state).grid
  return (0..<grid.size.rows).map { grid.text(row: $0) }
}

/// Compares the picture of a state with the expected one; prints both where they differ.
func expectScreen(
  _ state: ConsoleState, _ expected: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let actual = screen(state)
  let wanted = expected.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  guard actual != wanted else { return }
  let rows = (0..<max(actual.count, wanted.count)).filter { row in
    row >= wanted.count || row >= actual.count || wanted[row] != actual[row]
  }
  var report = "the screen is another one in the rows \(rows.map(String.init).joined(separator: " "))\n"
  report += "--- expected\n\(wanted.joined(separator: "\n"))\n--- actual\n\(actual.joined(separator: "\n"))\n--- end"
  Issue.record("\(report)", sourceLocation: sourceLocation)
}
