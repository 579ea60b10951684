/// A part of the screen with a number of its own.
package enum Pane: Int, CaseIterable, Hashable, Sendable {
  case policy = 1
  case rule, approvals, live, servers, changes, history

  package var title: String {
    switch self {
    case .policy: "Policy"
    case .rule: "Rule"
    case .approvals: "Approvals"
    case .live: "Live"
    case .servers: "Servers"
    case .changes: "Changes"
    case .history: "History"
    }
  }

  /// Those that this version has, in the order of Tab.
  static let offered: [Pane] = [.policy, .rule, .approvals, .live, .servers, .changes, .history]
}

/// A cursor in a list, and the first row that is drawn.
package struct ListCursor: Hashable, Sendable {
  package var row = 0
  package var top = 0

  /// Moves to a row, scrolling no further than needed to show it.
  mutating func go(to row: Int, count: Int, height: Int) {
    self.row = min(max(0, row), max(0, count - 1))
    reveal(count: count, height: height)
    top = min(top, max(0, count - max(1, height)))
  }

  /// Keeps the row in view; what lies below the end of the list may stay empty, so that nothing moves by itself.
  mutating func reveal(count: Int, height: Int) {
    row = min(max(0, row), max(0, count - 1))
    if row < top { top = row }
    if height > 0, row >= top + height { top = row - height + 1 }
    top = min(max(0, top), max(0, count - 1))
  }

  /// The first row to draw in so many lines, whatever the height was when the cursor moved.
  func firstRow(count: Int, height: Int) -> Int {
    var copy = self
    copy.reveal(count: count, height: height)
    return copy.top
  }
}
