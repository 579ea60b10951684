internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

extension ConsoleState {
  /// Does what a key of the approvals pane asks for.
  mutating func performInApprovals(_ action: Action) -> [ConsoleEffect] {
    switch action {
    case .approve: return decide(.approve(.once))
    case .approveSession: return decide(.approve(.session))
    case .approveIdentical: return openReply(.identical, text: "\(rememberMinutes)")
    case .denyCall: return decide(.deny(message: nil))
    case .denyBecause: return openReply(.because, text: "")
    case .moreTime: return extend()
    case .showRequest: return openRequest()
    case .revoke: return revoke()
    case .lockdown: openLockdown(approvals.lockdown == nil)
    default: break
    }
    return []
  }

  /// Why nothing can be decided now at all; nil where it can.
  var decidingRefusal: String? {
    if !options.mayDecide { return "this console is read-only; --approve lets it decide about calls all the same" }
    return gate.isUp ? nil : "no gate is connected"
  }

  /// Why the request under the cursor cannot be decided; nil where it can.
  func refusal(ofDeciding action: Action) -> String? {
    if let decidingRefusal { return decidingRefusal }
    guard focus == .approvals else { return "only pane 3 decides about calls that wait" }
    if action != .showRequest, action != .moreTime, !markedRequests.isEmpty { return nil }
    guard let row = aimedRow, let request = approvals.shown(in: row) else { return "no call is under the cursor" }
    switch request.standing {
    case .waiting: return nil
    case .deciding: return action == .showRequest ? nil : "the gate is being asked already"
    case .over(let text): return action == .showRequest ? nil : "this one is over: \(text)"
    case .unknown: return "the gate was lost: whether it still waits is not known"
    }
  }

  /// The row that a decision is about: the one in front of the panes, else the one under the cursor.
  var aimedRow: ApprovalsView.Row? {
    switch overlay {
    case .request(let popup): approvals.row(of: popup.id)
    case .reply(let reply): reply.popup.map { approvals.row(of: $0.id) } ?? approvals.currentRow
    default: approvals.currentRow
    }
  }

  private var rememberMinutes: Int { 10 }

  /// Decides by a typed line, as a key would.
  mutating func decide(_ answer: ApprovalAnswer, by action: Action) -> [ConsoleEffect] {
    if let refusal = action.refusal(in: self) {
      say(.info, "\(action.name): \(safe(refusal))")
      return []
    }
    return decide(answer)
  }

  // MARK: Deciding

  /// Decides about what is under the cursor, or about all that is marked after a question.
  private mutating func decide(_ answer: ApprovalAnswer) -> [ConsoleEffect] {
    let marked = markedRequests
    if !marked.isEmpty, !isRequestOpen {
      guard canCoverSeveral(answer) else { return [] }
      return openBulk(answer, marked)
    }
    guard let row = aimedRow else { return [] }
    let waiting = approvals.waiting(in: row)
    if waiting.count > 1 {
      guard canCoverSeveral(answer) else { return [] }
      return openBulk(answer, waiting)
    }
    if mustReadFirst(row, answer) { return openRequest(because: "read it first: a key counts in here") }
    guard isArmed, let face = decisionFace, face.items.map(\.id) == waiting else { return flash() }
    return send(answer, about: face.items)
  }

  private mutating func canCoverSeveral(_ answer: ApprovalAnswer) -> Bool {
    switch answer {
    case .approve(.once), .deny: return true
    case .approve:
      say(.info, "several at once are approved once each or denied: a or d")
      return false
    }
  }

  /// Not all of it is on the screen: nothing at all on small ones, or only a part of something risky.
  private func mustReadFirst(_ row: ApprovalsView.Row, _ answer: ApprovalAnswer) -> Bool {
    if isRequestOpen { return false }
    guard approvalsHaveDetails else { return true }
    guard answer.isApproval, let request = approvals.shown(in: row), approvals.details[request.event.id] != nil,
      let place = layout.place(of: .approvals)
    else {
      return false
    }
    return (request.event.severity ?? .high) >= .high && requestView(in: requestBody(of: place)).isCut
  }

  /// A request stands in front of the panes.
  var isRequestOpen: Bool {
    switch overlay {
    case .request: true
    case .reply(let reply): reply.popup != nil
    default: false
    }
  }

  /// A key came before it may count.
  mutating func flash() -> [ConsoleEffect] {
    approvals.flashEnds = now.advanced(byMicroseconds: ApprovalsView.flashTime)
    say(.info, "\(armingWords): the key is dropped")
    return []
  }

