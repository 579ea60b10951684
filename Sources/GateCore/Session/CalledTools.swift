internal import ControlWire
internal import JSONText
internal import Policy
internal import Risk

/// The tools that a session has called lately, with what need not be looked up for each call of them.
///
/// A client may call names without end, so there are places for a few, and a name takes the place of another.
struct CalledTools: Sendable {
  struct Tool: Sendable {
    var recurring: RecurringCall
    /// What the badge says in this revision of the catalogue.
    private var badge: (category: Category, severity: Severity)?
    private var revision = -1
    /// What decisions' lines say that allow a call as before, and by what was found and which catalogue.
    private var line: (text: [UInt8], findings: Int, revision: Int)?

    /// What the tool's pin says, as of these revisions of all pins and of what the session was told.
    private var pin = PinVerdict.passes
    private var pinRevision = (-1, -1)

    init(_ call: Call) { recurring = RecurringCall(call) }

    /// What stands in the stream as the tool.
    var name: ExactText { recurring.call.target.subject ?? "" }

    /// The part of a decision's line that stays the same as long as the policy allows the call for the same reason; nil
    /// where it must be made anew.
    func line(in catalogueRevision: Int) -> [UInt8]? {
      guard let line, line.findings == recurring.findings, line.revision == catalogueRevision else { return nil }
      return line.text
    }

    /// Makes it, of a call that is allowed again; `source` is the same as long as this is kept.
    mutating func makeLine(source: [UInt8], in gate: GateState) -> [UInt8] {
      guard let decision = recurring.allowance else { preconditionFailure("what is allowed again has a decision") }
      let badge = badge(in: gate)
      let text = EventEncoder.again(
        decision, source: source, method: "tools/call", tool: SessionCore.shortened(name).string,
        category: badge?.category, severity: badge?.severity, revision: gate.engine.revision)
      line = (text, recurring.findings, gate.catalogueRevision)
      return text
    }

    /// Whether the tool is known to be as it was accepted.
    func isPinned(by pins: PinBook, _ told: ToolsTold) -> Bool {
      guard pinRevision == (pins.revision, told.revision), case .passes = pin else { return false }
      return true
    }

    /// What the tool's pin says.
    mutating func pin(in pins: PinBook, _ told: ToolsTold) -> PinVerdict {
      if pinRevision != (pins.revision, told.revision) {
        pinRevision = (pins.revision, told.revision)
        pin = pins.verdict(recurring.call.server, name, told: told[name])
      }
      return pin
    }

    /// What the tool's badge says.
    mutating func badge(in gate: GateState) -> (category: Category, severity: Severity)? {
      if revision != gate.catalogueRevision {
        revision = gate.catalogueRevision
        badge = gate.badge(of: recurring.call.target.subject, on: recurring.call.server)
      }
      return badge
    }
  }

  static let capacity = 64

  /// Nothing until the first call.
  private var tools: [Tool] = []

  /// Where the tool of a call is kept from now on.
  mutating func place(of name: ExactText, _ call: () -> Call) -> Int {
    let place = Int(NameHash.of(name) % UInt32(Self.capacity))
    if tools.isEmpty {
      // Nobody calls what is no tool.
      let nobody = Tool(Call(server: "", target: .other(method: ""), session: ""))
      tools = Array(repeating: nobody, count: Self.capacity)
    }
    if case .tool(name) = tools[place].recurring.call.target { return place }
    tools[place] = Tool(call())
    return place
  }

  /// Where a tool is kept that was called before, by its name as it stands in a line without escapes; nil where it is not.
  func place(of name: Span<UInt8>) -> Int? {
    guard !tools.isEmpty else { return nil }
    let place = Int(NameHash.of(name) % UInt32(Self.capacity))
    guard case .tool(let known) = tools[place].recurring.call.target else { return nil }
    return known.isEqual(name) ? place : nil
  }

  /// The tool in a place that `place` gave.
  subscript(_ place: Int) -> Tool {
    get { tools[place] }
    _modify { yield &tools[place] }
  }
}

extension Call.Target {
  /// What stands in the stream as the tool.
  var subject: ExactText? {
    switch self {
    case .tool(let name), .prompt(let name), .resource(let name): name
    case .serverRequest, .other: nil
    }
  }
}

extension GateState {
  func badge(of subject: ExactText?, on server: ExactText) -> (category: Category, severity: Severity)? {
    guard let subject, let found = catalogue[server]?[subject] else { return nil }
    return (found.category, found.severity)
  }
}
