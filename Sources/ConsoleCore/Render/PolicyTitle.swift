internal import ControlWire
internal import Filters
internal import JSONText

extension PolicyList {
  /// Which way the order goes: `↓` has the highest first.
  var orderSign: String {
    let falls: Bool =
      switch order {
      case .risk, .calls, .changed: true
      case .listed, .name, .decision: false
      }
    return falls != isReversed ? "↓" : "↑"
  }

  /// The order and its direction: `risk ↓`.
  package var orderWords: String { "\(order.rawValue) \(orderSign)" }
}

extension ConsoleState {
  /// What the policy pane's title says at its right end, as far as there is room: marks, filter, order, counts.
  var policyFacts: Line {
    guard !catalogue.servers.isEmpty else { return Line() }
    // The frame's corners, the pane's number and name, and a blank.
    var room = (layout.place(of: .policy)?.frame.columns ?? size.columns) - 12 - (list.isFlat ? 5 : 0)
    var spans: [TextSpan] = []
    func add(_ text: String, _ role: Role = .dim) {
      let gap = spans.isEmpty ? 0 : 3
      let width = gap + TerminalText.width(text, options.glyphs)
      guard width <= room else { return }
      room -= width
      if gap > 0 { spans.append(TextSpan(" · ", .dim)) }
      spans.append(TextSpan(text, role))
    }
    let marks = marked.count
    if marks > 0 { add("\(Format.count(marks)) marked", .attention) }
    guard let filter = list.filter else {
      add(list.orderWords)
      add("\(Format.count(catalogue.servers.count, "server")) · \(Format.count(catalogue.tools.count, "tool"))")
      let ungoverned = catalogue.servers.reduce(0) { $0 + $1.ungoverned }
      if ungoverned > 0 { add("\(Format.count(ungoverned)) ungoverned") }
      return Line(spans)
    }
    let all = catalogue.tools.count
    add("\(Format.count(list.matching)) of \(Format.count(all)) · \(Format.count(all - list.matching)) hidden")
    let name = filters.name(of: filter.source).map { "\\\($0) " } ?? ""
    if room >= 4 {
      let text = TerminalText.cut("\(name)/\(filter.source)", columns: min(room - 1, 40), options.glyphs)
      spans += [TextSpan(" "), TextSpan(peer: text, .match)]
      room -= 1 + TerminalText.width(text, options.glyphs)
    }
    add(list.orderWords)
    return Line(spans)
  }

  /// The part of the policy pane that has rows: there is a line of headings where there is room.
  func policyRows(of body: Rect) -> Rect {
    guard body.rows >= 12, body.columns >= 66 else { return body }
    return Rect(column: body.column, row: body.row + 1, columns: body.columns, rows: body.rows - 1)
  }
}
