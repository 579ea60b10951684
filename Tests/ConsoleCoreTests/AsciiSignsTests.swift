import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

/// Our own comparisons on a terminal that has nothing but ASCII.
struct AsciiSignsTests {
  static let policy = """
    {
      "version": "1",
      "default": "allow",
      "servers": {"git": {"tools": {"git_log": {
        "require": [{"conditions": [{"path": "args.n", "op": "lte", "value": 5}]}],
        "deny_if": [{"conditions": [{"path": "args.branch", "op": "neq", "value": "a\u{2260}b"}]},
                    {"conditions": [{"path": "args.path", "op": "length_gte", "value": 9}]}]
      }}}}
    }
    """

  static func desk(_ glyphs: GlyphSet) -> Desk {
    var options = Desk.options
    options.glyphs = glyphs
    var desk = Desk.ready(columns: 160, rows: 48, options: options)
    desk.read(policy)
    desk.press(":", "go git_log", "Enter", "2")
    return desk
  }

  @Test func conditionsAreReadable() {
    let text = screen(Self.desk(.ascii).state).joined(separator: "\n")
    for words in ["args.n <= 5", #"args.branch != "a!=b""#, "length of args.path >= 9"] {
      #expect(text.contains(words), "\(words)")
    }
    #expect(!text.contains("<U+22"))
    #expect(text.unicodeScalars.allSatisfy { $0.isASCII })
  }

  @Test func otherScalarsStayTokens() {
    #expect(TerminalText.safe("a\u{2260}b\u{2264}\u{2264}c\u{2265}", .ascii) == "a!=b<=<=c>=")
    #expect(TerminalText.safe("a\u{2260}b", .unicode) == "a\u{2260}b")
    #expect(TerminalText.safe("\u{2261}\u{202E}", .ascii) == "<U+2261><U+202E>")
  }

  /// What stands for a sign is told from what was typed by the role of what is shown in place of something.
  @Test func changesSayTheSame() {
    var desk = Self.desk(.ascii)
    desk.press(":", "require git/git_log args.n != 7", "Enter", "=")
    let text = screen(desk.state).joined(separator: "\n")
    #expect(text.contains("args.n != 7"))
    #expect(!text.contains("<U+22"))
  }
}
