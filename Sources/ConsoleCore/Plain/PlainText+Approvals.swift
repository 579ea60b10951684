internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

/// What was printed of a request, and when: only that can be decided by a line that was typed afterwards.
struct ToldRequest: Hashable, Sendable {
  var time: Moment
  var digest: String
  /// All of its arguments were printed.
  var isWhole: Bool
}

extension PlainText {
  /// So many lines of arguments are printed by themselves.
  private static let mostLines = 20
  private static let columns = 100

  // MARK: Telling

  /// A request as a numbered block, to be printed from top to bottom; prints it, as far as the state is concerned.
  package static func tell(_ id: String, whole: Bool = false, in state: inout ConsoleState) -> [String] {
    guard let request = state.approvals.requests[id], request.isOpen, state.approvals.details[id] != nil else {
      return []
    }
    let number = state.approvals.number(of: id)
    let event = request.event
    let risk = [event.severity?.rawValue, event.category?.rawValue].compactMap { $0?.lowercased() }
    let (body, isCut) = state.plainRequest(request, columns: columns, mostLines: whole ? nil : mostLines)
    state.approvals.told[id] = ToldRequest(time: state.now, digest: event.digest, isWhole: whole || !isCut)
    let name = "\(state.safe(event.server.string))/\(state.safe(request.target))"
    var lines = ["approval \(number) wanted: \(name), \(risk.joined(separator: ", "))"]
    lines += body.map { plain($0.spans.map(\.text).joined()) }.filter { !$0.isEmpty }
    lines.append("\(state.timeLeft(request)) left, then it is denied")
    lines.append(
      "type approve \(number), session \(number), identical \(number) MINUTES, deny \(number) TEXT, "
        + "more \(number) or time \(number)")
    return lines
  }

  /// What to print of the requests that wait when the console begins.
  package static func tellWaiting(in state: inout ConsoleState) -> [String] {
    state.approvals.open.flatMap { request in
      state.approvals.told[request.event.id] == nil ? tell(request.event.id, in: &state) : []
    }
  }

  /// The request whose arguments a message brings.
  package static func requestToTell(by message: ConsoleMessage, in state: ConsoleState) -> String? {
    guard case .gate(let gate) = message, case .approvalDetails(let details, _) = gate.event else { return nil }
    let told = state.approvals.told[details.event.id]
    return told?.digest == details.event.digest ? nil : details.event.id
  }

  /// What to print of an event that needs no arguments.
  static func lines(of event: ApprovalEvent, in state: ConsoleState) -> [String] {
    guard event.state != .pending, event.state != .used, let number = state.approvals.numbers[event.id] else {
      return []
    }
    return ["approval \(number): \(state.subject(of: event)), \(plain(state.outcome(of: event)))"]
  }

  // MARK: Lines

  /// Does what a typed line says of calls that wait; nil if it is about something else.
  ///
  /// `typed` is when it was typed: what was printed later was not read.
  static func runApprovals(_ line: String, typed: Moment, on state: inout ConsoleState) -> Answer? {
    let words = line.split(separator: " ", maxSplits: 2).map(String.init)
    guard let verb = words.first else { return nil }
    switch verb {
    case "pending" where words.count == 1: return Answer(pending(state))
    case "standing" where words.count == 1: return Answer(standing(state))
    case "lockdown" where words.count == 2: return lockdown(words[1], on: &state)
    case "revoke" where words.count == 2: return revoke(words[1], on: &state)
    case "approve", "session", "identical", "more", "time": break
    case "deny" where words.count > 1 && Int(words[1]) != nil: break
    default: return nil
    }
    guard words.count > 1, let number = Int(words[1]),
      let id = state.approvals.numbers.first(where: { $0.value == number })?.key
    else { return Answer(["write \(verb) NUMBER; pending lists what waits"], isError: true) }
    let rest = words.count > 2 ? words[2].trimmed : ""
    return run(verb, number, id, rest, typed: typed, on: &state)
  }

