import ConsoleCore
import ControlWire
import History
import JSONText
import Policy
import Risk

extension Desk {
  /// Decisions of the record, the newest first.
  static func past(_ count: Int = 12) -> [HistoryRow] {
    var builder = HistoryBuilder()
    for number in 0..<count {
      let (tool, verdict, rule, reason): (ExactText, Verdict, String, String?) =
        switch number % 4 {
        case 0: ("git_status", .allow, "/servers/git/default", nil)
        case 1: ("git_commit", .limit, "/servers/git/tools/git_commit/limits/0", "rate limit of 6 per minute reached")
        case 2: ("git_gone", .deny, "/servers/git/tools/git_gone", "the policy denies this tool")
        default: ("git_log", .allow, "/servers/git/tools/git_log", nil)
        }
      let event = DecisionEvent(
        session: "s1", client: number % 4 == 3 ? "ci\u{202E}" : "claude", grant: "local", server: "git",
        method: "tools/call", tool: tool, category: .write, severity: .medium,
        decision: Decision(verdict, rule: rule, reason: reason), revision: pastRevision, took: 7, argumentsDigest: nil)
      let time = Moment(microseconds: 1_795_000_000_000_000 + Int64(number) * 61_000_000)
      let sequence = UInt64(number * 2 + 1)
      let line = GateMessage(sequence: sequence, time: time, event: .decision(event)).encoded.dropLast()
      builder.take(Array(line).span, at: number)
      guard verdict == .allow else { continue }
      let result = ResultEvent(decisionSequence: sequence, outcome: .ok, took: 4_200, bytes: 90)
      builder.take(
        Array(GateMessage(sequence: sequence + 1, time: time, event: .result(result)).encoded.dropLast()).span, at: 0)
    }
    let block = builder.blocks[0]
    return (0..<block.count).reversed().map { HistoryRow(builder.texts, block, $0) }
  }

  /// The policy that they were made by.
  static let pastPolicy = """
    {
      "version": "1",
      "servers": {
        "git": {
          "default": "allow",
          "tools": {
            "git_commit": {
              "limits": [{"window": "minute", "max": 6}]
            },
            "git_gone": {"action": "deny", "reason": "\\u202egone"},
            "git_log": {"limits": [{"window": "minute", "max": 10, "scope": "grant"}]}
          }
        }
      }
    }

    """
  static let pastRevision = ContentDigest(of: Array(pastPolicy.utf8)).short

  /// The question that was asked last.
  var historyQuestion: HistoryQuestion? {
    for case .readHistory(let question) in effects.reversed() { return question }
    return nil
  }