  /// Why a decision key would not count now.
  var armingWords: String {
    if !hasFocus { return "this window has not the focus" }
    if approvals.isCrowded { return "more was typed than one key" }
    if let row = aimedRow, let request = approvals.shown(in: row), request.isWaiting,
      approvals.details[request.event.id] == nil
    {
      return "its arguments have not come yet"
    }
    return "arming…"
  }

  /// Sends a decision about exactly what was shown.
  ///
  /// INVARIANT: called only while armed on these items, or with a line that was typed after they were told.
  mutating func send(_ answer: ApprovalAnswer, about items: [DecisionFace.Item]) -> [ConsoleEffect] {
    var effects: [ConsoleEffect] = []
    for item in items {
      guard approvals.requests[item.id]?.isWaiting == true else { continue }
      let id = approvals.newID()
      approvals.sent[id] = SentRequest(kind: .decision(item.id, answer), time: now)
      approvals.requests[item.id]?.standing = .deciding(answer, since: now)
      approvals.requests[item.id]?.refusal = nil
      switch answer {
      case .approve(let scope):
        effects.append(
          .send(
            .approve(
              approval: item.id, digest: item.digest, revision: item.revision, scope: scope, message: nil, id: id)))
      case .deny(let message):
        effects.append(.send(.deny(approval: item.id, digest: item.digest, message: message, id: id)))
      }
    }
    return effects
  }

  /// Asks for five minutes more.
  private mutating func extend() -> [ConsoleEffect] {
    guard let row = aimedRow else { return [] }
    return approvals.waiting(in: row).map { approval in
      let id = approvals.newID()
      approvals.sent[id] = SentRequest(kind: .extend(approval), time: now)
      return .send(.extend(approval: approval, seconds: 300, id: id))
    }
  }

  /// Takes back what is under the cursor.
  private mutating func revoke() -> [ConsoleEffect] {
    guard let standing = currentStanding else { return [] }
    let id = approvals.newID()
    approvals.sent[id] = SentRequest(kind: .revoke(standing.approval.id), time: now)
    say(.info, "asking the gate to take it back")
    return [.send(.revoke(standing: standing.approval.id, id: id))]
  }

  /// The standing approval under the cursor: itself, or what a decision of earlier left standing.
  var currentStanding: StandingRow? {
    switch approvals.cursor {
    case .standing(let id): approvals.standing.first { $0.approval.id == id }
    case .settled(let id): approvals.standing.first { $0.approval.id == id }
    case .request, nil: nil
    }
  }

  // MARK: Marks

  /// The requests that are marked and wait.
  var markedRequests: [String] {
    guard focus == .approvals else { return [] }
    let range = approvalRange
    return approvals.rows.filter { approvals.marks.contains($0.name) || range.contains($0.name) }
      .flatMap { approvals.waiting(in: $0) }
  }

  /// The rows between the beginning of a range and the cursor.
  var approvalRange: Set<String> {
    guard let start = approvals.rangeStart, case .request(let end) = approvals.cursor else { return [] }
    let names = approvalItems.compactMap { item -> String? in
      if case .request(let row) = item { row.name } else { nil }
    }
    guard let first = names.firstIndex(of: start), let last = names.firstIndex(of: end) else { return [start, end] }
    return Set(names[min(first, last)...max(first, last)])
  }

  mutating func markApproval(_ action: Action) {
    switch action {
    case .mark:
      guard let row = approvals.currentRow, !approvals.waiting(in: row).isEmpty else {
        say(.info, "mark: no call that waits is under the cursor")
        return
      }
      if approvals.marks.remove(row.name) == nil { approvals.marks.insert(row.name) }
      moveInApprovals(by: 1)
    case .range:
      if approvals.rangeStart == nil {
        guard let row = approvals.currentRow else { return }
        approvals.rangeStart = row.name
        say(.info, "range begun: move, then v again or a decision")
        return
      }
      approvals.marks.formUnion(approvalRange)
      approvals.rangeStart = nil
    default:
      approvals.marks = []
      approvals.rangeStart = nil
    }
    say(.info, "\(Format.count(markedRequests.count, "call")) marked")
  }

  // MARK: Pausing everything

  /// Asks for the word that locks, or whether to lift it.
  mutating func openLockdown(_ isOn: Bool) {
    if let decidingRefusal {
      say(.info, decidingRefusal)
    } else if isOn {
      overlay = .reply(ReplyField(.lockdown))
    } else {
      overlay = .confirm(
        Confirmation(question: .liftLockdown, lines: ["lift the lockdown, so that the policy decides again?"]))
    }
  }

  mutating func sendLockdown(_ isOn: Bool) -> [ConsoleEffect] {
    let id = approvals.newID()
    approvals.sent[id] = SentRequest(kind: .lockdown(isOn), time: now)
    return [.send(.lockdown(isOn, id: id))]
  }
}
