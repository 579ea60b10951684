/// What stands where in the line of a result that is written as `EventEncoder` writes it.
package struct ResultLine: Sendable {
  /// The place of the time's text, without its quotes.
  package var time: Range<Int>
  package var sequence: Int
  package var decision: Int
  package var outcome: ResultEvent.Outcome
  package var took: Int
  package var bytes: Int

  private static let outcomes = ResultEvent.Outcome.allCases

  /// Nil for any other line, among them some that are results all the same.
  package init?(_ bytes: Span<UInt8>) {
    var line = LineScanner()
    guard line.take("{\"seq\":", bytes), let sequence = line.number(bytes), line.take(",\"time\":\"", bytes),
      let time = line.string(bytes), line.take(",\"event\":\"result\",\"seq_of_decision\":", bytes),
      let decision = line.number(bytes), line.take(",\"outcome\":\"", bytes), let word = line.string(bytes),
      let outcome = Self.outcomes.first(where: { $0.rawValue.equals(word, bytes) }),
      line.take(",\"took_us\":", bytes), let took = line.number(bytes), line.take(",\"bytes\":", bytes),
      let size = line.number(bytes), line.take("}", bytes), line.isAtEnd(bytes)
    else { return nil }
    self.time = time
    self.sequence = sequence
    self.decision = decision
    self.outcome = outcome
    self.took = took
    self.bytes = size
  }
}
