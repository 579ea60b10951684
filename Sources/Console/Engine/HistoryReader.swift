internal import ConsoleCore
internal import History
internal import JSONText
internal import Policy
internal import Store
internal import System

/// Looks things up in the record on a thread of its own, one question at a time; of several that wait the last is answered.
@LoopActor
final class HistoryReader {
  private let record: String
  private let index: String
  /// The number of the last question; work for another one is given up.
  private let last = Locked(0)
  private var isReading = false
  private var waiting: HistoryQuestion?

  init(_ paths: Paths) {
    record = paths.record
    index = paths.recordIndex
  }

  func read(_ question: HistoryQuestion, then finish: @escaping @LoopActor @Sendable (HistoryPage) -> Void) {
    last.withLock { $0 = question.id }
    guard !isReading else {
      waiting = question
      return
    }
    isReading = true
    let (record, index, last) = (record, index, last)
    Aside.run({ HistoryLookup(question, record: record, index: index, last: last).page() }) { [weak self] page in
      finish(page)
      guard let self else { return }
      self.isReading = false
      if let next = self.waiting {
        self.waiting = nil
        self.read(next, then: finish)
      }
    }
  }
}

/// One question, and the way to its answer.
private struct HistoryLookup {
  private let question: HistoryQuestion
  private let record: String
  private let index: String
  private let last: Locked<Int>

  private static let givenUp = "another question was asked"

  init(_ question: HistoryQuestion, record: String, index: String, last: Locked<Int>) {
    self.question = question
    self.record = record
    self.index = index
    self.last = last
  }

  func page() -> HistoryPage {
    var page = HistoryPage(id: question.id)
    guard SafeFile.exists(record) else {
      page.problem = "there is no record yet: a gate writes one as soon as it decides"
      return page
    }
    do throws(StoreError) {
      let index = try RecordIndex(of: record, at: index) { _ in }
      do throws(StoreError) {
        try read(index, &page)
      } catch {
        guard error.isDamaged else { throw error }
        try index.reset(because: error.message)
        page = HistoryPage(id: question.id)
        try read(index, &page)
      }
    } catch {
      page.problem = "the record cannot be read: \(error)"
    }
    return page
  }

  private func read(_ index: RecordIndex, _ page: inout HistoryPage) throws(StoreError) {
    try index.refresh()
    var made = page
    try index.reading { () throws(StoreError) in
      var query = RecordCursor.Query()
      query.filter = question.filter.map { RowFilter($0, now: question.now.microseconds) }
      var backwards = query
      backwards.isBackwards = true
      var cursor = try RecordCursor(index, backwards)
      while made.rows.count < HistoryQuestion.mostRows, let found = try cursor.next() { made.rows.append(found.row) }
      let statistics = try count(index, query)
      made.total = statistics.total.calls
      for line in statistics.lines(.tool) {
        made.figures[ToolName(server: line.server ?? "", tool: line.name)] = line.counts
      }
      if let trial = question.trial { made.effect = try effect(of: trial, index) }
    }
    page = made
  }

  /// Between two blocks it looks whether anybody waits for the answer.
  private func goOn() throws(StoreError) {
    guard last.withLock({ $0 }) == question.id else { throw StoreError(Self.givenUp, path: record) }
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

  /// Both policies on all calls of the record, whatever is searched for.
  private func effect(
    of trial: HistoryQuestion.Trial, _ index: RecordIndex
  ) throws(StoreError) -> HistoryPage.Effect? {
    guard let new = try? PolicyDocument.read(trial.text), let saved = try? PolicyDocument.read(trial.saved) else {
      return nil
    }
    var lines = RecordLines(record)
    var replay = HistoryReplay(
      PolicyEngine(new), comparing: .policy(PolicyEngine(saved)),
      HistoryReplay.Sources(arguments: { place in lines.arguments(of: place).map { .known($0) } ?? .unknown }))
    var texts = HistoryReplay.ForTexts(HistoryTexts(), number: 0)
    try index.scan(RecordCursor.Query()) { part throws(StoreError) in
      try goOn()
      if part.isOtherSegment { texts = HistoryReplay.ForTexts(part.texts, number: part.segment.number) }
      replay.add(part.block, part.rows, lane: part.segment.lane, &texts)
    }
    return HistoryPage.Effect(replay.simulation)
  }
}
