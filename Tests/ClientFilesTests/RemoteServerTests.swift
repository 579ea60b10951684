import ClientFiles
import JSONText
import Testing

/// Servers over HTTP in clients' files, as the registry would have them.
struct RemoteServerTests {
  func server(_ kind: ClientKind, _ entry: String, project: String? = nil) -> ClientServer? {
    let container =
      switch kind {
      case .vscode: "servers"
      case .opencode: "mcp"
      case .zed: "context_servers"
      default: "mcpServers"
      }
    let text = kind == .codex ? entry : "{\"\(container)\": {\"a\": \(entry)}}"
    let file = ClientFile(Array(text.utf8), at: ClientPlace(kind, "/home/me/file", project: project), home: "/home/me")
    #expect(file.problem == nil)
    return file.servers.first
  }

  /// The values of the headers that an entry of this client gives.
  func headers(_ kind: ClientKind, _ headers: String) -> [ClientServer.Header]? {
    let type = kind == .gemini ? #""httpUrl""# : #""url""#
    guard
      case .url("https://x.example/mcp", let found)? = server(
        kind, #"{\#(type): "https://x.example/mcp", "headers": \#(headers)}"#)?.start
    else { return nil }
    return found
  }

  @Test(arguments: [
    (ClientKind.claudeCode, "Bearer s3cret", "Bearer s3cret"),
    (.claudeCode, "Bearer ${TOKEN}", "Bearer ${TOKEN}"),
    (.claudeCode, "Bearer ${TOKEN:-none}", "Bearer ${TOKEN:-none}"),
    (.claudeCode, "costs $5 or $TOKEN", "costs $5 or $TOKEN"),
    (.cursor, "${env:TOKEN}/${env:OTHER}", "${TOKEN}/${OTHER}"),
    (.vscode, "Bearer ${env:TOKEN}", "Bearer ${TOKEN}"),
    (.vscode, "${userHome}${/}x", "/home/me/x"),
    (.windsurf, "${env:TOKEN}", "${TOKEN}"),
    (.gemini, "Bearer $TOKEN", "Bearer ${TOKEN}"),
    (.gemini, "$$TOKEN-$ 5", "$${TOKEN}-$ 5"),
    (.gemini, "${TOKEN:-x}", "${TOKEN:-x}"),
    (.opencode, "Bearer {env:TOKEN}", "Bearer ${TOKEN}"),
    (.opencode, "{env TOKEN}", "{env TOKEN}"),
    (.zed, "$TOKEN", "$TOKEN"),
  ])
  func aHeaderIsAsTheRegistryWritesIt(kind: ClientKind, text: String, value: String) {
    #expect(headers(kind, "{\"X-Key\": \"\(text)\"}") == [.init("X-Key", .text(value))])
  }

  @Test func aFileIsReadByTheGate() {
    #expect(headers(.opencode, #"{"X-Key": "{file:~/.key}"}"#) == [.init("X-Key", .file("~/.key"))])
    #expect(headers(.opencode, #"{"X-Key": "{file:/run/key}"}"#) == [.init("X-Key", .file("/run/key"))])
  }

  @Test func codexNamesVariables() {
    let found = server(
      .codex,
      """
      [mcp_servers.a]
      url = "https://x.example/mcp"
      bearer_token_env_var = "TOKEN"
      http_headers = { "X-A" = "1" }
      env_http_headers = { "X-B" = "B_KEY" }
      """)
    #expect(
      found?.start
        == .url(
          "https://x.example/mcp",
          headers: [
            .init("X-A", .text("1")), .init("Authorization", .text("Bearer ${TOKEN}")), .init("X-B", .text("${B_KEY}")),
          ]))
  }

  @Test func headersThatTheGateSetsItselfArePassedOver() {
    #expect(
      headers(.cursor, #"{"Accept": "text/event-stream", "content-type": "x", "MCP-Session-Id": "1", "X-A": "1"}"#)
        == [.init("X-A", .text("1"))])
    #expect(headers(.cursor, "{}")?.isEmpty == true)
    #expect(headers(.cursor, "null")?.isEmpty == true)
    #expect(headers(.cursor, #"{"X-A": 1}"#) == [.init("X-A", .text("1"))])
  }

