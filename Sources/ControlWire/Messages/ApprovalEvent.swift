package import JSONText
package import Policy
package import Risk

/// What becomes of a question to a person.
///
/// It has no arguments: those are asked for by `approval`, and are in no record.
package struct ApprovalEvent: Hashable, Sendable {
  package enum State: String, CaseIterable, Hashable, Sendable {
    /// Asked. It is told again when something of it changes: it was extended, the agent waits no longer or again.
    case pending
    /// By a person. A request that is still held is forwarded at once; otherwise one identical call is armed.
    case approved
    /// By a person, by a lockdown, or by a policy that denies the call now.
    case denied
    /// Nobody decided in time, which denies it.
    case expired
    /// The caller cancelled, hung up or died, the gate ended, or the policy asks no longer; `detail` says which.
    case withdrawn
    /// The identical call came and passed on an earlier approval.
    case used
    /// A standing approval was taken back.
    case revoked
  }

  /// Short, and unique for this gate's life and after it.
  package var id: String
  package var state: State
  package var session: ExactText
  package var client: ExactText
  package var grant: ExactText
  package var server: ExactText
  package var method: ExactText
  /// The tool's name, prompt's name or resource's URI; nil where the method has no such thing.
  package var tool: ExactText?
  package var category: Category?
  package var severity: Severity?
  /// JSON pointer of the rule that asks.
  package var rule: String
  /// The rule's own words.
  package var reason: String?
  /// The policy's revision when it was asked.
  package var revision: String?
  /// What a decision binds to: who calls, what, with which arguments, under which definition and policy.
  package var digest: String
  package var argumentsDigest: String?
  /// The size of the arguments as compact JSON.
  package var argumentsBytes: Int
  /// The number of the decision that this is about; for `used` that of the call that passed.
  package var decision: UInt64
  package var asked: Moment
  /// Microseconds until it is denied by itself, or, once approved and armed, until that lapses.
  package var remaining: Int64
  /// Microseconds that the agent's request still waits; nil when it has been answered.
  package var holdRemaining: Int64?
  /// Whether the agent's request waits for the decision.
  package var isHeld: Bool
  /// Who decided, as a text for people: `you on pts/3 (console)`.
  package var by: String?
  /// What the decider says to the agent.
  package var message: String?
  package var scope: ApprovalScope?
  /// Why, in words, where no person decided.
  package var detail: String?

  package init(
    id: String, state: State, session: ExactText, client: ExactText, grant: ExactText, server: ExactText,
    method: ExactText, tool: ExactText? = nil, category: Category? = nil, severity: Severity? = nil, rule: String,
    reason: String? = nil, revision: String? = nil, digest: String, argumentsDigest: String? = nil,
    argumentsBytes: Int = 0, decision: UInt64 = 0, asked: Moment, remaining: Int64, holdRemaining: Int64? = nil,
    isHeld: Bool = false, by: String? = nil, message: String? = nil, scope: ApprovalScope? = nil, detail: String? = nil
  ) {
    self.id = id
    self.state = state
    self.session = session
    self.client = client
    self.grant = grant
    self.server = server
    self.method = method
    self.tool = tool
    self.category = category
    self.severity = severity
    self.rule = rule
    self.reason = reason
    self.revision = revision
    self.digest = digest
    self.argumentsDigest = argumentsDigest
    self.argumentsBytes = argumentsBytes
    self.decision = decision
    self.asked = asked
    self.remaining = remaining
    self.holdRemaining = holdRemaining
    self.isHeld = isHeld
    self.by = by
    self.message = message
    self.scope = scope
    self.detail = detail
  }
}

/// How far an approval reaches.
package enum ApprovalScope: Hashable, Sendable {
  case once
  /// This tool for this session.
  case session
  /// Identical calls for so many seconds.
  case identical(seconds: Int)
  /// A rule was written that allows it from now on; for the call itself it is the same as once.
  case rule

  /// Identical calls may be approved for as long as a day.
  package static let longest = 86_400
}

