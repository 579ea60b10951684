internal import ConsoleCore
internal import History
internal import JSONText
internal import Policy
internal import Store
internal import System

/// Tries unsaved edits on every call of the record, on a thread; newer edits end the work on older ones.
@LoopActor
final class EffectReader {
  private let effects: LastQuestion<EffectQuestion, EffectAnswer>

  init(_ paths: Paths) {
    effects = LastQuestion { question, isWanted in RecordLookup(paths, isWanted: isWanted).effect(question) }
  }

  func read(_ question: EffectQuestion, then finish: @escaping @LoopActor @Sendable (EffectAnswer) -> Void) {
    effects.ask(question, then: finish)
  }
}

extension RecordLookup {
  fileprivate func effect(_ question: EffectQuestion) -> EffectAnswer {
    guard let new = try? PolicyDocument.read(question.text), let saved = try? PolicyDocument.read(question.saved) else {
      return EffectAnswer(question, problem: "the policy cannot be read")
    }
    let schemas = schemas()
    // Calls of before are not compared, but limits still see them.
    var query = RecordCursor.Query()
    let since = question.since?.microseconds ?? .min
    let window = Int64(max(new.longestWindow, saved.longestWindow)) * 1_000_000
    let (earlier, isTooEarly) = since.subtractingReportingOverflow(window)
    query.since = isTooEarly ? .min : earlier
    let outcome = look { index throws(StoreError) -> RecordEffect in
      var lines = RecordLines(paths.record)
      var replay = HistoryReplay(
        PolicyEngine(new), comparing: .policy(PolicyEngine(saved)), since: since,
        HistoryReplay.Sources(
          arguments: { place in lines.arguments(of: place).map { .known($0) } ?? .unknown },
          schema: { server, tool in schemas[server, tool] }))
      var texts = HistoryReplay.ForTexts(HistoryTexts(), number: 0)
      try index.scan(query) { part throws(StoreError) in
        try goOn()
        if part.isOtherSegment { texts = HistoryReplay.ForTexts(part.texts, number: part.segment.number) }
        replay.add(part.block, part.rows, lane: part.segment.lane, &texts)
      }
      return RecordEffect(replay.simulation)
    }
    switch outcome {
    case .found(let effect): return EffectAnswer(question, effect: effect)
    case .nothing(let reason): return EffectAnswer(question, problem: reason)
    }
  }
}
