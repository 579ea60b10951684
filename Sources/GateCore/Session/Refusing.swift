internal import JSONText
internal import Policy

/// What an agent is told when the policy does not let its request through.
enum Refusing {
  /// The code of a denial that is an error: outside the range that JSON-RPC reserves.
  static let code = -31001

  /// What the model reads.
  ///
  /// `[gatehouse] denied: <reason>. Rule <pointer>. Retry after 12 s.`
  static func text(_ decision: Decision) -> String {
    var text = "[gatehouse] denied: \(reason(decision))"
    if !text.hasSuffix(".") && !text.hasSuffix("!") && !text.hasSuffix("?") { text += "." }
    if decision.verdict == .ask { text += " This needs a person's approval, and nobody can be asked about it here." }
    text += " Rule \(decision.rule)."
    if let wait = decision.retryAfter {
      let seconds = max(1, wait / 1_000_000 + (wait % 1_000_000 > 0 ? 1 : 0))
      text += " Retry after \(seconds) s."
    }
    return text
  }

  static func reason(_ decision: Decision) -> String {
    if let reason = decision.reason, !reason.isEmpty { return reason }
    return switch decision.verdict {
    case .allow, .deny: "the policy does not allow it"
    case .limit: "too many calls in too short a time"
    case .ask: "a person has to approve it"
    case .hide: "it is not available"
    }
  }

  /// The same for programs: `{"gatehouse/decision":{...}}`.
  static func data(_ decision: Decision, approval: String? = nil) -> [UInt8] {
    var writer = JSONWriter()
    write(decision, approval, to: &writer)
    return writer.bytes
  }

  private static func write(_ decision: Decision, _ approval: String? = nil, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("gatehouse/decision")
    writer.beginObject()
    writer.member("verdict", decision.verdict.rawValue)
    writer.member("rule", decision.rule)
    writer.member("reason", reason(decision))
    // Rounded up: who waits that long finds room.
    let wait = decision.retryAfter.map { $0 / 1000 + ($0 % 1000 > 0 ? 1 : 0) }
    writer.member("retry_after_ms", ifPresent: wait)
    writer.member("approval", ifPresent: approval)
    writer.endObject()
    writer.endObject()
  }

  /// The result of a `tools/call` that was denied.
  static func toolResult(_ decision: Decision, isModern: Bool) -> [UInt8] {
    toolResult(text(decision), decision, isModern: isModern)
  }

  /// The result of a call of a hidden tool: what a server says of a tool that it does not have.
  ///
  /// With a stamp it is one of the stateless era, whose servers write into each result who they are.
  static func unknownTool(_ name: ExactText, stamp: ServerStamp?) -> [UInt8] {
    toolResult("Unknown tool: \(name)", nil, isModern: stamp != nil, stamp: stamp)
  }

  static func toolResult(
    _ text: String, _ decision: Decision?, isModern: Bool, stamp: ServerStamp? = nil, approval: String? = nil
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    if isModern { writer.member("resultType", "complete") }
    writer.key("content")
    writer.beginArray()
    writer.beginObject()
    writer.member("type", "text")
    writer.member("text", text)
    writer.endObject()
    writer.endArray()
    writer.member("isError", true)
    if let decision {
      writer.key("_meta")
      write(decision, approval, to: &writer)
    } else if let stamp, !stamp.isEmpty {
      writer.key("_meta")
      stamp.write(to: &writer)
    }
    writer.endObject()
    return writer.bytes
  }
}
