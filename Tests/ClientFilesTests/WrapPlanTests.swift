import ClientFiles
import JSONText
import Testing

/// What is done with which entries, under which names, and what is refused.
struct WrapPlanTests {
  static let gate = EntryWrap.Gate(program: "/usr/bin/gatehouse")

  struct Source {
    var kind: ClientKind
    var path: String
    var text: String
    var project: String?
    var scope: ClientScope?

    init(_ kind: ClientKind, _ path: String, _ text: String, project: String? = nil, scope: ClientScope? = nil) {
      (self.kind, self.path, self.text, self.project, self.scope) = (kind, path, text, project, scope)
    }

    var file: ClientFile {
      ClientFile(Array(text.utf8), at: ClientPlace(kind, path, project: project, scope: scope), home: "/h")
    }
  }

  func survey(_ sources: [Source], folder: String? = nil) -> ClientSurvey {
    ClientSurvey(sources.map(\.file), folder: folder)
  }

  func texts(_ sources: [Source]) -> [Int: [UInt8]] {
    Dictionary(uniqueKeysWithValues: sources.enumerated().map { ($0, Array($1.text.utf8)) })
  }

  func plan(_ sources: [Source], registered: String = "{}") throws -> WrapPlan {
    let survey = survey(sources)
    return WrapPlan(
      survey.rows, of: survey, texts: texts(sources),
      registered: try #require(try JSONNode.read(Array(registered.utf8)).members), home: "/h", gate: Self.gate)
  }

  func refusal(_ kind: ClientKind, _ text: String) throws -> String? {
    guard case .refused(let reason) = try plan([Source(kind, "/f", text)]).items.first?.outcome else { return nil }
    return reason
  }

  // MARK: Names

  @Test func oneServerOfSeveralClientsIsRegisteredOnce() throws {
    let entry = #"{"command": "npx", "args": ["x"], "env": {"T": "1"}}"#
    let plan = try plan([
      Source(.cursor, "/a", #"{"mcpServers": {"git": \#(entry)}}"#),
      Source(.kiro, "/b", #"{"mcpServers": {"git": \#(entry), "my git!": \#(entry)}}"#),
      Source(.zed, "/c", #"{"context_servers": {"git": {"command": "npx", "args": ["x"], "env": {"T": "2"}}}}"#),
    ])
    #expect(plan.additions.map(\.key) == ["git", "git-zed"])
    let names = plan.items.map { item -> ExactText? in
      guard case .wrapped(let name, _, _) = item.outcome else { return nil }
      return name
    }
    #expect(names == ["git", "git", "git", "git-zed"])
    #expect(
      plan.files.map { String(decoding: $0.after, as: UTF8.self) }[1].contains(
        #""args": ["connect", "git"], "env": {}"#))
  }

  @Test func whatTheRegistryHasKeepsItsName() throws {
    let source = Source(.cursor, "/a", #"{"mcpServers": {"a": {"command": "x"}, "b": {"command": "y"}}}"#)
    let plan = try plan(
      [source], registered: #"{"b": {"command": "z"}, "other": {"command": "x", "args": [], "autoApprove": ["t"]}}"#)
    #expect(plan.additions.map(\.key) == ["b-cursor"])
    let after = try #require(plan.files.first).after
    #expect(String(decoding: after, as: UTF8.self).contains(#"["connect", "other"]"#))
    #expect(
      plan.items.map(\.outcome) == [
        .wrapped(as: "other", isRegistered: true, notes: ["the registry has the same server as `other`"]),
        .wrapped(as: "b-cursor", isRegistered: true, notes: ["`b` is another server's name in the registry"]),
      ])
  }

  @Test func whatIsWrappedIsSaidAndLeft() throws {
    let text = #"{"mcpServers": {"a": {"command": "/opt/gatehouse", "args": ["connect", "b"]}}}"#
    let plan = try plan([Source(.cursor, "/a", text)])
    #expect(plan.items.map(\.outcome) == [.already("b")])
    #expect(plan.files.isEmpty && plan.additions.isEmpty)
  }

  @Test func aPreviewsWordChangesWithEveryByte() throws {
    func token(_ text: String, _ registered: String = "{}") throws -> String {
      try plan([Source(.cursor, "/a", text)], registered: registered).token
    }
    let text = #"{"mcpServers": {"a": {"command": "x"}}}"#
    #expect(try token(text) == token(text))
    #expect(try token(text) != token(text + "\n"))
    #expect(try token(text) != token(text, #"{"a": {"command": "other"}}"#))
  }

  // MARK: What the client fills in

  @Test func whatOnlyTheClientKnowsStaysWithIt() throws {
    let plan = try plan([
      Source(
        .vscode, "/a",
        #"{"servers": {"a": {"command": "x", "env": {"T": "${input:t}", "L": "s3cret"}, "envFile": "${workspaceFolder}/.env"}, "#
          + #""b": {"command": "x", "args": ["${input:t}"], "env": {"L": "lit"}}}}"#)
    ])
    let after = String(decoding: try #require(plan.files.first).after, as: UTF8.self)
    #expect(
      after
        == #"{"servers": {"a": {"command": "/usr/bin/gatehouse", "args": ["connect", "a"], "env": {"T": "${input:t}"}, "#
        + #""envFile": "${workspaceFolder}/.env"}, "#
        + #""b": {"command": "/usr/bin/gatehouse", "args": ["run", "--name", "b", "--", "x", "${input:t}"], "env": {"L": "lit"}}}}"#
    )
    #expect(
      plan.additions.map { String(decoding: $0.value.compact, as: UTF8.self) } == [
        #"{"command":"x","env":{"L":"s3cret"}}"#
      ])
  }

  @Test func headersGoToTheRegistryAndReferencesThroughVariables() throws {
    let plan = try plan([
      Source(
        .claudeCode, "/a",
        #"{"mcpServers":{"a":{"type":"http","url":"https://x.example/m","headers":{"A":"Bearer ${T:-d}","B":"s3cret"}}}}"#
      ),
      Source(
        .codex, "/b",
        "[mcp_servers.c]\nurl = \"https://y.example\"\nbearer_token_env_var = \"TOK\"\nenv_http_headers = { X = \"XV\" }\n"
      ),
    ])
    #expect(
      plan.files.map { String(decoding: $0.after, as: UTF8.self) } == [
        #"{"mcpServers":{"a":{"type":"stdio","command":"/usr/bin/gatehouse","args":["connect", "a"],"env":{"T": "${T:-d}"}}}}"#,
        "[mcp_servers.c]\nargs = [\"connect\", \"c\"]\ncommand = \"/usr/bin/gatehouse\"\nenv_vars = [\"TOK\", \"XV\"]\n",
      ])
    #expect(
      plan.additions.map { String(decoding: $0.value.compact, as: UTF8.self) } == [
        #"{"url":"https://x.example/m","headers":{"A":"Bearer ${T:-d}","B":"s3cret"}}"#,
        #"{"url":"https://y.example","headers":{"Authorization":"Bearer ${TOK}","X":"${XV}"}}"#,
      ])
  }

  // MARK: What is refused

  @Test func whatCannotBeDoneSaysWhy() throws {
    #expect(try refusal(.cursor, #"{"mcpServers": {"a": {}}}"#) == "it names no command")
    #expect(
      try refusal(.claudeCode, #"{"mcpServers": {"a": {"url": "https://x", "oauth": {"clientId": "x"}}}}"#)
        == "Claude Code logs in to it by itself (`oauth`), which the gate cannot do")
    #expect(
      try refusal(.cursor, #"{"mcpServers": {"a": {"url": "https://${env:HOST}/x"}}}"#)
        == "its address holds something that only Cursor fills in")
    #expect(
      try refusal(.goose, "extensions:\n  a: &x\n    type: stdio\n    cmd: x\n  b: *x\n")
        == "`&x` names a value for use elsewhere")
    #expect(
      try refusal(.goose, "v: &e {A: b}\nextensions:\n  a:\n    cmd: x\n    envs: *e\n")
        == "`*e` stands for a value elsewhere")
    #expect(
      try refusal(.goose, "extensions:\n  developer: {type: builtin}\n")?.hasPrefix("it is a part of its client")
        == true)
    let managed = Source(.claudeCode, "/m", #"{"mcpServers": {"a": {"command": "x"}}}"#, scope: .managed)
    guard case .refused(let reason)? = try plan([managed]).items.first?.outcome else {
      Issue.record("it was not refused")
      return
    }
    #expect(reason == "whoever manages this machine wrote the file, and has to change it")
  }

  // MARK: Which entry counts

  @Test func ofOneNameTheNearestCounts() {
    let entry = #"{"mcpServers": {"a": {"command": "x"}, "b": {"command": "x"}}}"#
    let sources = [
      Source(
        .claudeCode, "/u",
        #"{"mcpServers": {"a": {"command": "u"}, "c": {"command": "u"}}, "projects": {"/p": {"mcpServers": {"a": {"command": "l"}}, "disabledMcpServers": ["c"]}}}"#
      ),
      Source(.claudeCode, "/p/.mcp.json", entry, project: "/p"),
      Source(.cursor, "/p/.cursor/mcp.json", entry, project: "/p"),
      Source(.vscodeInsiders, "/i", #"{"servers": {"w": {"command": "x"}}}"#),
      Source(.vscode, "/p/.vscode/mcp.json", #"{"servers": {"w": {"command": "x"}}}"#, project: "/p"),
    ]
    func words(_ folder: String?) -> [String] {
      survey(sources, folder: folder).rows.map { row in
        "\(row.server.name) \(row.server.scope.rawValue) \(row.shadow.map { $0.scope.rawValue } ?? "counts")\(row.server.isOff ? " off" : "")"
      }
    }
    #expect(
      words("/p") == [
        "a user local", "c user counts off", "a local counts", "a project local", "b project counts",
        "a project counts",
        "b project counts", "w user project", "w project counts",
      ])
    #expect(words("/elsewhere").prefix(3) == ["a user counts", "c user counts", "a local counts"])
    let managed = survey(
      sources + [Source(.claudeCode, "/m", #"{"mcpServers": {"z": {"command": "x"}}}"#, scope: .managed)])
    #expect(managed.rows.prefix(3).map { $0.shadow?.scope } == [.managed, .managed, .managed])
    #expect(managed.rows.last?.isEffective == true)
  }

  // MARK: The way back

  func unwrap(_ source: Source, records: [WrapRecord], registered: [JSONMember]) -> UnwrapPlan {
    let survey = survey([source])
    return UnwrapPlan(survey.rows, of: survey, texts: texts([source]), records: records, registered: registered)
  }

  @Test func anEntryThatWasEditedSinceGetsItsMembersBack() throws {
    var source = Source(
      .cline, "/a",
      #"{"mcpServers": {"a": {"command": "x", "args": ["y"], "env": {"T": "s3cret"}, "autoApprove": []}}}"#)
    let plan = try plan([source])
    let file = try #require(plan.files.first)
    source.text = String(decoding: file.after, as: UTF8.self).replacing(
      #""autoApprove": []"#, with: #""autoApprove": ["t"]"#)
    let back = unwrap(source, records: file.records, registered: plan.additions)
    #expect(back.items.map(\.outcome) == [.members("a")])
    #expect(
      back.files.map { String(decoding: $0.after, as: UTF8.self) } == [
        #"{"mcpServers": {"a": {"command": "x", "args": ["y"], "env": {"T": "s3cret"}, "autoApprove": ["t"]}}}"#
      ])
  }

  @Test func withoutItsRecordAnEntryIsMadeFromTheRegistry() throws {
    for (kind, text, rebuilt) in [
      (
        ClientKind.cursor,
        #"{"mcpServers": {"a": {"command": "x", "args": ["y"], "env": {"T": "1", "K": "${env:K}"}}}}"#,
        #"{"mcpServers": {"a": {"command": "x", "args": ["y"], "env": {"K": "${env:K}", "T": "1"}}}}"#
      ),
      (
        .opencode, #"{"mcp": {"a": {"type": "local", "command": ["x", "y"]}}}"#,
        #"{"mcp": {"a": {"type": "local", "command": ["x", "y"]}}}"#
      ),
      (
        .vscode, #"{"servers": {"a": {"type": "http", "url": "https://x", "headers": {"K": "${input:k}", "L": "1"}}}}"#,
        #"{"servers": {"a": {"type": "http", "url": "https://x", "headers": {"K": "${input:k}", "L": "1"}}}}"#
      ),
      (
        .cursor, #"{"mcpServers": {"a": {"url": "https://x", "headers": {"K": "Bearer ${env:T}, ${env:U}"}}}}"#,
        #"{"mcpServers": {"a": {"url": "https://x", "headers": {"K": "Bearer ${env:T}, ${env:U}"}}}}"#
      ),
      (
        .opencode, #"{"mcp": {"a": {"type": "remote", "url": "https://x", "headers": {"K": "{file:~/.k}"}}}}"#,
        #"{"mcp": {"a": {"type": "remote", "url": "https://x", "headers": {"K": "{file:~/.k}"}}}}"#
      ),
      (
        .vscode, #"{"servers": {"a": {"command": "x", "args": ["${input:k}"]}}}"#,
        #"{"servers": {"a": {"command": "x", "args": ["${input:k}"]}}}"#
      ),
      (
        .codex, "[mcp_servers.a]\ncommand = \"x\"\nargs = [\"y\"]\n",
        "[mcp_servers.a]\ncommand = \"x\"\nargs = [\"y\"]\n"
      ),
    ] {
      let plan = try plan([Source(kind, "/a", text)])
      let after = String(decoding: try #require(plan.files.first).after, as: UTF8.self)
      let back = unwrap(Source(kind, "/a", after), records: [], registered: plan.additions)
      #expect(back.items.map(\.outcome) == [.rebuilt("a")])
      #expect(back.files.map { String(decoding: $0.after, as: UTF8.self) } == [rebuilt])
    }
  }

  @Test func whatNobodyKnowsAnyMoreStays() {
    let text = #"{"mcpServers": {"a": {"command": "/gatehouse", "args": ["connect", "a"]}, "b": {"command": "x"}}}"#
    let back = unwrap(Source(.cursor, "/a", text), records: [], registered: [])
    #expect(back.files.isEmpty)
    #expect(
      back.items.map(\.outcome) == [
        .refused("nobody knows any more what it started: no server `a` is registered"), .notGuarded,
      ])
  }

  @Test func aDamagedRecordIsNotBelieved() throws {
    let plan = try plan([Source(.cursor, "/a", #"{"mcpServers": {"a": {"command": "before"}}}"#)])
    let text = String(decoding: WrapRecord.text(of: try #require(plan.files.first).records), as: UTF8.self)
    #expect(WrapRecord.read(Array(text.utf8)).count == 1)
    #expect(WrapRecord.read(Array(text.replacing("\\\"before\\\"", with: "\\\"evil\\\"").utf8)).isEmpty)
    #expect(WrapRecord.read(Array("nothing".utf8)).isEmpty)
  }

  // MARK: What is shown

  @Test func nothingThatMayBeASecretIsShown() throws {
    for fixture in FixtureTests.all {
      let text = try fixture.text
      let addresses = fixture.read(text).listed.map(\.address)
      let shown = String(decoding: MaskedText.of(text, fixture.place, addresses), as: UTF8.self)
      #expect(!shown.contains("s3cret"), "\(shown)")
    }
    let text =
      "{\"mcpServers\": {\"a\": {// TOKEN=hush\n\"command\": \"x\", \"args\": [\"--api-key\", \"hush\"], \"apiKey\": \"hush\", /* hush, hush */\n"
      + "\"url\": \"https://x/?key=hush\", \"env\": {\"A\": \"hush\", \"B\": 12345, \"C\": \"${env:C}\"}}}}"
    let shown = String(
      decoding: MaskedText.of(Array(text.utf8), ClientPlace(.cursor, "/f"), [EntryAddress(["mcpServers"], "a")]),
      as: UTF8.self)
    #expect(!shown.contains("hush") && !shown.contains("12345") && shown.contains("${env:C}"), "\(shown)")
    let toml = "[mcp_servers.a]\n# hush\ncommand = \"x\" # hush\nenv = {A = \"hush\"}\n"
    let tomlShown = MaskedText.of(Array(toml.utf8), ClientPlace(.codex, "/f"), [EntryAddress(["mcp_servers"], "a")])
    #expect(!String(decoding: tomlShown, as: UTF8.self).contains("hush"))
  }
}
