import ConsoleCore
import ControlWire
import Gate
import JSONText
import Policy
import Store
import System

extension Gatehouse {
  /// All that a person does about pins.
  static let pinning = [pinsList, pinsDiff, pinsAccept, pinsReject]

  private static let socketOption = Command.Option("--socket", "PATH", "the gate's control socket")
  private static let policyOption = Command.Option(
    "--policy", "FILE", "the pins beside this policy, where no gate runs")
  private static let bothOptions = [policyOption, socketOption]

  static let pinsList = Command(
    ["pins"], operands: "[list]", count: 0...1,
    summary: "The tools that are not as they were accepted.",
    details: """
      A tool that is heard of first is taken as it is, and written down in tools.lock.json beside the policy; with
      `"pins": {"strict": true}` in config.json, or `--strict-pins`, it is denied until somebody accepts it. One that
      changes later needs a person for every call until somebody accepts the change.
      `gatehouse pins diff` shows it, `pins accept` takes it, and after `pins reject` the tool is denied until it is as
      it was accepted.
      """,
    options: [
      .init("--all", "also those that are as they were accepted"), .init("--server", "NAME", "of this server only"),
      .init("--json", "print JSON"),
    ] + bothOptions
  ) { arguments throws(Failure) in
    guard arguments.operands.first.map({ $0 == "list" }) ?? true else {
      throw .usage("`\(arguments.operands[0])` is no word of `gatehouse pins`", help: "list, diff, accept, reject")
    }
    var source = try PinSource(arguments)
    let answer = try source.pins(arguments.value("--server").map { ExactText($0) }, all: arguments.has("--all"))
    if arguments.has("--json") {
      var writer = JSONWriter()
      writer.beginObject()
      answer.write(&writer)
      writer.endObject()
      StandardOutput.write(String(decoding: writer.bytes, as: UTF8.self) + "\n")
    } else {
      print(answer, all: arguments.has("--all"))
    }
    return answer.rows.contains(where: \.state.isOpen) || answer.problem != nil ? 1 : 0
  }

  private static func print(_ answer: PinsAnswer, all: Bool) {
    if let problem = answer.problem { say("pins: \(problem)\n") }
    guard !answer.rows.isEmpty else {
      StandardOutput.write(all ? "nothing is pinned yet\n" : "every tool that is known is as it was accepted\n")
      return
    }
    var table = Table(header: ["SERVER", "TOOL", "STATE", "SINCE", "ACCEPTED", "BY"])
    for row in answer.rows {
      table.add([
        row.server.string, row.tool?.string ?? "(instructions)", row.words, row.since?.second ?? "-",
        row.acceptedAt?.second ?? "-", row.by ?? "-",
      ])
    }
    StandardOutput.write(table.text)
    if answer.untold > 0 { StandardOutput.write("and \(answer.untold) more\n") }
  }

  static let pinsDiff = Command(
    ["pins", "diff"], operands: "SERVER[/TOOL]", count: 1...1,
    summary: "What a server tells now beside what was accepted.",
    details: """
      Whatever hides in a text is shown by its number, as ‹U+200B›, and what looks like another letter is said.
      Exit 0: as it was accepted; 1: it differs.
      """,
    options: bothOptions
  ) { arguments throws(Failure) in
    var source = try PinSource(arguments)
    let (server, tool) = try source.find(arguments.operands[0])
    let rows = try source.open(server, tool)
    for row in rows {
      say(words(row))
      if row.state == .twice {
        say("  the server describes the tool in two ways at once\n")
        continue
      }
      let details = try source.details(server, row.tool)
      for line in DefinitionDiff.lines(old: details.old, new: details.new) { say(line.marked) }
      if details.new == nil, row.state != .removed { say("  what it is now is too long to be shown\n") }
      if details.old == nil, row.accepted != nil { say("  what was accepted is too long to be shown\n") }
    }
    return rows.contains(where: \.state.isOpen) ? 1 : 0
  }

  private static func words(_ row: PinRow) -> String {
    var text = "\(row.server)/\(row.tool?.string ?? "(instructions)"): \(row.words)"
    if let since = row.since { text += " since \(since.second)" }
    if let at = row.acceptedAt { text += "; accepted \(at.second) by \(row.by ?? "nobody")" }
    return text + "\n"
  }

