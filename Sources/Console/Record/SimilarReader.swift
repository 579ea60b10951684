internal import ConsoleCore
internal import History
internal import Policy
internal import Store
internal import System

/// Counts on a thread how people decided about calls of one tool.
@LoopActor
final class SimilarReader {
  private let answers: LastQuestion<SimilarQuestion, SimilarAnswer>

  init(_ paths: Paths) {
    answers = LastQuestion { question, isWanted in RecordLookup(paths, isWanted: isWanted).similar(question) }
  }

  func read(_ question: SimilarQuestion, then finish: @escaping @LoopActor @Sendable (SimilarAnswer) -> Void) {
    answers.ask(question, then: finish)
  }
}

extension RecordLookup {
  fileprivate func similar(_ question: SimilarQuestion) -> SimilarAnswer {
    let outcome = look { index throws(StoreError) -> SimilarAnswer in
      var answer = SimilarAnswer(question)
      var query = RecordCursor.Query()
      query.since = question.since.microseconds
      try index.scan(query) { part throws(StoreError) in
        try goOn()
        for row in part.rows where part.block.ends.answers[row] != HistoryAnswer.none.rawValue {
          let source = part.texts.sources[Int(part.block.sources[row])]
          let shape = part.texts.shapes[Int(part.block.shapes[row])]
          guard source.server == question.server, shape.method == question.method, shape.tool == question.tool else {
            continue
          }
          switch HistoryAnswer(rawValue: part.block.ends.answers[row]) ?? .none {
          case .approved: answer.approved += 1
          case .denied, .expired: answer.denied += 1
          case .none, .withdrawn: break
          }
        }
      }
      return answer
    }
    switch outcome {
    case .found(let answer): return answer
    case .nothing(let reason): return SimilarAnswer(question, problem: reason)
    }
  }
}
