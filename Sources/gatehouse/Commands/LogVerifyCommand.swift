import ConsoleCore
import ControlWire
import Gate
import JSONText
import Store
import System

extension Gatehouse {
  static let logVerify = Command(
    ["log", "verify"], operands: "[FOLDER]", count: 0...1,
    summary: "Look through the record for lines that were changed, removed, added or moved.",
    details: """
      Without FOLDER it is the record of the gate; one that is running is asked for its last line, which must be there.
      Exit 1 if the record is not as the gates wrote it; the first such line of each lane is named. What a gate that was
      killed had recorded and not yet written where it belongs is written there first, where no FOLDER is given.

      Each line has the hash of all lines before it. Who can write to the record can also write a whole new one, or cut
      off the end of one that no gate has open: that is found only by a hash kept elsewhere. Note the `head` that this
      command prints, in a place where the user whom you distrust cannot write, and give it with --head the next time.

      With --json: {"folder", "whole", "lanes" [{"lane", "whole", "segments", "lines", "bytes", "lost", "first", "last",
      "begins" (the first file, where a gate removed older ones), "head" {"segment", "line", "hash"}, "torn", "problem" {"kind", "segment", "line", "message"}}], "heads" [{"hash",
      "found", "segment", "line"}], "gate" {"pid", "hash", "found", "failing", "lost"}}; what is not there is left out.
      """,
    options: [
      .init("--head", "HASH", "a line with this hash must be there; may be given several times"),
      .init("--json", "print the findings as JSON"),
      .init("--socket", "PATH", "the control socket of the gate to ask"),
    ]
  ) { arguments throws(Failure) in
    let paths = try paths(arguments)
    let folder = arguments.operands.first ?? paths.record
    var wanted: [RecordHash] = []
    for text in arguments.values("--head") {
      guard let hash = RecordHash(hexadecimal: text) else {
        throw .usage("`\(TerminalText.safe(text))` is no hash", help: "a hash has 64 digits: 0 to 9 and a to f")
      }
      wanted.append(hash)
    }
    // Before the record is read: what the gate has written by now must be found in it.
    let gate = askGate(paths, about: folder)
    if folder == paths.record { AbandonedLanes.finish(folder, lanesIn: paths.state) }
    let report: RecordReport
    do {
      report = try RecordVerifier.verify(folder, wanted: wanted + [gate?.head].compactMap { $0 })
    } catch {
      throw Failure("there is no record to look through: \(error)")
    }
    let isWhole = report.isWhole && !report.lanes.isEmpty
    if arguments.has("--json") {
      StandardOutput.write(json(folder, report, wanted.count, gate, isWhole))
    } else {
      tell(folder, report, wanted.count, gate)
    }
    return isWhole ? 0 : 1
  }

  /// What a running gate says of its record.
  private struct AskedGate {
    var pid: Int32
    var record: RecordStatus
    /// Nil where it has written no line.
    var head: RecordHash?
  }

  /// Nil where no gate runs whose record this is.
  private static func askGate(_ paths: Paths, about folder: String) -> AskedGate? {
    do {
      var client = try ControlClient.connect(to: paths.socket, build: Build.version)
      client.send(.status(id: 1))
      while let line = try client.nextLine(patience: 10_000) {
        guard case .status(let status, _) = (try? GateMessage.read(line))??.event else { continue }
        guard let record = status.record, let its = SafeFile.identity(of: record.path),
          its == SafeFile.identity(of: folder)
        else { return nil }
        let head = record.segment == nil ? nil : RecordHash(hexadecimal: record.hash)
        return AskedGate(pid: status.pid, record: record, head: head)
      }
    } catch {
      if !error.isAbsence { StandardError.write("gatehouse: the gate cannot be asked: \(error.message)\n") }
    }
    return nil
  }

  // MARK: For people

