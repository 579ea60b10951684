internal import ControlWire
package import Filters
package import JSONText
internal import Policy
internal import Risk

/// The policy pane: which rows it shows, in which order, and where the person stands.
package struct PolicyList: Hashable, Sendable {
  /// One row; the numbers are places in the catalogue.
  package enum Row: Hashable, Sendable {
    case server(Int)
    case tool(Int)
  }

  /// A row by name, which outlives every new order of the list.
  package enum Identity: Hashable, Sendable {
    case server(ExactText)
    case tool(ToolName)
  }

  package enum Order: String, CaseIterable, Hashable, Sendable {
    case listed, name, risk, decision, calls, changed
  }

  package var rows: [Row] = []
  package var cursor = ListCursor()
  package var collapsed: Set<ExactText> = []
  package var isFlat = false
  package var order = Order.risk
  package var isReversed = false
  package var filter: Filter?
  package var marks: Set<ToolName> = []
  /// Where a range of marks began.
  package var rangeStart: Identity?
  /// Tools that the filter lets through.
  package var matching = 0

  package func identity(at row: Int, in catalogue: Catalogue) -> Identity? {
    guard rows.indices.contains(row) else { return nil }
    switch rows[row] {
    case .server(let index): return .server(catalogue.servers[index].info.name)
    case .tool(let index): return .tool(catalogue.name(of: index))
    }
  }

  package func index(of identity: Identity, in catalogue: Catalogue) -> Int? {
    switch identity {
    case .server(let name): catalogue.index(ofServer: name).flatMap { index in rows.firstIndex(of: .server(index)) }
    case .tool(let name): catalogue.index(of: name).flatMap { index in rows.firstIndex(of: .tool(index)) }
    }
  }

  /// Makes the rows anew; the cursor stays on its tool and that tool on its line of the screen.
  ///
  /// The present rows are about the catalogue `before`.
  mutating func rebuild(from before: Catalogue, to catalogue: Catalogue, at now: Moment) {
    let current = identity(at: cursor.row, in: before)
    let offset = cursor.row - cursor.top
    rows = arranged(catalogue, at: now)
    guard let current else {
      cursor = ListCursor()
      return
    }
    var target = index(of: current, in: catalogue)
    if target == nil, case .tool(let name) = current {
      // A tool that is folded away or gone: its server is the nearest thing.
      target = index(of: .server(name.server), in: catalogue)
    }
    cursor.row = target ?? min(cursor.row, max(0, rows.count - 1))
    cursor.top = max(0, cursor.row - offset)
  }

  private mutating func arranged(_ catalogue: Catalogue, at now: Moment) -> [Row] {
    var subject = ToolSubject(catalogue: catalogue, marks: marks, now: now)
    var rows: [Row] = []
    rows.reserveCapacity(catalogue.servers.count + catalogue.tools.count)
    matching = 0
    var flat: [Int] = []
    for index in catalogue.servers.indices {
      let server = catalogue.servers[index]
      let shown = server.tools.filter { tool in
        guard let filter else { return true }
        subject.tool = tool
        return filter.matches(subject)
      }
      matching += shown.count
      if isFlat {
        flat.append(contentsOf: shown)
        continue
      }
      if shown.isEmpty, filter != nil { continue }
      rows.append(.server(index))
      // A filter opens what it finds.
      if filter == nil, collapsed.contains(server.info.name) { continue }
      for tool in sorted(shown, catalogue, now) { rows.append(.tool(tool)) }
    }
    return isFlat ? sorted(flat, catalogue, now).map { .tool($0) } : rows
  }

  private func sorted(_ tools: [Int], _ catalogue: Catalogue, _ now: Moment) -> [Int] {
    guard order != .listed else { return isReversed ? tools.reversed() : tools }
    let all = catalogue.tools
    if order == .name {
      let named = tools.map { (name: all[$0].info.name, tool: $0) }
      return named.sorted { left, right in
        if left.name != right.name { return isReversed ? right.name < left.name : left.name < right.name }
        return left.tool < right.tool
      }.map(\.tool)
    }
    let keyed = tools.map { (key: key(of: $0, in: all, now), tool: $0) }
    return keyed.sorted { left, right in
      if left.key != right.key { return isReversed ? left.key > right.key : left.key < right.key }
      return left.tool < right.tool
    }.map(\.tool)
  }

  /// What comes first in an order has the smaller key.
  private func key(of tool: Int, in all: [Catalogue.Tool], _ now: Moment) -> Int {
    switch order {
    case .listed, .name: 0
    case .risk: -(all[tool].info.assessment.severity.position * 8 + all[tool].info.assessment.category.position)
    case .decision: all[tool].standing.verdict.position
    case .calls: -all[tool].hour.total(at: now)
    case .changed: all[tool].mark != .none ? 0 : all[tool].news != .none ? 1 : 2
    }
  }
}

extension Category {
  var position: Int {
    switch self {
    case .read: 0
    case .write: 1
    case .execute: 2
    case .destructive: 3
    case .financial: 4
    }
  }
}
