import ClientFiles
import JSONText
import Testing

/// One server is registered once, whoever registers it: `servers import`, `clients wrap`, or one after the other.
struct SameServerTests {
  static let home = "/home/me"

  struct Case: CustomTestStringConvertible {
    var kind: ClientKind
    var entry: String
    var project: String?
    /// The registry's entry, whichever command writes it.
    var registered: String
    /// A part of the client's entry, once it is routed through the gate.
    var kept: String

    var testDescription: String { "\(kind) \(entry)" }

    var file: ClientFile {
      ClientFile(Array(text.utf8), at: ClientPlace(kind, "/f", project: project), home: SameServerTests.home)
    }

    var text: String {
      switch kind {
      case .codex: "[mcp_servers.a]\n\(entry)\n"
      case .opencode: #"{"mcp": {"a": \#(entry)}}"#
      case .vscode: #"{"servers": {"a": \#(entry)}}"#
      default: #"{"mcpServers": {"a": \#(entry)}}"#
      }
    }

    init(_ kind: ClientKind, _ entry: String, in project: String? = nil, _ registered: String, kept: String) {
      (self.kind, self.entry, self.project, self.registered, self.kept) = (kind, entry, project, registered, kept)
    }
  }

  static let cases: [Case] = [
    Case(
      .claudeCode, #"{"type": "http", "url": "https://x.example/m", "headers": {"Authorization": "Bearer ${T}"}}"#,
      #"{"url": "https://x.example/m", "headers": {"Authorization": "Bearer ${T}"}}"#, kept: #""env": {"T": "${T}"}"#),
    Case(
      .claudeCode, #"{"type": "http", "url": "https://x.example/m", "headers": {"A": "${T:-d} ${U}", "B": "${U}"}}"#,
      #"{"url": "https://x.example/m", "headers": {"A": "${T:-d} ${U}", "B": "${U}"}}"#,
      kept: #""env": {"T": "${T:-d}", "U": "${U}"}"#),
    Case(
      .cursor, #"{"url": "https://x.example/m", "headers": {"Authorization": "Bearer ${env:T}"}}"#,
      #"{"url": "https://x.example/m", "headers": {"authorization": "Bearer ${T}"}}"#,
      kept: #""env": {"T": "${env:T}"}"#),
    Case(
      .vscode, #"{"url": "https://x.example/m", "headers": {"B": "${env:T}", "A": "${workspaceFolder}"}}"#, in: "/p",
      #"{"url": "https://x.example/m", "headers": {"A": "/p", "B": "${T}"}}"#, kept: #""env": {"T": "${env:T}"}"#),
    Case(
      .gemini, #"{"httpUrl": "https://x.example/m", "headers": {"A": "$T"}}"#,
      #"{"url": "https://x.example/m", "headers": {"A": "${T}"}}"#, kept: #""env": {"T": "$T"}"#),
    Case(
      .opencode, #"{"type": "remote", "url": "https://x.example/m", "headers": {"A": "Bearer {env:T}"}}"#,
      #"{"url": "https://x.example/m", "headers": {"A": "Bearer ${T}"}}"#,
      kept: #""environment": {"T": "{env:T}"}"#),
    Case(
      .opencode, #"{"type": "remote", "url": "https://x.example/m", "headers": {"A": "{file:~/.key}"}}"#,
      #"{"url": "https://x.example/m", "headers": {"A": {"file": "~/.key"}}}"#, kept: #""environment": {}"#),
    Case(
      .codex, "url = \"https://x.example/m\"\nbearer_token_env_var = \"T\"",
      #"{"url": "https://x.example/m", "headers": {"Authorization": "Bearer ${T}"}}"#, kept: #"env_vars = ["T"]"#),
    Case(
      .vscode, #"{"command": "x", "env": {"P": "${workspaceFolder}/a", "T": "${env:T}", "L": "1"}}"#, in: "/p",
      #"{"command": "x", "env": {"L": "1", "P": "/p/a"}, "cwd": "/p"}"#, kept: #""env": {"T": "${env:T}"}"#),
    Case(
      .cursor, #"{"command": "npx -y x"}"#, #"{"command": "npx", "args": ["-y", "x"]}"#,
      kept: #""args": ["connect", "a"]"#),
    Case(
      .vscode, #"{"command": "./x", "cwd": "sub"}"#, in: "/p", #"{"command": "./x", "cwd": "/p/sub"}"#,
      kept: #""cwd": "sub""#),
  ]

  func wrap(_ file: ClientFile, _ text: String, _ registered: [JSONMember]) -> WrapPlan {
    let survey = ClientSurvey([file], folder: nil)
    return WrapPlan(
      survey.rows, of: survey, texts: [0: Array(text.utf8)], registered: registered, home: Self.home,
      gate: EntryWrap.Gate(program: "/usr/bin/gatehouse"))
  }

  @Test(arguments: cases)
  func whatIsImportedIsRoutedUnderItsName(_ one: Case) throws {
    let registered = JSONMember(key: "mine", value: try JSONNode.read(Array(one.registered.utf8)))
    let plan = wrap(one.file, one.text, [registered])
    #expect(plan.additions.isEmpty)
    guard case .wrapped(as: "mine", isRegistered: true, _)? = plan.items.first?.outcome else {
      Issue.record("\(plan.items.map(\.outcome))")
      return
    }
    let after = String(decoding: try #require(plan.files.first).after, as: UTF8.self)
    #expect(after.contains(one.kept.replacing("\"a\"", with: "\"mine\"")), "\(after)")
  }

  @Test(arguments: cases)
  func whatIsRoutedIsNotImportedAgain(_ one: Case) throws {
    let plan = wrap(one.file, one.text, [])
    let addition = try #require(plan.additions.first)
    let registered = try #require(Self.server(addition))
    let homes = ClientHomes(home: Self.home, environment: [:])
    let again = ImportPlan([one.file], registered: [registered], homes: homes)
    #expect(again.offers.map(\.standing) == [.registered(as: "a")])
  }

  /// An entry of the registry as `servers import` compares it.
  static func server(_ member: JSONMember) -> ClientServer? {
    let entry = member.value
    func pairs(_ key: ExactText) -> [JSONMember] { entry[key]?.members ?? [] }
    if let url = entry["url"]?.string {
      let headers = pairs("headers").map { header in
        ClientServer.Header(
          header.key.string, header.value.string.map { .text($0) } ?? .file(header.value["file"]?.string ?? ""))
      }
      return ClientServer(member.key, .url(url, headers: headers))
    }
    guard let program = entry["command"]?.string else { return nil }
    return ClientServer(
      member.key,
      .command(
        program: program, arguments: entry["args"]?.elements?.compactMap(\.string) ?? [],
        variables: pairs("env").map { .init($0.key.string, $0.value.string ?? "") }.sorted { $0.name < $1.name },
        folder: entry["cwd"]?.string))
  }

  @Test func twoAccountsAtOneAddressAreTwoServers() throws {
    func entry(_ name: String, _ header: String) -> String {
      #""\#(name)": {"url": "https://x.example/m", "headers": {"Authorization": "\#(header)"}}"#
    }
    for (one, other) in [("${T}", "${U}"), ("${input:t}", "${input:u}"), ("${T}", "s3cret")] {
      let text = "{\"mcpServers\": {\(entry("home", "Bearer \(one)")), \(entry("work", "Bearer \(other)"))}}"
      let file = ClientFile(Array(text.utf8), at: ClientPlace(.kiro, "/f"), home: Self.home)
      #expect(wrap(file, text, []).additions.map(\.key) == ["home", "work"], "\(one) \(other)")
    }
  }

  @Test func aHeaderThatWasMovedAsAWholeKeepsItsServer() throws {
    for header in ["Bearer ${T}", "Bearer ${input:t}"] {
      let text = #"{"mcpServers": {"a": {"url": "https://x.example/m", "headers": {"A": "\#(header)"}}}}"#
      let file = ClientFile(Array(text.utf8), at: ClientPlace(.kiro, "/f"), home: Self.home)
      for name in ["a", "a-kiro"] as [ExactText] {
        let entry = #"{"url": "https://x.example/m", "headers": {"A": "${GATEHOUSE_HEADER_1}"}}"#
        let plan = wrap(file, text, [JSONMember(key: name, value: try JSONNode.read(Array(entry.utf8)))])
        #expect(plan.additions.isEmpty)
        let after = String(decoding: try #require(plan.files.first).after, as: UTF8.self)
        #expect(after.contains(#""env": {"GATEHOUSE_HEADER_1": "\#(header)"}"#), "\(after)")
      }
    }
  }
}
