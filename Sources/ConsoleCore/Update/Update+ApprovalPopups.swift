internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

extension ConsoleState {
  // MARK: One request

  /// Opens all of the request under the cursor.
  mutating func openRequest(because text: String? = nil) -> [ConsoleEffect] {
    guard let row = approvals.currentRow, let request = approvals.shown(in: row) else { return [] }
    overlay = .request(RequestPopup(request.event.id))
    refreshRequestPopup()
    if let text { say(.info, text) }
    return wantDetails()
  }

  /// Makes the lines anew: when more is known, and when there is another width.
  mutating func refreshRequestPopup() {
    switch overlay {
    case .request(var popup):
      refresh(&popup)
      overlay = .request(popup)
    case .reply(var reply):
      guard var popup = reply.popup else { return }
      refresh(&popup)
      reply.popup = popup
      overlay = .reply(reply)
    default: break
    }
  }

  private func refresh(_ popup: inout RequestPopup) {
    popup.lines = requestLines(popup.id, columns: requestPopupSize.columns)
    popup.top = min(popup.top, max(0, popup.lines.count - requestPopupSize.rows))
  }

  /// How much room the request has in front of the panes.
  var requestPopupSize: Size {
    Size(columns: max(1, min(120, size.columns) - 4), rows: max(1, size.rows - 3 - headRows))
  }

  mutating func take(_ key: Key, _ popup: RequestPopup) -> [ConsoleEffect] {
    let rows = requestPopupSize.rows
    func scroll(_ state: inout ConsoleState, _ top: Int) {
      var popup = popup
      popup.top = min(max(0, top), max(0, popup.lines.count - rows))
      state.overlay = .request(popup)
    }
    switch key {
    case _ where key.leaves, .character("q"), Key(.enter): overlay = nil
    case Key(.down), .character("j"): scroll(&self, popup.top + 1)
    case Key(.up), .character("k"): scroll(&self, popup.top - 1)
    case Key(.pageDown), .character(" "), .control("f"): scroll(&self, popup.top + max(1, rows - 1))
    case Key(.pageUp), .control("b"): scroll(&self, popup.top - max(1, rows - 1))
    case .control("d"): scroll(&self, popup.top + max(1, rows / 2))
    case .control("u"): scroll(&self, popup.top - max(1, rows / 2))
    case Key(.home), .character("g"): scroll(&self, 0)
    case Key(.end), .character("G"): scroll(&self, 1 << 40)
    default:
      let action = options.keys.action(for: key, in: .approvals)
      switch action {
      case .showRequest: overlay = nil
      case .approve?, .approveSession?, .approveIdentical?, .denyCall?, .denyBecause?, .moreTime?:
        return action.map { perform($0) } ?? []
      default: say(.info, "j k scroll, a s i approve, d e deny, t more time, Esc leaves it waiting")
      }
    }
    return []
  }

  // MARK: Words that are missing

  mutating func openReply(_ kind: ReplyField.Kind, text: String) -> [ConsoleEffect] {
    if !markedRequests.isEmpty, !isRequestOpen {
      say(.info, "several at once are approved once each or denied: a or d")
      return []
    }
    guard let row = aimedRow else { return [] }
    if approvals.waiting(in: row).count > 1 {
      say(.info, "identical calls are decided together: a or d")
      return []
    }
    if !isRequestOpen, !approvalsHaveDetails { return openRequest(because: "read it first: a key counts in here") }
    guard isArmed, let face = decisionFace else { return flash() }
    var reply = ReplyField(kind, text, items: face.items)
    if case .request(let popup) = overlay { reply.popup = popup }
    overlay = .reply(reply)
    return []
  }

  mutating func take(_ key: Key, _ reply: ReplyField) -> [ConsoleEffect] {
    var reply = reply
    switch key {
    case _ where key.leaves:
      overlay = reply.popup.map { .request($0) }
      say(.info, reply.kind == .lockdown ? "nothing is locked" : "it is left waiting")
    case Key(.enter): return submit(reply)
    default:
      guard reply.field.take(key) else { break }
      overlay = .reply(reply)
    }
    return []
  }

