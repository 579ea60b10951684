internal import JSONText
internal import Policy

extension CallExplanation {
  func write(_ writer: inout JSONWriter) {
    writer.member("seq_of_decision", sequence)
    // As a string: a part of it is no JSON, and what a client wrote must not make the line one that nobody can read.
    if let arguments { writer.member("args", String(decoding: arguments, as: UTF8.self)) }
    writer.member("args_bytes", argumentsBytes)
    if isCut { writer.member("cut", true) }
    if hasHiddenSecrets { writer.member("hidden", true) }
    if let meta { writer.member("meta", String(decoding: meta, as: UTF8.self)) }
    writer.member("policy_then", ifPresent: revisionThen)
    writer.member("policy", ifPresent: revision)
    writer.member("problem", ifPresent: problem)
    guard let explanation else { return }
    let decision = explanation.decision
    writer.key("now")
    writer.beginObject()
    writer.member("verdict", decision.verdict.rawValue)
    writer.member("enforced", decision.isEnforced)
    writer.member("rule", decision.rule)
    writer.member("reason", ifPresent: decision.reason)
    writer.member("retry_after_ms", ifPresent: decision.retryAfterMilliseconds)
    explanation.writeSteps(to: &writer, places: nil)
    writer.endObject()
  }

  init(_ fields: Fields) throws(ControlError) {
    var explanation: Explanation?
    if fields["now"] != nil { explanation = try Explanation(try fields.object("now")) }
    self.init(
      sequence: UInt64(clamping: try fields.integer("seq_of_decision")),
      arguments: try fields.stringIfPresent("args").map { Array($0.utf8) },
      argumentsBytes: max(0, try fields.integer("args_bytes")),
      isCut: fields["cut"] == nil ? false : try fields.bool("cut"),
      hasHiddenSecrets: fields["hidden"] == nil ? false : try fields.bool("hidden"),
      meta: try fields.stringIfPresent("meta").map { Array($0.utf8) },
      revisionThen: try fields.stringIfPresent("policy_then"), revision: try fields.stringIfPresent("policy"),
      explanation: explanation, problem: try fields.stringIfPresent("problem"))
  }
}

extension Explanation {
  fileprivate init(_ fields: Fields) throws(ControlError) {
    let wait = try fields.integerIfPresent("retry_after_ms").map { min(Int64(clamping: $0), .max / 1000) * 1000 }
    let decision = Decision(
      try fields.word("verdict"), rule: try fields.string("rule"), reason: try fields.stringIfPresent("reason"),
      retryAfter: wait, isEnforced: try fields.bool("enforced"))
    var steps: [Step] = []
    for node in try fields.array("steps") { steps.append(try Step(try Fields(node, of: "a step"))) }
    self.init(decision, steps: steps)
  }
}

extension Explanation.Step {
  fileprivate init(_ fields: Fields) throws(ControlError) {
    var conditions: [ConditionReport] = []
    for node in try fields.array("conditions") {
      let condition = try Fields(node, of: "a condition")
      conditions.append(
        ConditionReport(
          pointer: try condition.string("pointer"), path: try condition.string("path"),
          op: try condition.string("op"), value: try condition.string("value"),
          outcome: try condition.word("outcome"), found: try condition.stringIfPresent("found")))
    }
    self.init(
      try fields.word("subject"), rule: try fields.string("rule"), try fields.word("outcome"),
      try fields.string("text"), conditions: conditions)
  }
}
