internal import ControlWire
internal import Filters
internal import JSONText
internal import Policy

extension ConsoleState {
  /// Does what a key, the help or a command asks for, or says why not.
  mutating func perform(_ action: Action) -> [ConsoleEffect] {
    if let refusal = action.refusal(in: self) {
      say(.info, "\(action.name): \(safe(refusal))")
      return []
    }
    switch action {
    case .allow: decide(.allow)
    case .deny where focus == .approvals: return perform(.denyCall)
    case .deny: decide(.deny)
    case .hide: decide(.hide)
    case .inherit: decide(.inherit)
    case .ask: decide(.requireApproval)
    case .limit: return openLimitEditor()
    case .cycle: cycle()
    case .serverDefault: cycleDefault()
    case .mark where focus == .approvals, .range where focus == .approvals, .clearMarks where focus == .approvals:
      markApproval(action)
    case .mark: toggleMark()
    case .range: toggleRange()
    case .clearMarks: clearMarks()
    case .undo: undo(again: false)
    case .redo: undo(again: true)
    case .save: return save()
    case .keepMine: ask(.keepMine)
    case .takeTheirs: ask(.takeTheirs)
    case .filter: openFilter()
    case .nextMatch: moveToMatch(1)
    case .previousMatch: moveToMatch(-1)
    case .sort: sort(by: nil)
    case .reverse, .flat, .collapseAll, .expandAll: rearrange(action)
    case .jump: return jump()
    case .callsOfTool: showCalls()
    case .pause: live.setFollows(!live.follows, height: height(of: .live))
    case .nextDenied where focus == .history: moveToDeniedInHistory(1)
    case .previousDenied where focus == .history: moveToDeniedInHistory(-1)
    case .nextDenied: moveToDenied(1)
    case .previousDenied: moveToDenied(-1)
    case .clearView:
      live.clear("from here · Esc shows what was before", at: now)
    case .down: move(by: 1, in: focus)
    case .up: move(by: -1, in: focus)
    case .first: move(by: -(1 << 40), in: focus)
    case .last:
      if focus == .live { live.setFollows(true, height: height(of: .live)) } else { move(by: 1 << 40, in: focus) }
    case .pageDown: move(by: height(of: focus), in: focus)
    case .pageUp: move(by: -height(of: focus), in: focus)
    case .halfDown: move(by: max(1, height(of: focus) / 2), in: focus)
    case .halfUp: move(by: -max(1, height(of: focus) / 2), in: focus)
    case .left: fold()
    case .right: unfold()
    case .open where focus == .approvals: return openRequest()
    case .open where focus == .history: return openPast()
    case .open:
      open()
      return overlaidCall.map { wantFacts(of: $0) } ?? []
    case .back: back()
    case .policy: focus(.policy)
    case .rule: focus(.rule)
    case .live: focus(.live)
    case .servers: focus(.servers)
    case .changes: focus(.changes)
    case .nextPane: nextPane(1)
    case .previousPane: nextPane(-1)
    case .zoom: isZoomed = true
    case .unzoom: isZoomed = false
    case .command: overlay = .command(CommandField())
    case .help: overlay = .help(HelpList())
    case .log: overlay = .log(top: max(0, log.count - 1))
    case .messages: return openMessages()
    case .copy: return copyName()
    case .edit: return [.openEditor(line: problemLine)]
    case .rescan: return [.send(.reload(id: nil))]
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quit: return quit()
    case .nextFilter: nextNamedFilter()
    case .conditions: return openRuleEditor()
    case .editRule: return editRuleText()
    case .approvals: focus(.approvals)
    case .palette: overlay = .palette(Palette())
    case .mouse: return useMouse(!usesMouse)
    case .theme: return openThemes()
    case .importServers: return openImport()
    case .addServer: overlay = .addServer(ServerForm())
    case .removeServer: askToRemoveServer()
    case .toggleServer: return toggleServer()
    case .scan: return scanCurrent()
    case .putBack: return [.changeRegistry(.putBack)]
    case .recommendAll: recommendAll()
    case .merge: openMerge()
    case .drop: dropChange()
    case .part: showPart()
    case .restore: return restore()
    case .discard: askToDiscard()
    case .toolPage: return openToolPage()
    case .recommend: recommend(for: targets())
    case .ruleFromCall where focus == .approvals: return openNewRuleFromRequest()
    case .ruleFromCall: return openNewRule()
    case .approve, .approveSession, .approveIdentical, .denyCall, .denyBecause, .moreTime, .showRequest, .revoke,
      .lockdown:
      return performInApprovals(action)
    case .pins: return openPins()
    case .record: openHistory()
    case .numbers: toggleNumbers()
    case .suggest: return openSuggestions()
    case .effectPeriod: setEffectPeriod(effectPeriod.next)
    case .wrapClients: return openWrap()
    }
    return []
  }

