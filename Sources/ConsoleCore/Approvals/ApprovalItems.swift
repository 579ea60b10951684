internal import ControlWire
internal import Filters
internal import JSONText
internal import Policy
internal import Risk

/// What the pane lists, from top to bottom.
enum ApprovalItem: Hashable {
  case request(ApprovalsView.Row)
  /// What follows came while the person was looking.
  case newLine(Int)
  case heading(String)
  case settled(SettledApproval)
  case standing(StandingRow)

  var name: ApprovalsView.Name? {
    switch self {
    case .request(let row): .request(row.name)
    case .settled(let entry): .settled(entry.event.id)
    case .standing(let row): .standing(row.approval.id)
    case .newLine, .heading: nil
    }
  }

  func lines(ofRequest: Int) -> Int {
    if case .request = self { ofRequest } else { 1 }
  }
}

extension ConsoleState {
  /// The rows that the filter lets through, with the lines between them.
  var approvalItems: [ApprovalItem] {
    let view = approvals
    let rows = view.rows.filter { row in row.ids.contains { id in view.requests[id].map(fits) ?? false } }
    var items = rows.filter { !$0.isNew }.map(ApprovalItem.request)
    let new = rows.filter(\.isNew)
    if !new.isEmpty { items.append(.newLine(new.count)) }
    items += new.map(ApprovalItem.request)
    let standing = view.standing.filter(fits)
    if !standing.isEmpty { items.append(.heading("still approved")) }
    items += standing.map(ApprovalItem.standing)
    let settled = view.settled.filter { fits($0) }
    if !settled.isEmpty { items.append(.heading("earlier")) }
    items += settled.reversed().map(ApprovalItem.settled)
    return items
  }

  /// How many lines each request takes; other items have one.
  var linesOfRequest: Int { approvalsHaveDetails ? 2 : 1 }

  /// There is room for the request beside the queue.
  var approvalsHaveDetails: Bool { layout.form != .single && layout.form != .line }

  // MARK: The cursor

  /// Moves the cursor by some rows that it can be on.
  mutating func moveInApprovals(by step: Int) {
    let items = approvalItems
    let places = items.indices.filter { items[$0].name != nil }
    guard let last = places.indices.last else { return }
    let here = places.firstIndex { items[$0].name == approvals.cursor } ?? (step > 0 ? -1 : 0)
    let wanted = min(max(0, here.addingReportingOverflow(step).partialValue), last)
    let target = step > (1 << 30) ? last : step < -(1 << 30) ? 0 : wanted
    let before = approvals.cursor
    approvals.cursor = items[places[target]].name
    if approvals.cursor != before { approvals.disarm() }
    revealApproval(items)
  }

  /// Scrolls no further than needed to show what the cursor is on.
  mutating func revealApproval(_ items: [ApprovalItem]) {
    let height = approvalRows
    let starts = startLines(of: items)
    approvals.topLine = max(0, approvals.topLine)
    guard let index = items.firstIndex(where: { $0.name == approvals.cursor }) else {
      approvals.topLine = min(approvals.topLine, starts.last ?? 0)
      return
    }
    if starts[index] <= approvals.topLine {
      // The heading above the first row of a part comes into view with it.
      approvals.topLine = index > 0 && items[index - 1].name == nil ? starts[index - 1] : starts[index]
    }
    let least = starts[index] + items[index].lines(ofRequest: linesOfRequest) - height
    if approvals.topLine < least {
      // Whole rows, where there is room for one.
      approvals.topLine = min(starts[index], starts.first { $0 >= least } ?? least)
    }
  }

  /// The line at which each item begins, counted from the first one's.
  func startLines(of items: [ApprovalItem]) -> [Int] {
    // Looked at once: it takes the whole layout to know, and there may be thousands.
    let ofRequest = linesOfRequest
    var next = 0
    return items.map { item in
      defer { next += item.lines(ofRequest: ofRequest) }
      return next
    }
  }

