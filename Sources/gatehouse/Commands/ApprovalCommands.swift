import ControlWire
import Gate
import JSONText
import Policy
import Risk
import System

extension Gatehouse {
  /// All that a person does about calls that wait.
  static let deciding = [pending, approve, deny, extend, revoke, lockdown]

  private static let socketOption = Command.Option("--socket", "PATH", "the gate's control socket")

  static let pending = Command(
    ["pending"], summary: "The calls that wait for a person.",
    details: """
      With --json: an array, the next deadline first, of what the socket calls approvals, each with "arguments" (as they
      will run; "arguments_text" where they are cut or hold hidden secrets).
      """,
    options: [.init("--json", "print JSON"), .init("--standing", "the approvals that stand instead"), socketOption]
  ) { arguments throws(Failure) in
    var client = try connectToGate(try paths(arguments))
    let (pending, standing) = try approvals(&client)
    if arguments.has("--standing") {
      printStanding(standing, asJSON: arguments.has("--json"))
      return 0
    }
    var rows: [(event: ApprovalEvent, details: ApprovalDetails?)] = []
    // One that is settled in between has no arguments any more.
    for event in pending { rows.append((event, try details(of: event.id, &client))) }
    if arguments.has("--json") {
      var writer = JSONWriter()
      writer.beginArray()
      for (event, details) in rows {
        writer.beginObject()
        event.writeMembers(&writer)
        details?.writeArguments(&writer)
        writer.endObject()
      }
      writer.endArray()
      StandardOutput.write(String(decoding: writer.bytes, as: UTF8.self) + "\n")
      return 0
    }
    guard !rows.isEmpty else {
      StandardOutput.write("nothing waits for a person\n")
      return 0
    }
    var table = Table(header: ["ID", "LEFT", "RISK", "CALL", "AGENT", "SESSION", "RULE", "ARGUMENTS"])
    for (event, details) in rows {
      table.add([
        event.id, words(microseconds: event.remaining), event.severity?.rawValue ?? "-", event.target,
        event.client.string, event.session.string, event.rule, cut(details.map(\.arguments) ?? []),
      ])
    }
    StandardOutput.write(table.text)
    return 0
  }

  static let approve = Command(
    ["approve"], operands: "ID", count: 1...1, summary: "Let a call pass that waits for a person.",
    details: """
      ID is as `gatehouse pending` tells it, or its beginning where no other begins so. What is approved is printed, with
      its arguments, and exactly that passes: should anything of it change meanwhile, the gate refuses.
      An agent that waits no longer is owed one identical call, until the time to decide is over.
      """,
    options: [
      .init("--session", "this tool for the rest of its session"),
      .init("--for", "TIME", "identical calls for so long: 90s, 10m, 2h"),
      .init("-m", "TEXT", "what is written down beside it"),
      .init("--digest", "DIGEST", "only if this is its digest, as `pending --json` tells it"),
      .init("--json", "print what was approved as JSON"), socketOption,
    ]
  ) { arguments throws(Failure) in
    let scope = try arguments.scope()
    var client = try connectToGate(try paths(arguments))
    let event = try find(arguments.operands[0], &client)
    guard let details = try details(of: event.id, &client) else { throw Failure("`\(event.id)` is settled already") }
    let digest = arguments.value("--digest")
    guard digest == nil || digest == details.event.digest else {
      throw Failure("`\(event.id)` is another call than you name", help: "its digest is \(details.event.digest)")
    }
    guard !details.isCut || digest != nil else {
      throw Failure(
        "its arguments have \(details.event.argumentsBytes) bytes, more than is shown",
        help: "look at the whole in the console; --digest \(details.event.digest) approves it all the same")
    }
    if !arguments.has("--json") { say(words(details, scope)) }
    try settle(details.event, scope, message: arguments.value("-m"), &client)
    if arguments.has("--json") {
      var writer = JSONWriter()
      writer.beginObject()
      details.event.writeMembers(&writer)
      details.writeArguments(&writer)
      writer.endObject()
      StandardOutput.write(String(decoding: writer.bytes, as: UTF8.self) + "\n")
    } else {
      StandardOutput.write("approved\n")
    }
    return 0
  }

  private static func settle(
    _ event: ApprovalEvent, _ scope: ApprovalScope, message: String?, _ client: inout ControlClient
  ) throws(Failure) {
    try ask(
      .approve(
        approval: event.id, digest: event.digest, revision: event.revision, scope: scope, message: message, id: 1),
      &client)
  }

  static let deny = Command(
    ["deny"], operands: "ID", count: 1...1, summary: "Deny a call that waits for a person.",
    options: [.init("-m", "TEXT", "what its agent is told"), socketOption]
  ) { arguments throws(Failure) in
    var client = try connectToGate(try paths(arguments))
    let event = try find(arguments.operands[0], &client)
    try ask(.deny(approval: event.id, digest: event.digest, message: arguments.value("-m"), id: 1), &client)
    say("denied \(event.id): \(event.target) by \(event.client.string)\n")
    return 0
  }

