import ControlWire
import JSONText
import Policy
import Risk
import SeededChance
import Testing

/// The reader in one pass, against the general one.
struct StreamReaderTests {
  private static let letters: [Unicode.Scalar] = ["a", " ", "~", "\"", "\\", "/", "\u{1F}", "\u{7F}", "é", "漢", "😀"]

  private static func text(_ chance: inout Chance) -> String {
    var scalars = String.UnicodeScalarView()
    let isPlain = Int.random(in: 0..<8, using: &chance) > 0
    for _ in 0..<Int.random(in: 0...20, using: &chance) {
      scalars.append(isPlain ? "x" : letters.randomElement(using: &chance) ?? "a")
    }
    return String(scalars)
  }

  private static func message(_ chance: inout Chance) -> GateMessage {
    func perhaps<Value>(_ value: Value) -> Value? { Bool.random(using: &chance) ? value : nil }
    let sequence = UInt64.random(in: 0...(1 << UInt64.random(in: 0...62, using: &chance)), using: &chance)
    let time = Moment(microseconds: Int64.random(in: 0...4_000_000, using: &chance))
    let took = Int64.random(in: -3...200_000, using: &chance)
    guard Bool.random(using: &chance) else {
      return GateMessage(
        sequence: sequence, time: time,
        event: .result(
          ResultEvent(
            decisionSequence: sequence / 2, outcome: ResultEvent.Outcome.allCases.randomElement(using: &chance) ?? .ok,
            took: took, bytes: Int.random(in: 0...100_000, using: &chance))))
    }
    return GateMessage(
      sequence: sequence, time: time,
      event: .decision(
        DecisionEvent(
          session: ExactText(text(&chance)), client: ExactText(text(&chance)), grant: "local",
          server: ExactText(text(&chance)), method: "tools/call", tool: perhaps(ExactText(text(&chance))),
          category: perhaps(Category.allCases.randomElement(using: &chance) ?? .read),
          severity: perhaps(Severity.allCases.randomElement(using: &chance) ?? .low),
          decision: Decision(
            Verdict.allCases.randomElement(using: &chance) ?? .allow, rule: text(&chance),
            reason: perhaps(text(&chance)), retryAfter: perhaps(Int64.random(in: 0...10_000_000, using: &chance)),
            isEnforced: Bool.random(using: &chance)),
          revision: perhaps("0123456789ab"), took: took,
          argumentsDigest: perhaps(ContentDigest(of: [1]).hexadecimal))))
  }

  private static func often(_ reader: inout StreamReader, _ line: [UInt8]) -> GateMessage? { reader.often(line.span) }

  @Test(arguments: 1...4) func saysWhatTheGeneralReaderSays(seed: UInt64) throws {
    var chance = Chance(seed)
    var reader = StreamReader()
    var fast = 0
    for _ in 0..<2_000 {
      let message = Self.message(&chance)
      let line = Array(message.encoded.dropLast())
      #expect(try reader.read(line) == GateMessage.read(line))
      if Self.often(&reader, line) != nil { fast += 1 }
    }
    #expect(fast > 1_200)
  }

  /// Whatever it accepts, the general reader accepts with the same meaning.
  @Test(arguments: 1...4) func acceptsNothingElse(seed: UInt64) throws {
    var chance = Chance(seed)
    var reader = StreamReader()
    var accepted = 0
    for _ in 0..<20_000 {
      var line = Array(Self.message(&chance).encoded.dropLast())
      for _ in 0..<Int.random(in: 0...2, using: &chance) where !line.isEmpty {
        let place = Int.random(in: 0..<line.count, using: &chance)
        switch Int.random(in: 0..<4, using: &chance) {
        case 0: line[place] = UInt8.random(in: 0...255, using: &chance)
        case 1: line.remove(at: place)
        case 2: line.insert(Array("0\",{}:\\9".utf8).randomElement(using: &chance) ?? 0, at: place)
        default: line.removeLast(line.count - place)
        }
      }
      guard let found = Self.often(&reader, line) else { continue }
      accepted += 1
      #expect(try found == GateMessage.read(line), "\(String(decoding: line, as: UTF8.self))")
    }
    #expect(accepted > 5_000)
  }

