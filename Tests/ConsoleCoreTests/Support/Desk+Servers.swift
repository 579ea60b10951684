import ClientFiles
import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk

extension Desk {
  /// What the files of three clients have, beside a registry with `git` and `time`.
  static var findings: ImportFindings {
    func run(_ program: String, _ words: String..., variables: [String] = []) -> ClientServer.Start {
      .command(
        program: program, arguments: words, variables: variables.map { .init($0, "s3cret-of-\($0)") }, folder: nil)
    }
    var claude = ClientFile(at: ClientPlace(.claudeCode, "/home/me/.claude.json"))
    claude.servers = [
      ClientServer("filesystem", run("npx", "-y", "@modelcontextprotocol/server-filesystem", "/home/me/work")),
      ClientServer(
        "github", run("docker", "run", "-i", "ghcr.io/github/github-mcp-server", variables: ["GITHUB_TOKEN"])),
      ClientServer("git", run("uvx", "mcp-server-git", "--repository", "."), project: "/home/me/shop"),
    ]
    var cursor = ClientFile(at: ClientPlace(.cursor, "/home/me/.cursor/mcp.json"))
    cursor.servers = [
      ClientServer("notes", run("gatehouse", "connect", "notes")),
      ClientServer("time", run("mcp-server-time")),
      ClientServer(
        "web\u{202E}gpj", nil, problem: "Cursor logs in to it by itself (`auth`), which the gate cannot do"),
      ClientServer("jira", run("jira-mcp", "--token", "s3cret"), isOff: true),
    ]
    let broken = ClientFile(at: ClientPlace(.codex, "/home/me/.codex/config.toml"), problem: "line 3: `=` is missing")
    return ImportFindings(
      ImportPlan(
        [claude, cursor, broken],
        registered: [
          ClientServer("git", run("mcp-server-git")), ClientServer("time", run("mcp-server-time")),
        ], homes: ClientHomes(home: "/home/me")))
  }

  /// What `servers.json` says of the usual servers.
  static var registry: RegistryView {
    var view = RegistryView(path: "~/servers.json")
    view.servers = [
      RegistryView.Server(
        name: "git", command: "mcp-server-git --repository /srv/app", variables: ["GIT_TOKEN"], folder: "/srv/app"),
      RegistryView.Server(name: "time", command: "mcp-server-time"),
    ]
    return view
  }

  /// In the servers pane, with a registry.
  static func atServers(columns: Int = 80, rows: Int = 24) -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows)
    desk.send(.registryRead(registry))
    desk.gate(.snapshot(desk.snapshot(servers), id: nil), sequence: 0)
    desk.press("5")
    desk.effects = []
    return desk
  }

  /// Choosing among what clients have.
  static func atImport(columns: Int = 80, rows: Int = 24) -> Desk {
    var desk = Desk.atServers(columns: columns, rows: rows)
    desk.press("I")
    desk.send(.serversFound(findings))
    desk.effects = []
    return desk
  }

  /// Answers the last change of the registry, as if it had been made.
  mutating func answerChange(problem: String? = nil) {
    for case .changeRegistry(let change) in effects.reversed() {
      send(.registryChanged(change, problem: problem))
      return
    }
  }

  /// One server is off, one has failed, and one has other tools than before.
  mutating func mix() {
    var view = Self.registry
    view.servers[1].isDisabled = true
    view.servers.append(RegistryView.Server(name: "jira", command: "npx -y jira-mcp --token [hidden]"))
    view.servers.append(RegistryView.Server(name: "new", command: "uvx new-server"))
    send(.registryRead(view))
    var servers = Self.servers
    servers[0].tools.removeLast()
    servers[0].tools[0].description = "Another text"
    servers[0].tools.append(Self.tool("git_push", .write, .medium))
    var failed = Self.server("jira", [], state: .failed)
    failed.sessions = 0
    failed.lastError = "it ended with code 1 before it answered"
    failed.lastLine = "Error: \u{1B}[31mno such package"
    var new = Self.server("new", [], state: .idle)
    new.sessions = 0
    new.scanned = nil
    gate(.snapshot(snapshot(servers + [failed, new]), id: nil), sequence: 0)
  }
}