  /// None of these may be taken for another value than the client would send.
  @Test(arguments: [
    (ClientKind.vscode, #"{"url": "https://x", "headers": {"K": "${input:key}"}}"#, "VS Code fills in `input:key`"),
    (.cursor, #"{"url": "https://x", "headers": {"K": "${TOKEN}"}}"#, "Cursor fills in `TOKEN`"),
    (.claudeCode, #"{"url": "https://x", "headers": {"K": "${T:+s3cret}"}}"#, "Claude Code fills in `T`"),
    (.claudeCode, #"{"url": "https://x", "headers": {"K": "${T:-${s3cret}}"}}"#, "Claude Code fills in `T`"),
    (.claudeCode, #"{"url": "https://x", "headers": {"K": "${A B}"}}"#, "Claude Code fills in `A B`"),
    (.claudeCode, #"{"url": "https://x", "headers": {"K": "${}"}}"#, "Claude Code fills in ``"),
    (.gemini, #"{"httpUrl": "https://x", "headers": {"K": "$(pass s3cret)"}}"#, "Gemini CLI fills in `(...)`"),
    (.zed, #"{"url": "https://x", "headers": {"K": "${TOKEN}"}}"#, "a header of it holds `${`"),
    (.opencode, #"{"url": "https://x", "headers": {"K": "${TOKEN}"}}"#, "a header of it holds `${`"),
    (.opencode, #"{"url": "https://x", "headers": {"K": "Bearer {file:~/k}"}}"#, "a part of a header"),
    (.opencode, #"{"url": "https://x", "headers": {"K": "{file:k}"}}"#, "whose path does not begin with"),
    (.cursor, #"{"url": "https://x", "headers": {"K": "a\nB: s3cret"}}"#, "the value of the header `K`"),
    (.cursor, #"{"url": "https://x", "headers": {"K": ""}}"#, "the value of the header `K`"),
    (.cursor, #"{"url": "https://x", "headers": {"K\r\nB": "s3cret"}}"#, "a name that HTTP does not have"),
    (.cursor, #"{"url": "https://x", "headers": {"K": ["s3cret"]}}"#, "a header of it is no text"),
    (.cursor, #"{"url": "https://x", "headers": "s3cret"}"#, "`headers` is a string, not an object"),
    (.cursor, #"{"url": "https://x", "auth": {"CLIENT_ID": "s3cret"}}"#, "Cursor logs in to it by itself (`auth`)"),
    (.cursor, #"{"url": "https://${env:HOST}/mcp"}"#, "Cursor fills in `HOST`"),
    (.cursor, #"{"url": "https://${userHome}"}"#, "its address is none"),
    (.cursor, #"{"url": "ftp://x"}"#, "begins with https:// or http://"),
    (.cursor, #"{"url": "https://me:s3cret@x.example/"}"#, "its address holds a user"),
    (.cursor, #"{"url": "https:///mcp"}"#, "its address is none"),
    (.cursor, #"{"url": "https://x/ y"}"#, "its address is none"),
    (.claudeCode, #"{"type": "sse", "url": "https://x/sse"}"#, "it speaks HTTP+SSE of 2024-11-05"),
    (.gemini, #"{"url": "https://x/sse"}"#, "it speaks HTTP+SSE of 2024-11-05"),
    (.claudeCode, #"{"type": "ws", "url": "https://x/ws"}"#, "its `type` is none that the gate knows"),
    (.codex, "[mcp_servers.a]\nurl = \"https://x\"\nbearer_token_env_var = \"A}B\"\n", "of a variable that none"),
  ])
  func whatOnlyTheClientCanSayIsNotTaken(kind: ClientKind, entry: String, reason: String) throws {
    let found = try #require(server(kind, entry))
    #expect(found.start == nil)
    let problem = try #require(found.problem)
    #expect(problem.contains(reason) && !problem.contains("s3cret"), "\(problem)")
  }
}
