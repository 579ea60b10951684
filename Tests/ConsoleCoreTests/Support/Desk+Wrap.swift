import ClientFiles
import ConsoleCore
import JSONText

extension Desk {
  /// Two servers go around the gate, one runs through it, and one stays as it is.
  static let wrapFindings = WrapFindings(
    offers: [
      WrapOffer(client: .claudeCode, file: "~/.claude.json", name: "git", standing: .guarded("git")),
      WrapOffer(client: .claudeCode, file: "~/.claude.json, for ~/shop", name: "notes", standing: .open),
      WrapOffer(client: .cursor, file: "~/.cursor/mcp.json", name: "br\u{1B}[2Jave", standing: .open),
      WrapOffer(
        client: .zed, file: "~/.config/zed/settings.json", name: "odd", standing: .stays("it has no command of its own")
      ),
    ], unread: ["~/.codex/config.toml: 3:1: error: a key is missing"])

  static let wrapPreview = WrapPreview(
    places: [1, 2], token: "1f3c", count: 2,
    lines: [
      WrapPreview.Line(.file, "~/.claude.json"),
      WrapPreview.Line(.old, #"      "notes": {"command": "uvx", "args": ["notes"], "env": {"KEY": "[hidden]"}}"#),
      WrapPreview.Line(.new, #"      "notes": {"command": "/usr/bin/gatehouse", "args": ["connect", "notes"]}"#),
      WrapPreview.Line(.file, "~/.cursor/mcp.json"),
      WrapPreview.Line(.old, #"    "br\u{1B}[2Jave": {"url": "https://example.com/mcp"}"#),
      WrapPreview.Line(.new, #"    "br\u{1B}[2Jave": {"command": "/usr/bin/gatehouse", "args": ["connect", "brave"]}"#),
      WrapPreview.Line(.note, "notes of Claude Code is notes behind the gate"),
      WrapPreview.Line(.note, "brave of Cursor is brave behind the gate"),
      WrapPreview.Line(.refusal, "not this entry counts, but the project one in ~/shop/.mcp.json"),
    ])

  static func atWrap(columns: Int = 80, rows: Int = 24) -> Desk {
    var desk = Desk.atServers(columns: columns, rows: rows)
    desk.press("W")
    desk.send(.clientsFound(wrapFindings))
    desk.effects = []
    return desk
  }
}