  private var problemLine: Int? {
    if case .rejected(let problems, _) = policy.disk { return problems.first?.place.line }
    return nil
  }

  // MARK: Leaving

  mutating func quit() -> [ConsoleEffect] {
    if isZoomed {
      isZoomed = false
      return []
    }
    guard policy.isDirty else { return [.quit] }
    ask(.quit)
    return []
  }

  mutating func ask(_ question: Confirmation.Question) {
    let unsaved = Format.count(policy.unsaved, "unsaved change")
    switch question {
    case .quit:
      let line =
        policy.saving == .writing
        ? "the file is being written: leave without knowing how that ends? s waits for it"
        : "quit and lose \(unsaved)? s saves first"
      overlay = .confirm(Confirmation(question: .quit, lines: [line]))
    case .keepMine:
      overlay = .confirm(
        Confirmation(question: .keepMine, lines: ["put your \(unsaved) on top of what is on the disk, yours winning?"]))
    case .takeTheirs:
      overlay = .confirm(Confirmation(question: .takeTheirs, lines: ["drop your \(unsaved) for what is on the disk?"]))
    case .edit, .create, .removeServer, .liftLockdown: break
    }
  }

  mutating func back() {
    switch focus {
    case .live where live.filter != nil:
      live.set(nil, at: now)
      say(.info, "filter cleared")
      return
    case .servers where serverFilter != nil:
      setServerFilter(nil)
      say(.info, "filter cleared")
      return
    case .history where history.filter != nil:
      setHistoryFilter(nil)
      say(.info, "filter cleared")
      return
    case .live where live.clearedBefore > live.ring.firstSerial:
      live.unclear()
      return
    case .approvals where approvals.filter != nil:
      setApprovalsFilter(nil)
      say(.info, "filter cleared")
      return
    case .approvals where !approvals.marks.isEmpty || approvals.rangeStart != nil:
      markApproval(.clearMarks)
      return
    case .policy where list.filter != nil, .rule where list.filter != nil:
      setListFilter(nil)
      say(.info, "filter cleared")
      return
    default: break
    }
    if !list.marks.isEmpty || list.rangeStart != nil {
      clearMarks()
    } else if isZoomed {
      isZoomed = false
    } else if focus != .policy {
      focus(.policy)
    }
  }

  // MARK: Marks

  private mutating func toggleMark() {
    guard list.rows.indices.contains(list.cursor.row) else { return }
    var names: [ToolName]
    switch list.rows[list.cursor.row] {
    case .tool(let tool): names = [catalogue.name(of: tool)]
    case .server(let server):
      let shown = Set(
        list.rows.compactMap { row in
          if case .tool(let tool) = row { tool } else { nil }
        })
      let tools = catalogue.servers[server].tools
      let isOpen = !list.collapsed.contains(catalogue.servers[server].info.name) || list.filter != nil
      names = tools.filter { !isOpen || shown.contains($0) }.map { catalogue.name(of: $0) }
    }
    names = names.filter { catalogue.index(of: $0) != nil }
    if names.allSatisfy({ list.marks.contains($0) }) {
      list.marks.subtract(names)
    } else {
      list.marks.formUnion(names)
    }
    move(by: 1, in: .policy)
    marksChanged()
    say(.info, "\(Format.count(list.marks.count, "tool")) marked")
  }

