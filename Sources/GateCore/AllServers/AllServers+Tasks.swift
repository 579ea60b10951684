internal import JSONText
internal import MCPWire
internal import Policy

// MARK: Tasks, which keep the ids that their servers gave them
extension AllServers {
  /// A request about a task goes to the server that has it.
  mutating func callOfTask(
    _ message: WireMessage, _ line: Span<UInt8>, _ id: ExactText, _ key: ExactText, at now: Moment
  ) {
    guard let task = JSONNode.read(part: message.params, of: line)?["taskId"]?.text, let server = tasks[task] else {
      return refuse(id, -32602, "refused: there is no such task")
    }
    route(message, line, id, key, to: server, edits: [], at: now)
  }

  /// Takes note of the task that a call has become.
  ///
  /// - Returns: Whether the client can be told of it: a server must not pass its task off as another's.
  mutating func noteTask(_ message: WireMessage, _ line: Span<UInt8>, of server: ExactText) -> Bool {
    guard message.kind == .result else { return true }
    let isTask = message.resultType.map { line.isEqual($0.body, to: "task") } ?? false
    let result = JSONNode.read(part: message.payload, of: line)
    guard let id = (result?["task"]?["taskId"] ?? (isTask ? result?["taskId"] : nil))?.text else { return true }
    return tasks.begin(id, on: server)
  }
}