  /// Keeps what is looked at where it is on the screen while something else changes the list.
  mutating func keepingApprovalsInPlace(_ change: (inout ConsoleState) -> Void) {
    guard approvals.isEntered else { return change(&self) }
    // The row of the screen that line 0 of the list would be on, if nothing were scrolled: a banner moves it.
    func origin() -> Int {
      layout.place(of: .approvals).map { approvalsHaveDetails ? $0.frame.row + 1 : $0.body.row } ?? 0
    }
    func line(_ items: [ApprovalItem]) -> Int? {
      items.firstIndex { $0.name == approvals.cursor }.map { origin() + startLines(of: items)[$0] }
    }
    let old = approvalItems
    let place = old.firstIndex { $0.name == approvals.cursor }
    let before = line(old)
    change(&self)
    let items = approvalItems
    if let before, let after = line(items) {
      // Rows have one line or two, and there may be fewer above than before: then nothing is drawn above them.
      approvals.topLine += after - before
      let row = after - approvals.topLine
      if !(origin()..<origin() + approvalRows ~= row) { revealApproval(items) }
      return
    }
    if approvals.cursor == nil || place != nil {
      // What it was on is gone, or there was nothing: where nothing was, nothing is moved.
      let near = min(place ?? 0, items.count - 1)
      approvals.cursor =
        items.dropFirst(max(0, near)).lazy.compactMap(\.name).first
        ?? items.reversed().lazy.compactMap(\.name).first
    }
    revealApproval(items)
  }

  /// How many lines of the queue are drawn.
  var approvalRows: Int {
    guard let place = layout.place(of: .approvals) else { return 10 }
    return approvalsHaveDetails ? max(1, place.frame.rows - 2) : max(1, place.body.rows)
  }

  // MARK: Filter

  private func fits(_ request: ApprovalRequest) -> Bool {
    approvals.filter?.matches(
      ApprovalSubject(event: request.event, age: approvals.filterTime.microseconds(since: request.event.asked)))
      ?? true
  }

  private func fits(_ entry: SettledApproval) -> Bool {
    approvals.filter?.matches(
      ApprovalSubject(event: entry.event, age: approvals.filterTime.microseconds(since: entry.time))) ?? true
  }

  private func fits(_ row: StandingRow) -> Bool {
    guard let filter = approvals.filter else { return true }
    let approval = row.approval
    let event = ApprovalEvent(
      id: approval.id, state: .approved, session: approval.session ?? "", client: approval.client,
      grant: approval.grant, server: approval.server, method: approval.method, tool: approval.tool, rule: "",
      digest: approval.digest, asked: approval.since, remaining: 0)
    return filter.matches(ApprovalSubject(event: event, age: approvals.filterTime.microseconds(since: approval.since)))
  }

  /// How many requests wait that the filter hides.
  var hiddenApprovals: Int {
    approvals.filter == nil ? 0 : approvals.requests.values.count { $0.isOpen && !fits($0) }
  }
}

/// A question to a person, as filters see it.
struct ApprovalSubject: FilterSubject {
  let event: ApprovalEvent
  let age: Int64

  /// What became of it: a question that is open asks.
  var verdict: Verdict? {
    switch event.state {
    case .pending: .ask
    case .approved, .used: .allow
    case .denied, .expired, .revoked, .withdrawn: .deny
    }
  }

  var severity: Severity? { event.severity }
  var category: Category? { event.category }

  func shows(_ test: (String) -> Bool) -> Bool {
    test(event.tool?.string ?? "") || test(event.server.string) || test(event.client.string) || test(event.rule)
      || test(event.reason ?? "") || test(event.method.string) || test(event.session.string) || test(event.id)
      || test(event.by ?? "") || test(event.state.rawValue) || test(event.severity?.rawValue ?? "")
      || test(event.category?.rawValue ?? "")
  }

  func text(of field: Filter.Field) -> String? {
    switch field {
    case .agent: event.client.string
    case .session: event.session.string
    case .server: event.server.string
    case .tool: event.tool?.string ?? ""
    case .rule: event.rule
    case .decision, .risk, .cat, .source, .lat, .age, .n, .flag, .arg, .text: nil
    }
  }

  func number(of field: Filter.Field) -> Int64? {
    switch field {
    case .age: max(0, age)
    case .n: Int64(clamping: event.decision)
    default: nil
    }
  }

  func has(_ flag: Filter.Flag) -> Bool { false }
}
