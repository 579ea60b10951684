internal import ConsoleCore
internal import History
internal import JSONText
internal import Policy
internal import Store
internal import System

/// Works out on a thread what the least policy would be that lets pass what the record has.
@LoopActor
final class SuggestionReader {
  private let suggestions: LastQuestion<SuggestQuestion, SuggestAnswer>

  init(_ paths: Paths) {
    suggestions = LastQuestion { question, isWanted in RecordLookup(paths, isWanted: isWanted).suggestion(question) }
  }

  func read(_ question: SuggestQuestion, then finish: @escaping @LoopActor @Sendable (SuggestAnswer) -> Void) {
    suggestions.ask(question, then: finish)
  }
}

extension RecordLookup {
  fileprivate func suggestion(_ question: SuggestQuestion) -> SuggestAnswer {
    guard let base = try? PolicyDocument.read(question.text) else {
      return SuggestAnswer(id: question.id, problem: "the policy cannot be read")
    }
    let outcome = look { index throws(StoreError) -> SeenCalls in
      var query = RecordCursor.Query()
      query.filter = question.filter.map { RowFilter($0, now: question.now.microseconds) }
      var lines = RecordLines(paths.record)
      var seen = SeenCalls()
      try index.scan(query) { part throws(StoreError) in
        try goOn()
        seen.add(part.block, part.rows, of: part.texts, lane: part.segment.lane, segment: part.segment.number) {
          lines.arguments(of: $0).map { .known($0) } ?? .unknown
        }
      }
      return seen
    }
    switch outcome {
    case .found(let seen):
      guard seen.first != nil else {
        return SuggestAnswer(
          id: question.id, problem: "the record has no call that was let through: let a policy observe for a while")
      }
      let suggestion = PolicySuggestion(base, seen, at: question.now) { server, tool in
        question.categories[ToolName(server: server, tool: tool)]
      }
      return SuggestAnswer(id: question.id, suggestion: suggestion)
    case .nothing(let reason): return SuggestAnswer(id: question.id, problem: reason)
    }
  }
}
