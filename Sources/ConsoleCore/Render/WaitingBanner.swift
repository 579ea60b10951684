internal import ControlWire
internal import JSONText
internal import Policy

extension ConsoleState {
  /// How much time a request has left: `0:42`, `asking the gate…` where it should be over.
  func timeLeft(_ request: ApprovalRequest) -> String {
    switch request.standing {
    case .waiting, .deciding:
      let left = request.deadline.microseconds(since: now)
      return left < 1_000_000 ? "asking the gate…" : Format.timer(microseconds: left)
    case .unknown: return "unknown"
    case .over: return "over"
    }
  }

  /// Its colour: half of the time gone, nearly all of it gone.
  func timeRole(_ request: ApprovalRequest) -> Role {
    guard request.isOpen, request.standing != .unknown else { return .dim }
    switch request.percentLeft(at: now) {
    case ..<20: return .decisionDeny
    case ..<50: return .decisionLimit
    default: return .text
    }
  }

  /// The line that tells of calls that wait, on every screen; nil where none does.
  var waitingBanner: Banner? {
    let count = approvals.openCount
    guard count > 0, let next = approvals.next else { return nil }
    let columns = size.columns
    let many = Format.count(count)
    guard gate.isUp, next.standing != .unknown else {
      let text = "▲ \(many) \(count == 1 ? "call" : "calls") waited: unknown now, the gate is lost"
      return Banner(text: text, isError: true, isWaiting: true)
    }
    let isHere = focus == .approvals
    let left = next.deadline.microseconds(since: now)
    let isLate = left < 1_000_000
    let time = Format.timer(microseconds: left)
    let key = options.keys.key(for: .approvals, in: focus) ?? ":approvals"
    var start: String
    var end: String
    if columns < 60 {
      start = "▲ \(many) \(count == 1 ? "waits" : "wait") · "
      end = isLate ? " · asking the gate…" : " · \(time) then DENY"
      if !isHere { end += " · \(key)" }
    } else if columns < 120 {
      start = "▲ \(many) \(count == 1 ? "call waits" : "calls wait") · "
      end = isLate ? " · asking the gate…" : " · \(time) then DENY"
      if !isHere { end += " · press \(key)" }
    } else {
      start = "▲ \(many) \(count == 1 ? "call waits" : "calls wait") for approval · \(count == 1 ? "" : "next ")"
      end = isLate ? " · asking the gate what became of it…" : " · \(time) left then the gate will DENY"
      if !isHere { end += " · press \(key) (this line never takes the keyboard)" }
    }
    let agent = columns < 60 ? "" : "\(safe(next.event.client.string, limit: 40)) "
    let server = columns < 60 ? "" : "\(safe(next.event.server.string, limit: 60))/"
    let name = agent + server + safe(next.target, limit: 100)
    let set = options.glyphs
    let own = TerminalText.width(set == .unicode ? start + end : Canvas.ascii(start + end), set)
    let room = columns - 2 - own
    if room < 4 { start = String(start.dropLast(3)) }
    // A text that is safe already stays as it is.
    let shown = room < 4 ? "" : TerminalText.cut(name, columns: room, set)
    return Banner(text: start + shown + end, isError: next.percentLeft(at: now) < 20, isWaiting: true)
  }

  /// The same in a few characters, for a line that has other things to tell too.
  var waitingFact: [TextSpan] {
    let count = approvals.openCount
    guard count > 0, let next = approvals.next else { return [] }
    guard gate.isUp, next.standing != .unknown else {
      return [TextSpan("▲\(Format.count(count)) unknown ", .attention)]
    }
    let left = next.deadline.microseconds(since: now)
    let time = left < 1_000_000 ? "…" : Format.timer(microseconds: left)
    return [TextSpan("▲\(Format.count(count)) \(time)→DENY ", .decisionAsk)]
  }

  /// When something of the approvals changes by itself.
  var nextApprovalTick: Moment? {
    var next: Moment?
    func want(_ moment: Moment) { next = next.map { min($0, moment) } ?? moment }
    if gate.isUp, let first = approvals.next {
      // When the next second of the next deadline has passed, which is the one that every screen shows.
      let left = first.deadline.microseconds(since: now)
      want(left > 0 ? now.advanced(byMicroseconds: max(1, left % 1_000_000)) : now.advanced(byMicroseconds: 1_000_000))
    }
    if focus == .approvals {
      if approvals.standing.contains(where: { $0.ends != nil }) { want(now.advanced(byMicroseconds: 1_000_000)) }
      if let since = approvals.shownFace?.since {
        let armed = since.advanced(byMicroseconds: ApprovalsView.armingTime)
        if armed > now { want(armed) }
      }
      if let end = approvals.flashEnds, end > now { want(end) }
    } else if options.alerts.opens, approvals.isUnseen, overlay == nil, idleEnds > now {
      want(idleEnds)
    }
    return next
  }
}