  static let extend = Command(
    ["extend"], operands: "ID", count: 1...1, summary: "Give a person more time to decide about a call.",
    options: [.init("--for", "TIME", "so much more: 90s, 10m, 2h (5m)"), socketOption]
  ) { arguments throws(Failure) in
    let seconds = try arguments.seconds(of: "--for") ?? 300
    var client = try connectToGate(try paths(arguments))
    let event = try find(arguments.operands[0], &client)
    try ask(.extend(approval: event.id, seconds: seconds, id: 1), &client)
    let (pending, _) = try approvals(&client)
    let left = pending.first { $0.id == event.id }?.remaining ?? 0
    say("\(event.id) can be decided for another \(words(microseconds: left))\n")
    return 0
  }

  static let revoke = Command(
    ["revoke"], operands: "ID", count: 1...1, summary: "Take an approval back that stands for calls to come.",
    details: "`gatehouse pending --standing` lists them.", options: [socketOption]
  ) { arguments throws(Failure) in
    var client = try connectToGate(try paths(arguments))
    let (_, standing) = try approvals(&client)
    let id = try match(arguments.operands[0], among: standing.map(\.id), "approval that stands")
    try ask(.revoke(standing: id, id: 1), &client)
    say("revoked \(id)\n")
    return 0
  }

  static let lockdown = Command(
    ["lockdown"], operands: "on|off", count: 1...1,
    summary: "Deny everything that would act, now, until it is lifted.",
    details: "It holds whatever the policy says, and outlives the gate. Calls that are under way go on.",
    options: [socketOption]
  ) { arguments throws(Failure) in
    let isOn: Bool
    switch arguments.operands[0] {
    case "on": isOn = true
    case "off": isOn = false
    default: throw .usage("`\(arguments.operands[0])` is neither on nor off", help: "gatehouse lockdown on|off")
    }
    var client = try connectToGate(try paths(arguments))
    try ask(.lockdown(isOn, id: 1), &client)
    StandardOutput.write(
      isOn ? "everything is denied; `gatehouse lockdown off` lifts it\n" : "the policy decides again\n")
    return 0
  }
}

// MARK: What they ask the gate
extension Gatehouse {
  /// Sends a request and waits until the gate has done it.
  static func ask(_ request: ControlRequest, _ client: inout ControlClient) throws(Failure) {
    client.send(request)
    while let (_, message) = try nextMessage(&client) {
      if case .done = message.event { return }
    }
    throw Failure("the gate closed the connection without an answer")
  }

  static func approvals(
    _ client: inout ControlClient
  ) throws(Failure) -> (pending: [ApprovalEvent], standing: [StandingApproval]) {
    client.send(.approvals(id: 1))
    while let (_, message) = try nextMessage(&client) {
      if case .approvals(let pending, let standing, _) = message.event { return (pending, standing) }
    }
    throw Failure("the gate closed the connection without an answer")
  }

  /// Nil for one that does not wait any more.
  private static func details(
    of id: String, _ client: inout ControlClient
  ) throws(Failure) -> ApprovalDetails? {
    client.send(.approval(id, id: 1))
    do {
      while let line = try client.nextLine() {
        switch try GateMessage.read(line)?.event {
        case .approvalDetails(let details, _): return details
        case .refused: return nil
        default: continue
        }
      }
    } catch {
      throw Failure("\(error)")
    }
    throw Failure("the gate closed the connection without an answer")
  }

  private static func find(_ word: String, _ client: inout ControlClient) throws(Failure) -> ApprovalEvent {
    let (pending, _) = try approvals(&client)
    let id = try match(word, among: pending.map(\.id), "call that waits")
    guard let event = pending.first(where: { $0.id == id }) else { throw Failure("`\(id)` is settled already") }
    return event
  }

  /// The name that is meant by a word: that very name, or the only one that begins so.
  private static func match(_ word: String, among ids: [String], _ thing: String) throws(Failure) -> String {
    if ids.contains(word) { return word }
    let fitting = word.isEmpty ? [] : ids.filter { $0.utf8.starts(with: word.utf8) }
    guard let id = fitting.first else {
      // The gate knows what became of one that is settled.
      guard ids.isEmpty else { throw Failure("`\(word)` is no \(thing)", help: "there are: " + listed(ids)) }
      throw Failure("`\(word)` is no \(thing): there is none")
    }
    guard fitting.count == 1 else {
      throw Failure("`\(word)` is not one \(thing) but \(fitting.count)", help: "there are: " + listed(fitting))
    }
    return id
  }

  private static func listed(_ ids: [String]) -> String {
    ids.prefix(8).joined(separator: ", ") + (ids.count > 8 ? " and \(ids.count - 8) more" : "")
  }
}

// MARK: What they print
extension Gatehouse {
  private static let shownArguments = 60

