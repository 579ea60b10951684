internal import ControlWire
internal import JSONText
package import Policy

/// Calls that a person thinks of, to try a rule on; kept for each rule as long as the console runs.
package struct SampleCalls: Hashable, Sendable {
  /// Arguments as JSON.
  package var texts: [String] = []
  package var client = "claude-code"
  package var grant = "local"
  package var session = "s1"

  package static let most = 8
  /// A longer text of arguments is not taken.
  package static let longest = 64 << 10

  package init() {}
}

/// What became of one sample.
package struct Trial: Hashable, Sendable {
  /// How one line of the outline came out.
  package enum Mark: Hashable, Sendable {
    case holds, fails
    /// A value had a type that the operator cannot take.
    case wrongType

    var glyph: String {
      switch self {
      case .holds: "✓"
      case .fails: "✗"
      case .wrongType: "!"
      }
    }

    var role: Role {
      switch self {
      case .holds: .decisionAllow
      case .fails: .decisionDeny
      case .wrongType: .attention
      }
    }
  }

  /// Why the text cannot be tried; nil if it can.
  package var problem: String?
  package var entries: [EntryPlace: Mark] = [:]
  package var conditions: [ConditionPlace: ConditionReport] = [:]
  /// What the whole draft says, with this rule in it; nil where that cannot be told.
  package var decision: Decision?
  /// The step of the judgement that decided, in words.
  package var because: String?

  init(problem: String? = nil) { self.problem = problem }
}

extension ConditionReport {
  var mark: Trial.Mark {
    switch outcome {
    case .holds: .holds
    case .fails, .missing: .fails
    case .wrongType: .wrongType
    }
  }

  /// What was found, in words.
  var inWords: String {
    let found = found.map { "\(path) is \($0)" } ?? "\(path) is missing"
    switch outcome {
    case .holds: return "holds: \(found)"
    case .fails: return "fails: \(found)"
    case .missing: return "fails: \(found)"
    case .wrongType: return "wrong type, so the entry fails closed: \(found)"
    }
  }
}

extension RuleEditor {
  /// The entry as the engine judges it; nil while something in it is wrong.
  func compiled(_ place: EntryPlace) -> ConditionEntry? {
    guard let node = entry(place), let elements = node["conditions"]?.elements else { return nil }
    var conditions: [Condition] = []
    for (index, element) in elements.enumerated() {
      guard let path = element["path"]?.text, let word = element["op"]?.string,
        let op = ConditionOperator(rawValue: word),
        let value = element["value"], let read = try? ConditionPath(path),
        let condition = try? Condition(pointer: "\(index)", path: read, op: op, value: value)
      else { return nil }
      conditions.append(condition)
    }
    return ConditionEntry(
      pointer: "", line: 0, conditions: conditions, text: node[ExactText(place.list.textKey)]?.string)
  }

  /// All entries of the rule that are right.
  var compiledEntries: [(place: EntryPlace, entry: ConditionEntry)] {
    RuleList.allCases.flatMap { list in
      entries(list).indices.compactMap { index in
        let place = EntryPlace(list: list, entry: index)
        return compiled(place).map { (place, $0) }
      }
    }
  }
}

extension ConsoleState {
  /// Tries all samples on the rule of the editor, and on the whole policy with that rule in it.
  func tried(_ editor: RuleEditor) -> [Trial] {
    guard !editor.samples.texts.isEmpty else { return [] }
    var engine: PolicyEngine?
    if var draft = policy.draft, editor.errors.isEmpty,
      (try? draft.apply(.change(editor.address, .become(editor.rule)))) != nil || !editor.isChanged
    {
      engine = draft.engine
    }
    let entries = editor.compiledEntries
    return editor.samples.texts.map { text in
      let arguments: JSONNode
      do throws(JSONError) {
        arguments = try JSONNode.read(Array(text.utf8))
      } catch {
        return Trial(problem: "no JSON: \(error)")
      }
      guard arguments.members != nil else { return Trial(problem: "arguments are an object, as {\"x\": 1}") }
      return trial(arguments, editor, entries, engine)
    }
  }

  private func trial(
    _ arguments: JSONNode, _ editor: RuleEditor, _ entries: [(place: EntryPlace, entry: ConditionEntry)],
    _ engine: PolicyEngine?
  ) -> Trial {
    var trial = Trial()
    let (call, isReal) = call(editor, arguments)
    let subject = ConditionSubject(call: call, arguments: arguments)
    for (place, entry) in entries {
      let outcome = entry.outcome(place.list.kind, subject)
      trial.entries[place] = outcome.mistyped != nil ? .wrongType : outcome.holds ? .holds : .fails
      for (index, report) in entry.reports(place.list.kind, subject).enumerated() {
        trial.conditions[ConditionPlace(list: place.list, entry: place.entry, index: index)] = report
      }
    }
    guard isReal, let engine else { return trial }
    let explanation = engine.explain(trying: call, arguments: arguments, inputSchema: editor.schema, at: now)
    trial.decision = explanation.decision
    trial.because = explanation.steps.last { $0.outcome != .skipped }?.text
    return trial
  }

  /// The call that the samples are arguments of; false where there is no tool to call.
  private func call(_ editor: RuleEditor, _ arguments: JSONNode) -> (Call, isReal: Bool) {
    let samples = editor.samples
    func call(_ server: ExactText, _ target: Call.Target) -> Call {
      Call(
        server: server, target: target, grant: ExactText(samples.grant), session: ExactText(samples.session),
        client: ExactText(samples.client))
    }
    let server = editor.address.server ?? editor.tool?.server ?? catalogue.servers.first?.info.name ?? "server"
    switch editor.address.section {
    case .tools, .allTools:
      if let tool = editor.tool { return (call(tool.server, .tool(tool.tool)), true) }
      if let index = governed(by: editor.address).first {
        let name = catalogue.name(of: index)
        return (call(name.server, .tool(name.tool)), true)
      }
      if editor.address.section == .tools, case .exact(let name)? = try? NamePattern(editor.address.key) {
        return (call(server, .tool(name)), true)
      }
      return (call(server, .tool("tool")), false)
    case .resources:
      let uri = arguments["uri"]?.text
      return (call(server, .resource(uri: uri ?? "")), uri != nil)
    case .prompts: return (call(server, .prompt(editor.address.key)), true)
    case .serverRequests: return (call(server, .serverRequest(method: editor.address.key)), true)
    }
  }

  /// The tools that a rule decides about, in the catalogue's order.
  func governed(by address: RuleAddress) -> [Int] {
    let pointer = address.pointer
    return catalogue.tools.indices.filter { index in
      if address.section == .allTools {
        return address.server == nil || catalogue.name(of: index).server == address.server
      }
      return catalogue.tools[index].standing.rule == pointer
    }
  }
}