  private mutating func toggleRange() {
    if list.rangeStart == nil {
      list.rangeStart = list.identity(at: list.cursor.row, in: catalogue)
      say(.info, "range begun: move, then v again or a decision")
    } else {
      list.marks = marked
      list.rangeStart = nil
      marksChanged()
      say(.info, "\(Format.count(list.marks.count, "tool")) marked")
    }
  }

  private mutating func clearMarks() {
    list.marks = []
    list.rangeStart = nil
    marksChanged()
    say(.info, "marks cleared")
  }

  // MARK: Elsewhere

  private mutating func jump() -> [ConsoleEffect] {
    if focus == .live {
      guard let record = live.currentCall.flatMap({ live.ring[$0] }) else {
        say(.info, "there is no decision under the cursor")
        return []
      }
      let server = ExactText(live.ring.text(record.server))
      reveal(ToolName(server: server, tool: ExactText(live.ring.text(record.tool))))
      revealRule(live.ring.text(record.rule))
      return []
    }
    if focus == .history {
      jumpFromHistory()
      return []
    }
    if focus == .rule, let stop = currentStop(ruleText(columns: ruleColumns)) {
      guard let line = stop.place else {
        say(.info, "no line of the file says that: it is what holds where nothing is written")
        return []
      }
      return [.openEditor(line: line)]
    }
    guard let tool = currentTool else {
      say(.info, "there is no tool under the cursor")
      return []
    }
    guard let line = catalogue.tools[tool].standing.line else {
      say(.info, "no line of the file says that: it is \(safe(catalogue.tools[tool].standing.sourceInWords))")
      return []
    }
    return [.openEditor(line: line)]
  }

  /// Puts the policy pane's cursor on a tool, opening or unfiltering what hides it.
  mutating func reveal(_ name: ToolName) {
    let identity: PolicyList.Identity = catalogue.index(of: name) != nil ? .tool(name) : .server(name.server)
    guard catalogue.index(of: name) != nil || catalogue.index(ofServer: name.server) != nil else {
      say(.info, "\(safe(name.server.string))/\(safe(name.tool.string)) is not in the catalogue")
      return
    }
    if list.index(of: identity, in: catalogue) == nil {
      list.collapsed.remove(name.server)
      if list.filter != nil { say(.info, "filter cleared: it hid \(safe(name.tool.string))") }
      setListFilter(nil)
    }
    if let row = list.index(of: identity, in: catalogue) {
      list.cursor.go(to: row, count: list.rows.count, height: height(of: .policy))
    }
    ruleTop = 0
    focus(.policy)
  }

  private mutating func showCalls() {
    guard let tool = currentTool else {
      say(.info, "there is no tool under the cursor")
      return
    }
    let name = catalogue.name(of: tool)
    let server = FilterText.quotedIfNeeded(name.server.string)
    let source = "server=\(server) tool=\(FilterText.quotedIfNeeded(name.tool.string))"
    live.set((try? Filter(source, for: .live)) ?? nil, at: now)
    focus(.live)
  }

  private mutating func copyName() -> [ConsoleEffect] {
    if focus == .rule, let rule = ruleToCopy() {
      say(.info, "copied the rule, \(Format.count(rule.utf8.count, "byte"))")
      return [.copy(rule)]
    }
    var text = ""
    if focus == .live, let record = live.current, record.kind == .decision {
      text = "\(live.ring.text(record.server))/\(live.ring.text(record.tool)) \(live.ring.text(record.rule))"
    } else if focus == .history {
      text = history.words
    } else if focus != .servers, let tool = currentTool {
      let name = catalogue.name(of: tool)
      text = "\(name.server.string)/\(name.tool.string)"
    } else if let server = currentServer {
      text = catalogue.servers[server].info.name.string
    }
    guard !text.isEmpty else {
      say(.info, "there is nothing to copy here")
      return []
    }
    let safe = safe(text, limit: 1000)
    say(.info, "copied \(Format.count(safe.utf8.count, "byte"))")
    return [.copy(safe)]
  }
}
