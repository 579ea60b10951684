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
  var wanted = expected.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  if wanted.last == "" { wanted.removeLast() }
  guard actual != wanted else { return }
  var report = "the screen is another one\n--- expected\n\(wanted.joined(separator: "\n"))\n"
  report += "--- actual\n\(actual.joined(separator: "\n"))\n--- differing lines\n"
  for row in 0..<max(actual.count, wanted.count) {
    let (left, right) = (row < wanted.count ? wanted[row] : "(none)", row < actual.count ? actual[row] : "(none)")
    if left != right { report += "\(row): \(left)\n\(row): \(right)\n" }
  }
  Issue.record("\(report)", sourceLocation: sourceLocation)
}
