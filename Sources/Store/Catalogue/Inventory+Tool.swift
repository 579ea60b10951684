package import ControlWire
package import JSONText
internal import Risk

extension Inventory {
  /// What registry and catalogue know of one tool; `place` says where its definition is, where the caller knows.
  package static func answer(
    _ name: ExactText, of server: ExactText, registry: ServerRegistry, definitions: [[UInt8]]?, place: Int? = nil
  ) -> ToolAnswer {
    var answer = ToolAnswer(server: server, name: name)
    if case .stdio(let program, let arguments, _, _) = registry[server]?.transport {
      answer.package = ServerPackage(program: program, arguments: arguments)
    }
    guard let definitions else {
      answer.problem = "nothing is known of the server `\(server.string)`"
      return answer
    }
    guard let text = definition(of: name, in: definitions, at: place) else {
      answer.problem = "the server `\(server.string)` listed no tool of this name"
      return answer
    }
    if text.count <= ToolAnswer.longestDefinition {
      answer.definition = text
    } else {
      answer.problem = "its definition has \(text.count) bytes, and \(ToolAnswer.longestDefinition) is the most shown"
    }
    return answer
  }

  /// The first definition of this name: the one that is called.
  private static func definition(of name: ExactText, in definitions: [[UInt8]], at place: Int?) -> [UInt8]? {
    func isIt(_ text: [UInt8]) -> Bool { (try? JSONNode.read(text)).flatMap(ToolDefinition.init)?.name == name }
    if let place, definitions.indices.contains(place), isIt(definitions[place]) { return definitions[place] }
    return definitions.first(where: isIt)
  }
}