  private static func snapshot(_ chance: inout Chance) -> GateMessage {
    func perhaps<Value>(_ value: Value) -> Value? { Bool.random(using: &chance) ? value : nil }
    func some<Value>(_ most: Int, _ make: (inout Chance) -> Value) -> [Value] {
      (0..<Int.random(in: 0...most, using: &chance)).map { _ in make(&chance) }
    }
    let servers = some(4) { chance in
      Snapshot.Server(
        name: ExactText(text(&chance)), isRegistered: true, transport: "stdio", program: text(&chance), state: .idle,
        sessions: 3, lastError: perhaps(text(&chance)), lastLine: perhaps(text(&chance)),
        scanned: perhaps(Moment(microseconds: 5)),
        tools: some(5) { chance in
          Snapshot.Tool(
            name: ExactText(text(&chance)), title: perhaps(text(&chance)), description: text(&chance),
            assessment: Assessment(
              category: Category.allCases.randomElement(using: &chance) ?? .read,
              severity: Severity.allCases.randomElement(using: &chance) ?? .low, confidence: 70,
              evidence: some(3) {
                Assessment.Evidence(field: text(&$0), found: text(&$0), category: .execute)
              }),
            parameters: some(4) { text(&$0) }, requiredParameters: Int.random(in: 0...9, using: &chance))
        })
    }
    let policy = PolicyEvent(state: .loaded, revision: perhaps("0123456789ab"), problems: [])
    let session = SessionEvent(state: .opened, session: "1", server: "git", client: ExactText(text(&chance)), pid: 9)
    let snapshot = Snapshot(
      servers: servers, sessions: [session], policy: policy, policyPath: text(&chance),
      record: perhaps(RecordEvent(state: .failing, detail: text(&chance), isDenying: true, lost: 4)), sequence: 12)
    return GateMessage(sequence: 0, time: Moment(microseconds: 0), event: .snapshot(snapshot, id: perhaps(4)))
  }

  @Test(arguments: 1...4) func readsSnapshotsAsTheGeneralReaderDoes(seed: UInt64) throws {
    var chance = Chance(seed)
    var reader = StreamReader()
    var accepted = 0
    for round in 0..<2_000 {
      let message = Self.snapshot(&chance)
      var line = Array(message.encoded.dropLast())
      if round % 8 == 0 {
        #expect(Self.often(&reader, line) == message)
      } else {
        let place = Int.random(in: 0..<line.count, using: &chance)
        switch round % 4 {
        case 0: line[place] = UInt8.random(in: 0...255, using: &chance)
        case 1: line.remove(at: place)
        case 2: line.insert(Array("0\",{}:[]\\9x".utf8).randomElement(using: &chance) ?? 0, at: place)
        default: line.insert(contentsOf: Array(#""time":null,"#.utf8), at: 1)
        }
      }
      guard let found = Self.often(&reader, line) else { continue }
      accepted += 1
      #expect(try found == GateMessage.read(line), "\(String(decoding: line, as: UTF8.self))")
    }
    #expect(accepted > 400)
  }

  /// What a later build adds, and what is missing, is the general reader's to judge.
  @Test func asksTheGeneralReaderAboutOtherSnapshots() throws {
    var reader = StreamReader()
    let plain = #"{"name":"a","description":"","category":"Read","severity":"Low","confidence":9,"evidence":[],"#
    func line(_ rest: String) -> [UInt8] {
      Array(
        (#"{"event":"snapshot","seq":1,"policy_path":"p","policy":{"state":"absent","errors":[]},"sessions":[],"#
          + #""servers":[{"name":"s","registered":true,"transport":"stdio","program":"p","state":"idle","sessions":0,"#
          + #""tools":[\#(plain)\#(rest)}]}]}"#).utf8)
    }
    let good = line(#""parameters":["x"],"required_parameters":1"#)
    #expect(try Self.often(&reader, good) == GateMessage.read(good))
    let later = line(#""parameters":["x"],"required_parameters":1,"later":[{}]"#)
    #expect(Self.often(&reader, later) == nil)
    #expect(try reader.read(later) == reader.read(good))
    let odd = line(#""parameters":[7],"required_parameters":1"#)
    #expect(Self.often(&reader, odd) == nil)
    for bad in [#""parameters":["x"]"#, #""parameters":["x"],"required_parameters":1.5"#, #""name":"b""#] {
      #expect(throws: ControlError.self) { try reader.read(line(bad)) }
    }
  }

  @Test func leavesOtherLinesToTheGeneralReader() throws {
    var reader = StreamReader()
    let tick = GateMessage(
      sequence: 0, time: Moment(microseconds: 0),
      event: .tick(
        Tick(
          counts: [9, 1, 0, 0, 0], skipped: 4,
          calls: [CallCount(server: "git", tool: "push", rule: "r", verdict: .allow, count: 9)])))
    for line in [
      Array(tick.encoded.dropLast()), Array(#"{"event":"news of a later build"}"#.utf8),
      Array(#" {"seq":1,"time":"1970-01-01T00:00:00.000001Z","event":"gap","missed":3}"#.utf8),
    ] {
      #expect(Self.often(&reader, line) == nil)
      #expect(try reader.read(line) == GateMessage.read(line))
    }
    #expect(throws: ControlError.self) { try reader.read(Array("{".utf8)) }
  }
}
