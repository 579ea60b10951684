import ConsoleCore
import ControlWire
import JSONText
import Policy
import Risk

extension Desk {
  static let arguments = #"{"owner":"acme","repo":"shop","branch":"release/2026.11\u202egpj"}"#

  static func event(
    _ id: String, _ tool: String = "git_reset", server: String = "git", session: String = "7f3a",
    client: String = "claude-1", severity: Severity? = .high, category: Risk.Category? = .destructive,
    seconds: Int64 = 42, arguments: String = Desk.arguments, state: ApprovalEvent.State = .pending, by: String? = nil,
    scope: ApprovalScope? = nil, detail: String? = nil, isHeld: Bool = true
  ) -> ApprovalEvent {
    ApprovalEvent(
      id: id, state: state, session: ExactText(session), client: ExactText(client), grant: "local",
      server: ExactText(server), method: "tools/call", tool: ExactText(tool), category: category, severity: severity,
      rule: "/servers/git/tools/git_reset", reason: "resets lose work", revision: "e92cbb072143",
      digest: "digest of \(id) \(arguments.utf8.count)", argumentsDigest: "arguments \(arguments)",
      argumentsBytes: arguments.utf8.count, decision: 9, asked: noon.advanced(byMicroseconds: 55_000_000),
      remaining: seconds * 1_000_000, holdRemaining: isHeld ? 30_000_000 : nil, isHeld: isHeld, by: by, scope: scope,
      detail: detail)
  }

  /// Tells of a call that waits, or of what became of it.
  mutating func ask(_ event: ApprovalEvent) { gate(.approval(event)) }

  /// Answers every question for arguments that was not answered yet.
  mutating func answerDetails(_ arguments: [String: String] = [:], isCut: Bool = false, definition: String? = nil) {
    for _ in 0..<10 {
      let asked = effects.compactMap { effect -> (String, Int?)? in
        if case .send(.approval(let id, let number)) = effect { (id, number) } else { nil }
      }
      effects.removeAll { if case .send(.approval) = $0 { true } else { false } }
      if asked.isEmpty { return }
      for (id, number) in asked {
        guard let event = state.approvals.requests[id]?.event else { continue }
        var now = event
        now.remaining = state.approvals.requests[id].map { $0.deadline.microseconds(since: state.now) } ?? 0
        let text = arguments[id] ?? Self.arguments
        let details = ApprovalDetails(
          event: now, arguments: Array(text.utf8), isCut: isCut, definition: definition)
        gate(.approvalDetails(details, id: number), sequence: 0)
      }
    }
  }

  /// The terminal takes the picture of now.
  mutating func draw() {
    _ = render(state)
    if let face = state.undrawnFace { send(.drawn(face)) }
  }

  mutating func wait(_ milliseconds: Int64) {
    send(.tick(state.now.advanced(byMicroseconds: milliseconds * 1000)))
  }

  /// Goes to the pane, and lets everything come and be read.
  mutating func look(_ arguments: [String: String] = [:]) {
    press("3")
    read(arguments)
  }

  /// Lets what is looked at come, be drawn and be read.
  mutating func read(_ arguments: [String: String] = [:]) {
    answerDetails(arguments)
    draw()
    wait(400)
  }

  /// The decisions that were sent.
  var decisions: [ControlRequest] {
    effects.compactMap { effect in
      switch effect {
      case .send(let request):
        switch request {
        case .approve, .deny: request
        default: nil
        }
      default: nil
      }
    }
  }

  /// Answers the last request that was sent.
  mutating func answer(refused: String? = nil) {
    for case .send(let request) in effects.reversed() {
      let id: Int?
      switch request {
      case .approve(_, _, _, _, _, let number): id = number
      case .deny(_, _, _, let number), .extend(_, _, let number), .revoke(_, let number), .lockdown(_, let number):
        id = number
      default: continue
      }
      gate(refused.map { .refused(message: $0, id: id) } ?? .done(id: id), sequence: 0)
      return
    }
  }

  /// Three calls wait, one of them twice, and some were decided earlier.
  static func waiting(columns: Int = 80, rows: Int = 24, options: ConsoleOptions = Desk.options) -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows, options: options)
    desk.call("git", "git_status")
    desk.call("git", "git_log")
    desk.ask(event("q1-1", "git_push", severity: .medium, category: .write, seconds: 90, state: .pending))
    desk.ask(
      event("q1-1", "git_push", severity: .medium, category: .write, state: .approved, by: "you on pts/3", scope: .once)
    )
    desk.ask(event("q1-2", "git_reset", state: .pending))
    desk.ask(event("q1-2", "git_reset", state: .expired))
    desk.ask(event("q1-3"))
    desk.ask(
      event("q1-4", "build_image", server: "ecr", session: "19c0", client: "claude-2", seconds: 58, arguments: "{}"))
    let email = #"{"to":"a@example.com"}"#
    desk.ask(
      event(
        "q1-5", "post_message", server: "slack", severity: .medium, category: .write, seconds: 250, arguments: email))
    desk.ask(
      event(
        "q1-6", "post_message", server: "slack", severity: .medium, category: .write, seconds: 251, arguments: email))
    desk.effects = []
    return desk
  }
}
