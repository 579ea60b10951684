import ConsoleCore
import ControlWire
import Gate
import Glibc
import JSONText
import Policy
import Risk
import System

/// `approve --rule`: the rule is shown, written, loaded, and then the call passes.
extension Gatehouse {
  /// How long the gate may take to load what was written, in microseconds.
  private static let loadingTime: Int64 = 10_000_000
  /// A longer policy is not sent to be tried.
  private static let longestTrial = 3 << 20

  static func approveByRule(
    _ details: ApprovalDetails, _ arguments: Arguments, _ client: inout ControlClient
  ) throws(Failure) -> Int32 {
    let asJSON = arguments.has("--json")
    let canAsk = !asJSON && isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    guard arguments.has("--yes") || canAsk else {
      throw .usage("nobody can be asked here whether the rule is right", help: "--yes writes it without asking")
    }
    try ask(.mayApprove(approval: details.event.id, id: 1), &client)
    let path = client.gate.policyPath
    let policy = try policyInForce(path, &client)
    let (rule, note) = try narrowestRule(for: details, seconds: try arguments.ruleSeconds())
    let draft = try having(rule, policy)
    try checkPasses(rule, details, note, draft, &client)
    let patch = unified(draft.diff, path, path)
    if !asJSON {
      say(draft.changes.map { "  change     \($0.sentence)\n" }.joined() + "\n")
      printDiff(patch)
      let lines = try effect(of: draft.current, &client) + (note.map { [$0] } ?? [])
      say("\n" + lines.map { "\($0)\n" }.joined())
    }
    if !arguments.has("--yes"), !isConfirmed("write this rule, and let the call pass? [y/N] ") {
      StandardOutput.write("nothing is written; the call still waits\n")
      return 1
    }
    // Somebody else may have been quicker while this one was thinking.
    guard try self.details(of: details.event.id, &client)?.event.digest == details.event.digest else {
      throw Failure("nothing is written: `\(details.event.id)` is settled, or another call than you were shown")
    }
    try write(draft, to: path)
    let revision = draft.current.revision
    try awaitLoading(of: revision, &client)
    let outcome = try letPass(details.event, arguments.value("-m"), &client)
    if asJSON {
      var writer = JSONWriter()
      writer.beginObject()
      details.event.writeMembers(&writer)
      details.writeArguments(&writer)
      writer.key("written")
      writer.beginObject()
      writer.member("policy", path)
      writer.member("revision", revision)
      writer.member("diff", patch)
      writer.endObject()
      writer.endObject()
      StandardOutput.write(String(decoding: writer.bytes, as: UTF8.self) + "\n")
    } else {
      StandardOutput.write("the rule is in force, revision \(revision); \(outcome)\n")
    }
    return 0
  }

  // MARK: The rule

  /// The policy file, which must be what the gate goes by.
  private static func policyInForce(_ path: String, _ client: inout ControlClient) throws(Failure) -> PolicyDocument {
    let text: [UInt8]
    do throws(SystemError) {
      text = try SafeFile.read(path, limit: PolicyDocument.longest)
    } catch {
      throw Failure("\(error)")
    }
    let document: PolicyDocument
    do throws(PolicyRejection) {
      document = try PolicyDocument.read(text)
    } catch {
      throw Failure(error, of: path)
    }
    let status = try status(&client)
    guard status.policy.state == .loaded, status.policy.revision == document.revision else {
      throw Failure(
        "the gate goes by another policy than \(path)",
        help: "revision \(status.policy.revision ?? "none") is in force, \(document.revision) is in the file; "
          + "see `gatehouse status`")
    }
    return document
  }

  /// The rule that covers this very call and no other, as far as it is known.
  private static func narrowestRule(
    for details: ApprovalDetails, seconds: Int?
  ) throws(Failure) -> (rule: CallRule, note: String?) {
    let event = details.event
    guard !details.isCut else {
      throw Failure(
        "its arguments have \(event.argumentsBytes) bytes, more than a rule can name",
        help: "make the rule in the console, or approve the call alone")
    }
    let call = Call(
      server: event.server, target: Call.Target(method: event.method, name: event.tool ?? ""), grant: event.grant,
      session: event.session, client: event.client)
    var rule = CallRule(call, Decision(.ask, rule: event.rule, reason: event.reason))
    rule.expires = seconds.map { Clock.now().advanced(byMicroseconds: Int64($0) * 1_000_000) }
    if !event.client.isEmpty {
      rule.conditions.append(ConditionTerms("call.client", "eq", JSONNode(.string(event.client))))
    }
    if case .resource = call.target { return (rule, nil) }
    let arguments = try argumentsNode(details)
    rule.conditions += CallRule.conditions(for: arguments) {
      details.hasHiddenSecrets && NewRule.holdsHidden($0)
    }
    return (rule, details.hasHiddenSecrets ? "secrets in the arguments are hidden: the rule leaves them open" : nil)
  }

  private static func argumentsNode(_ details: ApprovalDetails) throws(Failure) -> JSONNode {
    do throws(JSONError) {
      return try JSONNode.read(details.arguments.isEmpty ? Array("{}".utf8) : details.arguments)
    } catch {
      throw Failure("the call's arguments cannot be read: \(error)")
    }
  }

