package import Filters
package import History
internal import JSONText
package import Policy

/// What the console wants to know of the record.
package struct HistoryQuestion: Hashable, Sendable {
  /// Grows with each question; only the last is worth answering.
  package var id: Int
  package var filter: Filter?
  /// From when ages count.
  package var now: Moment

  /// More rows are not shown.
  package static let mostRows = 1_000

  package init(id: Int, filter: Filter?, now: Moment) {
    self.id = id
    self.filter = filter
    self.now = now
  }
}

/// What the record tells.
package struct HistoryPage: Hashable, Sendable {
  package var id: Int
  /// The last ones that fit, the newest first.
  package var rows: [HistoryRow] = []
  /// How many fit in all.
  package private(set) var total = 0
  /// The numbers of each tool among all that fit, by server and name.
  package private(set) var figures: [ToolName: HistoryStatistics.Counts] = [:]
  /// The tools, those with the most calls first.
  package private(set) var tools: [ToolName] = []
  /// Why there is nothing to tell.
  package var problem: String?

  package init(id: Int) { self.id = id }

  /// Takes the numbers of all that fit.
  package mutating func take(_ statistics: HistoryStatistics) {
    total = statistics.total.calls
    let lines = statistics.lines(.tool)
    tools = lines.map { ToolName(server: $0.server ?? "", tool: $0.name) }
    figures = Dictionary(zip(tools, lines.map(\.counts)), uniquingKeysWith: { first, _ in first })
  }
}

/// A policy that was in force once, if its text is kept.
package struct PastPolicy: Hashable, Sendable {
  package var revision: String
  /// Nil where it is not kept.
  package var document: PolicyDocument?

  package init(revision: String, document: PolicyDocument?) {
    self.revision = revision
    self.document = document
  }
}