  static let pinsAccept = Command(
    ["pins", "accept"], operands: "SERVER[/TOOL]", count: 1...1,
    summary: "Take a server's tools, or one, as they are now.",
    details: """
      Everything of SERVER that is not as it was accepted is taken, its instructions too, and nothing that was rejected;
      `SERVER/TOOL` takes one tool. It is printed first, and what changes meanwhile is not taken.
      """,
    options: [.init("--digest", "DIGEST", "only if this is the definition's digest, as `pins --json` tells it")]
      + bothOptions
  ) { arguments throws(Failure) in
    try settle(arguments, isAccepted: true)
  }

  static let pinsReject = Command(
    ["pins", "reject"], operands: "SERVER[/TOOL]", count: 1...1,
    summary: "Deny a tool until it is as it was accepted.",
    details:
      "With `SERVER/(instructions)` it is what the server tells agents of itself: then all of its tools are denied.",
    options: [.init("--digest", "DIGEST", "only if this is the definition's digest, as `pins --json` tells it")]
      + bothOptions
  ) { arguments throws(Failure) in
    try settle(arguments, isAccepted: false)
  }

  private static func settle(_ arguments: Arguments, isAccepted: Bool) throws(Failure) -> Int32 {
    var source = try PinSource(arguments, startsGate: true)
    let (server, tool) = try source.find(arguments.operands[0])
    var rows = try source.open(server, tool).filter { tool != nil || $0.state != .twice && $0.state != .rejected }
    if !isAccepted { rows = rows.filter { $0.state != .removed } }
    guard !rows.isEmpty else {
      say("\(server): there is nothing to \(isAccepted ? "accept" : "reject")\n")
      return 0
    }
    if let wanted = arguments.value("--digest") {
      guard rows.count == 1, rows[0].digest.hexadecimal == wanted else {
        throw Failure(
          "it is another definition than you name",
          help: rows.count == 1 ? "its digest is \(rows[0].digest)" : "name one tool: SERVER/TOOL")
      }
    }
    for row in rows { say(words(row)) }
    var done = 0
    while done < rows.count {
      let some = rows[done..<min(done + PinChoice.most, rows.count)].map { PinChoice(tool: $0.tool, digest: $0.digest) }
      try source.ask(isAccepted ? .accept(server: server, some, id: 1) : .reject(server: server, some, id: 1))
      done += some.count
    }
    StandardOutput.write("\(isAccepted ? "accepted" : "rejected") \(done)\n")
    return 0
  }
}

/// Where pins are asked about: the gate, or its files where none runs.
private struct PinSource: ~Copyable {
  private var client: ControlClient?
  private var hasGate = false
  private var book = PinBook()
  private var path = ""
  private var problem: String?

  init(_ arguments: Arguments, startsGate: Bool = false) throws(Failure) {
    let paths = try Gatehouse.paths(arguments)
    do {
      client =
        if startsGate {
          try GateStarter.connect(paths, build: Build.version)
        } else {
          try ControlClient.connect(to: paths.socket, build: Build.version)
        }
      hasGate = true
      return
    } catch {
      guard error.isAbsence, !startsGate else { throw Failure(error.message, help: error.help) }
    }
    path = paths.pins
    do {
      book = PinBook(
        try PinLock.read(try SafeFile.read(paths.pins, limit: PinLock.longestText)),
        deviations: (try? PinBook.readHeard(try SafeFile.read(paths.heardPins, limit: PinLock.longestText))) ?? [:])
    } catch let mistake as PinMistake {
      problem = "\(path):\(mistake)"
    } catch let error as SystemError {
      if !error.isAbsence { problem = "\(error)" }
    } catch {
      problem = "\(error)"
    }
  }

  private mutating func answer(_ request: ControlRequest) throws(Failure) -> GateEvent {
    var isSent = false
    while var here = client.take() {
      if !isSent { here.send(request) }
      isSent = true
      let next = try Gatehouse.nextMessage(&here)
      client = consume here
      guard let (_, message) = next else { break }
      switch message.event {
      case .pins, .pinDetails, .done: return message.event
      default: continue
      }
    }
    throw Failure("the gate closed the connection without an answer")
  }

