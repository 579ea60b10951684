import ClientFiles
import JSONText
import Testing

/// What clients' configuration files say, in the shapes that their own documentation gives.
struct ClientFileTests {
  func read(_ text: String, _ kind: ClientKind, project: String? = nil) -> ClientFile {
    ClientFile(Array(text.utf8), at: ClientPlace(kind, "/home/me/file", project: project), home: "/home/me")
  }

  func command(
    _ program: String, _ arguments: [String] = [], _ variables: [(String, String)] = [], folder: String? = nil
  ) -> ClientServer.Start {
    .command(
      program: program, arguments: arguments, variables: variables.map { .init($0.0, $0.1) }, folder: folder)
  }

  @Test func claudeCodeHasServersForAllAndForProjects() {
    let file = read(
      """
      {"numStartups": 34, "mcpServers": {"git": {"type": "stdio", "command": "uvx", "args": ["mcp-server-git"], "env": {}}},
       "projects": {"/src/shop": {"allowedTools": [], "mcpServers": {"db": {"command": "./db", "env": {"TOKEN": "t0p"}}}},
                    "relative": {"mcpServers": {"no": {"command": "x"}}}, "/src/other": {}}}
      """, .claudeCode)
    #expect(file.problem == nil)
    #expect(
      file.servers == [
        ClientServer("git", command("uvx", ["mcp-server-git"])),
        ClientServer("db", command("./db", [], [("TOKEN", "t0p")], folder: "/src/shop"), project: "/src/shop"),
      ])
    #expect(file.projects == ["/src/shop", "/src/other"])
    #expect("\(file.servers)".contains("t0p") == false)
  }

  @Test func aServerOfAProjectStartsInItsFolder() {
    let file = read(
      #"{"mcpServers": {"a": {"command": "npx"}, "b": {"command": "npx", "cwd": "sub"}, "c": {"command": "x", "cwd": "/y"}}}"#,
      .cursor, project: "/src/shop")
    #expect(
      file.servers.map(\.start) == [
        command("npx", folder: "/src/shop"), command("npx", folder: "/src/shop/sub"), command("x", folder: "/y"),
      ])
    let lost = read(#"{"mcpServers": {"b": {"command": "npx", "cwd": "sub"}}}"#, .gemini)
    #expect(lost.servers.map(\.problem) == ["its folder depends on where the client is started"])
  }

  @Test func editorsWriteCommentsAndCommas() {
    let file = read(
      """
      {
        // what I use
        "servers": { /* two, so far */
          "time": { "type": "stdio", "command": "uvx", "args": ["mcp-server-time", "// no comment", "a,]"], },
        },
        "inputs": [],
      }
      """, .vscode)
    #expect(file.problem == nil)
    #expect(file.servers == [ClientServer("time", command("uvx", ["mcp-server-time", "// no comment", "a,]"]))])
    let settings = read(#"{"editor.fontSize": 12, "mcp": {"servers": {"a": {"command": "x"}}}}"#, .vscode)
    #expect(settings.servers.map(\.name) == ["a"])
  }

  @Test func zedHasContextServersOfTwoShapes() {
    let file = read(
      """
      {"context_servers": {
        "new": {"source": "custom", "enabled": false, "command": "uv", "args": ["run"], "env": {}},
        "old": {"command": {"path": "node", "args": ["s.js"], "env": {"A": "b"}}, "settings": {}},
        "extension": {"settings": {}}
      }}
      """, .zed)
    #expect(
      file.servers == [
        ClientServer("new", command("uv", ["run"]), isOff: true),
        ClientServer("old", command("node", ["s.js"], [("A", "b")])),
        ClientServer("extension", nil, problem: "it names no command"),
      ])
  }

  @Test func serversOverHTTPAreKnownAsSuch() {
    let file = read(
      #"{"mcpServers": {"a": {"url": "https://x.example/mcp"}, "b": {"serverUrl": "https://y"}, "c": {"httpUrl": "https://z"}}}"#,
      .windsurf)
    #expect(file.servers.map(\.start) == [.url("https://x.example/mcp"), .url("https://y"), .url("https://z")])
  }

  // MARK: What clients fill in

  @Test func whatOnlyPassesAVariableOnIsLeftToTheEnvironment() {
    for (kind, value) in [
      (ClientKind.claudeCode, "${TOKEN}"), (.claudeCode, "${TOKEN:-none}"), (.cursor, "${env:TOKEN}"),
      (.vscode, "${env:TOKEN}"), (.gemini, "$TOKEN"), (.gemini, "${TOKEN}"),
    ] {
      let file = read(#"{"mcpServers": {"a": {"command": "x", "env": {"TOKEN": "\#(value)"}}}}"#, kind)
      #expect(file.servers.map(\.start) == [command("x")], "\(kind) \(value)")
    }
    let literal = read(
      #"{"mcpServers": {"a": {"command": "x", "env": {"T": "$T"}, "args": ["${X}"]}}}"#, .claudeDesktop)
    #expect(literal.servers.map(\.start) == [command("x", ["${X}"], [("T", "$T")])])
  }

  @Test func foldersThatAreKnownAreFilledIn() {
    let file = read(
      #"{"servers": {"a": {"command": "${workspaceFolder}/run", "args": ["${userHome}/x", "a${/}b"]}}}"#, .vscode,
      project: "/src/shop")
    #expect(file.servers.map(\.start) == [command("/src/shop/run", ["/home/me/x", "a/b"], folder: "/src/shop")])
  }

  @Test func whatOnlyTheClientKnowsIsNamedAndNeverItsDefault() {
    func problem(_ entry: String, _ kind: ClientKind) -> String? {
      read(#"{"mcpServers": {"a": \#(entry)}}"#, kind).servers.first?.problem
    }
    #expect(
      problem(#"{"command": "x", "env": {"T": "${input:token}"}}"#, .vscode)
        == "VS Code fills in `input:token`, which only it knows")
    #expect(
      problem(#"{"command": "x", "args": ["${KEY:-s3cret}"]}"#, .claudeCode)
        == "Claude Code fills in `KEY`, which only it knows")
    #expect(problem(#"{"command": "x", "envFile": ".env"}"#, .cursor) == "its variables are in a file (`envFile`)")
    #expect(
      problem(#"{"command": "x", "args": ["--home=$HOME"]}"#, .gemini)
        == "Gemini CLI fills in `HOME`, which only it knows")
  }

  // MARK: What is wrong

  @Test func oneBadEntryLeavesTheOthers() {
    let file = read(
      #"{"mcpServers": {"a": 1, "b": {"command": "x", "args": [1]}, "c": {"command": "x", "env": {"A=B": "c"}}, "d": {"command": "x\u0000"}, "e": {"command": "ok", "env": {"PORT": 8080, "ON": true, "NO": null}}}}"#,
      .cursor)
    #expect(
      file.servers.map(\.problem) == [
        "its entry is a number, not an object", "`args` holds a number", "`env` has a name that no variable can have",
        "its command holds the character NUL", nil,
      ])
    #expect(file.servers.last?.start == command("ok", [], [("ON", "true"), ("PORT", "8080")]))
  }

  @Test func aBrokenFileSaysWhere() {
    #expect(read("{\n  \"mcpServers\": }\n}", .cursor).problem?.hasPrefix("line 2, column 17: ") == true)
    #expect(
      read("extensions:\n  a: {\"b\\0\": 1}\n", .goose).problem == "line 2, column 7: a key holds the character NUL")
    #expect(read("[]", .cursor).problem == "line 1, column 1: it must hold an object, not an array")
    #expect(read("{\"a\": /* no end", .vscode).problem?.hasPrefix("line 1, column ") == true)
    #expect(read(" \n", .vscode).problem == nil)
    let long = ClientFile(
      [UInt8](repeating: 0x20, count: ClientFile.longestText + 1), at: ClientPlace(.cursor, "/f"), home: "/")
    #expect(long.problem == "it has more than 4 MiB")
  }

  @Test func whatIsBehindTheGateIsSeen() {
    func isGuarded(_ program: String, _ words: String...) -> Bool {
      ClientServer("a", command(program, words)).isGuarded
    }
    #expect(isGuarded("gatehouse", "connect", "git"))
    #expect(isGuarded("/opt/gatehouse", "run", "--name", "a", "--", "x"))
    #expect(!isGuarded("gatehouse", "servers"))
    #expect(!isGuarded("gatehouse-not", "connect", "git"))
  }

  @Test func placesFollowTheEnvironment() {
    let homes = ClientHomes(
      home: "/home/me", environment: ["XDG_CONFIG_HOME": "/c", "CODEX_HOME": "/x", "CLAUDE_CONFIG_DIR": "relative"])
    let paths = homes.places.map(\.path)
    for path in [
      "/home/me/.claude.json", "/c/Claude/claude_desktop_config.json", "/home/me/.cursor/mcp.json", "/x/config.toml",
      "/c/Code/User/mcp.json", "/home/me/.codeium/windsurf/mcp_config.json", "/home/me/.gemini/settings.json",
      "/c/zed/settings.json",
    ] {
      #expect(paths.contains(path), "\(path)")
    }
    #expect(ClientHomes.places(ofProject: "/p").map(\.path).contains("/p/.vscode/mcp.json"))
    #expect(homes.shown("/home/me/.claude.json") == "~/.claude.json")
    #expect(homes.shown("/home/mean/x") == "/home/mean/x")
  }
}
