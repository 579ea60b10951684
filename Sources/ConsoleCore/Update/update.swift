internal import ControlWire

/// Takes one message into the state and says what is to be done about it.
package func update(_ state: inout ConsoleState, _ message: ConsoleMessage) -> [ConsoleEffect] {
  if case .input = message { return settled(&state, take(&state, message)) }
  // What comes by itself leaves the cursor on what it was on, whatever it puts above it.
  let row = state.changeList.row
  let place = state.upper == .changes ? state.changePlace(row) : nil
  let server = state.upper == .servers ? state.serverUnderCursor : nil
  let effects = take(&state, message)
  state.keep(place, at: row)
  state.put(serverCursorOn: server)
  return settled(&state, effects)
}

/// Takes the approvals pane along with whatever the message has changed.
private func settled(_ state: inout ConsoleState, _ effects: [ConsoleEffect]) -> [ConsoleEffect] {
  state.settleApprovals()
  let effects = effects + state.wantHistory() + state.wantRecordEffect()
  guard state.approvals.isEntered || state.options.isPlain else { return effects }
  return effects + state.wantDetails() + state.wantSimilar()
}

private func take(_ state: inout ConsoleState, _ message: ConsoleMessage) -> [ConsoleEffect] {
  switch message {
  case .input(let event): return state.take(event)
  case .resized(let size):
    state.size = size
    state.approvals.disarm()
    state.refreshRequestPopup()
    state.revealApproval(state.approvalItems)
    state.revealCursor()
    state.list.cursor.go(to: state.list.cursor.row, count: state.list.rows.count, height: state.height(of: .policy))
    return []
  case .tick(let moment):
    state.pass(to: moment)
    state.live.searchOn()
    state.openIfIdle()
    return state.refreshMessages() + state.refreshCounts() + state.wantGlimpses()
  case .gate(let message): return state.take(message)
  case .gateConnected:
    state.gate.connection = .greeting
    return [.send(.hello(version: 1, build: state.options.build))]
  case .gateLost(let reason, let retryIn):
    state.lose(reason, retryIn: retryIn)
    state.loseApprovals()
    state.losePins()
    return state.wantDefinitionAgain()
  case .offlineCatalogue(let snapshot):
    // What a gate said is newer than what a file remembers.
    if !state.gate.isUp { state.know(snapshot.servers) }
    return []
  case .policyRead(let file):
    state.take(file)
    return state.refreshNewRule()
  case .policySaved(let result):
    return state.take(result)
  case .themeSet(let name, let problem):
    if let problem {
      state.say(.error, state.safe(problem))
    } else {
      state.options.theme = name
      state.say(.info, "theme \(state.safe(name))")
    }
    return []
  case .note(let note):
    state.say(note.weight, state.safe(note.text, limit: 1000))
    return []
  case .historyRead(let page):
    state.take(page)
    return []
  case .toolRead(let answer):
    state.definitions.take(answer)
    state.refreshRuleEditor()
    state.refreshToolPage()
    return state.refreshNewRule()
  case .textEdited(let edit, let result):
    state.take(edit, result)
    return []
  case .themesListed(let entries):
    state.take(entries)
    return []
  case .registryRead(let registry):
    state.registry = registry
    return state.refreshSnapshot()
  case .serversFound(let findings):
    state.take(findings)
    return []
  case .registryChanged(let change, let problem): return state.take(change, problem: problem)
  case .serversScanned(let names, let problem): return state.took(scanOf: names, problem: problem)
  case .filtersRead(let filters):
    state.take(filters)
    return []
  case .leftEdits(let found):
    state.take(found)
  case .keysRead(let keys, let notes):
    state.options.keys = keys
    for note in notes { state.say(note.weight, state.safe(note.text, limit: 1000)) }
    if notes.isEmpty { state.say(.info, "keys.conf is read again") }
  case .drawn(let face): state.drew(face)
  case .crowded(let isCrowded):
    state.approvals.isCrowded = isCrowded
    state.approvals.disarm()
  case .clientsFound(let findings): state.take(findings)
  case .wrapPlanned(let preview): state.take(preview)
  case .clientsWrapped(let result): return state.take(result)
  case .pastPolicyRead(let policy): state.history.take(policy)
  case .pastArgumentsRead(let arguments): state.take(arguments)
  case .effectRead(let answer): state.take(answer)
  case .suggested(let answer): state.take(answer)
  case .similarRead(let answer): state.similar.take(answer)
  }
  return []
}
