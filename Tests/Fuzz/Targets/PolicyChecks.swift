import JSONSchema
import JSONText
import Policy

/// What is refused is told with its place; what is accepted judges every call, and tells why as it judges.
func checkPolicy(_ input: [UInt8]) throws(Complaint) {
  let document: PolicyDocument
  do throws(PolicyRejection) {
    document = try PolicyDocument.read(input)
  } catch {
    return try checkProblems(error.problems, input)
  }
  try demand(document.text == input, "the text was changed by reading it")
  for problem in document.warnings {
    try demand(problem.weight == .warning, "an error was accepted")
  }
  let engine = PolicyEngine(document)
  let places = PolicyPlaces(document)
  var counters = Counters()
  for (index, call) in calls(document).enumerated() {
    let now = Moment(microseconds: 1_767_225_600_000_000 + Int64(index / 2) * 700_000)
    let explanation = engine.explain(call, arguments: arguments, inputSchema: .unknown, counters: counters, at: now)
    let judgement = engine.judge(
      call, counters: &counters, at: now, arguments: { arguments }, inputSchema: { .unknown })
    try demand(
      judgement.decision == explanation.decision,
      "\(call.inWords) is judged \(judgement.decision) and explained \(explanation.decision)")
    try demand(
      (judgement.approval != nil) == (judgement.decision.verdict == .ask), "the terms of asking do not fit the verdict")
    if judgement.decision.rule.utf8.first == 0x2F {
      try demand(
        places.line(of: judgement.decision.rule) != nil, "\(judgement.decision.rule) stands nowhere in the policy")
    }
    if let reservation = judgement.reservation { counters.giveBack(reservation, at: now) }
    if case .tool(let name) = call.target {
      let standing = engine.standing(server: call.server, tool: name)
      let isHidden = judgement.decision.verdict == .hide
      try demand((standing.verdict == .hide) == isHidden, "\(call.inWords) stands as \(standing.verdict)")
      try demand(
        engine.isHidden(server: call.server, tool: name) == (isHidden && engine.isEnforced),
        "\(call.inWords) is hidden and shown")
    }
  }
  try checkEdits(document)
}

private func checkProblems(_ problems: [PolicyProblem], _ input: [UInt8]) throws(Complaint) {
  try demand(problems.contains { $0.weight == .error }, "it was refused without an error")
  let end = TextPlace(of: input.count, in: input)
  for problem in problems {
    try demand(problem.place.line <= end.line && problem.place.column >= 1, "an error stands outside of the text")
    try demand(!problem.message.isEmpty, "an error says nothing")
  }
}

/// Edits leave a policy that is one, and undoing them leaves every byte as it was.
private func checkEdits(_ document: PolicyDocument) throws(Complaint) {
  var draft = PolicyDraft(base: document)
  for edit in edits(document) {
    do throws(PolicyEditError) {
      try draft.apply(edit)
    } catch {
      try demand(!"\(error)".isEmpty, "an edit is refused without a reason")
    }
  }
  let again = Result { () throws(PolicyRejection) in try PolicyDocument.read(draft.current.text) }
  if case .failure(let rejection) = again { throw Complaint(text: "edits made what is no policy: \(rejection)") }
  _ = draft.changes
  _ = draft.diff
  while draft.undo() != nil {}
  try demand(draft.current.text == document.text, "undoing all edits does not restore the text")
}

