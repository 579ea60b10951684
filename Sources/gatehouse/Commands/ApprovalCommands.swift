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

      With --rule the policy gets a rule by which calls of this tool by this agent with these arguments, and no others,
      pass without asking. What it changes in policy.json and its effect on calls that were made are shown first, and
      nothing is written before that is confirmed; the call passes when the gate has loaded the policy.
      """,
    options: [
      .init("--session", "this tool for the rest of its session"),
      .init(
        "--for", "TIME", "identical calls for so long: 90s, 10m, 2h; with --rule how long that holds (24h), or always"),
      .init("--rule", "calls like it by a rule in policy.json"),
      .init("--yes", "with --rule: write it without asking"),
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
    if scope == .rule { return try approveByRule(details, arguments, &client) }
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

  static func settle(
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

extension Arguments {
  fileprivate func scope() throws(Failure) -> ApprovalScope {
    let given = ["--session", "--rule", "--for"].filter { has($0) }
    guard given.count <= 1 || given == ["--rule", "--for"] else {
      throw .usage("`\(given[0])` and `\(given[1])` exclude each other")
    }
    guard has("--rule") || !has("--yes") else { throw .usage("`--yes` goes with `--rule` alone") }
    if has("--rule") {
      _ = try ruleSeconds()
      return .rule
    }
    if let seconds = try seconds(of: "--for") { return .identical(seconds: seconds) }
    return has("--session") ? .session : .once
  }

  /// How long a rule from a call is to hold; nil for ever.
  func ruleSeconds() throws(Failure) -> Int? {
    if value("--for") == "always" { return nil }
    return try seconds(of: "--for", most: 366 * 86_400) ?? 86_400
  }

  /// A time as `90s`, `10m`, `2h`, `1d`, or plain seconds; a day at most where nothing else is said.
  fileprivate func seconds(of name: String, most: Int = ApprovalScope.longest) throws(Failure) -> Int? {
    guard let text = value(name) else { return nil }
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    let unit = text.last.flatMap { units[$0] }
    guard let count = Int(unit == nil ? text[...] : text.dropLast()), 1...most ~= count, 1...most ~= count * (unit ?? 1)
    else {
      throw .usage("`\(name)` takes a time from 1s to \(most / 86_400)d, not `\(text)`", help: "as in 90s, 10m, 2h")
    }
    return count * (unit ?? 1)
  }
}
