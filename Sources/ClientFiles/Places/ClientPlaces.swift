/// An MCP client whose configuration files are known.
package enum ClientKind: String, CaseIterable, Hashable, Sendable {
  case claudeCode = "claude-code"
  case claudeDesktop = "claude-desktop"
  case cursor, codex, vscode, windsurf, gemini, zed

  package var title: String {
    switch self {
    case .claudeCode: "Claude Code"
    case .claudeDesktop: "Claude Desktop"
    case .cursor: "Cursor"
    case .codex: "Codex"
    case .vscode: "VS Code"
    case .windsurf: "Windsurf"
    case .gemini: "Gemini CLI"
    case .zed: "Zed"
    }
  }
}

/// A file in which a client may keep its servers.
package struct ClientPlace: Hashable, Sendable {
  package var kind: ClientKind
  package var path: String
  /// The folder that its servers are for; nil where they are for all.
  package var project: String?

  package init(_ kind: ClientKind, _ path: String, project: String? = nil) {
    self.kind = kind
    self.path = path
    self.project = project
  }
}

/// The folders that the places of clients' files follow from.
package struct ClientHomes: Hashable, Sendable {
  package var home: String
  /// `$XDG_CONFIG_HOME`, or `.config` in the home folder.
  package var configuration: String
  /// `$CLAUDE_CONFIG_DIR`, which replaces the home folder for Claude Code.
  package var claude: String?
  /// `$CODEX_HOME`, which replaces `~/.codex`.
  package var codex: String?

  package init(home: String, environment: [String: String] = [:]) {
    func folder(_ name: String) -> String? {
      environment[name].flatMap { $0.utf8.first == 0x2F ? $0 : nil }
    }
    self.home = home
    configuration = folder("XDG_CONFIG_HOME") ?? "\(home)/.config"
    claude = folder("CLAUDE_CONFIG_DIR")
    codex = folder("CODEX_HOME")
  }

  /// Where clients keep what is for the whole user.
  package var places: [ClientPlace] {
    [
      ClientPlace(.claudeCode, "\(claude ?? home)/.claude.json"),
      ClientPlace(.claudeDesktop, "\(configuration)/Claude/claude_desktop_config.json"),
      ClientPlace(.cursor, "\(home)/.cursor/mcp.json"),
      ClientPlace(.codex, "\(codex ?? "\(home)/.codex")/config.toml"),
    ]
      + ["Code", "Code - Insiders", "VSCodium"].flatMap { product in
        ["mcp.json", "settings.json"].map { ClientPlace(.vscode, "\(configuration)/\(product)/User/\($0)") }
      } + [
        ClientPlace(.windsurf, "\(home)/.codeium/windsurf/mcp_config.json"),
        ClientPlace(.gemini, "\(home)/.gemini/settings.json"),
        ClientPlace(.zed, "\(configuration)/zed/settings.json"),
      ]
  }

  /// Where clients keep what is for one project.
  package static func places(ofProject folder: String) -> [ClientPlace] {
    [
      (ClientKind.claudeCode, ".mcp.json"), (.cursor, ".cursor/mcp.json"), (.codex, ".codex/config.toml"),
      (.vscode, ".vscode/mcp.json"), (.gemini, ".gemini/settings.json"), (.zed, ".zed/settings.json"),
    ].map { ClientPlace($0, folder == "/" ? "/\($1)" : "\(folder)/\($1)", project: folder) }
  }

  /// A path as people write it: `~` for the home folder.
  package func shown(_ path: String) -> String {
    guard home != "/", path.hasPrefix("\(home)/") else { return path }
    return "~\(path.dropFirst(home.count))"
  }
}
