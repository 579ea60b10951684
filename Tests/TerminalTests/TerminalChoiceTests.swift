import ConsoleCore
import Terminal
import Testing

struct TerminalChoiceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var environment: [String: String]
    var names: [String]
    var depth: ColourDepth?
    var testDescription: String { "\(environment)" }
  }

  @Test(arguments: [
    Case(environment: [:], names: []),
    Case(environment: ["TERM": "dumb"], names: []),
    Case(environment: ["TERM": "linux"], names: ["linux"]),
    Case(environment: ["TERM": "linux", "COLORTERM": "truecolor"], names: ["linux"]),
    Case(environment: ["TERM": "vt100"], names: ["vt100"]),
    Case(environment: ["TERM": "xterm-256color"], names: ["xterm-256color"]),
    Case(environment: ["TERM": "xterm-256color", "COLORTERM": "truecolor"], names: ["xterm-256color"], depth: .direct),
    Case(
      environment: ["TERM": "xterm-256color", "COLORTERM": "24bit", "NO_COLOR": "1"], names: ["xterm-256color"],
      depth: .mono),
    Case(environment: ["TERM": "xterm", "NO_COLOR": ""], names: ["xterm", "xterm-256color"]),
    Case(environment: ["TERM": "xterm-kitty"], names: ["xterm-kitty", "xterm-256color"]),
    Case(
      environment: ["TERM": "foot", "COLORTERM": "truecolor"], names: ["foot", "xterm-256color"], depth: .direct),
    Case(
      environment: ["TERM": "tmux-256color", "COLORTERM": "truecolor", "TMUX": "x"],
      names: ["tmux-256color", "screen-256color", "xterm-256color"], depth: .direct),
    Case(
      environment: ["TERM": "screen-256color", "COLORTERM": "truecolor", "TMUX": "x"],
      names: ["screen-256color", "xterm-256color"], depth: .direct),
    Case(
      environment: ["TERM": "screen.xterm-256color", "COLORTERM": "truecolor"],
      names: ["screen.xterm-256color", "screen-256color", "xterm-256color"]),
    Case(environment: ["TERM": "xterm-direct"], names: ["xterm-direct", "xterm-256color"], depth: .direct),
    Case(environment: ["TERM": "no-such-terminal"], names: ["no-such-terminal"]),
  ])
  func namesAndDepth(_ testCase: Case) {
    let choice = TerminalChoice(environment: testCase.environment)
    #expect(choice.names == testCase.names)
    #expect(choice.depth == testCase.depth)
  }

  /// The command line, then NO_COLOR, then the settings, then what the terminal says of itself.
  @Test func whoSaysHowManyColours() {
    func depth(_ environment: [String: String], _ line: ColourDepth?, _ settings: ColourDepth?) -> ColourDepth? {
      let wish = TerminalWish(colours: line, configuredColours: settings)
      return TerminalChoice(
        environment: environment.merging(["TERM": "xterm-256color", "COLORTERM": "truecolor"]) { $1 }, wish: wish
      ).depth
    }
    let none = ["NO_COLOR": "1"]
    #expect(depth([:], nil, nil) == .direct)
    #expect(depth([:], nil, .sixteen) == .sixteen)
    #expect(depth(none, nil, .sixteen) == .mono)
    #expect(depth(none, .indexed, .sixteen) == .indexed)
    #expect(depth([:], .mono, .direct) == .mono)
  }

  @Test(arguments: [
    (["TERM": "xterm", "LANG": "en_GB.UTF-8"], true),
    (["TERM": "xterm", "LANG": "C.utf8"], true),
    (["TERM": "xterm", "LANG": "en_GB.UTF-8", "LC_ALL": "C"], false),
    (["TERM": "xterm", "LANG": "en_GB.UTF-8", "LC_ALL": ""], true),
    (["TERM": "xterm", "LANG": "ja_JP.UTF-8"], false),
    (["TERM": "xterm"], false),
    (["TERM": "linux", "LANG": "C.UTF-8"], false),
  ])
  func unicode(environment: [String: String], expected: Bool) {
    #expect(TerminalChoice(environment: environment).hasUnicode == expected)
    let isWide = TerminalWish(isAmbiguousWide: true)
    #expect(!TerminalChoice(environment: environment, wish: isWide).hasUnicode)
  }

  @Test func theWidthOfAmbiguousCharactersCanBeSaid() {
    let environment = ["TERM": "xterm", "LANG": "ja_JP.UTF-8"]
    #expect(!TerminalChoice(environment: environment).hasUnicode)
    #expect(TerminalChoice(environment: environment, wish: TerminalWish(isAmbiguousWide: false)).hasUnicode)
  }
}
