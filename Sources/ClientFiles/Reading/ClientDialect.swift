internal import JSONText

/// In which shape a client keeps its servers.
struct ClientDialect: Sendable {
  enum Format: Sendable { case json, toml, yaml }

  /// What a client puts into the words and values of an entry before it starts a server.
  enum Filling: Sendable {
    case nothing
    /// `${NAME}`, with anything in the braces.
    case braces
    /// `${NAME}` and `$NAME`.
    case dollars
    /// `{env:NAME}` and `{file:PATH}`.
    case tags
  }

  var format = Format.json
  /// The keys that lead to the object, or array, of servers; the first is what the client's manual names.
  var containers: [[ExactText]] = [["mcpServers"]]
  var program: ExactText = "command"
  /// Nil where the program stands in one array with its arguments.
  var arguments: ExactText? = "args"
  var variables: ExactText = "env"
  var addresses: [ExactText] = ["url"]
  var headers: ExactText = "headers"
  /// What `type` says of a server that is started.
  var started: ExactText = "stdio"
  var filling = Filling.braces

  static func of(_ kind: ClientKind) -> ClientDialect {
    var dialect = ClientDialect()
    switch kind {
    case .claudeCode, .cursor, .lmStudio, .kiro, .kimi, .factory, .inspector: break
    case .claudeDesktop: dialect.filling = .nothing
    case .vscode, .vscodeInsiders, .vscodium: dialect.containers = [["servers"], ["mcp", "servers"], ["mcpServers"]]
    case .windsurf, .antigravity: dialect.addresses = ["serverUrl", "url"]
    case .gemini:
      dialect.addresses = ["httpUrl", "url"]
      dialect.filling = .dollars
    case .zed:
      dialect.containers = [["context_servers"]]
      dialect.filling = .nothing
    case .codex:
      dialect.format = .toml
      dialect.containers = [["mcp_servers"]]
      dialect.headers = "http_headers"
      dialect.filling = .nothing
    case .goose:
      dialect.format = .yaml
      dialect.containers = [["extensions"]]
      dialect.program = "cmd"
      dialect.variables = "envs"
      dialect.addresses = ["uri", "url"]
      dialect.filling = .dollars
    case .copilot:
      dialect.started = "local"
      dialect.filling = .dollars
    case .cline: dialect.filling = .dollars
    case .continueDev: dialect.format = .yaml
    case .opencode:
      dialect.containers = [["mcp"]]
      dialect.arguments = nil
      dialect.variables = "environment"
      dialect.started = "local"
      dialect.filling = .tags
    case .crush:
      dialect.containers = [["mcp"]]
      dialect.filling = .dollars
    case .amp: dialect.containers = [["amp.mcpServers"], ["mcpServers"]]
    }
    return dialect
  }
}

extension ClientKind {
  var dialect: ClientDialect { .of(self) }
}

extension ClientDialect {
  /// Whether the client would put something into a text.
  func mayFill(_ text: String) -> Bool {
    switch filling {
    case .nothing: false
    case .dollars: text.utf8.contains(0x24)
    case .braces: contains(text, "${")
    case .tags: contains(text, "{env:") || contains(text, "{file:")
    }
  }

  private func contains(_ text: String, _ part: String) -> Bool {
    let (bytes, part) = (Array(text.utf8), Array(part.utf8))
    return bytes.indices.contains { bytes[$0...].starts(with: part) }
  }
}
