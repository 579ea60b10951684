internal import ConsoleCore
internal import History
internal import JSONText
internal import Policy
internal import Store
internal import System

/// Looks things up in the record, and in what is kept beside it, on threads.
@LoopActor
final class HistoryReader {
  private let pages: LastQuestion<HistoryQuestion, HistoryPage>
  private let arguments: LastQuestion<PastArgumentsQuestion, PastArguments>
  private let past: LastQuestion<String, PastPolicy>

  init(_ paths: Paths) {
    pages = LastQuestion { question, isWanted in RecordLookup(paths, isWanted: isWanted).page(question) }
    arguments = LastQuestion { question, _ in RecordLines(paths.record).arguments(question) }
    past = LastQuestion { revision, _ in
      let text = KeptPolicies(in: paths.policies).text(of: revision)
      return PastPolicy(revision: revision, document: text.flatMap { try? PolicyDocument.read($0) })
    }
  }

  func read(_ question: HistoryQuestion, then finish: @escaping @LoopActor @Sendable (HistoryPage) -> Void) {
    pages.ask(question, then: finish)
  }

  /// Looks for what the record has of a call's arguments.
  func readArguments(
    _ question: PastArgumentsQuestion, then finish: @escaping @LoopActor @Sendable (PastArguments) -> Void
  ) {
    arguments.ask(question, then: finish)
  }

  /// Looks for a policy that was in force once.
  func readPolicy(_ revision: String, then finish: @escaping @LoopActor @Sendable (PastPolicy) -> Void) {
    past.ask(revision, then: finish)
  }
}

extension RecordLines {
  /// Answers only for the line that the decision had when it was found.
  fileprivate consuming func arguments(_ question: PastArgumentsQuestion) -> PastArguments {
    let segment = RecordSegment(lane: question.place.lane, number: question.place.segment)
    guard let body = body(of: segment, at: question.place.offset),
      let line = try? JSONNode.read(body + Array("}".utf8)),
      line["seq"]?.integer == Int(clamping: question.sequence)
    else { return PastArguments(question, problem: "its line is no longer in the record's file \(segment.fileName)") }
    return PastArguments(question, line: line)
  }
}

extension RecordLookup {
  /// The last decisions that fit, and the numbers of all.
  fileprivate func page(_ question: HistoryQuestion) -> HistoryPage {
    var page = HistoryPage(id: question.id)
    let outcome = look { index throws(StoreError) -> HistoryPage in
      var found = HistoryPage(id: question.id)
      var query = RecordCursor.Query()
      query.filter = question.filter.map { RowFilter($0, now: question.now.microseconds) }
      var backwards = query
      backwards.isBackwards = true
      var cursor = try RecordCursor(index, backwards)
      while found.rows.count < HistoryQuestion.mostRows, let next = try cursor.next() { found.rows.append(next.row) }
      found.take(try count(index, query))
      return found
    }
    switch outcome {
    case .found(let found): page = found
    case .nothing(let reason): page.problem = reason
    }
    return page
  }

  private func count(_ index: RecordIndex, _ query: RecordCursor.Query) throws(StoreError) -> HistoryStatistics {
    var statistics = HistoryStatistics()
    var texts = HistoryStatistics.ForTexts(HistoryTexts())
    try index.scan(query) { part throws(StoreError) in
      try goOn()
      if part.isOtherSegment { texts = HistoryStatistics.ForTexts(part.texts) }
      statistics.add(part.block, part.rows, &texts)
    }
    return statistics
  }
}
