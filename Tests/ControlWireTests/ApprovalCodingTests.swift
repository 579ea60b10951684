import ControlWire
import JSONText
import Policy
import Risk
import SeededChance
import Testing

private let asked = Moment(microseconds: 1_795_183_439_000_120)

private let full = ApprovalEvent(
  id: "q7f3-12", state: .approved, session: "s1", client: "claude", grant: "local", server: "git",
  method: "tools/call", tool: "push", category: .write, severity: .high, rule: "/servers/git/tools/push",
  reason: "ask me", revision: "abc", digest: "d1", argumentsDigest: "a1", argumentsBytes: 96, decision: 12,
  asked: asked, remaining: 42_000_000, holdRemaining: 5_000_000, isHeld: true, by: "you on pts/3 (console)",
  message: "go on", scope: .identical(seconds: 600), detail: "why")

private let fullText =
  #""id":"q7f3-12","state":"approved","session":"s1","client":"claude","grant":"local","server":"git","#
  + #""method":"tools/call","tool":"push","risk":"High","category":"Write","rule":"/servers/git/tools/push","#
  + #""reason":"ask me","policy":"abc","digest":"d1","args_digest":"a1","args_bytes":96,"seq_of_decision":12,"#
  + #""asked":"2026-11-20T14:03:59.000120Z","remaining_ms":42000,"hold_remaining_ms":5000,"held":true,"#
  + #""by":"you on pts/3 (console)","message":"go on","scope":{"identical":600},"detail":"why""#

private let bare = ApprovalEvent(
  id: "q1", state: .pending, session: "s", client: "c", grant: "g", server: "v", method: "m", rule: "/tools/x",
  digest: "d", asked: asked, remaining: 1_000)

private let bareText =
  #""id":"q1","state":"pending","session":"s","client":"c","grant":"g","server":"v","method":"m","rule":"/tools/x","#
  + #""digest":"d","args_bytes":0,"seq_of_decision":0,"asked":"2026-11-20T14:03:59.000120Z","remaining_ms":1,"#
  + #""held":false"#

private let standing = StandingApproval(
  id: "q9", scope: .session, session: "s1", client: "claude", grant: "local", server: "git", method: "tools/call",
  tool: "push", digest: "d1", by: "you", since: asked, remaining: 60_000_000, uses: 3)

private let standingText =
  #"{"id":"q9","scope":"session","session":"s1","client":"claude","grant":"local","server":"git","#
  + #""method":"tools/call","tool":"push","digest":"d1","by":"you","since":"2026-11-20T14:03:59.000120Z","#
  + #""remaining_ms":60000,"uses":3}"#

private func answer(_ event: GateEvent) -> GateMessage {
  GateMessage(sequence: 0, time: Moment(microseconds: 0), event: event)
}

