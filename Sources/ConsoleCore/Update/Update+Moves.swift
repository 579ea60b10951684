internal import ControlWire
internal import Filters
internal import JSONText
internal import Policy

extension ConsoleState {
  /// Keeps every cursor on a row that exists and is drawn.
  mutating func revealCursor() {
    list.cursor.reveal(count: list.rows.count, height: height(of: .policy))
    serverList.reveal(count: serverRows.count, height: max(1, height(of: .servers) - 1))
    changeList.reveal(count: changeRowCount, height: height(of: .changes))
  }

  mutating func focus(_ pane: Pane) {
    if pane == .history, upper != .history { history.isWanted = true }
    focus = pane
    switch pane {
    case .policy, .rule: upper = .policy
    case .servers, .changes, .approvals, .history: upper = pane
    case .live: break
    }
    refreshDiff()
    revealCursor()
  }

  mutating func nextPane(_ step: Int) {
    let panes: [Pane] =
      layout.form == .single || isZoomed ? Pane.offered : upper == .policy ? [.policy, .rule, .live] : [upper, .live]
    let index = panes.firstIndex(of: focus) ?? 0
    focus(panes[(index + step + panes.count) % panes.count])
  }

  mutating func move(by rows: Int, in pane: Pane) {
    let height = height(of: pane)
    switch pane {
    case .policy:
      list.cursor.go(to: list.cursor.row + rows, count: list.rows.count, height: height)
      ruleTop = 0
    case .rule: moveRule(by: rows, height: height)
    case .live: live.move(by: rows, height: height)
    case .servers:
      serverList.go(to: serverList.row + rows, count: serverRows.count, height: max(1, height - 1))
    case .changes: changeList.go(to: changeList.row + rows, count: changeRowCount, height: height)
    case .approvals: moveInApprovals(by: rows)
    case .history: moveInHistory(by: rows)
    }
  }

  mutating func moveToMatch(_ step: Int) {
    if focus == .history {
      moveInHistory(by: step)
      return
    }
    if focus == .live {
      moveToDenied(step)
      return
    }
    guard filter(of: filterPane) != nil else {
      say(.info, "there is no filter: / sets one")
      return
    }
    if focus == .servers {
      let row = serverList.row
      move(by: step, in: .servers)
      if row == serverList.row { say(.info, step > 0 ? "that was the last match" : "that was the first match") }
      return
    }
    var row = list.cursor.row + step
    while list.rows.indices.contains(row) {
      if case .tool = list.rows[row] {
        list.cursor.go(to: row, count: list.rows.count, height: height(of: .policy))
        ruleTop = 0
        return
      }
      row += step
    }
    say(.info, step > 0 ? "that was the last match" : "that was the first match")
  }

  mutating func moveToDenied(_ step: Int) {
    var index = live.index(of: live.cursor) + step
    while let serial = live.serial(at: index) {
      if let record = live.ring[serial], record.kind == .decision, record.verdict != .allow {
        live.place(index, height: height(of: .live))
        return
      }
      index += step
    }
    say(.info, "no more decisions than allow in this direction")
  }

  // MARK: The list

  mutating func fold() {
    guard focus == .policy, let server = currentServer else { return }
    let name = catalogue.servers[server].info.name
    guard !list.isFlat, list.filter == nil else {
      say(.info, list.isFlat ? "the list is flat: f makes it a tree" : "a filter keeps its finds open")
      return
    }
    list.collapsed.insert(name)
    rebuildList()
    if let row = list.rows.firstIndex(of: .server(server)) {
      list.cursor.go(to: row, count: list.rows.count, height: height(of: .policy))
    }
  }

  mutating func unfold() {
    guard focus == .policy, list.rows.indices.contains(list.cursor.row) else { return }
    switch list.rows[list.cursor.row] {
    case .server(let server):
      list.collapsed.remove(catalogue.servers[server].info.name)
      rebuildList()
    case .tool: focus(.rule)
    }
  }

  mutating func rebuildList() {
    list.rebuild(from: catalogue, to: catalogue, at: now)
    revealCursor()
  }

  mutating func sort(by order: PolicyList.Order?) {
    let all: [PolicyList.Order] = [.risk, .decision, .calls, .changed, .listed, .name]
    let next = ((all.firstIndex(of: list.order) ?? 0) + 1) % all.count
    list.order = order ?? all[next]
    rebuildList()
    say(.info, "order: \(list.orderWords)")
  }

  mutating func rearrange(_ action: Action) {
    switch action {
    case .reverse:
      list.isReversed.toggle()
      say(.info, "order: \(list.orderWords)")
    case .flat:
      list.isFlat.toggle()
      say(.info, list.isFlat ? "flat list" : "tree")
    case .collapseAll: list.collapsed = Set(catalogue.servers.map(\.info.name))
    case .expandAll: list.collapsed = []
    default: return
    }
    rebuildList()
  }

  mutating func setListFilter(_ filter: Filter?) {
    list.filter = filter
    rebuildList()
  }

  // MARK: Into things

  mutating func open() {
    switch focus {
    case .policy:
      guard list.rows.indices.contains(list.cursor.row) else { return }
      switch list.rows[list.cursor.row] {
      case .tool: focus(.rule)
      case .server(let server):
        if list.collapsed.contains(catalogue.servers[server].info.name) { unfold() } else { fold() }
      }
    case .live:
      guard let call = live.currentCall else {
        say(.info, "there is no decision under the cursor")
        return
      }
      live.setFollows(false, height: height(of: .live))
      overlay = .decision(call, top: 0)
    case .servers:
      openServer()
    case .changes: openChange()
    case .rule, .approvals, .history: break
    }
  }
}
