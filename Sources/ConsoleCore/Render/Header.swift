internal import ControlWire
internal import Policy

extension ConsoleState {
  /// How the gate is, in words; one of the facts that are on every screen.
  func gateWords(short: Bool) -> TextSpan {
    switch gate.connection {
    case .starting, .greeting: return TextSpan("gate … starting", .dim)
    case .up:
      guard let policy = gate.policy else { return TextSpan("gate ● up", .decisionAllow) }
      guard let revision = policy.revision else { return TextSpan("gate ● up, DENIES ALL", .decisionDeny) }
      if let record = gate.record {
        return TextSpan("gate ● up, NO RECORD\(record.isDenying ? ", DENIES ALL" : "")", .decisionDeny)
      }
      let rejected = policy.state == .rejected ? " REJECTED" : ""
      let digits = safe(revision, limit: 12)
      return TextSpan(
        "gate ● up rev \(short ? String(digits.prefix(6)) : digits)\(rejected.isEmpty && gateDiffers ? " ≠ file" : rejected)",
        policy.state == .rejected ? .decisionDeny : gateDiffers ? .decisionLimit : .decisionAllow)
    case .lost(_, let since, let retryAt):
      let age = Format.timer(microseconds: now.microseconds(since: since))
      let retry = retryAt.map { retryAt -> String in
        let seconds = (retryAt.microseconds(since: now) + 999_999) / 1_000_000
        return short ? " retry \(seconds)s" : ", retry in \(seconds)s"
      }
      return TextSpan("gate ✗ LOST \(age)\(retry ?? "")", .decisionDeny)
    }
  }

  /// What is not saved; one of the facts that are on every screen.
  var unsavedWords: TextSpan {
    if policy.saving == .writing { return TextSpan("saving…", .decisionLimit) }
    if case .awaitingGate = policy.saving { return TextSpan("saved, gate loads…", .decisionLimit) }
    if policy.unsaved > 0 { return TextSpan("●\(Format.count(policy.unsaved)) unsaved", .diffChange) }
    return switch policy.disk {
    case .absent: TextSpan("no policy file", .decisionDeny)
    case .rejected, .unreadable: TextSpan("file BROKEN", .decisionDeny)
    case .reading: TextSpan("reading…", .dim)
    case .asBase, .conflict: TextSpan("saved", .dim)
    }
  }
}

extension Canvas {
  mutating func drawHeader(of state: ConsoleState) {
    let columns = state.size.columns
    let isLocked = state.approvals.lockdown != nil
    fill(Rect(column: 0, row: 0, columns: columns, rows: 1), isLocked ? .bannerError : .header)
    var spans: [TextSpan] = []
    if isLocked { spans.append(TextSpan(" LOCKDOWN: everything is denied ", .bannerError)) }
    if columns >= 60 { spans.append(TextSpan(" gatehouse ", .title)) }
    spans.append(TextSpan(columns >= 60 ? " policy.json " : " ", .header))
    if !state.banners.contains(where: \.isWaiting) { spans += state.waitingFact }
    spans.append(state.unsavedWords)
    spans.append(TextSpan("  ", .header))
    spans.append(state.gateWords(short: columns < 100))
    if columns >= 110 {
      spans.append(TextSpan("   " + Format.count(state.sessions.count, "session"), .header))
      let running = state.catalogue.servers.count { $0.info.state == .running }
      spans.append(TextSpan("   servers \(running)/\(state.catalogue.servers.count) up", .header))
      let ungoverned = state.catalogue.servers.reduce(0) { $0 + $1.ungoverned }
      let words = ungoverned > 0 ? " (\(Format.count(ungoverned)) ungoverned)" : ""
      spans.append(TextSpan("   " + Format.count(state.catalogue.tools.count, "tool") + words, .header))
    }
    let end = put(Line(spans), row: 0, column: 0, columns: columns)
    drawRate(of: state, from: end + 2, columns: columns)
  }

  /// Rate and sparkline at the right end, where there is room.
  private mutating func drawRate(of state: ConsoleState, from start: Int, columns: Int) {
    let rate = "\(Format.count(state.live.rates.rate(now: state.now)))/s "
    let bars = columns >= 110 ? 20 : 10
    let width = rate.utf8.count + bars + 1
    guard state.gate.isUp, columns - width >= start else { return }
    let spans = [TextSpan(rate, .header)] + Sparkline.spans(state.live.rates.bars(bars, now: state.now))
    put(Line(spans), row: 0, column: columns - width, columns: width)
  }

  /// The bottom line: what is typed, else what was said, else the keys that are of use now.
  mutating func drawFooter(of state: ConsoleState, row: Int) -> (row: Int, column: Int)? {
    switch state.overlay {
    case .reply(let reply): return drawReply(reply, of: state, row: row)
    case .command(let command):
      return drawCommand(command, of: state, row: row)
    case .filter(let filter): return drawFilter(filter, of: state, row: row)
    default: break
    }
    drawSaid(of: state, row: row)
    return nil
  }

  mutating func drawField(
    _ prompt: String, _ field: TextField, _ role: Role, row: Int, columns: Int
  ) -> (row: Int, column: Int) {
    fill(Rect(column: 0, row: row, columns: columns, rows: 1), role)
    put(prompt, .key, row: row, column: 0, columns: 1)
    let room = max(1, columns - 2)
    let start = Self.firstShown(of: field, columns: columns)
    let shown = String(String.UnicodeScalarView(field.scalars.dropFirst(start).prefix(room)))
    let before = String(String.UnicodeScalarView(field.scalars.dropFirst(start).prefix(field.cursor - start)))
    put(shown, role, row: row, column: 1, columns: room, isPeer: true)
    return (row, min(columns - 1, 1 + TerminalText.width(before, set)))
  }

  /// A text that is longer than the line shows the part that the cursor is in.
  static func firstShown(of field: TextField, columns: Int) -> Int { max(0, field.cursor - max(1, columns - 2) + 1) }
}
