package import JSONText

/// What happens to a request.
package enum Verdict: String, CaseIterable, Hashable, Sendable {
  case allow, deny, limit, ask, hide
}

/// What the policy says to one request, and why.
package struct Decision: Hashable, Sendable {
  package var verdict: Verdict
  /// The JSON pointer of the rule in the policy (`/servers/git/tools/push/limits/0`), or one of `(default)`,
  /// `(hidden)`, `(lockdown)`, `(malformed)`, `(none)`, `(pin)`, `(record)`, `(self_approval)`, `(unavailable)`,
  /// `(unreadable)`, `(withdrawn)`.
  package var rule: String
  /// What the agent is told on a denial: one sentence without a full stop, lower case.
  package var reason: String?
  /// When the next call would fit a limit, in microseconds from now.
  package var retryAfter: Int64?
  /// False where the policy only observes: recorded as decided, but the request goes through.
  package var isEnforced: Bool

  package init(
    _ verdict: Verdict, rule: String, reason: String? = nil, retryAfter: Int64? = nil, isEnforced: Bool = true
  ) {
    self.verdict = verdict
    self.rule = rule
    self.reason = reason
    self.retryAfter = retryAfter
    self.isEnforced = isEnforced
  }

  /// What stands for the rule where a request was refused because it can be read in two ways.
  package static let malformed = "(malformed)"

  /// Whether the request goes on to the server.
  package var letsThrough: Bool { verdict == .allow || !isEnforced }
}

/// Who calls what: everything that a judgement looks at beside the arguments.
package struct Call: Hashable, Sendable {
  /// What is asked for, which decides the section of the policy that governs it.
  package enum Target: Hashable, Sendable {
    case tool(ExactText)
    case resource(uri: ExactText)
    case prompt(ExactText)
    /// A request that the server sends to the client: `sampling/createMessage`, `elicitation/create`.
    case serverRequest(method: ExactText)
    /// A method that is neither of these nor plumbing.
    case other(method: ExactText)
  }

  package var server: ExactText
  package var target: Target
  /// The client credential; `local` for everything over stdio.
  package var grant: ExactText
  package var session: ExactText
  /// The name by which the client introduced itself.
  package var client: ExactText

  package init(
    server: ExactText, target: Target, grant: ExactText = "local", session: ExactText, client: ExactText = ""
  ) {
    self.server = server
    self.target = target
    self.grant = grant
    self.client = client
    self.session = session
  }
}