  private static func tell(_ folder: String, _ report: RecordReport, _ given: Int, _ gate: AskedGate?) {
    let shown = TerminalText.safe(folder, limit: 4_096)
    for lane in report.lanes {
      guard let problem = lane.problem else { continue }
      var place = problem.place.line == 0 ? "" : ":\(problem.place.line)"
      if problem.through > problem.place.line { place += "-\(problem.through)" }
      StandardError.write(
        "\(shown)/\(problem.place.segment.fileName)\(place): \(problem.kind.rawValue): "
          + TerminalText.safe(problem.message, limit: 4_096) + "\n")
    }
    var lines = ["record    \(shown)"]
    if report.lanes.isEmpty { lines.append("          it is empty") }
    for lane in report.lanes { lines += words(lane) }
    for (index, wanted) in report.wanted.enumerated() {
      let name =
        index < given ? "head      \(wanted.hash.hexadecimal)" : "gate      process \(gate?.pid ?? 0), its last line"
      lines.append(
        wanted.place.map { "\(name) is there: \($0.segment.fileName):\($0.line)" }
          ?? "\(name) IS MISSING: the record was cut off or written anew"
          + (index < given ? "" : "\n          \(wanted.hash.hexadecimal)"))
    }
    if let failure = gate?.record.failure { lines.append("          the gate cannot write now: \(failure)") }
    StandardOutput.write(lines.joined(separator: "\n") + "\n")
  }

  private static func words(_ lane: RecordReport.Lane) -> [String] {
    let name = "lane \(lane.number)"
    let pad = String(repeating: " ", count: max(2, 10 - name.count))
    let amount = "\(counted(lane.segments, "segment")), \(counted(lane.lines, "line"))"
    var lines = ["\(name)\(pad)\(lane.problem == nil ? "whole" : "NOT WHOLE"), \(amount)"]
    if let first = lane.first, let last = lane.last {
      lines.append("          from \(TerminalText.safe(first)) to \(TerminalText.safe(last))")
    }
    if let begins = lane.begins {
      lines.append("          begins with \(begins.fileName): a gate removed what was before, as config.json says")
    }
    if lane.lost > 0 { lines.append("          \(counted(lane.lost, "line")) could not be written at the time") }
    for segment in lane.torn {
      lines.append("          \(segment.fileName) ends with a line that was cut short, as the next segment tells")
    }
    if let head = lane.head {
      lines.append("          head \(head.hash.hexadecimal) is \(head.place.segment.fileName):\(head.place.line)")
    }
    return lines
  }

  // MARK: For programs

  private static func json(
    _ folder: String, _ report: RecordReport, _ given: Int, _ gate: AskedGate?, _ isWhole: Bool
  ) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("folder", folder)
    writer.member("whole", isWhole)
    writer.key("lanes")
    writer.beginArray()
    for lane in report.lanes { write(lane, &writer) }
    writer.endArray()
    writer.key("heads")
    writer.beginArray()
    for wanted in report.wanted.prefix(given) {
      writer.beginObject()
      writer.member("hash", wanted.hash.hexadecimal)
      writer.member("found", wanted.place != nil)
      if let place = wanted.place { write(place, &writer) }
      writer.endObject()
    }
    writer.endArray()
    if let gate {
      writer.key("gate")
      writer.beginObject()
      writer.member("pid", gate.pid)
      if gate.head != nil, let wanted = report.wanted.last {
        writer.member("hash", wanted.hash.hexadecimal)
        writer.member("found", wanted.place != nil)
      }
      writer.member("failing", ifPresent: gate.record.failure)
      writer.member("lost", gate.record.lost)
      writer.endObject()
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }

  private static func write(_ lane: RecordReport.Lane, _ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("lane", lane.number)
    writer.member("whole", lane.problem == nil)
    writer.member("segments", lane.segments)
    writer.member("lines", lane.lines)
    writer.member("bytes", lane.bytes)
    writer.member("lost", lane.lost)
    writer.member("first", ifPresent: lane.first)
    writer.member("last", ifPresent: lane.last)
    writer.member("begins", ifPresent: lane.begins?.fileName)
    if let head = lane.head {
      writer.key("head")
      writer.beginObject()
      write(head.place, &writer)
      writer.member("hash", head.hash.hexadecimal)
      writer.endObject()
    }
    writer.key("torn")
    writer.beginArray()
    for segment in lane.torn { writer.string(segment.fileName) }
    writer.endArray()
    if let problem = lane.problem {
      writer.key("problem")
      writer.beginObject()
      writer.member("kind", problem.kind.rawValue)
      write(problem.place, &writer)
      if problem.through > problem.place.line { writer.member("through_line", problem.through) }
      writer.member("message", problem.message)
      writer.endObject()
    }
    writer.endObject()
  }

  private static func write(_ place: RecordReport.Place, _ writer: inout JSONWriter) {
    writer.member("segment", place.segment.fileName)
    writer.member("line", place.line)
  }
}
