import ConsoleCore
import Foundation
import Testing

/// What the README says of keys and commands is so.
struct ReadmeTests {
  static let text: String = {
    let tests = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    let file = tests.deletingLastPathComponent().deletingLastPathComponent().appending(path: "README.md")
    return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
  }()

  /// The table that must stand there: the keys of each pane, in the order of the help.
  static var table: [String] {
    ([nil] + Pane.allCases.map(Optional.some)).compactMap { pane in
      var actions: [Action] = []
      var keys: [Action: [String]] = [:]
      for binding in KeyBindings.standard.bindings where binding.pane == pane {
        if keys[binding.action] == nil { actions.append(binding.action) }
        keys[binding.action, default: []].append("`\(binding.key.name == "|" ? "\\|" : binding.key.name)`")
      }
      guard !actions.isEmpty else { return nil }
      let cells = actions.map { "\(keys[$0, default: []].joined(separator: " ")) \($0.name)" }
      return "| \(pane.map(\.title) ?? "all panes") | \(cells.joined(separator: " · ")) |"
    }
  }

  @Test func theTableOfKeysIsTheKeymap() {
    let lines = Set(Self.text.split(separator: "\n").map(String.init))
    for line in Self.table where !lines.contains(line) {
      Issue.record("the README's table of keys must have this line:\n\(line)")
    }
  }

  @Test func theCommandsOfTheReadmeAreRead() {
    let words = ["limit ", "require ", "deny-if ", "all ", "drop ", "deny /"]
    let lines = Self.text.split(separator: "\n").map(String.init).filter { line in words.contains { line.hasPrefix($0) }
    }
    #expect(lines.count >= 5)
    for line in lines { #expect((try? Command.read(line)) ?? nil != nil, "\(line)") }
  }
}
