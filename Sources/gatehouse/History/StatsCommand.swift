import ConsoleCore
import Glibc
import History
import JSONText
import Policy
import Store
import System

extension Gatehouse {
  static let stats = Command(
    ["stats"],
    summary: "Calls, refusals and latencies of the record, by client, server, tool and rule.",
    details: """
      Latencies are what servers took for their answers, to within two parts in a hundred; p95 is what 95 of 100 calls did
      not exceed. Refused are calls that were denied, limited or hidden; what a policy that only observes let through
      counts as it was decided.

      With --json: {"since", "until", "total" {COUNTS}, "judged_us" {"p50", "p95", "p99", "max"}, "busiest_minute" {"time",
      "calls"}, "clients" [{"name", COUNTS}], "servers", "tools" [{"server", "name", COUNTS}], "rules"}, where COUNTS are
      "calls", "allow", "deny", "limit", "ask", "hide", "observed", "failed", "bytes" and "took_us" {"p50", "p95", "p99",
      "max"}; with --by only that list.
      """,
    options: [
      sinceOption, untilOption, filterOption,
      .init("--by", "WHAT", "all lines of one table: client, server, tool or rule"),
      .init("--json", "print JSON"),
    ]
  ) { arguments throws(Failure) in
    var only: HistoryStatistics.Dimension?
    if let word = arguments.value("--by") {
      only = HistoryStatistics.Dimension(rawValue: word)
      guard only != nil else {
        throw .usage("`\(word)` is no value of `--by`", help: "there are: client, server, tool, rule")
      }
    }
    let query = try query(arguments, at: Clock.now())
    let statistics = try withRecord { index throws(StoreError) -> HistoryStatistics in
      var statistics = HistoryStatistics()
      var texts = HistoryStatistics.ForTexts(HistoryTexts())
      try index.scan(query) { part throws(StoreError) in
        if part.isOtherSegment { texts = HistoryStatistics.ForTexts(part.texts) }
        statistics.add(part.block, part.rows, &texts)
      }
      return statistics
    }
    if arguments.has("--json") {
      StandardOutput.write(json(statistics, only))
    } else {
      StandardOutput.write(StatsTables(statistics, only, columns: ScreenSize.columns).text)
    }
    return 0
  }

  private static func json(_ statistics: HistoryStatistics, _ only: HistoryStatistics.Dimension?) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("since", ifPresent: statistics.first?.rfc3339)
    writer.member("until", ifPresent: statistics.last?.rfc3339)
    writer.key("total")
    writer.beginObject()
    write(statistics.total, &writer)
    writer.endObject()
    write(statistics.judging, "judged_us", &writer)
    if let busiest = statistics.busiest {
      writer.key("busiest_minute")
      writer.beginObject()
      writer.member("time", busiest.minute.rfc3339)
      writer.member("calls", busiest.calls)
      writer.endObject()
    }
    for dimension in HistoryStatistics.Dimension.allCases where only == nil || only == dimension {
      writer.key(text: "\(dimension.rawValue)s")
      writer.beginArray()
      for line in statistics.lines(dimension) {
        writer.beginObject()
        writer.member("server", ifPresent: line.server?.string)
        writer.member("name", line.name.string)
        write(line.counts, &writer)
        writer.endObject()
      }
      writer.endArray()
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }

  private static func write(_ counts: HistoryStatistics.Counts, _ writer: inout JSONWriter) {
    writer.member("calls", counts.calls)
    for verdict in Verdict.allCases {
      writer.key(text: verdict.rawValue)
      writer.integer(counts.count(verdict))
    }
    writer.member("observed", counts.observed)
    writer.member("failed", counts.failed)
    writer.member("bytes", counts.bytes)
    write(counts.latency, "took_us", &writer)
  }

  private static func write(_ latency: LatencyHistogram, _ key: StaticString, _ writer: inout JSONWriter) {
    guard latency.count > 0 else { return }
    writer.key(key)
    writer.beginObject()
    writer.member("p50", ifPresent: latency.percentile(50))
    writer.member("p95", ifPresent: latency.percentile(95))
    writer.member("p99", ifPresent: latency.percentile(99))
    writer.member("max", latency.longest)
    writer.endObject()
  }
}

/// How wide the terminal is that is written to.
enum ScreenSize {
  /// 80 where nobody can tell.
  static var columns: Int {
    var size = winsize()
    if unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return ThisProcess.environment["COLUMNS"].flatMap { Int($0) }.map { min(max($0, 40), 400) } ?? 80
  }
}
