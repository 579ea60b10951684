import ControlWire
import JSONText
import Policy
import Risk
import Testing

/// One message of every kind, each member filled, with the line that scripts see.
private let messages: [(message: GateMessage, line: String)] = [
  (
    GateMessage(
      sequence: 7, time: Moment(microseconds: 1_795_183_439_000_120),
      event: .decision(
        DecisionEvent(
          session: "s1", client: "claude", grant: "local", server: "git", method: "tools/call", tool: "push",
          category: .write, severity: .high,
          decision: Decision(
            .limit, rule: "/servers/git/tools/push/limits/0", reason: "rate limit", retryAfter: 12_000_000,
            isEnforced: false),
          revision: "abc", took: 3, argumentsDigest: "00ff"))),
    #"{"seq":7,"time":"2026-11-20T14:03:59.000120Z","event":"decision","session":"s1","client":"claude","#
      + #""grant":"local","server":"git","method":"tools/call","tool":"push","risk":"High","category":"Write","#
      + #""verdict":"limit","enforced":false,"rule":"/servers/git/tools/push/limits/0","reason":"rate limit","#
      + #""retry_after_ms":12000,"policy":"abc","took_us":3,"args_digest":"00ff"}"#
  ),
  (
    GateMessage(
      sequence: 8, time: Moment(microseconds: 0),
      event: .result(ResultEvent(decisionSequence: 7, outcome: .toolError, took: 40, bytes: 300))),
    #"{"seq":8,"time":"1970-01-01T00:00:00.000000Z","event":"result","seq_of_decision":7,"#
      + #""outcome":"tool_error","took_us":40,"bytes":300}"#
  ),
  (
    GateMessage(
      sequence: 9, time: Moment(microseconds: 1),
      event: .session(
        SessionEvent(state: .closed, session: "s1", server: "git", client: "c", pid: 5, detail: "client left"))),
    #"{"seq":9,"time":"1970-01-01T00:00:00.000001Z","event":"session","session":"s1","state":"closed","#
      + #""server":"git","client":"c","pid":5,"detail":"client left"}"#
  ),
  (
    GateMessage(
      sequence: 10, time: Moment(microseconds: 1),
      event: .policy(
        PolicyEvent(
          state: .rejected, revision: "abc",
          problems: [
            PolicyProblem(weight: .warning, place: TextPlace(line: 2, column: 1), pointer: "", message: "odd"),
            PolicyProblem(
              weight: .error, place: TextPlace(line: 3, column: 9), pointer: "/tools/x", message: "no", help: "yes"),
          ], untold: 7))),
    #"{"seq":10,"time":"1970-01-01T00:00:00.000001Z","event":"policy","state":"rejected","revision":"abc","#
      + #""errors":[{"weight":"error","line":3,"column":9,"pointer":"/tools/x","message":"no","help":"yes"}],"#
      + #""warnings":[{"weight":"warning","line":2,"column":1,"pointer":"","message":"odd"}],"untold":7}"#
  ),
  (
    GateMessage(sequence: 11, time: Moment(microseconds: 1), event: .gap(missed: 12)),
    #"{"seq":11,"time":"1970-01-01T00:00:00.000001Z","event":"gap","missed":12}"#
  ),
  (
    GateMessage(sequence: 12, time: Moment(microseconds: 1), event: .tick(counts: [1, 2, 3, 4, 5])),
    #"{"seq":12,"time":"1970-01-01T00:00:00.000001Z","event":"tick","#
      + #""counts":{"allow":1,"deny":2,"limit":3,"ask":4,"hide":5}}"#
  ),
  (
    GateMessage(
      sequence: 13, time: Moment(microseconds: 1),
      event: .server(ServerEvent(server: "git", state: .exited, pid: 4, detail: "code 1"))),
    #"{"seq":13,"time":"1970-01-01T00:00:00.000001Z","event":"server","server":"git","state":"exited","#
      + #""pid":4,"detail":"code 1"}"#
  ),
  (
    GateMessage(sequence: 14, time: Moment(microseconds: 1), event: .toolsChanged(server: "git")),
    #"{"seq":14,"time":"1970-01-01T00:00:00.000001Z","event":"tools_changed","server":"git"}"#
  ),
  (
    GateMessage(
      sequence: 15, time: Moment(microseconds: 1),
      event: .record(RecordEvent(state: .failing, detail: "no room", isDenying: true, lost: 4))),
    #"{"seq":15,"time":"1970-01-01T00:00:00.000001Z","event":"record","state":"failing","detail":"no room","#
      + #""denying":true,"lost":4}"#
  ),
  (
    GateMessage(
      sequence: 0, time: Moment(microseconds: 0),
      event: .snapshot(
        Snapshot(
          servers: [], sessions: [], policy: PolicyEvent(state: .absent, revision: nil, problems: []),
          policyPath: "/p", record: RecordEvent(state: .failing, isDenying: false, lost: 1), sequence: 44),
        id: nil)),
    #"{"event":"snapshot","seq":44,"policy_path":"/p","policy":{"state":"absent","errors":[],"warnings":[]},"#
      + #""record":{"state":"failing","denying":false,"lost":1},"sessions":[],"servers":[],"#
      + #""approvals":[],"standing":[],"recent":[]}"#
  ),
  (
    GateMessage(
      sequence: 0, time: Moment(microseconds: 0),
      event: .hello(Hello(version: 1, build: "0.1", pid: 9, revision: nil, policyPath: "/p"))),
    #"{"event":"hello","version":1,"build":"0.1","pid":9,"policy_path":"/p"}"#
  ),
  (
    GateMessage(sequence: 0, time: Moment(microseconds: 0), event: .refused(message: "no\u{1B}", id: 3)),
    #"{"event":"refused","id":3,"message":"no\u001b"}"#
  ),
  (GateMessage(sequence: 0, time: Moment(microseconds: 0), event: .done(id: nil)), #"{"event":"done"}"#),
  (
    GateMessage(sequence: 0, time: Moment(microseconds: 0), event: .exit(.signal(9))),
    #"{"event":"exit","signal":9}"#
  ),
  (
    GateMessage(
      sequence: 0, time: Moment(microseconds: 0),
      event: .snapshot(
        Snapshot(
          servers: [
            Snapshot.Server(
              name: "git", isRegistered: true, transport: "stdio", program: "mcp-server-git", state: .running,
              sessions: 1, lastError: "e", scanned: Moment(microseconds: 2),
              tools: [
                Snapshot.Tool(
                  name: "push", title: "Push", description: "d",
                  assessment: Assessment(
                    category: .write, severity: .medium, confidence: 80,
                    evidence: [.init(field: "name", found: "push", category: .write, weight: 45)]),
                  parameters: ["branch"], requiredParameters: 1)
              ])
          ],
          sessions: [SessionEvent(state: .opened, session: "s1", server: "git", client: "c", pid: 5)],
          policy: PolicyEvent(state: .absent, revision: nil, problems: []), policyPath: "/p", sequence: 44),
        id: 2)),
    #"{"event":"snapshot","id":2,"seq":44,"policy_path":"/p","policy":{"state":"absent","errors":[],"warnings":[]},"#
      + #""sessions":[{"session":"s1","state":"opened","server":"git","client":"c","pid":5}],"#
      + #""servers":[{"name":"git","registered":true,"transport":"stdio","program":"mcp-server-git","#
      + #""state":"running","sessions":1,"last_error":"e","scanned":"1970-01-01T00:00:00.000002Z","#
      + #""tools":[{"name":"push","title":"Push","description":"d","category":"Write","severity":"Medium","#
      + #""confidence":80,"evidence":[{"field":"name","found":"push","category":"Write","weight":45}],"#
      + #""parameters":["branch"],"required_parameters":1}]}],"approvals":[],"standing":[],"recent":[]}"#
  ),
  (
    GateMessage(
      sequence: 0, time: Moment(microseconds: 0),
      event: .status(
        GateStatus(
          pid: 1, build: "b", started: Moment(microseconds: 3),
          policy: PolicyEvent(state: .loaded, revision: "r", problems: []), policyPath: "/p", sessions: 2,
          subscribers: 3, counts: [0, 1, 0, 0, 0],
          record: RecordStatus(path: "/r", lane: 0, segment: 2, sequence: 9, hash: "h", failure: "full", lost: 1),
          settings: SettingsStatus(path: "/c", problem: "bad"),
          counters: CounterStatus(path: "/s/counters", restored: 4, problem: "p")),
        id: 1)),
    #"{"event":"status","id":1,"pid":1,"build":"b","started":"1970-01-01T00:00:00.000003Z","policy_path":"/p","#
      + #""policy":{"state":"loaded","revision":"r","errors":[],"warnings":[]},"sessions":2,"subscribers":3,"#
      + #""counts":{"allow":0,"deny":1,"limit":0,"ask":0,"hide":0},"#
      + #""record":{"path":"/r","lane":0,"segment":2,"seq":9,"hash":"h","failing":"full","lost":1},"#
      + #""config":{"path":"/c","problem":"bad"},"#
      + #""counters":{"path":"/s/counters","restored":4,"problem":"p"}}"#
  ),
  (
    GateMessage(
      sequence: 0, time: Moment(microseconds: 0),
      event: .tool(
        ToolAnswer(
          server: "git", name: "push", definition: Array(#"{"name":"push"}"#.utf8),
          package: ServerPackage(runner: "uvx", kind: .pypi, name: "mcp-git", version: "1.2")), id: 5)),
    #"{"event":"tool","id":5,"server":"git","name":"push","definition":"{\"name\":\"push\"}","#
      + #""package":{"runner":"uvx","kind":"PyPI","name":"mcp-git","version":"1.2"}}"#
  ),
  (
    GateMessage(
      sequence: 0, time: Moment(microseconds: 0),
      event: .tool(ToolAnswer(server: "git", name: "push", problem: "unknown"), id: nil)),
    #"{"event":"tool","server":"git","name":"push","problem":"unknown"}"#
  ),
]

struct GateMessageCodingTests {
  @Test(arguments: messages.indices)
  func writesTheLineThatScriptsSee(_ index: Int) {
    #expect(String(decoding: messages[index].message.encoded, as: UTF8.self) == messages[index].line + "\n")
  }

  @Test func aPolicyEventIsOfBoundedLength() throws {
    let place = TextPlace(line: 1, column: 1)
    let problems = (0..<1000).map { number in
      PolicyProblem(weight: number % 4 == 0 ? .error : .warning, place: place, pointer: "", message: "\(number)")
    }
    let event = PolicyEvent(state: .rejected, revision: nil, problems: problems)
    #expect(event.problems.map(\.message).prefix(2) == ["0", "4"])
    #expect(event.problems.count == 2 * PolicyEvent.most)
    #expect(event.warnings.map(\.message).prefix(3) == ["1", "2", "3"])
    #expect(event.untold == 800)
    let message = GateMessage(sequence: 1, time: Moment(microseconds: 0), event: .policy(event))
    #expect(try GateMessage.read(Array(message.encoded.dropLast())) == message)
  }

  /// An older gate told of warnings among the errors.
  @Test func aPolicyEventWithoutWarningsIsRead() throws {
    let line =
      #"{"seq":1,"time":"1970-01-01T00:00:00Z","event":"policy","state":"loaded","revision":"r","errors":["#
      + #"{"weight":"warning","line":2,"column":1,"pointer":"","message":"odd"}]}"#
    let message = try #require(try GateMessage.read(Array(line.utf8)))
    guard case .policy(let event) = message.event else {
      Issue.record("it is no policy event")
      return
    }
    #expect(event.warnings.map { $0.message } == ["odd"])
    #expect(event.untold == 0)
  }

  @Test(arguments: messages.indices)
  func readsBackWhatItWrote(_ index: Int) throws {
    #expect(try GateMessage.read(Array(messages[index].line.utf8)) == messages[index].message)
  }

  /// A definition that is nested to the limit of the reader still comes as a line that can be read.
  @Test func aDeepDefinitionSpoilsNoLine() throws {
    let deep = Array((String(repeating: "[", count: 128) + String(repeating: "]", count: 128)).utf8)
    let message = GateMessage(
      sequence: 0, time: Moment(microseconds: 0),
      event: .tool(ToolAnswer(server: "a", name: "b", definition: deep), id: 1))
    #expect(try GateMessage.read(Array(message.encoded.dropLast())) == message)
  }

  @Test func passesOverEventsAndMembersOfLaterBuilds() throws {
    #expect(try GateMessage.read(Array(#"{"event":"parade","floats":3}"#.utf8)) == nil)
    #expect(
      try GateMessage.read(Array(#"{"event":"done","id":1,"mood":"good"}"#.utf8))?.event == .done(id: 1))
  }

  @Test(arguments: ["", "null", "[]", "{}", #"{"event":7}"#, #"{"event":"gap"}"#, #"{"event":"gap","missed":"1"}"#])
  func refusesWhatIsNoEvent(_ line: String) {
    #expect(throws: ControlError.self) { try GateMessage.read(Array(line.utf8)) }
  }
}

private func bytes(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }

struct ControlRequestCodingTests {
  @Test(arguments: [
    ControlRequest.hello(version: 1, build: "0.1"),
    .hello(version: 1, build: nil),
    .subscribe(since: 4, budget: 200, id: 1),
    .subscribe(since: nil, budget: nil, id: nil),
    .snapshot(id: 1), .status(id: nil), .reload(id: 2), .stop(id: 3),
    .stderr(server: "git", lines: nil, after: nil, id: nil), .stderr(server: "git", lines: 10, after: 7, id: 4),
    .counters(server: "git", tool: "a \"b\"\n", id: 4), .counters(server: "", tool: "", id: nil),
    .tool(server: "git", name: "a \"b\"\n", id: 9), .tool(server: "", name: "", id: nil),
    .attach(Attachment(server: .registered("git"), directory: "/", environment: bytes("A=b", "C="))),
    .attach(Attachment(server: .command(bytes("a", "b c"), name: "a"), environment: [], fileMask: 0o27)),
    .attach(Attachment(server: .command([[0x61], [0xFF, 0x00, 0x80], []], name: "a"), environment: [[0xC3, 0x3D]])),
    .attach(Attachment(server: .registered("x"), environment: bytes("A=1", "B=ä\n", "A=2", "no sign", "=", ""))),
  ])
  func readsBackWhatItWrote(_ request: ControlRequest) throws {
    let line = request.encoded
    #expect(line.last == 0x0A)
    #expect(try ControlRequest.read(Array(line.dropLast())).inOrder == request.inOrder)
  }

  @Test(arguments: [
    ("{", "a request is one JSON object a line: the text ends in the middle of a value at byte 1"),
    ("7", "a request must be an object, not a number"),
    ("{}", "a request lacks `op`"),
    (
      #"{"op":"fly"}"#,
      "`fly` is no operation of this gate; there are hello, subscribe, snapshot, status, reload, stderr, stop, "
        + "attach, tool, approve, deny, extend, revoke, approvals, approval, lockdown, "
        + "counters, explain, simulate, glimpse, may_approve, pins, pin, accept, reject"
    ),
    (#"{"op":"hello"}"#, "a request lacks `version`"),
    (#"{"op":"hello","version":"1"}"#, "`version` of a request must be a whole number"),
    (
      #"{"op":"attach","server":"x","directory":"/","environment":{"A":1}}"#,
      "`environment` of a request must be an object of strings"
    ),
    (
      #"{"op":"attach","server":"x","directory":"/","environment":{},"environment_hex":["f"]}"#,
      "`environment_hex` of a request must be an array of strings of hexadecimal digits"
    ),
    (
      #"{"op":"attach","server":"x","command":[{"hex":"0g"}],"directory":"/","environment":{}}"#,
      "`command` of a request must be an array of strings"
    ),
    (
      #"{"op":"attach","server":"x","command":[],"directory":"/","environment":{}}"#,
      "`command` of a request must be an array with a program's name"
    ),
  ])
  func saysWhatIsWrong(_ line: String, _ message: String) {
    #expect {
      try ControlRequest.read(Array(line.utf8))
    } throws: { error in
      (error as? ControlError)?.message == message
    }
  }

  @Test func namesTheRequestThatItRefuses() {
    #expect {
      try ControlRequest.read(Array(#"{"op":"fly","id":12}"#.utf8))
    } throws: { error in
      (error as? ControlError)?.id == 12
    }
  }

  @Test func tellsNothingOfAnEnvironment() {
    let attachment = Attachment(server: .registered("git"), directory: "/", environment: bytes("TOKEN=hunter2"))
    #expect("\(attachment)" == "<attachment with 1 environment variables>")
  }
}

extension ControlRequest {
  /// What no name and value is comes last in an environment.
  fileprivate var inOrder: ControlRequest {
    guard case .attach(var attachment) = self else { return self }
    attachment.environment.sort { $0.lexicographicallyPrecedes($1) }
    return .attach(attachment)
  }
}

struct MomentTextTests {
  @Test(arguments: [
    (Int64(0), "1970-01-01T00:00:00.000000Z"),
    (-1, "1969-12-31T23:59:59.999999Z"),
    (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
    (4_107_542_399_999_999, "2100-02-28T23:59:59.999999Z"),
    (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
  ])
  func isRFC3339(_ microseconds: Int64, _ text: String) {
    #expect(Moment(microseconds: microseconds).rfc3339 == text)
    #expect(Moment(rfc3339: text) == Moment(microseconds: microseconds))
  }

  @Test(arguments: [
    "", "2026-11-20", "2026-11-20T14:03:59", "2026-13-20T14:03:59Z", "2026-11-20T24:03:59Z", "2026-11-20T14:03:59.Z",
    "2026-11-20 14:03:59Z", "2026-11-20T14:03:59,5Z", "2026-11-20T14:03:59.1234567890Z",
  ])
  func refusesOtherTexts(_ text: String) { #expect(Moment(rfc3339: text) == nil) }

  @Test func readsShortFractions() {
    #expect(Moment(rfc3339: "1970-01-01T00:00:01.5Z") == Moment(microseconds: 1_500_000))
    #expect(Moment(rfc3339: "1970-01-01T00:00:01Z") == Moment(microseconds: 1_000_000))
  }
}