  private static func cut(_ arguments: [UInt8]) -> String {
    let text = String(decoding: arguments, as: UTF8.self)
    guard text.count > shownArguments else { return text }
    return text.prefix(shownArguments) + "… (\(arguments.count) bytes)"
  }

  /// `42 s`, `9:30 min`, `2:05 h`.
  static func words(microseconds: Int64) -> String {
    let seconds = max(0, microseconds) / 1_000_000
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    switch seconds {
    case ..<60: return "\(seconds) s"
    case ..<3_600: return "\(seconds / 60):\(two(seconds % 60)) min"
    default: return "\(seconds / 3_600):\(two(seconds % 3_600 / 60)) h"
    }
  }

  private static func words(_ details: ApprovalDetails, _ scope: ApprovalScope) -> String {
    let event = details.event
    let reach =
      switch scope {
      case .once: "once"
      case .session: "this tool for the rest of session \(event.session.string)"
      case .identical(let seconds): "and identical calls for \(words(microseconds: Int64(seconds) * 1_000_000))"
      case .rule: "and calls with these arguments by a rule"
      }
    let risk = event.category.map { "  (\($0.rawValue), \(event.severity?.rawValue ?? "-"))" } ?? ""
    var lines = ["\(event.id)  \(reach)"]
    lines.append("  call       \(event.target)\(risk)")
    lines.append("  agent      \(event.client.string), session \(event.session.string)")
    lines.append("  asked by   \(event.rule)" + (event.reason.map { ": \($0)" } ?? ""))
    lines.append("  waits      " + (event.isHeld ? "yes" : "no longer: one identical call will pass"))
    var formatter = JSONFormatter()
    formatter.columns = 80
    formatter.longest = 4 * ApprovalDetails.longestArguments
    let pretty = (try? formatter.formatted(details.arguments)) ?? nil
    let text = String(decoding: pretty ?? details.arguments, as: UTF8.self)
    lines.append("  arguments  " + text.split(separator: "\n").joined(separator: "\n             "))
    if details.isCut {
      lines.append("             cut: \(details.arguments.count) of \(event.argumentsBytes) bytes are shown")
    }
    if details.hasHiddenSecrets { lines.append("             what looks like a secret is not shown") }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func printStanding(_ standing: [StandingApproval], asJSON: Bool) {
    if asJSON {
      var writer = JSONWriter()
      writer.beginArray()
      for approval in standing { approval.write(&writer) }
      writer.endArray()
      StandardOutput.write(String(decoding: writer.bytes, as: UTF8.self) + "\n")
      return
    }
    guard !standing.isEmpty else {
      StandardOutput.write("no approval stands\n")
      return
    }
    var table = Table(header: ["ID", "LEFT", "REACH", "CALL", "AGENT", "USED", "BY"])
    for approval in standing {
      let reach =
        switch approval.scope {
        case .session: "session \(approval.session?.string ?? "-")"
        case .identical: "identical calls"
        case .once, .rule: "one identical call"
        }
      table.add([
        approval.id, approval.remaining.map { words(microseconds: $0) } ?? "-", reach,
        "\(approval.server.string)/\(approval.tool?.string ?? approval.method.string)", approval.client.string,
        "\(approval.uses)", approval.by,
      ])
    }
    StandardOutput.write(table.text)
  }
}

extension ApprovalEvent {
  /// `git/push`.
  fileprivate var target: String { "\(server.string)/\(tool?.string ?? method.string)" }
}

extension ApprovalDetails {
  fileprivate func writeArguments(_ writer: inout JSONWriter) {
    if !isCut, !hasHiddenSecrets, (try? JSONNode.read(arguments)) != nil {
      writer.key("arguments")
      writer.raw(arguments)
    } else {
      writer.member("arguments_text", String(decoding: arguments, as: UTF8.self))
    }
    writer.member("definition", ifPresent: definition)
  }
}

extension Arguments {
  fileprivate func scope() throws(Failure) -> ApprovalScope {
    let given = ["--session", "--for"].filter { has($0) }
    guard given.count <= 1 else { throw .usage("`\(given[0])` and `\(given[1])` exclude each other") }
    if let seconds = try seconds(of: "--for") { return .identical(seconds: seconds) }
    return has("--session") ? .session : .once
  }

  /// A time as `90s`, `10m`, `2h`, `1d`, or plain seconds; a day at most.
  fileprivate func seconds(of name: String) throws(Failure) -> Int? {
    guard let text = value(name) else { return nil }
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    let unit = text.last.flatMap { units[$0] }
    guard let count = Int(unit == nil ? text[...] : text.dropLast()), 1...ApprovalScope.longest ~= count,
      1...ApprovalScope.longest ~= count * (unit ?? 1)
    else { throw .usage("`\(name)` takes a time from 1s to 1d, not `\(text)`", help: "as in 90s, 10m, 2h") }
    return count * (unit ?? 1)
  }
}
