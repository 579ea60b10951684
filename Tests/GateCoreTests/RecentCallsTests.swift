import ControlWire
import GateCore
import JSONText
import Policy
import SeededChance
import Testing

/// What the gate remembers of calls, for a person who asks.
struct RecentCallsTests {
  private static func keep(_ calls: inout RecentCalls, _ sequence: UInt64, _ text: String?, meta: String? = nil) {
    let length = text?.utf8.count ?? 0
    let bytes = Array("\(meta ?? "")\(text ?? "")".utf8)
    let start = bytes.count - length
    calls.keep(
      sequence, bytes.span, text == nil ? nil : start..<bytes.count, meta: meta == nil ? nil : 0..<start)
  }

  @Test func theMetaIsKeptBesideThem() {
    var calls = RecentCalls()
    let long = String(repeating: "x", count: RecentCalls.longest)
    Self.keep(&calls, 1, #"{"a":1}"#, meta: #"{"t":1}"#)
    Self.keep(&calls, 2, nil, meta: #"{"t":2}"#)
    Self.keep(&calls, 3, "{}")
    Self.keep(&calls, 4, long + "x", meta: #"{"t":4}"#)
    // Arguments come first where there is room for one of both.
    Self.keep(&calls, 5, long, meta: #"{"t":5}"#)
    Self.keep(&calls, 6, "{}", meta: long + "x")
    Self.keep(&calls, 7, "{}", meta: long.dropLast(2) + "")
    let metas = (0...8).map { calls.meta(of: $0).map { String(decoding: $0, as: UTF8.self) } }
    #expect(metas == [nil, #"{"t":1}"#, #"{"t":2}"#, nil, nil, nil, nil, long.dropLast(2) + "", nil])
    #expect(calls[1] == .text(Array(#"{"a":1}"#.utf8)) && calls[2] == .absent)
    #expect(calls[4] == .tooLong(RecentCalls.longest + 1) && calls[5] == .text(Array(long.utf8)))
    #expect(calls[6] == .text(Array("{}".utf8)) && calls[7] == .text(Array("{}".utf8)))
    #expect(calls.bytes <= 5 * RecentCalls.longest)
  }

  @Test func theArgumentsAreFoundByTheNumberOfTheDecision() {
    var calls = RecentCalls()
    Self.keep(&calls, 3, #"{"a": 1}"#)
    Self.keep(&calls, 7, nil)
    Self.keep(&calls, 8, "")
    #expect(calls[3] == .text(Array(#"{"a": 1}"#.utf8)))
    #expect(calls[7] == .absent)
    #expect(calls[8] == .text([]))
    for unknown: UInt64 in [0, 2, 4, 6, 9, .max] { #expect(calls[unknown] == nil) }
  }

  @Test func whatIsTooLongIsToldWithItsLength() {
    var calls = RecentCalls()
    Self.keep(&calls, 1, String(repeating: "x", count: RecentCalls.longest + 1))
    Self.keep(&calls, 2, String(repeating: "x", count: RecentCalls.longest))
    Self.keep(&calls, 3, "y")
    #expect(calls[1] == .tooLong(RecentCalls.longest + 1))
    #expect(calls[2] == .text(Array(repeating: 0x78, count: RecentCalls.longest)))
    #expect(calls[3] == .text([0x79]))
  }

  /// Against a plain list: what is found is right, the newest are never lost, and memory is bounded.
  @Test(arguments: 0..<12) func theOldestGo(_ seed: Int) {
    var chance = Chance(UInt64(seed))
    var calls = RecentCalls()
    var kept: [(sequence: UInt64, text: String?, meta: String?)] = []
    var sequence: UInt64 = 0
    let longest = chance.pick([10, 300, 5_000, RecentCalls.longest])
    let count = chance.pick(longest > 1_000 ? [10, 600] : [10, 2_000, 15_000])
    for _ in 0..<count {
      sequence += UInt64(1 + chance.below(3))
      let text = chance.happens(oneIn: 10) ? nil : String(repeating: "a", count: chance.below(longest + 1))
      let meta = chance.happens(oneIn: 2) ? nil : String(repeating: "m", count: 1 + chance.below(200))
      Self.keep(&calls, sequence, text, meta: meta)
      kept.append((sequence, text, meta))
    }
    #expect(calls.bytes <= RecentCalls.mostBytes + RecentCalls.longest)
    #expect(calls.count <= RecentCalls.mostCalls + 1_100)
    for (index, call) in kept.enumerated() {
      let found = calls[call.sequence]
      if index >= kept.count - 50 { #expect(found != nil) }
      guard let found else { continue }
      #expect(found == (call.text.map { .text(Array($0.utf8)) } ?? .absent))
      guard (call.text?.utf8.count ?? 0) + 200 <= RecentCalls.longest else { continue }
      #expect(calls.meta(of: call.sequence) == call.meta.map { Array($0.utf8) })
    }
  }
}

/// What is told of one call.
struct ExplainTests {
  static let policy = """
    {"version": "1", "tools": {
      "push": {"deny_if": [{"conditions": [{"path": "args.branch", "op": "eq", "value": "main"}]}]},
      "login": {"deny_if": [{"conditions": [{"path": "args.password", "op": "eq", "value": "hunter22"}]}]}
    }}
    """

  private func played(_ name: String, _ arguments: String) throws -> Playbook {
    var book = try Playbook(policy: Self.policy)
    book.handshake()
    _ = book.client(call("1", name, arguments))
    return book
  }

  private func explained(_ book: Playbook) -> CallExplanation {
    book.gate.explain(book.gate.lastSequence, at: book.now)
  }

  @Test func argumentsAndStepsAreTold() throws {
    let told = explained(try played("push", #"{ "branch" : "main" }"#))
    #expect(told.arguments.map { String(decoding: $0, as: UTF8.self) } == #"{"branch":"main"}"#)
    #expect(told.problem == nil && !told.isOfAnotherPolicy && !told.hasHiddenSecrets)
    #expect(told.explanation?.decision.rule == "/tools/push/deny_if/0")
    let step = told.explanation?.steps.last { $0.subject == .denyIf }
    #expect(step?.conditions.first?.found == "\"main\"")
  }

  @Test func itIsJudgedByThePolicyInForceNow() throws {
    var book = try played("push", #"{"branch":"main"}"#)
    let sequence = book.gate.lastSequence
    _ = try book.policy(#"{"version": "1", "default": "allow"}"#)
    let told = book.gate.explain(sequence, at: book.now)
    #expect(told.isOfAnotherPolicy)
    #expect(told.explanation?.decision.verdict == .allow)
  }

  @Test func explainingCountsNothing() throws {
    var book = try Playbook(
      policy: #"{"version":"1","tools":{"t":{"limits":[{"window":"hour","max":2}]}}}"#)
    book.handshake()
    _ = book.client(call("1", "t"))
    let sequence = book.gate.lastSequence
    for _ in 0..<5 { #expect(book.gate.explain(sequence, at: book.now).explanation?.decision.verdict == .allow) }
    #expect(book.client(call("2", "t")).toServer.count == 1)
  }

  @Test func secretsAreHiddenEverywhere() throws {
    for (arguments, secret) in [
      (#"{"password":"hunter22"}"#, "hunter22"),
      (#"{"auth":{"api_key":["s3cr3t-value"]},"password":"x9y8z7"}"#, "s3cr3t-value"),
      (#"{"header":"Bearer ghp_0123456789abcdefghij0123456789"}"#, "ghp_0123456789abcdefghij0123456789"),
      (#"{"password":"a\"b\\c"}"#, #"a\"b"#),
    ] {
      let told = explained(try played("login", arguments))
      #expect(told.hasHiddenSecrets)
      let line = GateMessage(
        sequence: 0, time: Moment(microseconds: 0), event: .explained(told, id: 1)
      ).encoded
      let text = String(decoding: line, as: UTF8.self)
      // The policy's own words are the user's, and stay.
      #expect(
        text.replacing(#"\"hunter22\""#, with: "").replacing("\"value\":\"", with: "").contains(secret) == false,
        "\(text)")
      #expect(try JSONNode.read(try #require(told.arguments)).members != nil, "still JSON")
    }
  }

  /// What a call says of itself is told as well, in both eras and however its line is read.
  @Test func itsMetaIsTold() throws {
    func told(_ line: String) throws -> CallExplanation {
      var book = try Playbook(policy: Self.policy)
      book.handshake()
      _ = book.client(call("0", "push"))
      _ = book.client(line)
      return explained(book)
    }
    func words(_ told: CallExplanation) -> String? { told.meta.map { String(decoding: $0, as: UTF8.self) } }
    let plain = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"push","arguments":{},"_meta":"#
    #expect(words(try told(plain + #"{"progressToken":7}}}"#)) == #"{"progressToken":7}"#)
    #expect(
      words(try told(plain + #" { "trace" : "00-ab" , "x" : [1.0] } }}"#)) == #"{"trace":"00-ab","x":[1.0]}"#)
    #expect(words(try told(modern("1", "tools/call", #""name":"push""#)))?.contains("2026-07-28") == true)
    #expect(words(try told(call("1", "push"))) == nil)
    let secret = try told(plain + #"{"auth":{"api_key":"s3cr3t-value"},"note":"s3cr3t-value"}}}"#)
    #expect(secret.hasHiddenSecrets && words(secret)?.contains("s3cr3t") == false)
    #expect(words(secret)?.hasPrefix(#"{"auth":{"api_key":"#) == true)
  }

  @Test func whatIsNotSecretStays() throws {
    let told = explained(try played("push", #"{"max_tokens":100,"branch":"token ring"}"#))
    #expect(!told.hasHiddenSecrets)
    #expect(told.arguments.map { String(decoding: $0, as: UTF8.self) } == #"{"max_tokens":100,"branch":"token ring"}"#)
  }

  @Test func whatIsNotRememberedIsSaidSo() throws {
    var book = try played("push", "{}")
    #expect(book.gate.explain(0, at: book.now).problem != nil)
    #expect(book.gate.explain(.max, at: book.now).problem == "the gate does not remember this call any more")
    _ = book.client(call("2", "push", #"{"branch":"\#(String(repeating: "x", count: RecentCalls.longest))"}"#))
    let told = explained(book)
    #expect(told.problem == "the call's arguments are too long to be remembered")
    #expect(told.argumentsBytes > RecentCalls.longest)
    #expect(told.explanation == nil)
    _ = book.client(#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"push","name":"x"}}"#)
    #expect(explained(book).explanation == nil)
  }
}

/// What another policy would have said.
struct CallReplayTests {
  private func simulation(_ book: Playbook, _ policy: String, pending: Set<UInt64> = []) throws -> Simulation {
    let document = try PolicyDocument.read(Array(policy.utf8))
    return CallReplay(book.gate, pending: pending).run(PolicyEngine(document), revision: document.revision)
  }

  @Test func callsAreCountedByWhatWouldBecomeOfThem() throws {
    var book = try Playbook(policy: #"{"version":"1","default":"deny","tools":{"a":{}}}"#)
    book.handshake()
    for (number, name) in ["a", "b", "b", "c", "a"].enumerated() {
      _ = book.client(call("\(number + 1)", name, #"{"n":\#(number)}"#))
    }
    let last = book.gate.lastSequence
    let found = try simulation(
      book,
      """
      {"version":"1","tools":{"a":{"require":[{"conditions":[{"path":"args.n","op":"eq","value":0}]}]},"b":{}}}
      """, pending: [last])
    #expect(found.calls == 5 && found.unknown == 0)
    #expect(
      found.changes == [
        Simulation.Change(from: .deny, to: .allow, calls: 2), Simulation.Change(from: .allow, to: .deny, calls: 1),
      ])
    #expect(found.tools.map(\.tool) == ["b", "a"])
    #expect(found.pending == [Simulation.Change(from: .allow, to: .deny, calls: 1)])
  }

  @Test func argumentsThatAreGoneMakeACallUnknownOnlyWhereTheyMatter() throws {
    var book = try Playbook(policy: Playbook.allowAll)
    book.handshake()
    let long = #"{"text":"\#(String(repeating: "x", count: RecentCalls.longest))"}"#
    _ = book.client(call("1", "a", long))
    _ = book.client(call("2", "b", long))
    let found = try simulation(
      book,
      """
      {"version":"1","default":"deny","tools":{
        "a":{"deny_if":[{"conditions":[{"path":"args.text","op":"exists","value":true}]}]}}}
      """)
    #expect(found.unknown == 1)
    #expect(found.changes == [Simulation.Change(from: .allow, to: .deny, calls: 1)])
  }

  @Test func limitsCountFromTheFirstCallOn() throws {
    var book = try Playbook(policy: Playbook.allowAll)
    book.handshake()
    for number in 1...5 { _ = book.client(call("\(number)", "a")) }
    let found = try simulation(book, #"{"version":"1","tools":{"a":{"limits":[{"window":"hour","max":3}]}}}"#)
    #expect(found.changes == [Simulation.Change(from: .allow, to: .limit, calls: 2)])
    #expect(book.client(call("6", "a")).toServer.count == 1, "the gate itself has counted nothing")
  }

  @Test func onlySoManyToolsAreTold() throws {
    var book = try Playbook(policy: Playbook.allowAll)
    book.handshake()
    for number in 1...40 { _ = book.client(call("\(number)", "t\(number)")) }
    let found = try simulation(book, #"{"version":"1"}"#)
    #expect(found.tools.count == Simulation.mostTools)
    #expect(found.otherCalls == 40 - Simulation.mostTools)
  }
}
