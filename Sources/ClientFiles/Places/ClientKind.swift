/// An MCP client whose configuration files are known.
package enum ClientKind: String, CaseIterable, Hashable, Sendable {
  case claudeCode = "claude-code"
  case claudeDesktop = "claude-desktop"
  case cursor, codex, vscode
  case vscodeInsiders = "vscode-insiders"
  case vscodium, windsurf, gemini, zed, goose
  case copilot = "copilot-cli"
  case cline
  case continueDev = "continue"
  case opencode, crush
  case lmStudio = "lm-studio"
  case kiro, antigravity, kimi, factory, amp, inspector

  package var title: String {
    switch self {
    case .claudeCode: "Claude Code"
    case .claudeDesktop: "Claude Desktop"
    case .cursor: "Cursor"
    case .codex: "Codex"
    case .vscode: "VS Code"
    case .vscodeInsiders: "VS Code Insiders"
    case .vscodium: "VSCodium"
    case .windsurf: "Windsurf"
    case .gemini: "Gemini CLI"
    case .zed: "Zed"
    case .goose: "Goose"
    case .copilot: "Copilot CLI"
    case .cline: "Cline"
    case .continueDev: "Continue"
    case .opencode: "OpenCode"
    case .crush: "Crush"
    case .lmStudio: "LM Studio"
    case .kiro: "Kiro"
    case .antigravity: "Antigravity"
    case .kimi: "Kimi"
    case .factory: "Factory"
    case .amp: "Amp"
    case .inspector: "MCP Inspector"
    }
  }

  /// The client whose project files it reads, too.
  var family: ClientKind {
    switch self {
    case .vscodeInsiders, .vscodium: .vscode
    default: self
    }
  }
}

/// For whom a client's file is.
package enum ClientScope: String, CaseIterable, Hashable, Sendable {
  /// Everything that the user does.
  case user
  /// One user in one project.
  case local
  /// Everybody in one project: the file is often shared with others.
  case project
  /// Everybody on this machine; whoever manages it writes it.
  case managed
  /// What the user does on this machine from another one.
  case remote
}
