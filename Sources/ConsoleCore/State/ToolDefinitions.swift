package import ControlWire
internal import JSONText

/// A tool as its server declared it, whole: what the page of a tool and the editors of its rule are made from.
///
/// Everything in it is the server's word; JSON texts are compact, and empty where the server gave none.
package struct ToolDefinition: Hashable, Sendable {
  /// The whole element of `tools/list`.
  package var text: [UInt8]
  package var title: String?
  package var description: String
  package var inputSchema: [UInt8]
  package var outputSchema: [UInt8]
  package var annotations: [UInt8]
  /// What the server's command starts, where it tells.
  package var package: ServerPackage?

  /// Nil for a text that is no object.
  package init?(_ text: [UInt8], package: ServerPackage? = nil) {
    guard let node = try? JSONNode.read(text), node.members != nil else { return nil }
    self.text = text
    title = node["title"]?.string ?? node["annotations"]?["title"]?.string
    description = node["description"]?.string ?? ""
    inputSchema = node["inputSchema"]?.compact ?? []
    outputSchema = node["outputSchema"]?.compact ?? []
    annotations = node["annotations"]?.compact ?? []
    self.package = package
  }
}

/// The definitions that were asked for last, at most `most` of them.
package struct ToolDefinitions: Hashable, Sendable {
  package enum Entry: Hashable, Sendable {
    /// The answer is to come; the number is the request's `id`, nil where a file is asked.
    case asked(Int?)
    case known(ToolDefinition)
    /// There is none, and why.
    case missing(String, ServerPackage?)
  }

  package static let most = 32

  private var entries: [ToolName: Entry] = [:]
  /// The names of `entries`, the one that was wanted last at the end.
  private var order: [ToolName] = []
  private var lastID = 0

  package init() {}

  package subscript(_ name: ToolName) -> ToolDefinition? {
    if case .known(let definition) = entries[name] { definition } else { nil }
  }

  package func entry(_ name: ToolName) -> Entry? { entries[name] }
  package var count: Int { entries.count }

  /// Notes that a tool is wanted; the id to ask with, nil where there is nothing to ask.
  mutating func want(_ name: ToolName, fromGate: Bool) -> Int? {
    order.removeAll { $0 == name }
    order.append(name)
    switch entries[name] {
    case .known, .asked: return nil
    case .missing, nil: break
    }
    lastID += 1
    entries[name] = .asked(fromGate ? lastID : nil)
    if order.count > Self.most { entries[order.removeFirst()] = nil }
    return lastID
  }

  /// Takes an answer; one that nobody waits for any more is dropped.
  mutating func take(_ answer: ToolAnswer) {
    let name = ToolName(server: answer.server, tool: answer.name)
    guard entries[name] != nil else { return }
    if let text = answer.definition {
      guard text.count <= ToolAnswer.longestDefinition, let definition = ToolDefinition(text, package: answer.package)
      else {
        entries[name] = .missing("its definition cannot be read", answer.package)
        return
      }
      entries[name] = .known(definition)
    } else {
      entries[name] = .missing(answer.problem ?? "its definition is not known", answer.package)
    }
  }

  func isWaiting(for id: Int) -> Bool { entries.contains { $0.value == .asked(id) } }

  /// A gate does not know the request with this id.
  mutating func refuse(_ id: Int) {
    guard let name = entries.first(where: { $0.value == .asked(id) })?.key else { return }
    entries[name] = .missing("the gate that runs is of an older build and does not tell it", nil)
  }

  /// Forgets what may be another tool now, or was asked of a gate that is gone.
  mutating func forget(server: ExactText? = nil) {
    let gone = order.filter { server == nil || $0.server == server }
    for name in gone { entries[name] = nil }
    order.removeAll { entries[$0] == nil }
  }
}

extension ConsoleState {
  /// Asks for a tool's definition unless it is known or on its way; call it when something opens that shows it.
  mutating func wantDefinition(of name: ToolName) -> [ConsoleEffect] {
    guard let id = definitions.want(name, fromGate: gate.isUp) else { return [] }
    if gate.isUp { return [.send(.tool(server: name.server, name: name.tool, id: id))] }
    return [.readDefinition(name)]
  }

  /// Asks again for what is open on the screen, after what was known of it was forgotten.
  mutating func wantDefinitionAgain() -> [ConsoleEffect] {
    guard let name = definitionInView, definitions.entry(name) == nil else { return [] }
    return wantDefinition(of: name)
  }

  /// The tool whose definition is on the screen now.
  var definitionInView: ToolName? {
    switch overlay {
    case .rule(let editor): editor.tool
    case .tool(let page): page.name
    case .newRule(let rule): rule.tool
    default: nil
    }
  }
}
