/// Where everything is on a screen of some size.
struct Layout: Hashable, Sendable {
  enum Form: Hashable, Sendable {
    /// Too small for panes: one line of facts.
    case line
    /// One pane at a time and one live line.
    case single
    /// Two panes over the live one.
    case double
    case wide
  }

  struct Place: Hashable, Sendable {
    var pane: Pane
    /// With its border, where there is one.
    var frame: Rect
    /// What its rows are drawn in.
    var body: Rect
  }

  var form: Form
  /// The rows of the lines below the header, the most urgent first.
  var bannerRows: [Int] = []
  var places: [Place] = []
  var liveLine: Int?
  var footerRow: Int

  func place(of pane: Pane) -> Place? { places.first { $0.pane == pane } }

  init(_ size: Size, focus: Pane, upper: Pane, isZoomed: Bool, banners: Int) {
    footerRow = max(0, size.rows - 1)
    guard size.columns >= 40, size.rows >= 10 else {
      form = .line
      return
    }
    bannerRows = Array(1..<1 + min(banners, size.rows >= Self.rowsForTwo ? 2 : 1))
    let top = 1 + bannerRows.count
    guard size.columns >= 80, size.rows >= 20 else {
      form = .single
      liveLine = size.rows - 2
      // The pane's title takes one line, its rows the others.
      let frame = Rect(column: 0, row: top, columns: size.columns, rows: size.rows - 2 - top)
      let body = Rect(column: 0, row: top + 1, columns: size.columns, rows: frame.rows - 1)
      places = [Place(pane: focus, frame: frame, body: body)]
      return
    }
    form = size.columns >= 120 && size.rows >= 36 ? .wide : .double
    let area = Rect(column: 0, row: top, columns: size.columns, rows: size.rows - 1 - top)
    // In two boxes of its own, which need all the room of a small screen.
    if isZoomed || form == .double && focus == .approvals {
      places = [Self.bordered(focus, area)]
      return
    }
    let liveRows = form == .wide ? area.rows * 2 / 5 : min(7, area.rows / 3)
    let upperRows = area.rows - liveRows
    let head = Rect(column: 0, row: area.row, columns: area.columns, rows: upperRows)
    if upper == .policy {
      let left = form == .wide ? area.columns * 52 / 100 : area.columns * 5 / 8
      places.append(Self.bordered(.policy, Rect(column: 0, row: head.row, columns: left, rows: upperRows)))
      places.append(
        Self.bordered(.rule, Rect(column: left, row: head.row, columns: area.columns - left, rows: upperRows)))
    } else {
      places.append(Self.bordered(upper, head))
    }
    places.append(
      Self.bordered(.live, Rect(column: 0, row: area.row + upperRows, columns: area.columns, rows: liveRows)))
  }

  /// So many rows are enough for two lines below the header.
  static let rowsForTwo = 16

  private static func bordered(_ pane: Pane, _ frame: Rect) -> Place {
    let body = Rect(
      column: frame.column + 1, row: frame.row + 1, columns: max(0, frame.columns - 2), rows: max(0, frame.rows - 2))
    return Place(pane: pane, frame: frame, body: body)
  }
}

extension ConsoleState {
  var layout: Layout {
    Layout(size, focus: focus, upper: upper, isZoomed: isZoomed, banners: banners.count)
  }

  /// How many rows of a pane are drawn; a page for those that are not on the screen.
  func height(of pane: Pane) -> Int {
    guard let place = layout.place(of: pane) else { return 10 }
    switch pane {
    case .live: return max(1, place.body.rows - liveHeading(place.body))
    case .policy: return max(1, policyRows(of: place.body).rows)
    case .rule: return max(1, place.body.rows - effectFoot(rows: place.body.rows))
    case .history: return historyRows(of: place.body).rows
    case .approvals: return max(1, approvalRows / (approvalsHaveDetails ? 2 : 1))
    default: return max(1, place.body.rows)
    }
  }

  /// The live pane has a line of headings where there is room.
  func liveHeading(_ body: Rect) -> Int { body.rows >= 8 && body.columns >= 78 ? 1 : 0 }
}