  mutating func ask(_ request: ControlRequest) throws(Failure) { _ = try answer(request) }

  mutating func pins(_ server: ExactText?, all: Bool) throws(Failure) -> PinsAnswer {
    guard hasGate else {
      return PinsAnswer(
        rows: book.rows(of: server, onlyOpen: !all), isStrict: false, path: path, problem: problem)
    }
    if case .pins(let answer, _) = try answer(.pins(server: server, all: all, id: 1)) { return answer }
    throw Failure("the gate closed the connection without an answer")
  }

  mutating func details(_ server: ExactText, _ tool: ExactText?) throws(Failure) -> PinDetails {
    guard hasGate else {
      guard let row = book.row(server, tool) else { throw Failure("no such pin is known") }
      let texts = book.texts(server, tool)
      return PinDetails(row: row, old: texts.old, new: texts.new)
    }
    if case .pinDetails(let details, _) = try answer(.pin(server: server, tool: tool, id: 1)) { return details }
    throw Failure("the gate closed the connection without an answer")
  }

  /// What `SERVER[/TOOL]` means: servers and tools may have a slash in their names.
  mutating func find(_ word: String) throws(Failure) -> (server: ExactText, tool: ExactText?) {
    let rows = try pins(nil, all: true).rows
    if rows.contains(where: { $0.server == ExactText(word) }) { return (ExactText(word), nil) }
    if let row = rows.first(where: {
      ExactText("\($0.server)/\($0.tool?.string ?? "(instructions)")") == ExactText(word)
    }) {
      return (row.server, row.tool ?? "(instructions)")
    }
    let known = rows.map { "\($0.server)/\($0.tool?.string ?? "")" }
    let hint = nearest(to: word, in: Array(known.prefix(5_000))).map { "did you mean `\(TerminalText.safe($0))`?" }
    throw Failure("no pin is known of `\(TerminalText.safe(word))`", help: hint ?? "see `gatehouse pins --all`")
  }

  /// The pin that is named, or all of a server that somebody should look at.
  mutating func open(_ server: ExactText, _ tool: ExactText?) throws(Failure) -> [PinRow] {
    let rows = try pins(server, all: tool != nil).rows
    guard let tool else { return rows }
    return rows.filter { $0.tool == tool || $0.tool == nil && tool == "(instructions)" }
  }
}

extension DefinitionDiff.Line {
  fileprivate var marked: String {
    switch kind {
    case .same: "    \(text)\n"
    case .old: "  - \(text)\n"
    case .new: "  + \(text)\n"
    case .gap: "  \(text)\n"
    case .note: "  ! \(text)\n"
    }
  }
}

extension Gatehouse {
  /// What became of pins, in a line.
  static func words(_ event: PinEvent) -> String {
    let news = event.news
    let what = news.isOfInstructions ? "instructions" : news.tools.map(\.string).joined(separator: ", ")
    let more = news.count > news.tools.count ? " and \(news.count - news.tools.count) more" : ""
    let by = event.by.map { "  by \($0)" } ?? ""
    let detail = event.detail.map { "  \($0)" } ?? ""
    return "pin \(news.kind.rawValue)  \(news.server)  \(what)\(more)\(by)\(detail)"
  }
}

extension Gatehouse {
  /// What the pins beside a policy say to a call of a tool by somebody whom its server has told nothing.
  static func pin(of target: Call.Target, on server: ExactText, beside policy: String) -> PinVerdict {
    guard case .tool(let tool) = target else { return .passes }
    let folder = SafeFile.folder(of: policy)
    var book = PinBook()
    do {
      book = PinBook(
        try PinLock.read(try SafeFile.read("\(folder)/tools.lock.json", limit: PinLock.longestText)),
        deviations: (try? PinBook.readHeard(
          try SafeFile.read("\(folder)/tools.heard.json", limit: PinLock.longestText))) ?? [:])
    } catch let mistake as PinMistake {
      book.take(mistake: "\(mistake)")
    } catch {
      // Without a file nothing is pinned yet.
    }
    if let settings = try? environmentPaths().settings, let configuration = try? GateConfiguration.load(settings) {
      book.isStrict = configuration.pins.isStrict
    }
    return book.verdict(server, tool, told: .nothing)
  }
}