  private mutating func submit(_ reply: ReplyField) -> [ConsoleEffect] {
    let text = reply.field.text.trimmed
    let answer: ApprovalAnswer
    switch reply.kind {
    case .lockdown:
      overlay = nil
      guard text == "LOCK" else {
        say(.info, "nothing is locked: the word is LOCK, in capitals")
        return []
      }
      if let decidingRefusal {
        say(.error, decidingRefusal)
        return []
      }
      return sendLockdown(true)
    case .because: answer = .deny(message: text.isEmpty ? nil : text)
    case .identical:
      guard let minutes = Int(text), minutes > 0, minutes <= ApprovalScope.longest / 60 else {
        say(.error, "write a number of minutes from 1 to \(ApprovalScope.longest / 60)")
        return []
      }
      answer = .approve(.identical(seconds: minutes * 60))
      if mustReadBefore(reply) { return openRequest(because: "read it first: a key counts in here") }
    }
    if let refusal = refusal(ofDeciding: .approve) {
      overlay = reply.popup.map { .request($0) }
      say(.info, safe(refusal))
      return []
    }
    guard decisionFace?.items == reply.items else {
      overlay = reply.popup.map { .request($0) }
      say(.warning, "the call is another one now: nothing is sent")
      return []
    }
    guard isArmed else { return flash() }
    let effects = send(answer, about: reply.items)
    overlay = reply.popup.map { .request($0) }
    return effects
  }

  /// Something risky of which only a part is on the screen.
  private func mustReadBefore(_ reply: ReplyField) -> Bool {
    guard reply.popup == nil, let request = approvals.current, let place = layout.place(of: .approvals) else {
      return false
    }
    return (request.event.severity ?? .high) >= .high && requestView(in: requestBody(of: place)).isCut
  }

  // MARK: Several at once

  mutating func openBulk(_ answer: ApprovalAnswer, _ ids: [String]) -> [ConsoleEffect] {
    let items = ids.compactMap { id in
      approvals.requests[id].map {
        DecisionFace.Item(id: id, digest: $0.event.digest, revision: $0.event.revision)
      }
    }
    overlay = .bulk(BulkDecision(answer: answer, items: items))
    return []
  }

  /// How many of them are High or Critical, or of a risk that nobody knows.
  func risky(_ items: [DecisionFace.Item]) -> Int {
    items.count { item in (approvals.requests[item.id]?.event.severity ?? .high) >= .high }
  }

  mutating func take(_ key: Key, _ bulk: BulkDecision) -> [ConsoleEffect] {
    var bulk = bulk
    switch key {
    case _ where key.leaves, .character("n"), .character("q"):
      overlay = nil
      say(.info, "nothing is decided: they are left waiting")
    case .character("y"): return agree(to: bulk)
    default:
      if case .scalar(let scalar) = key.code, key.modifiers.isEmpty, !("0"..."9" ~= scalar) {
        say(.info, "y \(bulk.answer.isApproval ? "approves" : "denies") them, Esc leaves them waiting")
        return []
      }
      guard bulk.field.scalars.count < 6 || key == Key(.backspace), bulk.field.take(key) else { return [] }
      overlay = .bulk(bulk)
    }
    return []
  }

  private mutating func agree(to bulk: BulkDecision) -> [ConsoleEffect] {
    if let decidingRefusal {
      say(.info, decidingRefusal)
      return []
    }
    let items = bulkItems(bulk)
    guard !items.isEmpty else {
      overlay = nil
      say(.info, "none of them waits any more")
      return []
    }
    let risky = risky(items)
    if bulk.answer.isApproval, risky > 0, bulk.field.text != "\(risky)" {
      say(.info, "\(Format.count(risky)) of them \(risky == 1 ? "is" : "are") risky: type \(risky), then y")
      return []
    }
    guard isArmed, decisionFace?.items == items else { return flash() }
    let effects = send(bulk.answer, about: items)
    let left = bulk.items.count - items.count
    overlay = nil
    approvals.marks = []
    approvals.rangeStart = nil
    say(
      .info,
      "asking the gate about \(Format.count(items.count, "call"))"
        + (left > 0 ? "; \(Format.count(left)) no longer wait as they were listed" : ""))
    return effects
  }
}
