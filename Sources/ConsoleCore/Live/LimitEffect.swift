internal import ControlWire
internal import JSONText
package import Policy

/// What limits would have done to the decisions that are kept.
package struct LimitEffect: Hashable, Sendable {
  /// Calls that come to the limits, and those of them that the limits would have denied.
  package var calls = 0
  package var stopped = 0
  /// Those that the limit under the cursor would have denied, and not one before it.
  package var stoppedHere = 0
  /// Whose calls would have been denied: so many sessions, credentials or servers.
  package var holders = 0
  /// When the first decision was made that was looked at.
  package var since: Moment?
  /// The most calls of one holder in one window: a limit of so many stops none.
  package var peak = 0
  /// The most calls of one holder in each window, the newest last.
  package var bars: [Int] = []
  /// What was taken for granted.
  package var notes: [String] = []

  /// The pointer of the rule that a limit's pointer leads into.
  static func rule(of limit: String) -> ExactText {
    let steps = limit.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
    let isShort = steps.last.map { $0.elementsEqual("rate_limit".utf8) } ?? false
    let kept = steps.dropLast(isShort ? 1 : 2).map { String(decoding: $0, as: UTF8.self) }
    return ExactText(kept.joined(separator: "/"))
  }
}

/// Replays decisions under a policy that is not in force yet.
private struct DecisionReplay {
  let ring: DecisionRing
  var replay: LimitReplay
  private var texts: [UInt32: ExactText] = [:]

  init(_ ring: DecisionRing, _ replay: LimitReplay) {
    self.ring = ring
    self.replay = replay
  }

  mutating func text(_ number: UInt32) -> ExactText {
    if let known = texts[number] { return known }
    let text = ExactText(ring.text(number))
    texts[number] = text
    return text
  }

  mutating func call(_ record: DecisionRing.Record) -> Call {
    let name = text(record.tool)
    let method = text(record.method)
    let target: Call.Target =
      switch method {
      case "tools/call": .tool(name)
      case "resources/read", "resources/subscribe": .resource(uri: name)
      case "prompts/get": .prompt(name)
      default: .serverRequest(method: method)
      }
    return Call(
      server: text(record.server), target: target, grant: text(record.grant), session: text(record.session),
      client: text(record.client))
  }
}

/// How the calls of one holder crowd together.
private struct Crowd {
  var times: [Int64] = []
  var start = 0
  var peak = 0
  /// Calls of the last windows, by the window's number.
  var windows: [Int64: Int] = [:]

  mutating func add(_ time: Int64, length: Int64, isSliding: Bool) {
    let window = time / length
    windows[window, default: 0] += 1
    if !isSliding {
      peak = max(peak, windows[window] ?? 0)
      return
    }
    times.append(time)
    while start < times.count, times[start] <= time - length { start += 1 }
    peak = max(peak, times.count - start)
  }
}

extension ConsoleState {
  /// So many calls are looked at; they are the newest.
  private static let mostReplayed = 20_000
  private static let mostBars = 60

  /// What the limits of an engine would have done to the calls that were seen.
  ///
  /// `own` are the pointers of the limit under the cursor.
  func limitEffect(_ editor: LimitEditor, _ engine: PolicyEngine, _ own: Set<ExactText>) -> LimitEffect? {
    guard let row = editor.current, let window = row.values[.window],
      let seconds = Int64(LimitEditor.Field.seconds(window)), 1...Int64(LimitEditor.longestWindow) ~= seconds
    else { return nil }
    let pointers = Set(editor.targets.map { ExactText($0.address.pointer) })
    var player = DecisionReplay(live.ring, LimitReplay(engine, at: now))
    let found = relevantDecisions(&player, editor, pointers)
    var effect = LimitEffect()
    effect.since = found.since
    let isSliding = row.values[.align] != "calendar"
    let length = seconds * 1_000_000
    var crowds: [ExactText: Crowd] = [:]
    var stopped: Set<ExactText> = []
    for (record, isOwn) in found.records {
      let call = player.call(record)
      let failed: ResultOutcome = record.outcome.map { $0 == .ok || $0 == .cancelled ? .kept : .givenBack } ?? .kept
      let failedAt = failed == .givenBack ? record.time.advanced(byMicroseconds: max(0, record.answerTook)) : nil
      let reached = player.replay.meet(call, at: record.time, failedAt: failedAt)
      guard isOwn else { continue }
      effect.calls += 1
      let holder = Self.holder(call, row.values[.scope] ?? "grant", isShared: editor.targets.count == 1)
      if let reached, pointers.contains(LimitEffect.rule(of: reached)) {
        effect.stopped += 1
        if own.contains(ExactText(reached)) { effect.stoppedHere += 1 }
        stopped.insert(holder)
      }
      crowds[holder, default: Crowd()].add(record.time.microseconds, length: length, isSliding: isSliding)
    }
    effect.holders = stopped.count
    effect.peak = crowds.values.map(\.peak).max() ?? 0
    let last = now.microseconds / length
    let first = (found.since?.microseconds ?? now.microseconds) / length
    let count = Int(min(Int64(Self.mostBars), max(1, last - first + 1)))
    var highest: [Int64: Int] = [:]
    for crowd in crowds.values {
      for (window, calls) in crowd.windows { highest[window] = max(highest[window] ?? 0, calls) }
    }
    effect.bars = (0..<count).map { highest[last - Int64(count - 1 - $0)] ?? 0 }
    effect.notes = effectNotes(editor, row, found)
    return effect
  }

