package import ControlWire
internal import JSONSchema
package import JSONText
package import Policy

extension GateState {
  /// Tells what a call was made with, and how the policy in force judges it now; counts nothing.
  ///
  /// `secrets` are those of a session.
  package func explain(
    _ sequence: UInt64, hiding secrets: (ExactText) -> Secrets = { _ in .none }, at now: Moment
  ) -> CallExplanation {
    var answer = CallExplanation(sequence: sequence, revision: engine.revision)
    guard let event = decision(sequence) else {
      answer.problem = "the gate does not remember this call any more"
      return answer
    }
    answer.revisionThen = event.revision
    guard let call = Call(event) else {
      answer.problem = "no rule was looked at"
      return answer
    }
    if let text = recent.meta(of: sequence), let node = try? JSONNode.read(text) {
      let safe = ShownArguments(node, hiding: secrets(event.session))
      answer.meta = safe.text
      answer.hasHiddenSecrets = safe.hasHiddenSecrets
    }
    var arguments: JSONNode?
    var shown: ShownArguments?
    switch recent[sequence] {
    case nil: answer.problem = "the gate does not remember the call's arguments any more"
    case .tooLong(let bytes):
      answer.argumentsBytes = bytes
      answer.problem = "the call's arguments are too long to be remembered"
    case .absent: arguments = .noArguments
    case .text(let text):
      guard let node = try? JSONNode.read(text) else { break }
      let safe = ShownArguments(node, hiding: secrets(event.session))
      answer.arguments = safe.text
      answer.argumentsBytes = safe.bytes
      answer.isCut = safe.isCut
      answer.hasHiddenSecrets = safe.hasHiddenSecrets || answer.hasHiddenSecrets
      (arguments, shown) = (node, safe)
    }
    guard let arguments else { return answer }
    let schema = inputSchema(of: call.target, on: call.server)
    var explanation = engine.explain(
      call, pin: pin(of: call.target, on: call.server), arguments: arguments, inputSchema: schema, counters: counters,
      at: now)
    if let shown { explanation.hide(shown) }
    answer.explanation = explanation
    return answer
  }

  /// A decision that the stream still has.
  private func decision(_ sequence: UInt64) -> DecisionEvent? {
    guard sequence > 0 else { return nil }
    let (_, position) = stream.since(sequence - 1)
    var found: DecisionEvent?
    stream.forEach(from: position) { entry, line in
      guard entry.sequence == sequence, case .decision = entry.kind else { return }
      found = DecisionEvent(line)
    }
    return found
  }

  /// What a server is known to have declared of a tool.
  private func inputSchema(of target: Call.Target, on server: ExactText) -> ToolSchema {
    guard case .tool(let name) = target else { return .unknown }
    return ToolSchema(schemas[server]?[name], schemaCache)
  }
}

extension Call {
  /// What a decision was about; nil for what no rule was looked at for.
  init?(_ event: DecisionEvent) {
    guard event.decision.rule != Decision.malformed else { return nil }
    let target = Target(method: event.method, name: event.tool ?? "")
    switch target {
    case .tool, .resource, .prompt: guard event.tool != nil else { return nil }
    case .serverRequest, .other: break
    }
    self.init(
      server: event.server, target: target, grant: event.grant, session: event.session, client: event.client)
  }
}

extension DecisionEvent {
  /// Reads a decision's line.
  init?(_ line: Span<UInt8>) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(line.count)
    for index in line.indices { bytes.append(line[index]) }
    guard case .decision(let event)?? = try? GateMessage.read(bytes)?.event else { return nil }
    self = event
  }
}

extension Explanation {
  /// Hides in every word what is hidden in the call's arguments.
  fileprivate mutating func hide(_ shown: ShownArguments) {
    decision.reason = decision.reason.map { shown.hiding($0) }
    for index in steps.indices {
      steps[index].text = shown.hiding(steps[index].text)
      for place in steps[index].conditions.indices {
        steps[index].conditions[place].found = steps[index].conditions[place].found.map { shown.hiding($0) }
      }
    }
  }
}
