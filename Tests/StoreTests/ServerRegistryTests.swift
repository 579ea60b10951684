import JSONText
import Store
import Testing

private let pasted = """
  {
    // no comments in JSON
  }
  """

struct ServerRegistryTests {
  @Test func readsWhatClientsWrite() throws {
    let registry = try ServerRegistry(
      text: Array(
        #"{"mcpServers":{"git":{"command":"/usr/bin/mcp-server-git","args":["--repository","/r"],"env":{"K":"v"},"#
          .utf8)
        + Array(#""disabled":false},"web":{"type":"http","url":"https://user:secret@api.example.com/mcp?k=v"}}}"#.utf8))
    #expect(
      registry.servers == [
        RegisteredServer(
          name: "git",
          transport: .stdio(
            program: "/usr/bin/mcp-server-git", arguments: ["--repository", "/r"], environment: ["K": "v"],
            directory: nil)),
        RegisteredServer(name: "web", transport: .http(url: "https://user:secret@api.example.com/mcp?k=v")),
      ])
    #expect(registry.servers.map(\.summary.transport) == ["stdio", "https"])
    #expect(registry.servers.map(\.summary.program) == ["mcp-server-git", "api.example.com"])
    #expect("\(registry.servers[0])" == "<server git>")
  }

  @Test("P67: an entry may limit how long a call takes, in milliseconds as clients write it")
  func readsTimeouts() throws {
    func registry(_ timeout: String) throws -> ServerRegistry {
      try ServerRegistry(text: Array(#"{"mcpServers":{"a":{"command":"x","timeout":\#(timeout)}}}"#.utf8))
    }
    #expect(try registry("30000")["a"]?.timeout == 30_000)
    #expect(try registry("1")["a"]?.timeout == 1)
    #expect(try registry("null")["a"]?.timeout == nil)
    for wrong in ["0", "-1", "1.5", "\"30\"", "86400001", "99999999999999999999", "[]"] {
      #expect(throws: RegistryError.self, "\(wrong)") { try registry(wrong) }
    }
  }

  @Test func readsWhoTellsKeysApart() throws {
    func registry(_ value: String) throws(RegistryError) -> ServerRegistry {
      try ServerRegistry(text: Array(#"{"mcpServers":{"a":{"command":"x","caseSensitiveKeys":\#(value)}}}"#.utf8))
    }
    #expect(try registry("true").servers.map(\.tellsKeysApart) == [true])
    #expect(try registry("false").servers.map(\.tellsKeysApart) == [false])
    #expect(
      throws: RegistryError(
        "server `a`: `caseSensitiveKeys` must be true or false, not a string", at: TextPlace(line: 1, column: 16))
    ) {
      try registry("\"yes\"")
    }
  }

  @Test func addsAndRemovesWithoutTouchingTheRest() throws {
    let before = "{\n    \"mcpServers\": {\n        \"a\": { \"command\": \"x\" , \"autoApprove\": [1.0] }\n    }\n}\n"
    var registry = try ServerRegistry(text: Array(before.utf8))
    try registry.add(
      RegisteredServer(
        name: "b", transport: .stdio(program: "y", arguments: ["-z"], environment: ["K": "v"], directory: nil)))
    #expect(
      String(decoding: registry.text ?? [], as: UTF8.self)
        == "{\n    \"mcpServers\": {\n        \"a\": { \"command\": \"x\" , \"autoApprove\": [1.0] },\n"
        + "        \"b\": {\"command\": \"y\", \"args\": [\"-z\"], \"env\": {\"K\": \"v\"}}\n    }\n}\n")
    try registry.remove("b")
    #expect(String(decoding: registry.text ?? [], as: UTF8.self) == before)
  }

  @Test func makesAFileWhereThereIsNone() throws {
    var registry = ServerRegistry.empty
    try registry.add(RegisteredServer(name: "t", transport: .http(url: "http://127.0.0.1/")))
    #expect(
      String(decoding: registry.text ?? [], as: UTF8.self)
        == "{\n  \"mcpServers\": {\n    \"t\": {\"url\": \"http://127.0.0.1/\"}\n  }\n}\n")
  }

  @Test(arguments: [
    ("{", "1:2: the text ends in the middle of a value"),
    ("[]", "1:1: the file must hold an object with `mcpServers`, not an array"),
    ("{}", "1:1: `mcpServers` is missing; write {\"mcpServers\": {}}"),
    (#"{"mcpServers":[]}"#, "1:15: `mcpServers` must be an object, not an array"),
    (#"{"mcpServers":{"a":7}}"#, "1:16: server `a`: an entry must be an object, not a number"),
    (#"{"mcpServers":{"a":{}}}"#, "1:16: server `a`: `command` or `url` is missing"),
    (#"{"mcpServers":{"a":{"command":[]}}}"#, "1:16: server `a`: `command` must be a program's name, not an array"),
    (#"{"mcpServers":{"a":{"command":"x","args":"y"}}}"#, "1:16: server `a`: `args` must be an array of strings"),
    (#"{"mcpServers":{"a":{"command":"x","env":{"A":1}}}}"#, "1:16: server `a`: `env` must be an object of strings"),
    (
      #"{"mcpServers":{"a":{"command":"x","url":"https://y"}}}"#,
      "1:16: server `a`: an entry has `command` or `url`, not both"
    ),
    (
      #"{"mcpServers":{"a":{"url":"file:///etc"}}}"#,
      "1:16: server `a`: `url` must be a string that begins with https:// or http://"
    ),
    (
      #"{"mcpServers":{"a/b":{"command":"x"}}}"#,
      "1:16: server `a/b`: a server's name has 1 to 64 letters, digits, `_`, `-` and `.`"
    ),
    (pasted, "2:3: unexpected `/`"),
  ])
  func saysWhatIsWrongAndWhere(_ text: String, _ message: String) {
    #expect {
      try ServerRegistry(text: Array(text.utf8))
    } throws: { error in
      "\(error)" == message
    }
  }

  @Test func refusesASecondServerOfOneNameAndAnUnknownOne() throws {
    var registry = try ServerRegistry(text: Array(#"{"mcpServers":{"git":{"command":"x"}}}"#.utf8))
    #expect(throws: RegistryError("a server `git` is registered already; remove it first, or take another name")) {
      try registry.add(RegisteredServer(name: "git", transport: .http(url: "http://x")))
    }
    #expect(throws: RegistryError("no server `Git` is registered; is it `git`?")) { try registry.remove("Git") }
  }
}
