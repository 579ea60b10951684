internal import ControlWire
package import Filters
package import History
internal import JSONText
internal import Policy

/// What the pane of the record shows.
package struct HistoryView: Hashable, Sendable {
  package var filter: Filter?
  /// The last answer.
  package var page: HistoryPage?
  /// The number of the question that is not answered yet.
  package var asked: Int?
  /// The record is to be read.
  var isWanted = false
  /// In the list of decisions.
  package var cursor = ListCursor()
  /// The numbers of each tool stand in place of the decisions.
  package var showsNumbers = false
  /// In the list of tools.
  package var numberCursor = ListCursor()
  /// Policies of the past that were looked for, the last one last.
  private(set) var policies: [PastPolicy] = []

  package init() {}

  /// The decision under the cursor.
  package var row: HistoryRow? {
    guard !showsNumbers, let page, page.rows.indices.contains(cursor.row) else { return nil }
    return page.rows[cursor.row]
  }

  /// The tool under the cursor.
  package var tool: ToolName? {
    guard showsNumbers else {
      return row.map { ToolName(server: $0.event.server, tool: $0.event.tool ?? $0.event.method) }
    }
    guard let page, page.tools.indices.contains(numberCursor.row) else { return nil }
    return page.tools[numberCursor.row]
  }

  /// What stands under the cursor, as a line to be copied: the tool, and the rule that decided.
  var words: String {
    guard let tool else { return "" }
    return "\(tool.server.string)/\(tool.tool.string)" + (row.map { " \($0.event.decision.rule)" } ?? "")
  }

  /// How many rows the list that is shown has.
  var count: Int { (showsNumbers ? page?.tools.count : page?.rows.count) ?? 0 }

  var shownCursor: ListCursor {
    get { showsNumbers ? numberCursor : cursor }
    set { if showsNumbers { numberCursor = newValue } else { cursor = newValue } }
  }

  /// More texts of policies are not held.
  private static let mostPolicies = 4

  /// What is known of a policy of the past; nil where it was not looked for.
  func policy(_ revision: String) -> PastPolicy? { policies.last { $0.revision == revision } }

  mutating func take(_ policy: PastPolicy) {
    policies.removeAll { $0.revision == policy.revision }
    policies.append(policy)
    if policies.count > Self.mostPolicies { policies.removeFirst() }
  }
}

/// One decision of the record, with the rule as it was and as it is.
package struct PastDecision: Hashable, Sendable {
  package var row: HistoryRow
  /// What the record has of its arguments; nil until that is known.
  package var arguments: PastArguments?
  /// The first line that is drawn.
  package var top = 0

  package init(row: HistoryRow) { self.row = row }
}

extension HistoryRow {
  /// What the row has for a field of the filters; empty where that is no text.
  func text(of field: Filter.Field) -> String {
    switch field {
    case .agent: event.client.string
    case .session: event.session.string
    case .server: event.server.string
    case .tool: (event.tool ?? event.method).string
    case .rule: event.decision.rule
    default: ""
    }
  }
}
