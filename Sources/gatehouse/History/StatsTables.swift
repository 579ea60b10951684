import ConsoleCore
import History
import JSONText
import Policy
import System

/// Statistics for people: a few tables with bars as wide as the terminal allows.
struct StatsTables {
  private let statistics: HistoryStatistics
  private let only: HistoryStatistics.Dimension?
  private let columns: Int

  /// So many lines a table has where all are shown.
  private static let most = 10

  init(_ statistics: HistoryStatistics, _ only: HistoryStatistics.Dimension?, columns: Int) {
    self.statistics = statistics
    self.only = only
    self.columns = max(40, columns)
  }

  var text: String {
    guard let first = statistics.first, let last = statistics.last else { return "no calls\n" }
    guard only == nil else { return only.map { table($0, most: .max) } ?? "" }
    var text =
      "\(HistoryWords.count(statistics.total.calls)) calls from \(Self.minute(first)) to \(Self.minute(last))\n"
    let counts = statistics.total
    let verdicts = Verdict.allCases.filter { counts.count($0) > 0 }
      .map { "\($0.rawValue) \(HistoryWords.count(counts.count($0)))" }
    text += "decided    \(verdicts.joined(separator: ", "))\n"
    if counts.observed > 0 { text += "           \(HistoryWords.count(counts.observed)) of them only observed\n" }
    if counts.latency.count > 0 {
      text += "answered   \(HistoryWords.count(counts.latency.count)), failed \(HistoryWords.count(counts.failed))\n"
      text += "took       \(Self.spans(counts.latency))\n"
    }
    text += "judging    \(Self.spans(statistics.judging))\n"
    if let busiest = statistics.busiest {
      text += "busiest    \(Self.minute(busiest.minute)), \(HistoryWords.count(busiest.calls)) calls in that minute\n"
    }
    for dimension in HistoryStatistics.Dimension.allCases { text += "\n" + table(dimension, most: Self.most) }
    return text
  }

  private static func spans(_ latency: LatencyHistogram) -> String {
    [50, 95, 99].compactMap { percent in
      latency.percentile(percent).map { "p\(percent) \(HistoryWords.span($0))" }
    }.joined(separator: ", ") + ", longest \(HistoryWords.span(latency.longest))"
  }

  /// `2026-11-21 14:03`, in UTC.
  private static func minute(_ moment: Moment) -> String {
    let text = moment.rfc3339
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))Z"
  }

  // MARK: Tables

  private func table(_ dimension: HistoryStatistics.Dimension, most: Int) -> String {
    let lines = statistics.lines(dimension)
    let shown = lines.prefix(most)
    let titles = dimension == .rule ? ["calls", "refused"] : ["calls", "refused", "failed", "p50", "p95", "p99"]
    let cells = shown.map { line in Array(Self.cells(line.counts).prefix(titles.count)) }
    let widths = titles.indices.map { column in
      ([titles[column]] + cells.map { $0[column] }).map(\.utf8.count).max() ?? 0
    }
    let numbers = widths.reduce(0) { $0 + $1 + 2 }
    // The names get what they need, the bars at least a little of the rest.
    let names = shown.map { name($0) }
    let widest = names.map { TerminalText.width($0) }.max() ?? 0
    let room = columns - numbers
    let nameWidth = min(max(widest, dimension.rawValue.count), max(12, room - 8))
    let barWidth = max(0, min(40, room - nameWidth - 2))
    var text = Self.padded(dimension.rawValue, nameWidth)
    for (title, width) in zip(titles, widths) { text += "  " + Self.right(title, width) }
    text += "\n"
    let largest = shown.first?.counts.calls ?? 0
    for (index, line) in shown.enumerated() {
      text += Self.padded(TerminalText.cut(names[index], columns: nameWidth), nameWidth)
      for (cell, width) in zip(cells[index], widths) { text += "  " + Self.right(cell, width) }
      let bar = Self.bar(line.counts.calls, of: largest, barWidth)
      text += bar.isEmpty ? "\n" : "  \(bar)\n"
    }
    let rest = lines.dropFirst(most)
    if !rest.isEmpty {
      let calls = rest.reduce(0) { $0 + $1.counts.calls }
      text +=
        "and \(HistoryWords.count(rest.count)) more with \(calls == 1 ? "1 call" : "\(HistoryWords.count(calls)) calls"): --by \(dimension.rawValue)\n"
    }
    return text
  }

  private func name(_ line: HistoryStatistics.Line) -> String {
    let name = line.server.map { "\($0.string)/\(line.name.string)" } ?? line.name.string
    return name.isEmpty ? "(no name)" : TerminalText.safe(name)
  }

  private static func cells(_ counts: HistoryStatistics.Counts) -> [String] {
    let spans = [50, 95, 99].map { percent in counts.latency.percentile(percent).map(HistoryWords.span) ?? "-" }
    return [counts.calls, counts.refused, counts.failed].map { HistoryWords.count($0) } + spans
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - TerminalText.width(text)))
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.utf8.count)) + text
  }

  /// A bar in eighths of a column, or of signs where the terminal has no others.
  static func bar(_ number: Int, of largest: Int, _ width: Int) -> String {
    guard width > 0, largest > 0, number > 0 else { return "" }
    guard hasBlocks else { return String(repeating: "#", count: max(1, number * width / largest)) }
    let eighths = max(1, Int(Double(number) / Double(largest) * Double(width * 8)))
    let parts: [Character] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    return String(repeating: "█", count: eighths / 8) + (eighths % 8 > 0 ? String(parts[eighths % 8 - 1]) : "")
  }

  private static var hasBlocks: Bool {
    let environment = ThisProcess.environment
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    return locale.lowercased().contains("utf-8") || locale.lowercased().contains("utf8")
  }
}
