import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk

/// Calls that a rule is made from, and a gate that answers.
extension Desk {
  static let askingPolicy = """
    {
      "version": "1",
      "default": "deny",
      "servers": {
        "git": {
          "tools": {
            "git_status": {},
            "git_reset": {"action": "require_approval", "reason": "look before it is gone"},
            "git_log": {"action": "deny"}
          }
        }
      }
    }

    """

  static func asking(columns: Int = 100, rows: Int = 36) -> Desk {
    var desk = Desk(columns: columns, rows: rows)
    desk.read(askingPolicy)
    desk.connect()
    desk.effects = []
    desk.send(.tick(noon.advanced(byMicroseconds: 60_000_000)))
    return desk
  }

  /// What the gate would say of the last request to explain a call.
  mutating func explain(_ arguments: String?, hidden: Bool = false, problem: String? = nil) {
    for case .send(.explain(let sequence, let id)) in effects.reversed() {
      gate(
        .explained(
          CallExplanation(
            sequence: sequence, arguments: arguments.map { Array($0.utf8) }, argumentsBytes: arguments?.utf8.count ?? 0,
            hasHiddenSecrets: hidden, revisionThen: revision, revision: revision, problem: problem), id: id),
        sequence: 0)
      return
    }
  }

  /// What was sent to the gate last.
  var lastRequest: ControlRequest? {
    for case .send(let request) in effects.reversed() { return request }
    return nil
  }

  /// The text that is to be written, and over what.
  var lastSave: (text: [UInt8], over: ContentDigest?)? {
    for case .save(let text, let over) in effects.reversed() { return (text, over) }
    return nil
  }

  /// The preview that is open.
  var newRule: NewRule? { if case .newRule(let rule) = state.overlay { rule } else { nil } }

  static func approval(_ arguments: String = #"{"mode":"hard","path":"/srv/app"}"#) -> ApprovalDetails {
    let event = ApprovalEvent(
      id: "q1-1", state: .pending, session: "s1", client: "claude", grant: "local", server: "git",
      method: "tools/call", tool: "git_reset", category: .destructive, severity: .high,
      rule: "/servers/git/tools/git_reset", reason: "look before it is gone", revision: "r1", digest: "d1",
      argumentsBytes: arguments.utf8.count, asked: noon, remaining: 60_000_000)
    return ApprovalDetails(event: event, arguments: Array(arguments.utf8))
  }

  /// Opens the preview for a call that waits.
  mutating func openNewRule(_ details: ApprovalDetails = Desk.approval()) {
    effects += state.openNewRule(from: details.event, details: details)
  }
}