  /// A desk at the record.
  static func atHistory(columns: Int, rows: Int) -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows)
    desk.press("H")
    desk.answerHistory()
    return desk
  }

  /// The rows, as if there were a thousand times as many.
  mutating func answerHistory(_ rows: [HistoryRow] = past()) {
    guard let question = historyQuestion else { return }
    var page = HistoryPage(id: question.id)
    page.rows = rows
    var builder = HistoryBuilder()
    for (index, row) in rows.enumerated() {
      let message = GateMessage(sequence: UInt64(index * 2 + 1), time: row.time, event: .decision(row.event))
      builder.take(Array(message.encoded.dropLast()).span, at: 0)
      guard row.event.decision.verdict == .allow else { continue }
      let result = ResultEvent(
        decisionSequence: UInt64(index * 2 + 1), outcome: .ok, took: 4_200 + Int64(index) * 9_000, bytes: 90)
      builder.take(
        Array(GateMessage(sequence: UInt64(index * 2 + 2), time: row.time, event: .result(result)).encoded.dropLast())
          .span, at: 0)
    }
    var statistics = HistoryStatistics()
    var texts = HistoryStatistics.ForTexts(builder.texts)
    for _ in 0..<1_000 {
      for block in builder.blocks { statistics.add(block, 0..<block.count, &texts) }
    }
    page.take(statistics)
    send(.historyRead(page))
  }

  /// The policy of then is found, or is not kept.
  mutating func answerPast(isKept: Bool = true) {
    for case .readPastPolicy(let revision) in effects {
      let document = isKept ? try? PolicyDocument.read(Array(Self.pastPolicy.utf8)) : nil
      send(.pastPolicyRead(PastPolicy(revision: revision, document: document)))
    }
    effects.removeAll { if case .readPastPolicy = $0 { true } else { false } }
  }

  // MARK: The effect of unsaved edits

  /// The edits that were to be tried last.
  var effectQuestion: EffectQuestion? {
    for case .tryOnRecord(let question) in asides.reversed() { return question }
    return nil
  }

  /// What the engine makes of so many recorded calls of each of two tools.
  mutating func answerEffect(calls: Int = 37) {
    guard let question = effectQuestion, let new = try? PolicyDocument.read(question.text),
      let saved = try? PolicyDocument.read(question.saved)
    else { return }
    var builder = HistoryBuilder()
    for number in 0..<calls * 2 {
      let event = DecisionEvent(
        session: "s1", client: "claude", grant: "local", server: "git", method: "tools/call",
        tool: number % 2 == 0 ? "git_status" : "git_diff", category: .read, severity: .low,
        decision: Decision(.allow, rule: "/servers/git/tools/git_status"), revision: "r", took: 7, argumentsDigest: nil)
      let time = Moment(microseconds: 1_795_000_000_000_000 + Int64(number) * 1_000_000)
      let line = GateMessage(sequence: UInt64(number + 1), time: time, event: .decision(event)).encoded.dropLast()
      builder.take(Array(line).span, at: number)
    }
    var replay = HistoryReplay(PolicyEngine(new), comparing: .policy(PolicyEngine(saved)), HistoryReplay.Sources())
    var texts = HistoryReplay.ForTexts(builder.texts, number: 1)
    for block in builder.blocks { replay.add(block, 0..<block.count, lane: 0, &texts) }
    send(.effectRead(EffectAnswer(question, effect: RecordEffect(replay.simulation))))
  }

  /// A desk with an unsaved edit whose effect is known.
  static func withEffect(columns: Int, rows: Int) -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows)
    desk.press(":", "go git_status", "Enter", "d")
    desk.press("2")
    desk.answerEffect()
    return desk
  }

  // MARK: Suggestions

  /// What was called, and what its arguments were.
  static func suggestion(for question: SuggestQuestion) -> PolicySuggestion? {
    guard let base = try? PolicyDocument.read(question.text) else { return nil }
    var builder = HistoryBuilder()
    func call(_ tool: String, _ count: Int, _ category: Risk.Category, server: String = "git") {
      for _ in 0..<count {
        let number = builder.blocks.reduce(0) { $0 + $1.count }
        let event = DecisionEvent(
          session: "s1", client: "claude", grant: "local", server: ExactText(server), method: "tools/call",
          tool: ExactText(tool), category: category, severity: .low, decision: Decision(.allow, rule: "(default)"),
          revision: "r", took: 7, argumentsDigest: nil)
        let time = Moment(microseconds: 1_795_000_000_000_000 + Int64(number) * 1_000_000)
        let line = GateMessage(sequence: UInt64(number + 1), time: time, event: .decision(event)).encoded.dropLast()
        builder.take(Array(line).span, at: number)
      }
    }
    call("git_status", 40, .read)
    call("git_commit", 12, .write)
    call("git_reset", 3, .destructive)
    call("get\u{202E}teser", 2, .read, server: "evil\u{1B}[2J")
    var seen = SeenCalls()
    for block in builder.blocks {
      seen.add(block, 0..<block.count, of: builder.texts, lane: 0, segment: 1) { _ in .unknown }
    }
    return PolicySuggestion(base, seen, at: noon) { question.categories[ToolName(server: $0, tool: $1)] }
  }

  /// A desk in front of suggested lines.
  static func atSuggestions(columns: Int = 80, rows: Int = 24) -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows)
    desk.press(":", "suggest", "Enter")
    desk.answerSuggestion()
    return desk
  }

  mutating func answerSuggestion() {
    for case .suggest(let question) in effects {
      send(.suggested(SuggestAnswer(id: question.id, suggestion: Self.suggestion(for: question))))
    }
    effects.removeAll { if case .suggest = $0 { true } else { false } }
  }
}