  private static func having(_ rule: CallRule, _ policy: PolicyDocument) throws(Failure) -> PolicyDraft {
    var draft = PolicyDraft(base: policy)
    do throws(PolicyEditError) {
      try draft.apply(try rule.edit(on: policy))
    } catch {
      throw Failure("no rule can be made of it: \(error.message)", help: error.help)
    }
    guard draft.isDirty else { throw Failure("the policy has such a rule already") }
    return draft
  }

  /// Refuses a rule by which the very call would not pass.
  private static func checkPasses(
    _ rule: CallRule, _ details: ApprovalDetails, _ note: String?, _ draft: PolicyDraft,
    _ client: inout ControlClient
  ) throws(Failure) {
    // What is hidden cannot be judged here, and may be why.
    guard note == nil else { return }
    var schema: [UInt8]?
    if case .tool(let name) = rule.call.target {
      client.send(.tool(server: rule.call.server, name: name, id: 1))
      while let (_, message) = try nextMessage(&client) {
        guard case .tool(let answer, _) = message.event else { continue }
        schema = answer.definition.flatMap { try? JSONNode.read($0)["inputSchema"]?.compact }
        break
      }
    }
    let arguments = try argumentsNode(details)
    guard
      let obstacle = rule.obstacle(in: draft.engine, arguments: arguments, inputSchema: schema, at: Clock.now())
    else { return }
    throw Failure(
      "with such a rule the call would not pass: \(obstacle.words)",
      help: "change `\(obstacle.pointer)`, or approve the call alone")
  }

  /// What would come of a policy for calls that were made, in words.
  private static func effect(of policy: PolicyDocument, _ client: inout ControlClient) throws(Failure) -> [String] {
    guard policy.text.count <= longestTrial else { return ["effect: not known, the policy is too long to be tried"] }
    client.send(.simulate(policy: policy.text, id: 1))
    do {
      while let line = try client.nextLine() {
        switch try GateMessage.read(line)?.event {
        case .simulated(let simulation, _): return simulation.words { $0.rfc3339 }
        case .refused(let reason, _): return ["effect: not known: \(reason)"]
        default: continue
        }
      }
    } catch {
      throw Failure("\(error)")
    }
    throw Failure("the gate closed the connection without an answer")
  }

  // MARK: The person

  /// Whether the person at the terminal says yes, to a question that was there to be read.
  private static func isConfirmed(_ question: String) -> Bool {
    tcflush(STDIN_FILENO, TCIFLUSH)
    StandardOutput.write(question)
    let answer = readLine()?.lowercased()
    return answer == "y" || answer == "yes"
  }

  // MARK: What is done

  private static func write(_ draft: PolicyDraft, to path: String) throws(Failure) {
    let known = ContentDigest(of: draft.base.text)
    let isDone: Bool
    do throws(SystemError) {
      switch try SafeFile.ownTarget(of: path) {
      case .refused(let reason): throw SystemError("write", path, code: EACCES, help: reason)
      case .file(let target):
        isDone = try SafeFile.replace(target, with: draft.current.text, limit: PolicyDocument.longest) { current in
          current.map { ContentDigest(of: $0) } == known
        }
      }
    } catch {
      throw Failure("nothing is written: \(error)")
    }
    guard isDone else {
      throw Failure(
        "nothing is written: \(path) was changed meanwhile, and the call still waits", help: "run the command again")
    }
  }

  private static func awaitLoading(of revision: String, _ client: inout ControlClient) throws(Failure) {
    let end = Clock.now().advanced(byMicroseconds: loadingTime)
    while Clock.now() < end {
      let policy = try status(&client).policy
      if policy.state == .loaded, policy.revision == revision { return }
      guard policy.state == .loaded else {
        let problem = policy.problems.first.map { ": \($0)" } ?? ""
        throw Failure("the rule is written, but the gate did not take the policy\(problem); the call still waits")
      }
      usleep(20_000)
    }
    throw Failure(
      "the rule is written, but the gate has not loaded it yet; the call still waits", help: "see `gatehouse status`")
  }

  /// The call passes by the rule itself as soon as that is loaded; whose agent waits no longer is approved besides.
  private static func letPass(
    _ event: ApprovalEvent, _ message: String?, _ client: inout ControlClient
  ) throws(Failure) -> String {
    let (pending, _) = try approvals(&client)
    let later = "passes when its agent asks again"
    guard let now = pending.first(where: { $0.id == event.id }) else {
      return event.isHeld ? "the call has gone on" : "the call \(later)"
    }
    guard !now.isHeld || now.digest == event.digest else {
      throw Failure("the rule is written, revision \(now.revision ?? "-"), but `\(now.rule)` still asks about the call")
    }
    try settle(now, .rule, message: message, &client)
    return now.isHeld ? "the call is approved" : "the call is approved, and \(later)"
  }

  private static func status(_ client: inout ControlClient) throws(Failure) -> GateStatus {
    client.send(.status(id: 1))
    while let (_, message) = try nextMessage(&client) {
      if case .status(let status, _) = message.event { return status }
    }
    throw Failure("the gate closed the connection without an answer")
  }
}
