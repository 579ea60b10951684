import ConsoleCore
import Foundation
import Testing

/// Keys that `keys.conf` does not change, and those that it changes while the console runs.
struct FixedKeysTests {
  /// The names of all popups, as the source has them.
  static let overlays: [String] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .appending(path: "Sources/ConsoleCore/State/Overlay.swift")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    let part =
      text.components(separatedBy: "enum Overlay").dropFirst().first?.components(separatedBy: "\n}\n").first ?? ""
    return part.split(separator: "\n").compactMap { line in
      let line = line.trimmingCharacters(in: .whitespaces)
      guard line.hasPrefix("case ") else { return nil }
      return String(line.dropFirst(5).prefix { $0.isLetter || $0.isNumber })
    }
  }()

  @Test func theHelpTellsOfEveryPopup() {
    #expect(Self.overlays.count >= 20)
    for overlay in Self.overlays {
      #expect(FixedKeys.all.contains { $0.overlay == overlay }, "the help has no row for the keys of `\(overlay)`")
    }
    for keys in FixedKeys.all { #expect(keys.overlay.map { Self.overlays.contains($0) } ?? true, "\(keys.place)") }
  }

  @Test func theyAreFoundAndNotRun() {
    var desk = Desk.ready(columns: 160, rows: 48)
    desk.press("?", "merge theirs")
    let row = screen(desk.state).first { $0.contains("mine, theirs, the other one") }
    #expect(row?.contains("m t Space") == true)
    #expect(row?.contains("(fixed)") == true)
    let before = desk.state.overlay
    desk.press("Enter")
    #expect(desk.state.overlay == before, "there is nothing to do but to read")
    #expect(desk.state.note?.text == "m t Space: mine, theirs, the other one; Enter takes the result")
    desk.press("Esc", "ctrl-p", "fixed")
    #expect(!screen(desk.state).contains { $0.contains("(fixed)") }, "the palette has what can be done")
  }

  @Test func otherKeysHoldAtOnce() {
    var desk = Desk.ready()
    let (keys, problems) = KeysText.read(Array("b deny\nq none\n".utf8))
    #expect(problems.isEmpty)
    desk.press("j", "b")
    #expect(desk.state.policy.unsaved == 0)
    desk.send(.keysRead(keys, []))
    #expect(desk.state.note?.text == "keys.conf is read again")
    desk.press("b")
    #expect(desk.state.policy.unsaved == 1)
    desk.effects = []
    desk.press("q")
    #expect(desk.state.overlay == nil && desk.effects == [])
    // What is odd about it is told, and the rest holds.
    desk.send(.keysRead(.standard, [Note(.warning, "keys.conf:1:3: `undoo` is no action")]))
    #expect(desk.state.note?.text == "keys.conf:1:3: `undoo` is no action")
    desk.press("q")
    #expect(desk.state.overlay != nil)
  }
}
