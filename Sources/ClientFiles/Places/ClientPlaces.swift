/// A file in which a client may keep its servers.
package struct ClientPlace: Hashable, Sendable {
  package var kind: ClientKind
  package var path: String
  /// The folder that its servers are for; nil where they are for all.
  package var project: String?
  package var scope: ClientScope

  package init(_ kind: ClientKind, _ path: String, project: String? = nil, scope: ClientScope? = nil) {
    self.kind = kind
    self.path = path
    self.project = project
    self.scope = scope ?? (project == nil ? .user : .project)
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

  /// Editors that are built from VS Code: what keeps their settings below the folder for configuration, and what they are.
  private static let editors: [(folder: String, kind: ClientKind)] = [
    ("Code", .vscode), ("Code - Insiders", .vscodeInsiders), ("VSCodium", .vscodium),
  ]

  /// Where clients keep what is for the whole user, or for the machine.
  package var places: [ClientPlace] {
    let cline = "User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json"
    var places = [
      ClientPlace(.claudeCode, "/etc/claude-code/managed-mcp.json", scope: .managed),
      ClientPlace(.claudeCode, "\(claude ?? home)/.claude.json"),
      ClientPlace(.claudeDesktop, "\(configuration)/Claude/claude_desktop_config.json"),
      ClientPlace(.claudeDesktop, "\(configuration)/claude/claude_desktop_config.json"),
      ClientPlace(.cursor, "\(home)/.cursor/mcp.json"),
      ClientPlace(.codex, "\(codex ?? "\(home)/.codex")/config.toml"),
    ]
    for (folder, kind) in Self.editors {
      places += ["mcp.json", "settings.json"].map { ClientPlace(kind, "\(configuration)/\(folder)/User/\($0)") }
    }
    places += [
      ClientPlace(.vscode, "\(home)/.vscode-server/data/User/mcp.json", scope: .remote),
      ClientPlace(.vscodeInsiders, "\(home)/.vscode-server-insiders/data/User/mcp.json", scope: .remote),
      ClientPlace(.windsurf, "\(home)/.codeium/windsurf/mcp_config.json"),
      ClientPlace(.windsurf, "\(home)/.codeium/mcp_config.json"),
      ClientPlace(.gemini, "/etc/gemini-cli/settings.json", scope: .managed),
      ClientPlace(.gemini, "\(home)/.gemini/settings.json"),
      ClientPlace(.zed, "\(configuration)/zed/settings.json"),
      ClientPlace(.goose, "\(configuration)/goose/config.yaml"),
      ClientPlace(.copilot, "\(home)/.copilot/mcp-config.json"),
    ]
    places += (Self.editors.map(\.folder) + ["Cursor"]).map { ClientPlace(.cline, "\(configuration)/\($0)/\(cline)") }
    return places + [
      ClientPlace(.cline, "\(home)/.vscode-server/data/\(cline)", scope: .remote),
      ClientPlace(.cline, "\(home)/.cline/data/settings/cline_mcp_settings.json"),
      ClientPlace(.continueDev, "\(home)/.continue/config.yaml"),
      ClientPlace(.opencode, "\(configuration)/opencode/opencode.json"),
      ClientPlace(.opencode, "\(configuration)/opencode/opencode.jsonc"),
      ClientPlace(.crush, "\(configuration)/crush/crush.json"),
      ClientPlace(.lmStudio, "\(home)/.lmstudio/mcp.json"),
      ClientPlace(.kiro, "\(home)/.kiro/settings/mcp.json"),
      ClientPlace(.antigravity, "\(home)/.gemini/antigravity/mcp_config.json"),
      ClientPlace(.kimi, "\(home)/.kimi/mcp.json"),
      ClientPlace(.factory, "\(home)/.factory/mcp.json"),
      ClientPlace(.amp, "\(configuration)/amp/settings.json"),
      ClientPlace(.inspector, "\(home)/.mcp-inspector/mcp.json"),
    ]
  }

  /// Where clients keep what is for one project.
  package static func places(ofProject folder: String) -> [ClientPlace] {
    [
      (ClientKind.claudeCode, ".mcp.json"), (.cursor, ".cursor/mcp.json"), (.codex, ".codex/config.toml"),
      (.vscode, ".vscode/mcp.json"), (.gemini, ".gemini/settings.json"), (.zed, ".zed/settings.json"),
      (.opencode, "opencode.json"), (.opencode, "opencode.jsonc"), (.crush, ".crush.json"), (.crush, "crush.json"),
      (.kiro, ".kiro/settings/mcp.json"), (.factory, ".factory/mcp.json"), (.amp, ".amp/settings.json"),
    ].map { ClientPlace($0, folder == "/" ? "/\($1)" : "\(folder)/\($1)", project: folder) }
  }

  /// A path as people write it: `~` for the home folder.
  package func shown(_ path: String) -> String {
    guard home != "/", path.hasPrefix("\(home)/") else { return path }
    return "~\(path.dropFirst(home.count))"
  }
}