private func edits(_ document: PolicyDocument) -> [PolicyEdit] {
  var edits: [PolicyEdit] = [
    .setRule(server: nil, tool: "read_file", .deny), .setRule(server: "git", tool: "push", .allow),
    .setRule(server: nil, tool: "a*", .limit(max: 3, window: "minute", scope: "grant")),
    .setDefault(server: nil, .allow), .setRule(server: "git", tool: "read_file", .hide),
    .setRule(server: "git", tool: "read_file", .inherit), .setDefault(server: "git", nil),
    .hide(server: nil, pattern: "x*y"), .setMode(.observe), .setDescription("text \u{1B}"), .setMode(nil),
  ]
  let root = try? JSONNode.read(document.text)
  for (section, name) in [(RuleAddress.Section.tools, "tools"), (.resources, "resources"), (.prompts, "prompts")] {
    for member in (root?[ExactText(name)]?.members ?? []).prefix(2) {
      let rule = RuleAddress(section, member.key)
      let condition = ConditionTerms("args.n", "lte", JSONNode(.number(JSONNumber(5))))
      edits += [
        .change(rule, .addLimit(LimitTerms(max: "2.5", window: "day"))), .change(rule, .removeLimit(0)),
        .change(rule, .addEntry(.denyIf, EntryTerms([condition], text: "no"))),
        .change(rule, .removeEntry(.require, 0)),
        .change(rule, .setCondition(.denyIf, entry: 0, nil, condition)),
        .change(rule, .removeCondition(.denyIf, entry: 0, 0)), .change(rule, .reason(nil)),
        .change(rule, .action(.deny)),
        .change(rule, .rename("other*")), .change(RuleAddress(section, "other*"), .remove),
      ]
    }
  }
  return edits + document.servers.prefix(1).map { .removeServer($0) }
}

private let arguments: JSONNode? = try? JSONNode.read(
  Array(
    #"{"path":"/srv/data/../x","n":5,"s":"text","list":[{"path":"a"},{"path":1}],"url":"https://a.example.com:1/"}"#
      .utf8
  ))

/// Calls of what the policy names and of what it does not.
private func calls(_ document: PolicyDocument) -> [Call] {
  var names: [ExactText] = ["read_file", "push"]
  func collect(_ node: JSONNode?) {
    for member in node?.members ?? [] where names.count < 7 {
      names.append(ExactText(String(member.key.string.map { $0 == "*" ? "x" : $0 })))
    }
  }
  let root = try? JSONNode.read(document.text)
  for section in ["tools", "resources", "prompts", "server_requests"] as [ExactText] {
    collect(root?[section])
    for server in root?["servers"]?.members ?? [] { collect(server.value[section]) }
  }
  let servers = document.servers.prefix(1) + ["git"]
  return servers.flatMap { server in
    names.flatMap { name -> [Call] in
      let targets: [Call.Target] = [
        .tool(name), .tool(name), .resource(uri: name), .prompt(name), .serverRequest(method: name),
        .other(method: name),
      ]
      return targets.map { Call(server: server, target: $0, session: "s", client: "c") }
    }
  }
}

/// What is refused is told with its place; what is accepted runs.
func checkSuite(_ input: [UInt8]) throws(Complaint) {
  let suite: PolicySuite
  do throws(PolicyRejection) {
    suite = try PolicySuite.read(input)
  } catch {
    return try checkProblems(error.problems, input)
  }
  // What a suite asks for it gets; here it must not take seconds.
  guard suite.cases.reduce(0, { $0 + $1.times }) <= 2_000, let document = try? PolicyDocument.read(tested) else {
    return
  }
  let run = SuiteRun(suite, under: document)
  try demand(run.outcomes.count == suite.cases.count, "cases got lost")
  let places = PolicyPlaces(document)
  var report = ReportText(safe: { text, limit in String(text.prefix(limit)) }, width: { $0.utf8.count })
  run.write(to: &report, suite: "suite", places: places)
  var writer = JSONWriter()
  writer.beginObject()
  run.writeMembers(to: &writer, places: places)
  writer.endObject()
  try demand((try? JSONNode.read(writer.bytes)) != nil, "the report is no JSON")
  let xml = run.junit(suite: "suite")
  try demand(
    !xml.contains { $0 < 0x20 && $0 != 0x0A }, "the report holds a control character that XML cannot")
}

private let tested = Array(
  #"""
  {"version": "1", "hide": ["drop_*"], "mode": "observe",
   "tools": {"push": {"limits": [{"window": "minute", "max": 10}, {"window": 7, "max": 3, "scope": "session"}]},
             "rm": {"action": "deny", "reason": "no"}, "p*": {}},
   "resources": {"file:*": {}}, "prompts": {"*": {"action": "deny"}}}
  """#.utf8)
