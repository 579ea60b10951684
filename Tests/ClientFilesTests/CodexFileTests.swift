import ClientFiles
import JSONText
import SeededChance
import Testing

/// Codex writes TOML, of which the servers are read and the rest is read over.
struct CodexFileTests {
  func read(_ text: String) -> ClientFile {
    ClientFile(Array(text.utf8), at: ClientPlace(.codex, "/home/me/.codex/config.toml"), home: "/home/me")
  }

  @Test func serversAreReadAndTheRestIsReadOver() {
    let file = read(
      #"""
      # my settings
      model = "o4"   # the model
      when = 1979-05-27 07:32:00Z
      limits = [1, 2.5e3, 0xFF,
        [true, "]"], # inner
      ]
      text = """
      [mcp_servers.fake]
      command = "no"
      """
      [projects."/src/shop"]
      trust_level = "trusted"
      [[skills]]
      command = "no"

      [mcp_servers.git]
      command = "uvx"
      args = [
        "mcp-server-git", # which
        '--repository', "/srv/\u00e4pp",
      ]
      startup_timeout_sec = 20
      env = { "TOKEN" = "t", OTHER = 'o' }
      [mcp_servers."the docs"]
      command = "docs"
      enabled = false
      cwd = "/docs"
      [mcp_servers."the docs".env]
      KEY = "a\"b"
      [mcp_servers.far]
      url = "https://x.example/mcp"
      bearer_token_env_var = "TOKEN"
      """#)
    #expect(file.problem == nil)
    #expect(
      file.servers == [
        ClientServer(
          "git",
          .command(
            program: "uvx", arguments: ["mcp-server-git", "--repository", "/srv/äpp"],
            variables: [.init("OTHER", "o"), .init("TOKEN", "t")], folder: nil)),
        ClientServer(
          "the docs",
          .command(program: "docs", arguments: [], variables: [.init("KEY", "a\"b")], folder: "/docs"), isOff: true),
        ClientServer(
          "far", .url("https://x.example/mcp", headers: [.init("Authorization", .text("Bearer ${TOKEN}"))])),
      ])
  }

  @Test func otherWaysToWriteTheSame() {
    let start = ClientServer.Start.command(program: "x", arguments: ["y"], variables: [.init("A", "b")], folder: nil)
    for text in [
      "mcp_servers.a.command = \"x\"\nmcp_servers.a.args = [\"y\"]\nmcp_servers.a.env.A = \"b\"\n",
      "[mcp_servers]\na = { command = \"x\", args = [\"y\"], env = { A = \"b\" } }",
      "mcp_servers = { a = { command = \"x\", args = [\"y\"], env = { A = \"b\" } } }",
      "[mcp_servers]\r\n[mcp_servers.a]\r\ncommand = '''x'''\r\nargs = [ \"\"\"\ny\"\"\" ]\r\nenv.A = \"b\"\r\n",
      "[ mcp_servers . 'a' ]\n\"command\"=\"x\"\nargs=[\"y\",]\n[mcp_servers.a.env]\nA=\"b\" # last",
    ] {
      let file = read(text)
      #expect(file.problem == nil, "\(text)")
      #expect(file.servers == [ClientServer("a", start)], "\(text)")
    }
  }

  @Test(arguments: [
    ("a = ", "line 1, column 5: a value is missing"), ("a = \"x\nb = 1", "line 1, column 5: a text does not end"),
    ("\na = [1", "line 2, column 7: `]` is missing"), ("a = {b = 1", "line 1, column 11: `}` is missing"),
    ("a", "line 1, column 2: `=` is missing"),
    ("[a", "line 1, column 3: `]` is missing"), ("= 1", "line 1, column 1: a key is missing"),
    ("a = 1 2 3", "line 1, column 9: there is more in the line"),
    ("a = \"\\q\"", "line 1, column 6: an escape is unknown"),
    ("a = \"\\uD800\"", "line 1, column 6: an escape is no character"),
    ("a = 'b\u{1}'", "line 1, column 7: a raw control character stands in a text"),
    ("a = \"\"\"\n\u{7F}\"\"\"", "line 2, column 1: a raw control character stands in a text"),
    ("a = \"b\r\n\"", "line 1, column 5: a text does not end"),
    ("a = { \"b\\u0000\" = 1 }", "line 1, column 7: a key holds the character NUL"),
    ("a = word", "line 1, column 5: a text needs quotes"),
    ("[mcp_servers.a]\ncommand = \"x\"\n[mcp_servers.a]", "line 3, column 1: the table `mcp_servers.a` is there twice"),
    ("mcp_servers.a.command = \"x\"\nmcp_servers.a.command = \"y\"", "line 2, column 1: `command` is there twice"),
  ])
  func whatIsWrongIsSaidWithItsLine(text: String, problem: String) {
    #expect(read(text).problem == problem)
    #expect(read(text).servers == [])
  }

  @Test func nestingIsBounded() {
    let deep = "a = " + String(repeating: "[", count: 100_000)
    #expect(read(deep).problem == "line 1, column 37: values are nested too deeply")
    #expect(
      read(String(repeating: "a.", count: 1000) + "b = 1").problem == "line 1, column 65: a key has too many parts")
    let many = (0..<5_000).map { "mcp_servers.a.env.V\($0) = \"x\"\n" }.joined()
    #expect(read(many).problem == "line 4001, column 1: there are more than 4000 values")
  }

  /// No text that a few changes make of a good one may trap, and none may take long.
  @Test func damagedTextsAreReadToTheirEnd() {
    let good = Array(
      "[mcp_servers.a]\ncommand = \"x\"\nargs = ['y', \"\\u00e4\"]\nenv = { A = \"b\" }\nlong = \"\"\"a\"\"\"\n".utf8)
    let settings = Array(
      #"{"mcpServers": {"a": {"command": "${x}", /* c */ "args": ["$y",], "env": {"A": "b"}}}} // e"#.utf8)
    var dice = Chance(7)
    for round in 0..<4_000 {
      var text = round % 2 == 0 ? good : settings
      for _ in 0..<Int.random(in: 1...4, using: &dice) {
        let place = Int.random(in: 0..<text.count, using: &dice)
        switch Int.random(in: 0...2, using: &dice) {
        case 0: text[place] = UInt8.random(in: 0...255, using: &dice)
        case 1: text.remove(at: place)
        default: text.insert(contentsOf: Array("\"'[]{}=.\\\n#/*$,".utf8).shuffled(using: &dice).prefix(2), at: place)
        }
      }
      let kind: ClientKind = round % 2 == 0 ? .codex : .gemini
      let file = ClientFile(text, at: ClientPlace(kind, "/f"), home: "/h")
      #expect(file.problem == nil || file.servers.isEmpty)
    }
  }
}