/// An approval that lets calls pass which are yet to come.
package struct StandingApproval: Hashable, Sendable {
  package var id: String
  package var scope: ApprovalScope
  /// Nil where it holds for any session of the same grant.
  package var session: ExactText?
  package var client: ExactText
  package var grant: ExactText
  package var server: ExactText
  package var method: ExactText
  package var tool: ExactText?
  /// What it binds to.
  package var digest: String
  /// Who approved, as a text for people.
  package var by: String
  package var since: Moment
  /// Microseconds until it lapses; nil where only the session's end ends it.
  package var remaining: Int64?
  /// How many calls have passed on it.
  package var uses: Int

  package init(
    id: String, scope: ApprovalScope, session: ExactText? = nil, client: ExactText, grant: ExactText,
    server: ExactText, method: ExactText, tool: ExactText? = nil, digest: String, by: String, since: Moment,
    remaining: Int64? = nil, uses: Int = 0
  ) {
    self.id = id
    self.scope = scope
    self.session = session
    self.client = client
    self.grant = grant
    self.server = server
    self.method = method
    self.tool = tool
    self.digest = digest
    self.by = by
    self.since = since
    self.remaining = remaining
    self.uses = uses
  }
}

/// Whether everything is denied that would act, whatever the policy says.
package struct LockdownEvent: Hashable, Sendable {
  package var isOn: Bool
  package var since: Moment?
  /// Who turned it on or off, as a text for people.
  package var by: String?

  package init(isOn: Bool, since: Moment? = nil, by: String? = nil) {
    self.isOn = isOn
    self.since = since
    self.by = by
  }
}

/// What a person must see before deciding.
package struct ApprovalDetails: Hashable, Sendable {
  package var event: ApprovalEvent
  /// Compact JSON, exactly what will run; hostile text.
  ///
  /// Cut to `longestArguments` between characters; `event.argumentsBytes` tells the whole.
  package var arguments: [UInt8]
  package var isCut: Bool
  /// Something in it is not shown, because it looks like a secret.
  package var hasHiddenSecrets: Bool
  /// The tool's description as the server declares it, cut; hostile text.
  package var definition: String?

  package static let longestArguments = 1 << 20

  package init(
    event: ApprovalEvent, arguments: [UInt8], isCut: Bool = false, hasHiddenSecrets: Bool = false,
    definition: String? = nil
  ) {
    self.event = event
    self.arguments = arguments
    self.isCut = isCut
    self.hasHiddenSecrets = hasHiddenSecrets
    self.definition = definition
  }
}

/// How it goes with approvals, as `status` tells it.
package struct ApprovalStatus: Hashable, Sendable {
  /// How it goes with the command that is run for each question.
  package struct Notify: Hashable, Sendable {
    /// How often it was run.
    package var runs: UInt64
    /// How many events were not told to it: more came than it may be run for.
    package var skipped: UInt64
    /// How many runs failed.
    package var failures: UInt64
    /// Why the last run failed, in words; nil where it did not.
    package var problem: String?

    package init(runs: UInt64 = 0, skipped: UInt64 = 0, failures: UInt64 = 0, problem: String? = nil) {
      self.runs = runs
      self.skipped = skipped
      self.failures = failures
      self.problem = problem
    }
  }

  package var pending: Int
  package var standing: Int
  /// How many that can decide are attached.
  package var approvers: Int
  /// Nil where there is none.
  package var lockdown: LockdownEvent?
  /// Nil where no command is configured.
  package var notify: Notify?

  package init(
    pending: Int, standing: Int, approvers: Int, lockdown: LockdownEvent? = nil, notify: Notify? = nil
  ) {
    self.pending = pending
    self.standing = standing
    self.approvers = approvers
    self.lockdown = lockdown
    self.notify = notify
  }
}
