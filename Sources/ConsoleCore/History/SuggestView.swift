package import Filters
package import History
package import Policy
package import Risk

/// A policy that is to let pass what the record has, and no more.
package struct SuggestQuestion: Hashable, Sendable {
  package var id: Int
  /// The policy as it is edited.
  package var text: [UInt8]
  /// Only these calls count; nil for all.
  package var filter: Filter?
  package var now: Moment
  /// What the tools that are known are judged to be.
  package var categories: [ToolName: Category]
}

/// What the record suggests.
package struct SuggestAnswer: Hashable, Sendable {
  package var id: Int
  package var suggestion: PolicySuggestion?
  /// Why there is none.
  package var problem: String?

  package init(id: Int, suggestion: PolicySuggestion? = nil, problem: String? = nil) {
    self.id = id
    self.suggestion = suggestion
    self.problem = problem
  }
}

/// Suggested lines, to be taken or left one by one, and then what they change in the text.
package struct SuggestView: Hashable, Sendable {
  /// The number of the question that is not answered yet.
  package var asked: Int?
  /// Only calls that fit were looked at.
  package var filter: Filter?
  package var suggestion: PolicySuggestion?
  package var problem: String?
  package var list = ListCursor()
  /// Places of the lines that are taken.
  package var taken: Set<Int> = []
  /// The first of the reasons' lines that is drawn.
  package var reasonTop = 0
  /// What the taken lines change; nil while the list is shown.
  package var preview: Preview?
  /// Why the last key did nothing.
  package var hint: String?

  package struct Preview: Hashable, Sendable {
    package var edit: PolicyEdit
    package var count: Int
    package var lines: [DiffLine]
    package var top = 0
  }

  package init() {}

  package var lines: [PolicySuggestion.Line] { suggestion?.lines ?? [] }

  /// The line under the cursor.
  package var current: PolicySuggestion.Line? { lines.indices.contains(list.row) ? lines[list.row] : nil }

  /// Those that are taken unless somebody wants it otherwise.
  var usual: Set<Int> { Set(lines.indices.filter { PolicySuggestion.isTaken(lines[$0].kind) }) }
}
