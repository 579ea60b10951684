/// Where HTTP clients reach the gate, and what goes into their configurations for it.
package enum HTTPPlace: Hashable, Sendable {
  /// As in `http://127.0.0.1:8787`.
  case url(String)
  /// Any address that this machine has.
  case everywhere(port: Int)
  /// A socket's file.
  case file(String)

  /// How many servers are named.
  private static let mostNames = 8

  /// Where it is, for a person; a client's requests go below it.
  package var text: String {
    switch self {
    case .url(let url): url
    case .everywhere(let port): "http://HOST:\(port)"
    case .file(let path): "http+unix:\(path)"
    }
  }

  /// What people paste, a line each.
  package func words(for servers: [String], needsToken: Bool) -> [String] {
    let place = text
    let first = "gatehouse: each server is at \(place)/mcp/NAME, and all of them at \(place)/mcp"
    let names = servers.prefix(Self.mostNames) + (servers.count > Self.mostNames ? ["..."] : [])
    let known = names.isEmpty ? "" : " (\(names.joined(separator: ", ")))"
    if case .file(let path) = self {
      let token = needsToken ? " -H 'Authorization: Bearer TOKEN'" : ""
      let word = "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
      return [first, "  as in:  curl --unix-socket \(word)\(token) http://localhost/mcp/NAME"]
    }
    var lines = [first]
    if case .everywhere = self {
      lines.append("  HOST is an address of this machine, or a name that `http.hosts` in config.json has")
    }
    let headers = needsToken ? #", "headers": {"Authorization": "Bearer TOKEN"}"# : ""
    lines.append("  for Claude Code, Cursor and others; NAME is a server's\(known), and without `/NAME` it is for all:")
    lines.append(#"  {"mcpServers": {"NAME": {"type": "http", "url": "\#(place)/mcp/NAME"\#(headers)}}}"#)
    lines.append(needsToken ? "  for Codex, with the token in its environment:" : "  for Codex:")
    lines.append("  [mcp_servers.NAME]")
    lines.append(#"  url = "\#(place)/mcp/NAME""#)
    if needsToken { lines.append(#"  bearer_token_env_var = "GATEHOUSE_TOKEN""#) }
    return lines
  }
}
