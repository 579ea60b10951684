package import JSONText

/// One change of what `tools.lock.json` holds, good for whatever is in the file by then.
package enum PinEdit: Hashable, Sendable {
  /// The server has listed its tools.
  case list(ExactText)
  /// A tool was heard of first; who was first stays.
  case record(ExactText, ExactText, PinLock.Tool)
  case accept(ExactText, ExactText, PinLock.Tool)
  case reject(ExactText, ExactText, PinLock.Rejection)
  /// The tool is gone, and that is accepted.
  case drop(ExactText, ExactText)
  /// The server has greeted somebody first; who was first stays.
  case greet(ExactText, PinLock.Instructions)
  case instruct(ExactText, PinLock.Instructions)
  case rejectInstructions(ExactText, PinLock.Rejection)
}

extension PinLock {
  package mutating func apply(_ edit: PinEdit) {
    switch edit {
    case .list(let server):
      if servers[server, default: Server()].tools == nil { servers[server]?.tools = [:] }
    case .record(let server, let name, let tool):
      if self[server, name] == nil { put(tool, server, name) }
    case .accept(let server, let name, let tool): put(tool, server, name)
    case .reject(let server, let name, let rejection):
      var tool = self[server, name] ?? Tool(digest: nil)
      if tool.digest == rejection.digest {
        (tool.digest, tool.accepted, tool.by, tool.added) = (nil, nil, nil, nil)
      }
      tool.rejected = rejection
      put(tool, server, name)
    case .drop(let server, let name): servers[server]?.tools?[name] = nil
    case .greet(let server, let instructions):
      if servers[server]?.instructions == nil { servers[server, default: Server()].instructions = instructions }
    case .instruct(let server, let instructions): servers[server, default: Server()].instructions = instructions
    case .rejectInstructions(let server, let rejection): servers[server]?.instructions?.rejected = rejection
    }
  }

  private mutating func put(_ tool: Tool, _ server: ExactText, _ name: ExactText) {
    servers[server, default: Server()].tools = servers[server]?.tools ?? [:]
    servers[server]?.tools?[name] = tool
  }
}

extension PinEdit {
  /// What it adds to the file, at most or about.
  var bytes: Int {
    switch self {
    case .list(let server): 64 + server.utf8.count
    case .record(let server, let name, let tool), .accept(let server, let name, let tool):
      // A definition takes more in many lines.
      512 + server.utf8.count + name.utf8.count + 3 * (tool.definition?.count ?? 0)
    case .reject(let server, let name, let rejection):
      512 + server.utf8.count + name.utf8.count + rejection.by.utf8.count
    case .rejectInstructions(let server, let rejection): 512 + server.utf8.count + rejection.by.utf8.count
    case .drop: 0
    case .greet(let server, let instructions), .instruct(let server, let instructions):
      512 + server.utf8.count + (instructions.text?.utf8.count ?? 0)
    }
  }

  var withoutDefinition: PinEdit {
    switch self {
    case .record(let server, let name, var tool):
      tool.definition = nil
      return .record(server, name, tool)
    case .accept(let server, let name, var tool):
      tool.definition = nil
      return .accept(server, name, tool)
    case .greet(let server, var instructions):
      instructions.text = nil
      return .greet(server, instructions)
    case .instruct(let server, var instructions):
      instructions.text = nil
      return .instruct(server, instructions)
    case .list, .reject, .rejectInstructions, .drop: return self
    }
  }
}
