package import ControlWire
package import Filters
package import JSONText
package import Policy

/// Everything that the console knows and shows; one value, changed by `update` alone.
package struct ConsoleState: Equatable, Sendable {
  package var options: ConsoleOptions
  package var size: Size
  package var now = Moment(microseconds: 0)

  package var gate = GateLink()
  package var policy = PolicyFile()
  package var catalogue = Catalogue()
  /// Sessions that are open, by name.
  package var sessions: [ExactText: SessionEvent] = [:]

  package var list = PolicyList()
  package var live: LiveView
  package var serverList = ListCursor()
  /// What the servers pane shows; nil for all.
  package var serverFilter: Filter?
  package var changeList = ListCursor()
  /// The first line of the rule pane that is drawn.
  package var ruleTop = 0 {
    didSet { if ruleTop == 0 { ruleStop = nil } }
  }
  /// Which rule of the rule pane its cursor is on; nil for the one that decides.
  package var ruleStop: Int?
  var keptLevel: KeptLevel?
  /// The choice under the cursor while there is no policy file.
  package var starter = Starter.careful
  /// What `Starter.careful` would write for the tools that are known, and how many rules that has.
  package var carefulText: [UInt8] = []
  package var carefulRules = 0

  package var focus = Pane.policy
  /// What fills the upper part of the screen: `policy` (with `rule`), `servers` or `changes`.
  package var upper = Pane.policy
  package var isZoomed = false
  package var overlay: Overlay?

  /// The message in the bottom line.
  package var note: Note?
  /// When it goes away; errors stay until the next key.
  package var noteEnds: Moment?
  package var log: [LoggedNote] = []
  package var commands: [String] = []
  /// The lines that numbers stand for, as they were offered last.
  package var choices: [String] = []
  /// What was said since somebody began to listen; nil while nobody does.
  var saidSince: [Note]?

  /// The last limit that was set, which Space and `:limit` without words use.
  package var lastLimit = LimitSetting()
  /// The person has said yes once to allowing something risky.
  package var acceptsRisk = false
  /// Whether the terminal has the focus, as far as it tells.
  package var hasFocus = true
  /// The next click only brings the focus back.
  package var isFocusFresh = false
  package var usesMouse = true
  /// What `servers.json` says.
  package var registry = RegistryView()
  /// Servers that are being asked for their tools.
  package var scanning: Set<ExactText> = []
  /// Servers that were asked, whose answer is to be told of as soon as it is known.
  package var asked: [ExactText] = []
  /// Whose tools are others than before.
  package var definitionChanges: [ExactText: DefinitionChanges] = [:]
  /// A first policy is being written, after which servers are offered.
  package var isFirstRun = false
  /// Calls to try rules on, as long as the console runs.
  var samples: [RuleAddress: SampleCalls] = [:]
  /// The console ends as soon as the file is saved.
  package var isQuitting = false
  /// Whole definitions of the tools that were looked at last.
  package var definitions = ToolDefinitions()
  /// What was written to the policy file, and what the gate made of it.
  package var ledger = ChangeLedger()
  /// Unsaved edits that other consoles left behind, the newest first.
  package var left: [LeftEdits] = []

  /// The filters that have a name.
  package var filters = NamedFilters()
  /// What is being written to the file of named filters.
  var pendingFilters: PendingFilters?
  /// The edit that the last question was about.
  var tried: TriedEdit?
  /// What the gate told of single calls.
  package var facts = CallFacts()
  /// What the calls in view were made with.
  package var glimpses = Glimpses()
  /// What is not as it was accepted.
  package var pins = PinsKnown()
  /// What the record tells.
  package var history = HistoryView()
  /// Unsaved edits, tried on the record.
  package internal(set) var recordTrial: RecordTrial?
  /// How far back they are tried.
  package internal(set) var effectPeriod = EffectPeriod.standard
  /// A rule from a call that is being written.
  package var ruleWrite: RuleWrite?
  /// How many requests had ids from `nextRequest`.
  var lastRequest = 0
  /// Calls that wait for a person.
  package internal(set) var approvals = ApprovalsView()
  /// How people decided about calls like those.
  package internal(set) var similar = SimilarDecisions()

  package init(options: ConsoleOptions, size: Size = Size(columns: 80, rows: 24), now: Moment = Moment(microseconds: 0))
  {
    self.options = options
    self.size = size
    self.now = now
    live = LiveView(capacity: options.ringCapacity, searchedAtOnce: options.searchedAtOnce)
    approvals.lastKey = now
  }

  /// When the picture changes by itself; nil if only messages change it.
  ///
  /// The loop sends `ConsoleMessage.tick` then and draws again; with nil it may sleep for ever.
  package var nextTick: Moment? {
    var next: Moment?
    func want(_ moment: Moment) { next = next.map { min($0, moment) } ?? moment }
    let second = Moment(microseconds: (now.microseconds / 1_000_000 + 1).multiplied(1_000_000))
    if case .lost = gate.connection { want(second) }
    if live.rates.isMoving(now: now) { want(second) }
    if live.isSearching { want(now) }
    if let noteEnds { want(noteEnds) }
    if let end = catalogue.nextExpiry { want(end) }
    if let view = messagesView, gate.isUp { want(view.next) }
    if case .awaitingGate = policy.saving, gate.isUp { want(second) }
    if ruleWrite?.asked != nil { want(second) }
    if let nextCounts { want(min(nextCounts, second)) }
    if let moment = differsAt, moment > now { want(moment) }
    if let moment = nextGlimpse { want(moment) }
    if let moment = nextApprovalTick { want(moment) }
    return next
  }
}

/// A note with the time it was said.
package struct LoggedNote: Hashable, Sendable {
  package var note: Note
  package var time: Moment
}

/// How often something may be called.
package struct LimitSetting: Hashable, Sendable {
  package var most = 10
  package var window = "minute"
  package var scope = "grant"

  package var setting: RuleSetting { .limit(max: most, window: window, scope: scope) }
}