  private enum ResultOutcome { case kept, givenBack }

  /// What a count is kept for; each tool has its own unless the limit is of one rule for many.
  private static func holder(_ call: Call, _ scope: String, isShared: Bool) -> ExactText {
    let name =
      switch scope {
      case "grant": call.grant
      case "session": call.session
      case "server": call.server
      default: ExactText("")
      }
    guard !isShared, case .tool(let tool) = call.target else { return name }
    return ExactText("\(name)\n\(call.server)\n\(tool)")
  }

  private struct Found {
    /// Decisions in the order of time, and whether they are about the rules that are edited.
    var records: [(DecisionRing.Record, Bool)] = []
    var since: Moment?
    var gaps = 0
    /// Denials that an edit turns into calls.
    var opened = 0
    var isCut = false
  }

  /// The decisions that the limits concern, or that use up the same counts.
  private func relevantDecisions(
    _ player: inout DecisionReplay, _ editor: LimitEditor, _ pointers: Set<ExactText>
  ) -> Found {
    struct Subject: Hashable {
      var server: UInt32
      var tool: UInt32
      var method: UInt32
    }
    struct Relevance {
      var isOwn: Bool
      var isShared = false
      var opens = false
      var sample: Call
    }
    let ring = live.ring
    let places = Dictionary(
      editor.targets.enumerated().compactMap { index, target in target.tool.map { ($0, index) } },
      uniquingKeysWith: { first, _ in first })
    var known: [Subject: Relevance] = [:]
    var counts: Set<LimitReplay.Count> = []
    var serials: [(serial: UInt64, subject: Subject)] = []
    var found = Found()
    for serial in ring.firstSerial..<ring.endSerial {
      guard let record = ring[serial] else { continue }
      if record.kind == .gap { found.gaps += 1 }
      guard record.kind == .decision else { continue }
      if found.since == nil { found.since = record.time }
      let subject = Subject(server: record.server, tool: record.tool, method: record.method)
      serials.append((serial, subject))
      guard known[subject] == nil else { continue }
      let call = player.call(record)
      let isOwn = player.replay.rules(for: call).contains { pointers.contains(ExactText($0)) }
      known[subject] = Relevance(isOwn: isOwn, opens: isOwn && opens(editor, places, call), sample: call)
      if isOwn { counts.formUnion(player.replay.counts(of: call)) }
    }
    for (subject, relevance) in known where !relevance.isOwn && !counts.isEmpty {
      known[subject]?.isShared = !player.replay.counts(of: relevance.sample).isDisjoint(with: counts)
    }
    for (serial, subject) in serials.reversed() {
      guard let relevance = known[subject], relevance.isOwn || relevance.isShared, let record = ring[serial] else {
        continue
      }
      switch record.verdict {
      case .allow, .limit: break
      case .deny, .hide:
        let rule = ExactText(player.ring.text(record.rule))
        guard relevance.isOwn, relevance.opens,
          pointers.contains(rule) || rule == "(default)" || rule == "(hidden)"
        else { continue }
        found.opened += 1
      case .ask: continue
      }
      if found.records.count == Self.mostReplayed {
        found.isCut = true
        found.since = found.records.last?.0.time
        break
      }
      found.records.append((record, relevance.isOwn))
    }
    found.records.reverse()
    return found
  }

  /// A call that is denied now would come to the limits.
  private func opens(_ editor: LimitEditor, _ places: [ToolName: Int], _ call: Call) -> Bool {
    guard case .tool(let name) = call.target else { return false }
    let index = places[ToolName(server: call.server, tool: name)] ?? 0
    return editor.wantedAction(index) != .deny
  }

  private func effectNotes(_ editor: LimitEditor, _ row: LimitEditor.Row, _ found: Found) -> [String] {
    var notes: [String] = []
    if editor.rows.contains(where: { $0.values[.cost]?.isEmpty == false }) {
      notes.append("what a call costs is not told to the console: limits of a cost are left out")
    }
    if found.opened > 0 {
      notes.append(
        "\(Format.count(found.opened, "call")) that \(found.opened == 1 ? "was" : "were") denied would come to it")
    }
    if row.values[.count] == "succeeded" { notes.append("a call that was stopped then counts as one that succeeds") }
    if live.keptBack > 0 {
      notes.append("of many allowed calls at once the gate sends only some: there were more")
    } else if found.gaps > 0 {
      notes.append("some decisions were not seen: there may be more")
    }
    if found.isCut { notes.append("only the newest \(Format.count(Self.mostReplayed)) are counted") }
    return notes
  }
}
