import Filters
import Gate
import History
import Policy
import Store
import System

/// What the commands on the record have in common.
extension Gatehouse {
  static let sinceOption = Command.Option(
    "--since", "TIME", "from then on: 90s, 5m, 1h, 7d ago, a day as 2026-11-21, or a time as 2026-11-21T14:00:00Z")
  static let untilOption = Command.Option("--until", "TIME", "before then, written in the same way")
  static let filterOption = Command.Option("--filter", "EXPR", "only decisions that fit: 'deny server:git* risk>=med'")

  /// The decisions that options ask for.
  static func query(_ arguments: Arguments, at now: Moment) throws(Failure) -> RecordCursor.Query {
    var query = RecordCursor.Query()
    if let since = try time(arguments, "--since", now) { query.since = since.microseconds }
    if let until = try time(arguments, "--until", now) { query.until = until.microseconds }
    guard query.since <= query.until else {
      throw .usage("`--until` is before `--since`", help: "5m is later than 1h: both are so long ago")
    }
    if let text = arguments.value("--filter"), let filter = try decisionFilter(text) {
      query.filter = RowFilter(filter, now: now.microseconds)
    }
    return query
  }

  /// A time of the command line.
  static func time(_ arguments: Arguments, _ name: String, _ now: Moment) throws(Failure) -> Moment? {
    guard let text = arguments.value(name) else { return nil }
    if text.utf8.last.map({ $0 >= 0x61 }) ?? false, let span = FilterText.span(text) {
      return Moment(microseconds: now.microseconds.subtractingReportingOverflow(span).partialValue)
    }
    for whole in [text, "\(text)T00:00:00Z", "\(text)Z"] {
      if let moment = Moment(rfc3339: whole) { return moment }
    }
    throw .usage(
      "`\(text)` is no time", help: "write 90s, 5m, 1h or 7d for so long ago, 2026-11-21, or 2026-11-21T14:00:00Z")
  }

  /// Brings the record's index up to date and reads it; what is damaged is made anew once.
  static func withRecord<Result>(
    _ body: (RecordIndex) throws(StoreError) -> Result
  ) throws(Failure) -> Result {
    let paths = try environmentPaths()
    guard SafeFile.exists(paths.record) else {
      throw Failure("there is no record yet", help: "a gate writes one as soon as it decides: \(paths.record)")
    }
    AbandonedLanes.finish(paths.record, lanesIn: paths.state)
    do throws(StoreError) {
      let index = try RecordIndex(of: paths.record, at: paths.recordIndex) { StandardError.write("gatehouse: \($0)\n") }
      do throws(StoreError) {
        return try read(index, body)
      } catch {
        guard error.isDamaged else { throw error }
        try index.reset(because: error.message)
        return try read(index, body)
      }
    } catch {
      throw Failure("the record cannot be read: \(error)")
    }
  }

  private static func read<Result>(
    _ index: RecordIndex, _ body: (RecordIndex) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try index.refresh()
    return try index.reading { () throws(StoreError) in try body(index) }
  }
}

extension Gatehouse {
  /// The commands on the record.
  static let history: [Command] = [log, stats, policySimulate]
}
