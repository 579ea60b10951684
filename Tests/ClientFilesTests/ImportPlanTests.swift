import ClientFiles
import JSONText
import Testing

/// What of clients' files is offered for the registry, and what of it is shown.
struct ImportPlanTests {
  let homes = ClientHomes(home: "/home/me")

  func file(_ kind: ClientKind, _ servers: ClientServer...) -> ClientFile {
    var file = ClientFile(at: ClientPlace(kind, "/home/me/.\(kind.rawValue)"))
    file.servers = servers
    return file
  }

  func run(_ program: String, _ arguments: [String] = [], _ variables: [ClientServer.Variable] = [])
    -> ClientServer.Start
  {
    .command(program: program, arguments: arguments, variables: variables, folder: nil)
  }

  @Test func whatTheRegistryHasOrTheGateGuardsIsMarked() {
    let plan = ImportPlan(
      [
        file(
          .cursor, ClientServer("git", run("git-server")), ClientServer("fs", run("gatehouse", ["connect", "fs"])),
          ClientServer("web", .url("https://x.example")), ClientServer("bad", nil, problem: "it names no command"),
          ClientServer("time", run("time-server"))),
        file(.zed, ClientServer("clock", run("time-server"))),
        ClientFile(at: ClientPlace(.gemini, "/home/me/.gemini/settings.json"), problem: "line 1: bad"),
      ], registered: [ClientServer("repo", run("git-server"))], homes: homes)
    #expect(
      plan.offers.map(\.standing) == [
        .registered(as: "repo"), .guarded, .new, .unusable("it names no command"), .new, .twin(of: .cursor),
      ])
    #expect(plan.offers.map(\.isOffered) == [false, false, true, false, true, false])
    #expect(plan.offers.map(\.file).first == "~/.cursor")
    #expect(plan.unread.map(\.file) == ["~/.gemini/settings.json"])
    #expect(plan.unread.map(\.problem) == ["line 1: bad"])
    #expect(plan.files == 2)
  }

  @Test func namesNeverClash() {
    let plan = ImportPlan(
      [
        file(
          .cursor, ClientServer("git", run("a")), ClientServer("my server!", run("b")), ClientServer("日本", run("c")),
          ClientServer("git-cursor", run("d"))),
        file(.codex, ClientServer("git", run("e")), ClientServer("my server", run("f"))),
      ], registered: [ClientServer("git", run("other"))], homes: homes)
    #expect(
      plan.offers.map(\.proposed) == [
        "git-cursor", "my-server", "server", "git-cursor-cursor", "git-codex", "my-server-codex",
      ])
    #expect(plan.offers.map(\.standing) == [.renamed, .new, .new, .renamed, .renamed, .renamed])
    #expect(Set(plan.offers.map(\.proposed)).count == plan.offers.count)
  }

  @Test func anotherValueOfAVariableIsAnotherServer() {
    let plan = ImportPlan(
      [file(.cursor, ClientServer("git", run("x", [], [.init("T", "1")])))],
      registered: [ClientServer("git", run("x", [], [.init("T", "2")]))], homes: homes)
    #expect(plan.offers.map(\.standing) == [.renamed])
  }

  @Test func anotherHeaderIsAnotherServer() {
    func web(_ name: ExactText, _ headers: ClientServer.Header...) -> ClientServer {
      ClientServer(name, .url("https://x.example/mcp", headers: headers))
    }
    let plan = ImportPlan(
      [
        file(
          .cursor, web("web", .init("Authorization", .text("a"))), web("other", .init("Authorization", .text("b"))),
          web("file", .init("Authorization", .file("a"))), web("bare")),
        file(.zed, web("again", .init("Authorization", .text("b")))),
      ], registered: [web("web", .init("Authorization", .text("a")))], homes: homes)
    #expect(plan.offers.map(\.standing) == [.registered(as: "web"), .new, .new, .new, .twin(of: .cursor)])
  }

  @Test func noValueIsShown() {
    let plan = ImportPlan(
      [file(.cursor, ClientServer("a", run("x", ["--api-key", "hunter2"], [.init("TOKEN", "s3cret")])))],
      registered: [],
      homes: homes)
    let web = ClientServer("w", .url("https://x.example/?key=hunter2", headers: [.init("X-Key", .text("s3cret"))]))
    let remote = ImportPlan([file(.cursor, web)], registered: [], homes: homes)
    let shown = "\(plan.offers)\(remote.offers)\(remote.servers)"
    #expect((plan.offers + remote.offers).map(\.command) == ["x --api-key [hidden]", "https://x.example/?[hidden]"])
    #expect((plan.offers + remote.offers).map(\.variables) == [["TOKEN"], ["X-Key"]])
    #expect(!shown.contains("hunter2") && !shown.contains("s3cret"))
  }

  @Test(arguments: [
    (
      ["-y", "@modelcontextprotocol/server-filesystem", "/home/me/My Files"],
      "npx -y @modelcontextprotocol/server-filesystem '/home/me/My Files'"
    ),
    (["--token=abc"], "npx --token=[hidden]"), (["--password", "abc", "x"], "npx --password [hidden] x"),
    (["API_KEY=abc", "run"], "npx API_KEY=[hidden] run"),
    (["https://user:pass@x.example/mcp?key=1"], "npx 'https://[hidden]@x.example/mcp?[hidden]'"),
    (["ghp_0123456789abcdef0123"], "npx [hidden]"), (["--header", "Authorization: Bearer x"], "npx --header [hidden]"),
    (["Authorization: x"], "npx Authorization:[hidden]"), (["a1b2c3d4e5f6a7b8c9d0e1f2"], "npx [hidden]"),
    (["--path", "/x", "--verbose"], "npx --path /x --verbose"), ([""], "npx ''"),
    (["postgresql://me:pw@localhost/db"], "npx 'postgresql://[hidden]@localhost/db'"),
    (["--dsn=postgresql://me:pw@localhost/db"], "npx --dsn=[hidden]"),
    (["--url=https://me:pw@x.example/"], "npx '--url=https://[hidden]@x.example/'"),
  ])
  func wordsThatLookLikeSecretsAreHidden(arguments: [String], shown: String) {
    let line = ShownWords.line(program: "npx", arguments: arguments)
    #expect(line.replacing("'", with: "") == shown.replacing("'", with: ""), "\(line)")
  }
}