  private static func run(
    _ verb: String, _ number: Int, _ id: String, _ rest: String, typed: Moment, on state: inout ConsoleState
  ) -> Answer {
    guard let request = state.approvals.requests[id], request.isWaiting else {
      let why = state.approvals.settled.last { $0.event.id == id }.map { state.outcome(of: $0.event) }
      return Answer(["approval \(number) is over: \(why ?? "it waits no longer")"], isError: true)
    }
    if verb == "more" { return Answer(tell(id, whole: true, in: &state)) }
    if let refusal = state.decidingRefusal { return Answer([refusal], isError: true) }
    if verb == "time" {
      let number = state.approvals.newID()
      state.approvals.sent[number] = SentRequest(kind: .extend(id), time: state.now)
      return Answer(effects: [.send(.extend(approval: id, seconds: 300, id: number))])
    }
    guard let told = state.approvals.told[id], told.digest == request.event.digest,
      typed.microseconds(since: told.time) >= ApprovalsView.armingTime
    else {
      return Answer(
        ["approval \(number) was not printed before this line was typed: read it, then type it again"], isError: true)
    }
    guard let answer = answer(verb, rest) else {
      return Answer(["write identical \(number) MINUTES, from 1 to \(ApprovalScope.longest / 60)"], isError: true)
    }
    if answer.isApproval, !told.isWhole, (request.event.severity ?? .high) >= .high {
      return Answer(["not all of approval \(number) was printed, and it is risky: more \(number) first"], isError: true)
    }
    let item = DecisionFace.Item(id: id, digest: told.digest, revision: request.event.revision)
    return Answer(["asking the gate"], effects: state.send(answer, about: [item]))
  }

  /// What a verb decides; nil where it wants minutes and there are none.
  private static func answer(_ verb: String, _ rest: String) -> ApprovalAnswer? {
    switch verb {
    case "approve": return .approve(.once)
    case "session": return .approve(.session)
    case "identical":
      guard let minutes = Int(rest), minutes > 0, minutes <= ApprovalScope.longest / 60 else { return nil }
      return .approve(.identical(seconds: minutes * 60))
    default: return .deny(message: rest.isEmpty ? nil : rest)
    }
  }

  private static func pending(_ state: ConsoleState) -> [String] {
    let lines = state.approvals.open.map { request in
      let number = state.approvals.numbers[request.event.id].map { "approval \($0)" } ?? "approval not printed yet"
      let risk = request.event.severity?.rawValue.lowercased() ?? "unknown risk"
      return "\(number): \(state.subject(of: request.event)), \(risk), by \(state.safe(request.event.client.string)), "
        + "\(plain(state.timeLeft(request))) left"
    }
    return lines.isEmpty ? ["nothing waits for a person"] : lines
  }

  private static func standing(_ state: ConsoleState) -> [String] {
    let lines = state.approvals.standing.map { row in
      let approval = row.approval
      return "\(state.safe(approval.id)): \(approval.scope.words), \(state.safe(approval.server.string))/"
        + "\(state.safe((approval.tool ?? approval.method).string)), approved by \(state.safe(approval.by))"
    }
    return lines.isEmpty ? ["no approval stands"] : lines + ["revoke NAME takes one back"]
  }

  private static func revoke(_ name: String, on state: inout ConsoleState) -> Answer {
    if let refusal = state.decidingRefusal { return Answer([refusal], isError: true) }
    guard state.approvals.standing.contains(where: { $0.approval.id.utf8.elementsEqual(name.utf8) }) else {
      return Answer(["no standing approval is called `\(state.safe(name))`; standing lists them"], isError: true)
    }
    let number = state.approvals.newID()
    state.approvals.sent[number] = SentRequest(kind: .revoke(name), time: state.now)
    return Answer(effects: [.send(.revoke(standing: name, id: number))])
  }

  private static func lockdown(_ word: String, on state: inout ConsoleState) -> Answer {
    if let refusal = state.decidingRefusal { return Answer([refusal], isError: true) }
    switch word {
    case "on": return Answer(["asking the gate"], effects: state.sendLockdown(true))
    case "off": return Answer(["asking the gate"], effects: state.sendLockdown(false))
    default: return Answer(["write lockdown on, or lockdown off"], isError: true)
    }
  }
}

extension ConsoleState {
  /// Asks for the arguments of requests that were not printed yet, a few at a time.
  mutating func wantUntold() -> [ConsoleEffect] {
    guard !approvals.requests.isEmpty else { return [] }
    var asked = approvals.sent.values.count { if case .details = $0.kind { true } else { false } }
    var effects: [ConsoleEffect] = []
    for request in approvals.open where asked < 4 && approvals.told[request.event.id]?.digest != request.event.digest {
      let more = wantDetails(of: request)
      asked += more.count
      effects += more
    }
    return effects
  }
}
