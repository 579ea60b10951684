import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk

extension Desk {
  /// A policy with limits of every kind.
  static let limitsText = """
    {
      "version": "1",
      "default": "deny",
      "tools": {
        "get_current_time": {"limits": [{"counter": "clock", "window": "hour", "max": 60}]}
      },
      "servers": {
        "git": {
          "all_tools": {"limits": [{"counter": "sum", "window": "day", "max": 1000}]},
          "tools": {
            "git_log": {"limits": [{"window": "minute", "max": 10, "scope": "grant"}, {"max": 1e2, "window": "day"}]},
            "git_status": {"rate_limit": "10/minute"},
            "git_diff*": {
              "reason": "Not so fast.",
              "require": [{"conditions": [{"path": "args.path", "op": "starts_with", "value": "src"}]}],
              "limits": [{"window": "minute", "max": 3}]
            },
            "git_commit": {"action": "deny", "limits": [{"window": "hour", "max": 5}]}
          }
        }
      }
    }

    """

  /// One whose cursor is on a tool of a policy.
  static func limits(
    _ tool: String, _ text: String = Desk.limitsText, columns: Int = 80, rows: Int = 24
  ) -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows)
    desk.read(text)
    desk.press(":", "go \(tool)", "Enter")
    desk.effects = []
    return desk
  }

  var text: String { state.policy.draft.map { String(decoding: $0.current.text, as: UTF8.self) } ?? "" }

  var limitEditor: LimitEditor? {
    if case .limit(let editor)? = state.overlay { editor } else { nil }
  }

  /// A call that was let through, so many seconds after the one before.
  mutating func pass(_ tool: String, session: ExactText = "s1", grant: ExactText = "local", after seconds: Double) {
    let event = DecisionEvent(
      session: session, client: "claude", grant: grant, server: "git", method: "tools/call", tool: ExactText(tool),
      category: .read, severity: .low, decision: Decision(.allow, rule: "/servers/git/tools/\(tool)"),
      revision: revision, took: 40, argumentsDigest: nil)
    gate(.decision(event), at: state.now.advanced(byMicroseconds: Int64(seconds * 1_000_000)))
  }
}
