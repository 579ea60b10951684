internal import Filters

extension ConsoleState {
  /// The pane that a filter typed now is for.
  var filterPane: Pane { focus == .rule || focus == .changes ? .policy : focus }

  /// What a pane shows; nil for all.
  func filter(of pane: Pane) -> Filter? {
    switch pane {
    case .live: live.filter
    case .servers: serverFilter
    case .approvals: approvals.filter
    case .history: history.filter
    default: list.filter
    }
  }

  mutating func openFilter() {
    let pane = filterPane
    guard focus != .changes else {
      say(.info, "filters are for the panes Policy, Approvals, Live, Servers and History")
      return
    }
    let before = filter(of: pane)
    overlay = .filter(FilterField(field: TextField(before?.source ?? ""), pane: pane, error: nil, before: before))
  }

  /// Sets the pane's filter from a command: an expression, or the name of one.
  mutating func set(filter source: String, named name: String? = nil) {
    if name == nil, let saved = filters[source.trimmed] { return set(filter: saved, named: source.trimmed) }
    let pane = filterPane
    do throws(FilterError) {
      let filter = try Filter(source, for: pane.filterSubject)
      put(filter, in: pane)
      let prefix = name.map { "\($0): " } ?? ""
      say(.info, filter == nil ? "filter cleared" : prefix + found(in: pane))
    } catch {
      say(.error, "filter: \(safe(error.message))")
    }
  }

  private mutating func put(_ filter: Filter?, in pane: Pane) {
    switch pane {
    case .live: live.set(filter, at: now)
    case .servers: setServerFilter(filter)
    case .approvals: setApprovalsFilter(filter)
    case .history: setHistoryFilter(filter)
    default: setListFilter(filter)
    }
  }

  mutating func setApprovalsFilter(_ filter: Filter?) {
    keepingApprovalsInPlace { state in
      state.approvals.filter = filter
      state.approvals.filterTime = state.now
    }
    approvals.topLine = 0
    revealApproval(approvalItems)
    approvals.disarm()
  }

  private func found(in pane: Pane) -> String {
    switch pane {
    case .live: Format.count(live.count, "decision") + (live.isSearching ? " so far" : "")
    case .servers: "\(Format.count(serverRows.count)) of \(Format.count(catalogue.servers.count, "server"))"
    case .approvals:
      "\(Format.count(approvals.openCount - hiddenApprovals)) of \(Format.count(approvals.openCount, "call"))"
    case .history: "the record is searched"
    default: "\(Format.count(list.matching)) of \(Format.count(catalogue.tools.count, "tool"))"
    }
  }

  mutating func take(_ key: Key, _ filter: FilterField) -> [ConsoleEffect] {
    var filter = filter
    switch key {
    case _ where key.leaves:
      overlay = nil
      put(filter.before, in: filter.pane)
      return []
    case Key(.enter):
      overlay = nil
      if let error = filter.error { say(.error, "filter: \(safe(error.message)); the last valid one stays") }
      return []
    case _ where key == Key(.tab) || key == Key(.right) && filter.field.cursor == filter.field.scalars.count:
      guard let completion = completion(of: filter) else { return [] }
      filter.field = TextField(String(String.UnicodeScalarView(completion.completed(filter.field.scalars))))
      typed(filter)
    case Key(.backspace) where filter.field.scalars.isEmpty:
      overlay = nil
      put(nil, in: filter.pane)
    default:
      guard filter.field.take(key) else { return [] }
      typed(filter)
    }
    return []
  }

  /// Filters with what is typed; while it is no filter, the last valid one stays.
  mutating func typed(_ field: FilterField) {
    var field = field
    do throws(FilterError) {
      let filter = try Filter(field.field.text, for: field.pane.filterSubject)
      field.error = nil
      put(filter, in: field.pane)
    } catch {
      field.error = error
    }
    overlay = .filter(field)
  }
}
