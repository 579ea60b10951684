import ConsoleCore
import ControlWire
import Glibc
import History
import JSONText
import Policy
import Risk
import Store
import System

extension Gatehouse {
  static let log = Command(
    ["log"],
    summary: "The decisions of the record, with how each call ended.",
    details: """
      The last 1,000 are told, the newest last; all of them with --json and --csv, and with --limit 0. Filters are the
      console's: words, fields such as `tool:get_*`, `agent=ci`, `decision:deny`, `risk>=med`, `lat>5ms`, `age<2h`.

      With --json each line is the decision as the record has it, with "segment", and "result" {"outcome", "took_us",
      "bytes"} and "answer" (of a person: approved, denied, expired, withdrawn) where there are any. With --csv the first
      line names the columns; a text that a spreadsheet would take for a formula begins with an apostrophe.

      The record is read through an index, record-index.db beside it, which is brought up to date first. It can be deleted.
      """,
    options: [
      sinceOption, untilOption, filterOption,
      .init("--limit", "N", "the last N of them; 0 for all"),
      .init("--follow", "go on with what comes, after the last 10"),
      .init("--json", "one JSON object a line"),
      .init("--csv", "comma-separated values"),
    ]
  ) { arguments throws(Failure) in
    guard !(arguments.has("--json") && arguments.has("--csv")) else {
      throw .usage("`--json` and `--csv` exclude each other")
    }
    guard !(arguments.has("--follow") && arguments.has("--until")) else {
      throw .usage("`--follow` and `--until` exclude each other")
    }
    let form: LogPrinter.Form = arguments.has("--json") ? .json : arguments.has("--csv") ? .csv : .text
    let limit: Int =
      try arguments.number("--limit")
      ?? (arguments.has("--follow") && !arguments.has("--since") ? 10 : form == .text ? 1_000 : 0)
    var query = try query(arguments, at: Clock.now())
    let folder = try environmentPaths().record
    if arguments.has("--follow") { try? SafeFile.makeFolder(folder) }
    var pulse = FolderPulse(folder)
    var printer = LogPrinter(form, folder)
    printer.begin()
    let isRead = try withRecord { index throws(StoreError) -> Bool in
      if limit > 0 {
        var backwards = query
        backwards.isBackwards = true
        var cursor = try RecordCursor(index, backwards)
        var last: [RecordCursor.Found] = []
        while last.count <= limit, let found = try cursor.next() { last.append(found) }
        if last.count > limit {
          last.removeLast()
          if form == .text, !arguments.has("--limit"), !arguments.has("--follow") {
            StandardError.write("gatehouse: older ones are not told; --limit N tells more, --limit 0 all\n")
          }
        }
        query.seen = cursor.ends
        return printer.write(last.reversed())
      }
      var cursor = try RecordCursor(index, query)
      query.seen = cursor.ends
      return try printer.write(all: &cursor)
    }
    if form == .text, printer.isEmpty, !arguments.has("--follow") {
      StandardError.write("gatehouse: the record has no such decision\n")
    }
    guard isRead, arguments.has("--follow") else { return 0 }
    while pulse.wait() {
      let goesOn = try withRecord { index throws(StoreError) -> Bool in
        var cursor = try RecordCursor(index, query)
        query.seen = cursor.ends
        return try printer.write(all: &cursor)
      }
      guard goesOn else { return 0 }
    }
    return 0
  }
}

/// Writes decisions of the record to standard output.
private struct LogPrinter {
  enum Form { case text, json, csv }

  private let form: Form
  private var lines: RecordLines
  private var buffer: [UInt8] = []
  private let isTerminal = isatty(STDOUT_FILENO) == 1
  /// Nothing was there to be written.
  private(set) var isEmpty = true

  init(_ form: Form, _ folder: String) {
    self.form = form
    lines = RecordLines(folder)
  }

  mutating func begin() {
    guard form == .csv else { return }
    add(Self.columns.map { CSV.quoted($0) }.joined(separator: ",") + "\r\n")
  }

  /// Answers false where nobody reads any more.
  mutating func write(_ rows: some Sequence<RecordCursor.Found>) -> Bool {
    for row in rows where !write(row) { return false }
    return flush()
  }

