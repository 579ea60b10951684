package import Filters
package import History
package import Policy

/// What the console wants to know of the record.
package struct HistoryQuestion: Hashable, Sendable {
  /// Grows with each question; only the last is worth answering.
  package var id: Int
  package var filter: Filter?
  /// From when ages count.
  package var now: Moment
  /// The policy with the unsaved edits, and as it is saved; nil without edits.
  package var trial: Trial?

  package struct Trial: Hashable, Sendable {
    package var text: [UInt8]
    package var saved: [UInt8]

    package init(text: [UInt8], saved: [UInt8]) {
      self.text = text
      self.saved = saved
    }
  }

  /// More rows are not shown.
  package static let mostRows = 1_000

  package init(id: Int, filter: Filter?, now: Moment, trial: Trial?) {
    self.id = id
    self.filter = filter
    self.now = now
    self.trial = trial
  }
}

/// What the record tells.
package struct HistoryPage: Hashable, Sendable {
  package var id: Int
  /// The last ones that fit, the newest first.
  package var rows: [HistoryRow] = []
  /// How many fit in all.
  package var total = 0
  /// The numbers of each tool among all that fit, by server and name.
  package var figures: [ToolName: HistoryStatistics.Counts] = [:]
  package var effect: Effect?
  /// Why there is nothing to tell.
  package var problem: String?

  /// What unsaved edits would do to the calls.
  package struct Effect: Hashable, Sendable {
    package var calls: Int
    package var unknown: Int
    /// `37 calls allow becomes deny: git/push 31, git/pull 6`, with the words of others.
    package var changes: [String]

    package init(_ simulation: HistorySimulation) {
      calls = simulation.calls
      unknown = simulation.unknown
      changes = simulation.changes.prefix(4).map { change, calls, lines in
        let shown = lines.prefix(3).map { "\($0.server)/\($0.target) \(HistoryWords.count($0.calls))" }
        let number = calls == 1 ? "1 call" : "\(HistoryWords.count(calls)) calls"
        return "\(number) \(change.from.rawValue) becomes \(change.to.rawValue): \(shown.joined(separator: ", "))"
          + (lines.count > 3 ? ", ..." : "")
      }
    }
  }

  package init(id: Int) { self.id = id }
}

/// The record, in front of the panes.
package struct HistoryView: Hashable, Sendable {
  package var field = TextField()
  package var isTyping = false
  /// What is wrong with what is typed.
  package var mistake: String?
  package var filter: Filter?
  /// The last answer.
  package var page: HistoryPage?
  /// The number of the question that is not answered yet.
  package var asked: Int?
  package var cursor = ListCursor()

  package init() {}

  package var row: HistoryRow? {
    guard let page, page.rows.indices.contains(cursor.row) else { return nil }
    return page.rows[cursor.row]
  }
}
