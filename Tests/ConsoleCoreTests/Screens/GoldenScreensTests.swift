import ConsoleCore
import Foundation
import Testing

/// Whole screens of every pane and popup in three sizes, and some of them in all depths of colour.
///
/// With `GATEHOUSE_RECORD=1` the files are written instead of compared. Look at what changed, and why, before you do so.
struct GoldenScreensTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/screens")
  private static let isRecording = ProcessInfo.processInfo.environment["GATEHOUSE_RECORD"] == "1"

  private func compare(_ lines: [String], with name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = Self.folder.appending(path: name + ".txt")
    let text = lines.map { $0 + "\n" }.joined()
    if Self.isRecording {
      try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      return try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let expected = (try? String(contentsOf: file, encoding: .utf8)) ?? "there is no file \(name).txt\n"
    guard Array(text.utf8) != Array(expected.utf8) else { return }
    Issue.record(
      "\(name) is another one\n--- expected\n\(expected)--- actual\n\(text)--- end", sourceLocation: sourceLocation)
  }

  @Test(arguments: GoldenState.all) func screensAreAsTheyWere(state: GoldenState) throws {
    for (columns, rows) in [(40, 10), (80, 24), (160, 48)] {
      let lines = screen(state.desk(columns, rows).state)
      #expect(lines.count == rows)
      try compare(lines, with: "\(state.name)-\(columns)x\(rows)")
    }
  }

  /// Below each row, a letter for the style of each cell; what each letter is to the terminal is at the end.
  @Test(arguments: GoldenState.styled, ColourDepth.allCases)
  func stylesAreAsTheyWere(state: GoldenState, depth: ColourDepth) throws {
    let theme = ShippedThemes.theme("nord")
    let grid = render(state.desk(80, 24).state).grid
    var letters: [String: Character] = [theme.style(.text, depth: depth).sequence: " "]
    var legend: [String] = []
    var lines: [String] = []
    for row in 0..<grid.size.rows {
      var styles = ""
      for column in 0..<grid.size.columns where grid[row, column].width > 0 {
        let cell = grid[row, column]
        let sequence = theme.style(cell.style, on: cell.ground, depth: depth).sequence
        if letters[sequence] == nil {
          let letter = Character(UnicodeScalar(UInt8(ascii: "a") + UInt8(legend.count)))
          letters[sequence] = letter
          legend.append("\(letter) \(sequence.dropFirst(2).dropLast())")
        }
        styles.append(letters[sequence] ?? "?")
        if cell.width == 2 { styles.append(letters[sequence] ?? "?") }
      }
      while styles.last == " " { styles.removeLast() }
      lines += [grid.text(row: row), styles]
    }
    try compare(lines + legend, with: "\(state.name)-\(depth.rawValue)")
  }

  /// Who adds a pane or a popup adds its screens.
  @Test func everyPaneAndPopupHasItsScreens() {
    let states = GoldenState.all.map { $0.desk(80, 24).state }
    let popups = Set(
      states.compactMap { state in
        state.overlay.flatMap { overlay in
          Mirror(reflecting: overlay).children.first?.label ?? "\(overlay)"
        }
      })
    for popup in FixedKeysTests.overlays {
      #expect(popups.contains(popup), "no screen in GoldenState.all shows the popup `\(popup)`")
    }
    let panes = Set(states.map(\.focus))
    for pane in Pane.allCases {
      #expect(panes.contains(pane), "no screen in GoldenState.all shows the pane \(pane.title)")
    }
    #expect(ColourDepth.allCases.count == 5)
    #expect(Set(GoldenState.all.map(\.name)).count == GoldenState.all.count)
    let files = (try? FileManager.default.contentsOfDirectory(atPath: Self.folder.path)) ?? []
    let wanted = Set(
      GoldenState.all.flatMap { state in ["40x10", "80x24", "160x48"].map { "\(state.name)-\($0).txt" } }
        + GoldenState.styled.flatMap { state in ColourDepth.allCases.map { "\(state.name)-\($0.rawValue).txt" } })
    if !Self.isRecording {
      #expect(Set(files) == wanted, "files of screens that are no longer made, or were not recorded")
    }
  }
}