  mutating func write(all cursor: inout RecordCursor) throws(StoreError) -> Bool {
    while let found = try cursor.next() {
      guard write(found) else { return false }
    }
    return flush()
  }

  private mutating func write(_ found: RecordCursor.Found) -> Bool {
    isEmpty = false
    switch form {
    case .text: add(Self.text(found.row))
    case .json: addJSON(found)
    case .csv: add(Self.csv(found).map { CSV.quoted($0) }.joined(separator: ",") + "\r\n")
    }
    return buffer.count < 64 << 10 || flush()
  }

  private mutating func add(_ text: String) { buffer.append(contentsOf: text.utf8) }

  private mutating func flush() -> Bool {
    defer { buffer.removeAll(keepingCapacity: true) }
    guard !buffer.isEmpty else { return true }
    // What others wrote must not reach a terminal as it is.
    guard isTerminal, form != .text else { return StandardOutput.write(buffer) }
    return StandardOutput.write(TerminalText.lines(String(decoding: buffer, as: UTF8.self)))
  }

  // MARK: For people

  private static func text(_ row: HistoryRow) -> String {
    let event = row.event
    let verdict =
      event.decision.isEnforced ? event.decision.verdict.rawValue : "would \(event.decision.verdict.rawValue)"
    let target = TerminalText.safe("\(event.server.string)/\(event.tool?.string ?? event.method.string)")
    var text = "\(time(row))  \(padded(verdict, 5))  \(padded(how(row), 16))  "
    text += "\(TerminalText.safe(event.client.string))  \(target)  \(TerminalText.safe(event.decision.rule))"
    if let reason = event.decision.reason { text += "  \(TerminalText.safe(reason))" }
    return text + "\n"
  }

  /// How the call ended.
  private static func how(_ row: HistoryRow) -> String {
    if let outcome = row.end.outcome {
      let word = outcome == .toolError ? "tool error" : outcome.rawValue
      return "\(word) \(HistoryWords.span(row.endTook))"
    }
    return row.answer.word ?? "-"
  }

  /// `2026-11-21 14:03:59.123Z`.
  private static func time(_ row: HistoryRow) -> String {
    let text = row.time.rfc3339
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(12))Z"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  // MARK: For programs

  private mutating func addJSON(_ found: RecordCursor.Found) {
    let row = found.row
    if let body = lines.body(of: found.segment, at: row.place.offset),
      LineHead(body.span)?.sequence == Int(clamping: row.sequence)
    {
      buffer.append(contentsOf: body)
    } else {
      // The file has gone meanwhile.
      let message = GateMessage(sequence: row.sequence, time: row.time, event: .decision(row.event))
      buffer.append(contentsOf: message.encoded.dropLast(2))
    }
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("segment", found.segment.fileName)
    if let outcome = row.end.outcome {
      writer.key("result")
      writer.beginObject()
      writer.member("outcome", outcome.rawValue)
      writer.member("took_us", row.endTook)
      writer.member("bytes", row.bytes)
      writer.endObject()
    }
    writer.member("answer", ifPresent: row.answer.word)
    writer.endObject()
    buffer.append(UInt8(ascii: ","))
    buffer.append(contentsOf: writer.bytes.dropFirst())
    buffer.append(0x0A)
  }

  private static let columns = [
    "time", "segment", "seq", "session", "client", "grant", "server", "method", "tool", "category", "risk", "verdict",
    "enforced", "rule", "reason", "policy", "judged_us", "outcome", "took_us", "bytes", "answer",
  ]

  private static func csv(_ found: RecordCursor.Found) -> [String] {
    let row = found.row
    let event = row.event
    let outcome = row.end.outcome
    return [
      row.time.rfc3339, found.segment.fileName, String(row.sequence), event.session.string, event.client.string,
      event.grant.string, event.server.string, event.method.string, event.tool?.string ?? "",
      event.category?.rawValue ?? "", event.severity?.rawValue ?? "", event.decision.verdict.rawValue,
      String(event.decision.isEnforced), event.decision.rule, event.decision.reason ?? "", event.revision ?? "",
      String(event.took), outcome?.rawValue ?? "", outcome == nil ? "" : String(row.endTook),
      outcome == nil ? "" : String(row.bytes), row.answer.word ?? "",
    ]
  }
}
