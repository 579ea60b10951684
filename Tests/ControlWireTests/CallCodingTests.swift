import ControlWire
import JSONText
import Policy
import SeededChance
import Testing

/// Questions about calls, and what the gate answers.
struct CallCodingTests {
  static let explanation = CallExplanation(
    sequence: 7, arguments: Array(#"{"a":"\u202E"}"#.utf8), argumentsBytes: 200, isCut: true, hasHiddenSecrets: true,
    meta: Array(#"{"progressToken":"\u202E"}"#.utf8), revisionThen: "r1", revision: "r2",
    explanation: Explanation(
      Decision(.limit, rule: "/tools/t/limits/0", reason: "10 of 10", retryAfter: 12_000),
      steps: [
        Explanation.Step(.rule, rule: "/tools/t", .passes, "it names the tool exactly"),
        Explanation.Step(
          .denyIf, rule: "/tools/t/deny_if/0", .skipped, "its conditions do not hold",
          conditions: [
            ConditionReport(
              pointer: "/tools/t/deny_if/0/conditions/0", path: "args.a", op: "eq", value: "\"x\"", outcome: .missing,
              found: nil)
          ]),
      ]))

  static let simulation = Simulation(
    revision: "r9", calls: 12, unknown: 3, since: Moment(microseconds: 1_000_001),
    changes: [Simulation.Change(from: .ask, to: .allow, calls: 3)],
    tools: [
      Simulation.ToolChange(server: "git", tool: "a\"b", change: Simulation.Change(from: .ask, to: .allow, calls: 3))
    ], otherCalls: 1, pending: [Simulation.Change(from: .ask, to: .ask, calls: 2)])

  @Test(arguments: [
    GateEvent.explained(explanation, id: 4),
    .explained(CallExplanation(sequence: .max >> 1, problem: "gone"), id: nil),
    .simulated(simulation, id: 1), .simulated(Simulation(revision: ""), id: nil),
    .glimpses([], id: 2),
    .glimpses(
      [CallGlimpse(sequence: 1, text: "a=1", more: 9), CallGlimpse(sequence: 2, text: "", isKnown: false)], id: 3),
  ])
  func readsBackWhatItWrote(_ event: GateEvent) throws {
    let message = GateMessage(sequence: 0, time: Moment(microseconds: 0), event: event)
    let line = Array(message.encoded.dropLast())
    #expect(!line.contains(0x0A))
    #expect(try GateMessage.read(line) == message)
  }

  @Test func theRequests() throws {
    for (request, line) in [
      (ControlRequest.explain(sequence: 9, id: 1), #"{"op":"explain","seq":9,"id":1}"#),
      (.simulate(policy: Array("{\n}".utf8), id: 2), #"{"op":"simulate","policy":"{\n}","id":2}"#),
      (.glimpse(sequences: [1, 5], id: nil), #"{"op":"glimpse","seqs":[1,5]}"#),
    ] {
      #expect(String(decoding: request.encoded, as: UTF8.self) == line + "\n")
      #expect(try ControlRequest.read(Array(line.utf8)) == request)
    }
  }

  @Test(arguments: [
    #"{"op":"explain"}"#, #"{"op":"explain","seq":"1"}"#, #"{"op":"simulate","policy":{}}"#,
    #"{"op":"glimpse","seqs":[true]}"#, #"{"op":"glimpse","seqs":7}"#,
  ])
  func refusesWhatIsNoRequest(_ line: String) {
    #expect(throws: ControlError.self) { try ControlRequest.read(Array(line.utf8)) }
  }

  @Test func moreThanAreToldAreNotAskedFor() throws {
    let line = #"{"op":"glimpse","seqs":[\#((0..<5_000).map(String.init).joined(separator: ","))]}"#
    guard case .glimpse(let sequences, _) = try ControlRequest.read(Array(line.utf8)) else {
      Issue.record("another request")
      return
    }
    #expect(sequences.count == CallGlimpse.most)
  }

  /// Whatever is changed in a line, reading it ends with a message, nothing, or an error.
  @Test(arguments: 0..<100) func brokenLinesAreRefused(_ seed: Int) {
    var chance = Chance(UInt64(seed))
    for event in [GateEvent.explained(Self.explanation, id: 4), .simulated(Self.simulation, id: 1)] {
      var line = Array(GateMessage(sequence: 0, time: Moment(microseconds: 0), event: event).encoded.dropLast())
      for _ in 0..<1 + chance.below(4) {
        let place = chance.below(line.count)
        switch chance.below(3) {
        case 0: line[place] = UInt8(chance.below(256))
        case 1: line.remove(at: place)
        default: line.insert(contentsOf: chance.pick([Array("null".utf8), [0x22], Array("-1".utf8)]), at: place)
        }
      }
      _ = try? GateMessage.read(line)
    }
  }
}
