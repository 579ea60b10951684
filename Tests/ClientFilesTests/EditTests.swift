import ClientFiles
import JSONText
import Testing

/// What exactly is written, in whatever manner a file is written.
struct EditTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var kind: ClientKind
    var before: String
    var after: String
    var testDescription: String { before }

    init(_ kind: ClientKind, _ before: String, _ after: String) {
      (self.kind, self.before, self.after) = (kind, before, after)
    }
  }

  @Test(arguments: [
    // JSON: one line or several, tight or not, tabs, both line ends, commas and comments at the end.
    Case(
      .cursor, #"{"mcpServers":{"a":{"command":"x"}}}"#,
      #"{"mcpServers":{"a":{"command":"/g/gatehouse","args":["connect", "a"]}}}"#),
    Case(
      .cursor, #"{"mcpServers": {"a": {"command" : "x"}}}"#,
      #"{"mcpServers": {"a": {"command" : "/g/gatehouse", "args" : ["connect", "a"]}}}"#),
    Case(
      .cursor, "{\r\n\t\"mcpServers\": {\r\n\t\t\"a\": {\r\n\t\t\t\"command\": \"x\"\r\n\t\t}\r\n\t}\r\n}",
      "{\r\n\t\"mcpServers\": {\r\n\t\t\"a\": {\r\n\t\t\t\"command\": \"/g/gatehouse\",\r\n\t\t\t\"args\": [\"connect\", \"a\"]\r\n\t\t}\r\n\t}\r\n}"
    ),
    Case(
      .vscode, "{\"servers\": {\"a\": {\n  \"command\": \"x\", // why\n}}}",
      "{\"servers\": {\"a\": {\n  \"command\": \"/g/gatehouse\",\n  \"args\": [\"connect\", \"a\"], // why\n}}}"),
    Case(
      .vscode, "{\"servers\": {\"a\": {/* c */\"args\": [\n\"y\" // z\n], \"env\": {}, \"command\": \"x\"}}}",
      "{\"servers\": {\"a\": {/* c */\"args\": [\"connect\", \"a\"], \"env\": {}, \"command\": \"/g/gatehouse\"}}}"),
    // TOML: tables, keys with dots, one value, texts over lines, quotes that end a text.
    Case(
      .codex, "[mcp_servers.a]\r\n  command = \"x\" # why\r\n",
      "[mcp_servers.a]\r\n  args = [\"connect\", \"a\"]\r\n  command = \"/g/gatehouse\" # why\r\n"),
    Case(
      .codex,
      "[mcp_servers.a]\ncommand = \"\"\"x\"\"\"\"\"\nargs = [\n 'y',\n]\n[mcp_servers.a.env]\nK = '1' # z\n# end",
      "[mcp_servers.a]\ncommand = \"/g/gatehouse\"\nargs = [\"connect\", \"a\"]\n[mcp_servers.a.env]\n# end"),
    Case(
      .codex, "mcp_servers.a.command = 'x'\nmcp_servers.a.env.K = '1'\nother = 1",
      "mcp_servers.a.args = [\"connect\", \"a\"]\nmcp_servers.a.command = \"/g/gatehouse\"\nother = 1"),
    Case(
      .codex, "mcp_servers = { a = { command = 'x', env = { K = '1' }, enabled = true } }",
      "mcp_servers = { a = { command = \"/g/gatehouse\", args = [\"connect\", \"a\"], env = {}, enabled = true } }"),
    // YAML: block and flow, lists that are not indented, texts over lines.
    Case(
      .goose, "extensions:\n  a:\n    cmd: x # why\n    args:\n    - y\n    envs:\n      K: '1'\n    enabled: true\n",
      "extensions:\n  a:\n    cmd: /g/gatehouse # why\n    args: [\"connect\", \"a\"]\n    envs: {}\n    enabled: true\n"
    ),
    Case(
      .goose, "extensions:\n  a: {cmd: x, envs: {K: v}}\n",
      "extensions:\n  a: {\"args\": [\"connect\", \"a\"], cmd: \"/g/gatehouse\", envs: {}}\n"),
    Case(
      .continueDev, "mcpServers:\r\n- name: a\r\n  command: >-\r\n    x\r\n  note: ü\r\n",
      "mcpServers:\r\n- name: a\r\n  args: [\"connect\", \"a\"]\r\n  command: /g/gatehouse\r\n  note: ü\r\n"),
    Case(
      .opencode, #"{"mcp": {"a": {"type": "local", "command": ["x", "y"], "environment": {"K": "{env:K}"}}}}"#,
      #"{"mcp": {"a": {"type": "local", "command": ["/g/gatehouse", "connect", "a"], "environment": {"K": "{env:K}"}}}}"#
    ),
  ])
  func whatIsWritten(_ testCase: Case) throws {
    let text = Array(testCase.before.utf8)
    let place = ClientPlace(testCase.kind, "/f")
    let file = ClientFile(text, at: place, home: "/h")
    #expect(file.problem == nil)
    let server = try #require(file.listed.first)
    let wrap = try EntryWrap(server, of: testCase.kind, home: "/h")
    let done = try WrapRecord.wrap(text, server, at: place, wrap, name: "a", gate: .init(program: "/g/gatehouse"))
    #expect(String(decoding: done.text, as: UTF8.self) == testCase.after)
    #expect(done.text == Array(testCase.after.utf8))
    #expect(done.record.unwrap(done.text)?.text == text)
  }

  @Test func quotesThatEndALongTextBelongToIt() {
    let text = "[mcp_servers.a]\ncommand = \"\"\"x\"\"\"\"\"\nargs = ['''y'''']\n"
    let file = ClientFile(Array(text.utf8), at: ClientPlace(.codex, "/f"), home: "/h")
    #expect(
      file.servers.map(\.start) == [.command(program: "x\"\"", arguments: ["y'"], variables: [], folder: nil)])
  }
}