private let messages: [(message: GateMessage, line: String)] = [
  (
    GateMessage(sequence: 7, time: Moment(microseconds: 1), event: .approval(full)),
    #"{"seq":7,"time":"1970-01-01T00:00:00.000001Z","event":"approval","# + fullText + "}"
  ),
  (
    GateMessage(sequence: 8, time: Moment(microseconds: 1), event: .approval(bare)),
    #"{"seq":8,"time":"1970-01-01T00:00:00.000001Z","event":"approval","# + bareText + "}"
  ),
  (
    GateMessage(
      sequence: 9, time: Moment(microseconds: 1), event: .lockdown(LockdownEvent(isOn: true, since: asked, by: "you"))),
    #"{"seq":9,"time":"1970-01-01T00:00:00.000001Z","event":"lockdown","on":true,"#
      + #""since":"2026-11-20T14:03:59.000120Z","by":"you"}"#
  ),
  (answer(.lockdown(LockdownEvent(isOn: false))), #"{"event":"lockdown","on":false}"#),
  (
    answer(.approvals(pending: [bare, full], standing: [standing], id: 4)),
    #"{"event":"approvals","id":4,"pending":[{"# + bareText + "},{" + fullText + #"}],"standing":["# + standingText
      + "]}"
  ),
  (
    answer(
      .approvalDetails(
        ApprovalDetails(
          event: bare, arguments: Array(#"{"a":"\u202e"}"#.utf8), isCut: true, hasHiddenSecrets: true,
          definition: "Pushes"), id: 5)),
    #"{"event":"approval_details","id":5,"approval":{"# + bareText + #"},"arguments":"{\"a\":\"\\u202e\"}","cut":true,"#
      + #""hidden_secrets":true,"definition":"Pushes"}"#
  ),
  (
    answer(.approvalDetails(ApprovalDetails(event: bare, arguments: []), id: nil)),
    #"{"event":"approval_details","approval":{"# + bareText + #"},"arguments":""}"#
  ),
  (
    answer(
      .snapshot(
        Snapshot(
          servers: [], sessions: [], policy: PolicyEvent(state: .absent, revision: nil, problems: []), policyPath: "/p",
          sequence: 44, approvals: [bare], standing: [standing], recent: [full],
          lockdown: LockdownEvent(isOn: true, by: "you")), id: nil)),
    #"{"event":"snapshot","seq":44,"policy_path":"/p","policy":{"state":"absent","errors":[],"warnings":[]},"#
      + #""sessions":[],"servers":[],"approvals":[{"# + bareText + #"}],"standing":["# + standingText
      + #"],"recent":[{"# + fullText + #"}],"lockdown":{"on":true,"by":"you"}}"#
  ),
  (
    answer(
      .status(
        GateStatus(
          pid: 1, build: "b", started: asked, policy: PolicyEvent(state: .loaded, revision: "r", problems: []),
          policyPath: "/p", sessions: 0, subscribers: 0, counts: [0, 0, 0, 0, 0],
          approvals: ApprovalStatus(
            pending: 2, standing: 1, approvers: 3, lockdown: LockdownEvent(isOn: true),
            notify: ApprovalStatus.Notify(runs: 9, skipped: 8, failures: 7, problem: "exit 1"))), id: nil)),
    #"{"event":"status","pid":1,"build":"b","started":"2026-11-20T14:03:59.000120Z","policy_path":"/p","#
      + #""policy":{"state":"loaded","revision":"r","errors":[],"warnings":[]},"sessions":0,"subscribers":0,"#
      + #""counts":{"allow":0,"deny":0,"limit":0,"ask":0,"hide":0},"approvals":{"pending":2,"standing":1,"#
      + #""approvers":3,"lockdown":{"on":true},"notify":{"runs":9,"skipped":8,"failures":7,"problem":"exit 1"}}}"#
  ),
]

struct ApprovalCodingTests {
  @Test(arguments: messages.indices)
  func writesTheLineThatScriptsSee(_ index: Int) {
    #expect(String(decoding: messages[index].message.encoded, as: UTF8.self) == messages[index].line + "\n")
  }

  @Test(arguments: messages.indices)
  func readsBackWhatItWrote(_ index: Int) throws {
    #expect(try GateMessage.read(Array(messages[index].line.utf8)) == messages[index].message)
  }

  @Test(
    arguments: [
      (.min, 0), (-1, 0), (0, 0), (1, 1), (999, 1), (1_000, 1), (1_001, 2), (.max, 9_223_372_036_854_776),
    ] as [(Int64, Int64)])
  func whatIsLeftSaysZeroOnlyWhenItIsOver(_ microseconds: Int64, _ milliseconds: Int64) throws {
    var event = bare
    event.remaining = microseconds
    let line = String(decoding: answer(.approval(event)).encoded, as: UTF8.self)
    #expect(line.contains("\"remaining_ms\":\(milliseconds),"))
    _ = try GateMessage.read(Array(line.utf8.dropLast()))
  }

  @Test(arguments: [
    ControlRequest.subscribe(since: nil, budget: 3, approver: true, id: 1),
    .approve(approval: "q1", digest: "d", revision: "r", scope: .once, message: "ok \"\n", id: 1),
    .approve(approval: "q1", digest: "d", revision: nil, scope: .session, message: nil, id: nil),
    .approve(approval: "q1", digest: "d", revision: nil, scope: .identical(seconds: 86_400), message: nil, id: nil),
    .approve(approval: "q1", digest: "d", revision: nil, scope: .rule, message: nil, id: nil),
    .deny(approval: "q1", digest: nil, message: nil, id: 2), .deny(approval: "q1", digest: "d", message: "no", id: nil),
    .extend(approval: "q1", seconds: 300, id: 3), .revoke(standing: "q2", id: 4), .approvals(id: 5),
    .approval("q1", id: 6), .lockdown(true, id: 7), .lockdown(false, id: nil),
  ])
  func requestsAreReadBack(_ request: ControlRequest) throws {
    #expect(String(decoding: request.encoded, as: UTF8.self).contains("\"id\":") == (request.id != nil))
    #expect(try ControlRequest.read(Array(request.encoded.dropLast())) == request)
  }

  @Test func aScopeThatIsNotSaidIsOnce() throws {
    let request = try ControlRequest.read(Array(#"{"op":"approve","approval":"q1","digest":"d"}"#.utf8))
    #expect(request == .approve(approval: "q1", digest: "d", revision: nil, scope: .once, message: nil, id: nil))
  }

  @Test(arguments: [
    (#"{"op":"approve","approval":"q1"}"#, "a request lacks `digest`"),
    (#"{"op":"approve","digest":"d"}"#, "a request lacks `approval`"),
    (#"{"op":"approve","approval":"","digest":"d"}"#, "`approval` of a request must be 1 to 256 bytes long"),
    (#"{"op":"approve","approval":7,"digest":"d"}"#, "`approval` of a request must be a string"),
    (
      #"{"op":"approve","approval":"q1","digest":"d","scope":"always"}"#,
      #"`scope` of a request must be once, session, rule or {"identical":SECONDS}"#
    ),
    (
      #"{"op":"approve","approval":"q1","digest":"d","scope":{"identical":0}}"#,
      #"`scope` of a request must be {"identical":N} with 1 to 86400 seconds"#
    ),
    (
      #"{"op":"approve","approval":"q1","digest":"d","scope":{"identical":86401}}"#,
      #"`scope` of a request must be {"identical":N} with 1 to 86400 seconds"#
    ),
    (
      #"{"op":"approve","approval":"q1","digest":"d","scope":{"identical":5,"session":true}}"#,
      #"`scope` of a request must be {"identical":N} with 1 to 86400 seconds"#
    ),
    (#"{"op":"extend","approval":"q1","seconds":0}"#, "`seconds` of a request must be a number from 1 to 86400"),
    (#"{"op":"extend","approval":"q1","seconds":86401}"#, "`seconds` of a request must be a number from 1 to 86400"),
    (#"{"op":"lockdown"}"#, "a request lacks `on`"),
    (#"{"op":"lockdown","on":"yes"}"#, "`on` of a request must be true or false"),
    (#"{"op":"revoke"}"#, "a request lacks `standing`"),
    (#"{"op":"subscribe","approver":1}"#, "`approver` of a request must be true or false"),
  ])
  func saysWhatIsWrong(_ line: String, _ message: String) {
    #expect {
      try ControlRequest.read(Array(line.utf8))
    } throws: { error in
      (error as? ControlError)?.message == message
    }
  }

  @Test func whatIsSaidIsOfBoundedLength() throws {
    func line(_ key: String, _ length: Int) -> [UInt8] {
      var members = ["approval": "q1", "digest": "d", "message": "no", "revision": "r"]
      members[key] = String(repeating: "x", count: length)
      let text = members.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",")
      return Array("{\"op\":\"approve\",\(text)}".utf8)
    }
    for (key, most) in [("approval", 256), ("digest", 256), ("revision", 256), ("message", 4_096)] {
      #expect(throws: Never.self) { try ControlRequest.read(line(key, most)) }
      #expect(throws: ControlError.self) { try ControlRequest.read(line(key, most + 1)) }
    }
  }
}

struct ApprovalFuzzTests {
  private static let texts: [ExactText] = [
    "", "x", "a \"b\"\\\n", "\u{0}\u{1F}\u{7F}", "\u{202E}gnp", "漢字😀", "\u{1B}[31m",
    ExactText(String(repeating: "é", count: 300)),
  ]

  private static func event(_ chance: inout Chance) -> ApprovalEvent {
    func text() -> ExactText { chance.pick(texts) }
    func perhaps<Value>(_ value: Value) -> Value? { chance.happens(oneIn: 2) ? nil : value }
    let scopes: [ApprovalScope] = [.once, .session, .rule, .identical(seconds: 1 + chance.below(86_400))]
    return ApprovalEvent(
      id: text().string, state: chance.pick(ApprovalEvent.State.allCases), session: text(), client: text(),
      grant: text(), server: text(), method: text(), tool: perhaps(text()),
      category: perhaps(chance.pick(Category.allCases)), severity: perhaps(chance.pick(Severity.allCases)),
      rule: text().string, reason: perhaps(text().string), revision: perhaps(text().string), digest: text().string,
      argumentsDigest: perhaps(text().string), argumentsBytes: chance.below(.max), decision: UInt64(chance.below(.max)),
      asked: Moment(microseconds: Int64(chance.below(4_107_542_400_000_000))),
      remaining: Int64(chance.below(1 << 50)) * 1000, holdRemaining: perhaps(Int64(chance.below(1 << 20)) * 1000),
      isHeld: chance.happens(oneIn: 2), by: perhaps(text().string), message: perhaps(text().string),
      scope: perhaps(chance.pick(scopes)), detail: perhaps(text().string))
  }

  @Test(arguments: 1...4) func anyEventIsReadBack(seed: UInt64) throws {
    var chance = Chance(seed)
    for _ in 0..<500 {
      let message = GateMessage(
        sequence: UInt64(1 + chance.below(.max - 1)), time: Moment(microseconds: Int64(chance.below(1 << 50))),
        event: .approval(Self.event(&chance)))
      #expect(try GateMessage.read(Array(message.encoded.dropLast())) == message)
    }
  }

  /// Lines that went wrong on their way are refused or mean something else, and that is all.
  @Test(arguments: 1...4) func spoiltLinesDoNoHarm(seed: UInt64) throws {
    var chance = Chance(seed)
    let requests: [ControlRequest] = [
      .approve(approval: "q1", digest: "d", revision: "r", scope: .identical(seconds: 60), message: "m", id: 1),
      .deny(approval: "q1", digest: "d", message: "m", id: 1), .extend(approval: "q1", seconds: 300, id: 3),
    ]
    for _ in 0..<500 {
      var line: [UInt8] =
        chance.happens(oneIn: 2) ? Array(chance.pick(messages).line.utf8) : chance.pick(requests).encoded
      for _ in 0...chance.below(4) {
        let place = chance.below(line.count)
        switch chance.below(4) {
        case 0: line[place] = UInt8(chance.below(256))
        case 1: line.remove(at: place)
        case 2: line.insert(chance.pick(Array(#"{}[]",:09-e\"#.utf8)), at: place)
        default: line.replaceSubrange(place..<place, with: "99999999999999999999".utf8)
        }
        if line.isEmpty { break }
      }
      if let message = try? GateMessage.read(line) { _ = message.encoded }
      if let request = try? ControlRequest.read(line) {
        #expect(try ControlRequest.read(Array(request.encoded.dropLast())) == request)
      }
    }
  }
}
