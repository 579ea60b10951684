/// The picture of a state; the same state gives the same picture.
package func render(_ state: ConsoleState) -> Frame {
  var canvas = Canvas(state.size, state.options.glyphs)
  let layout = state.layout
  var cursor: (row: Int, column: Int)?
  guard layout.form != .line else {
    let typing = canvas.drawFacts(of: state)
    return Frame(grid: canvas.grid, cursor: typing, showsCursor: typing != nil, title: state.windowTitle)
  }
  canvas.headRows = state.headRows
  canvas.drawHeader(of: state)
  for (row, banner) in zip(layout.bannerRows, state.banners) {
    let role: Role = banner.isError ? .bannerError : .bannerWaiting
    canvas.fill(Rect(column: 0, row: row, columns: state.size.columns, rows: 1), role)
    canvas.put(" \(banner.text)", role, row: row, column: 0, columns: state.size.columns)
  }
  for place in layout.places {
    let at = canvas.draw(place, of: state, isBordered: layout.form != .single)
    if place.pane == state.focus { cursor = at ?? (place.body.row, place.body.column) }
  }
  if let row = layout.liveLine { canvas.drawLiveLine(of: state, row: row) }
  let typing = canvas.drawFooter(of: state, row: layout.footerRow)
  let inPopup = canvas.drawOverlay(of: state)
  let showsCursor = typing != nil || inPopup?.isTyping == true
  return Frame(
    grid: canvas.grid, cursor: typing ?? inPopup.map { ($0.row, $0.column) } ?? cursor, showsCursor: showsCursor,
    title: state.windowTitle)
}

extension ConsoleState {
  var windowTitle: String {
    var title = options.alerts.title && approvals.openCount > 0 ? "(\(approvals.openCount)) gatehouse" : "gatehouse"
    if policy.unsaved > 0 { title += " *\(policy.unsaved)" }
    if case .lost = gate.connection { title += " gate LOST" }
    return title
  }
}

extension Canvas {
  /// Draws a pane with its border or title line; returns where its cursor stands.
  mutating func draw(_ place: Layout.Place, of state: ConsoleState, isBordered: Bool) -> (row: Int, column: Int)? {
    if place.pane == .approvals { return drawApprovals(of: state, in: place, isBordered: isBordered) }
    let isFocused = place.pane == state.focus
    let title = Line(
      [
        TextSpan("\(place.pane.rawValue) ", isFocused ? .key : .dim),
        TextSpan(place.pane.title, isFocused ? .title : .dim),
      ] + state.titleState(of: place.pane))
    let right = state.titleFacts(of: place.pane)
    if isBordered {
      border(place.frame, title: title, right: right, isFocused: isFocused)
    } else {
      let row = Rect(column: 0, row: place.frame.row, columns: place.frame.columns, rows: 1)
      fill(row, isFocused ? .borderFocus : .border, with: "─")
      heading(
        Line([TextSpan(" ")] + title.spans + [TextSpan(" ")]), right, row: row.row, column: 0, columns: row.columns)
    }
    guard place.body.rows > 0, place.body.columns > 0 else { return nil }
    switch place.pane {
    case .policy: return drawPolicy(of: state, in: place.body)
    case .rule: return drawRule(of: state, in: place.body)
    case .live: return drawLive(of: state, in: place.body)
    case .servers: return drawServers(of: state, in: place.body)
    case .changes: return drawChanges(of: state, in: place.body)
    case .history: return drawHistory(of: state, in: place.body)
    case .approvals: return nil
    }
  }

  /// Draws lines of text from one of them on.
  mutating func draw(_ lines: [Line], from top: Int, in body: Rect) {
    for (index, line) in lines.dropFirst(max(0, top)).prefix(max(0, body.rows)).enumerated() {
      put(line, row: body.row + index, column: body.column, columns: body.columns)
    }
  }
}
