package import JSONText
package import Policy
package import Risk

/// Everything that a console must know before it follows the stream.
package struct Snapshot: Hashable, Sendable {
  package struct Server: Hashable, Sendable {
    /// `running` means: at least one session has it as a child now.
    package enum State: String, CaseIterable, Hashable, Sendable { case running, idle, failed }

    package var name: ExactText
    /// False for one that a session brought along with `gatehouse run`.
    package var isRegistered: Bool
    /// `stdio`, or the URL's scheme.
    package var transport: String
    /// The program's name without its arguments, which may hold secrets.
    package var program: String
    package var state: State
    package var sessions: Int
    /// The last thing that went wrong, in words.
    package var lastError: String?
    /// What a failed one wrote last to its standard error, its secrets hidden; hostile text.
    package var lastLine: String?
    /// When its tools were last asked for.
    package var scanned: Moment?
    package var tools: [Tool]

    package init(
      name: ExactText, isRegistered: Bool, transport: String, program: String, state: State, sessions: Int,
      lastError: String?, lastLine: String? = nil, scanned: Moment?, tools: [Tool]
    ) {
      self.name = name
      self.isRegistered = isRegistered
      self.transport = transport
      self.program = program
      self.state = state
      self.sessions = sessions
      self.lastError = lastError
      self.lastLine = lastLine
      self.scanned = scanned
      self.tools = tools
    }
  }

  package struct Tool: Hashable, Sendable {
    package var name: ExactText
    package var title: String?
    /// The server's own words, cut to 2,000 characters; hostile text.
    package var description: String
    package var assessment: Assessment
    /// Names of the parameters; the required ones first.
    package var parameters: [String]
    package var requiredParameters: Int

    package init(
      name: ExactText, title: String?, description: String, assessment: Assessment, parameters: [String],
      requiredParameters: Int
    ) {
      self.name = name
      self.title = title
      self.description = description
      self.assessment = assessment
      self.parameters = parameters
      self.requiredParameters = requiredParameters
    }
  }

  package var servers: [Server]
  package var sessions: [SessionEvent]
  package var policy: PolicyEvent
  package var policyPath: String
  /// Why the record cannot be written; nil as long as it can.
  package var record: RecordEvent?
  /// The stream's position that this is a picture of.
  package var sequence: UInt64
  /// What waits for a person, the next deadline first.
  package var approvals: [ApprovalEvent]
  package var standing: [StandingApproval]
  /// What was settled last, the newest last.
  package var recent: [ApprovalEvent]
  /// Nil where nothing is locked down.
  package var lockdown: LockdownEvent?

  /// So many that are settled are told.
  package static let mostRecent = 100

  package init(
    servers: [Server], sessions: [SessionEvent], policy: PolicyEvent, policyPath: String, record: RecordEvent? = nil,
    sequence: UInt64, approvals: [ApprovalEvent] = [], standing: [StandingApproval] = [],
    recent: [ApprovalEvent] = [], lockdown: LockdownEvent? = nil
  ) {
    self.servers = servers
    self.sessions = sessions
    self.policy = policy
    self.policyPath = policyPath
    self.record = record
    self.sequence = sequence
    self.approvals = approvals
    self.standing = standing
    self.recent = recent
    self.lockdown = lockdown
  }
}

/// What `gatehouse status` tells about a running gate.
package struct GateStatus: Hashable, Sendable {
  package var pid: Int32
  package var build: String
  package var started: Moment
  package var policy: PolicyEvent
  package var policyPath: String
  package var sessions: Int
  package var subscribers: Int
  /// Decisions since the start by verdict, in the order of `Verdict.allCases`.
  package var counts: [Int]
  /// Nil where a gate keeps none.
  package var record: RecordStatus?
  package var settings: SettingsStatus?
  package var counters: CounterStatus?
  package var approvals: ApprovalStatus?

  package init(
    pid: Int32, build: String, started: Moment, policy: PolicyEvent, policyPath: String, sessions: Int,
    subscribers: Int, counts: [Int], record: RecordStatus? = nil, settings: SettingsStatus? = nil,
    counters: CounterStatus? = nil, approvals: ApprovalStatus? = nil
  ) {
    self.pid = pid
    self.build = build
    self.started = started
    self.policy = policy
    self.policyPath = policyPath
    self.sessions = sessions
    self.subscribers = subscribers
    self.counts = counts
    self.record = record
    self.settings = settings
    self.counters = counters
    self.approvals = approvals
  }
}
