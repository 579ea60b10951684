import ControlWire
import Gate
import JSONText
import Policy
import Risk
import System

// MARK: What they ask the gate
extension Gatehouse {
  /// Sends a request and waits until the gate has done it.
  static func ask(_ request: ControlRequest, _ client: inout ControlClient) throws(Failure) {
    client.send(request)
    while let (_, message) = try nextMessage(&client) {
      if case .done = message.event { return }
    }
    throw Failure("the gate closed the connection without an answer")
  }

  static func approvals(
    _ client: inout ControlClient
  ) throws(Failure) -> (pending: [ApprovalEvent], standing: [StandingApproval]) {
    client.send(.approvals(id: 1))
    while let (_, message) = try nextMessage(&client) {
      if case .approvals(let pending, let standing, _) = message.event { return (pending, standing) }
    }
    throw Failure("the gate closed the connection without an answer")
  }

  /// Nil for one that does not wait any more.
  static func details(
    of id: String, _ client: inout ControlClient
  ) throws(Failure) -> ApprovalDetails? {
    client.send(.approval(id, id: 1))
    do {
      while let line = try client.nextLine() {
        switch try GateMessage.read(line)?.event {
        case .approvalDetails(let details, _): return details
        case .refused: return nil
        default: continue
        }
      }
    } catch {
      throw Failure("\(error)")
    }
    throw Failure("the gate closed the connection without an answer")
  }

  static func find(_ word: String, _ client: inout ControlClient) throws(Failure) -> ApprovalEvent {
    let (pending, _) = try approvals(&client)
    let id = try match(word, among: pending.map(\.id), "call that waits")
    guard let event = pending.first(where: { $0.id == id }) else { throw Failure("`\(id)` is settled already") }
    return event
  }

  /// The name that is meant by a word: that very name, or the only one that begins so.
  static func match(_ word: String, among ids: [String], _ thing: String) throws(Failure) -> String {
    if ids.contains(word) { return word }
    let fitting = word.isEmpty ? [] : ids.filter { $0.utf8.starts(with: word.utf8) }
    guard let id = fitting.first else {
      // The gate knows what became of one that is settled.
      guard ids.isEmpty else { throw Failure("`\(word)` is no \(thing)", help: "there are: " + listed(ids)) }
      throw Failure("`\(word)` is no \(thing): there is none")
    }
    guard fitting.count == 1 else {
      throw Failure("`\(word)` is not one \(thing) but \(fitting.count)", help: "there are: " + listed(fitting))
    }
    return id
  }

  private static func listed(_ ids: [String]) -> String {
    ids.prefix(8).joined(separator: ", ") + (ids.count > 8 ? " and \(ids.count - 8) more" : "")
  }
}

// MARK: What they print
extension Gatehouse {
  private static let shownArguments = 60

  static func cut(_ arguments: [UInt8]) -> String {
    let text = String(decoding: arguments, as: UTF8.self)
    guard text.count > shownArguments else { return text }
    return text.prefix(shownArguments) + "… (\(arguments.count) bytes)"
  }

  /// `42 s`, `9:30 min`, `2:05 h`.
  static func words(microseconds: Int64) -> String {
    let seconds = max(0, microseconds) / 1_000_000
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    switch seconds {
    case ..<60: return "\(seconds) s"
    case ..<3_600: return "\(seconds / 60):\(two(seconds % 60)) min"
    default: return "\(seconds / 3_600):\(two(seconds % 3_600 / 60)) h"
    }
  }

  static func words(_ details: ApprovalDetails, _ scope: ApprovalScope) -> String {
    let event = details.event
    let reach =
      switch scope {
      case .once: "once"
      case .session: "this tool for the rest of session \(event.session.string)"
      case .identical(let seconds): "and identical calls for \(words(microseconds: Int64(seconds) * 1_000_000))"
      case .rule: "and calls with these arguments by a rule"
      }
    let risk = event.category.map { "  (\($0.rawValue), \(event.severity?.rawValue ?? "-"))" } ?? ""
    var lines = ["\(event.id)  \(reach)"]
    lines.append("  call       \(event.target)\(risk)")
    lines.append("  agent      \(event.client.string), session \(event.session.string)")
    lines.append("  asked by   \(event.rule)" + (event.reason.map { ": \($0)" } ?? ""))
    lines.append("  waits      " + (event.isHeld ? "yes" : "no longer: one identical call will pass"))
    var formatter = JSONFormatter()
    formatter.columns = 80
    formatter.longest = 4 * ApprovalDetails.longestArguments
    let pretty = (try? formatter.formatted(details.arguments)) ?? nil
    let text = String(decoding: pretty ?? details.arguments, as: UTF8.self)
    lines.append("  arguments  " + text.split(separator: "\n").joined(separator: "\n             "))
    if details.isCut {
      lines.append("             cut: \(details.arguments.count) of \(event.argumentsBytes) bytes are shown")
    }
    if details.hasHiddenSecrets { lines.append("             what looks like a secret is not shown") }
    return lines.joined(separator: "\n") + "\n"
  }

  static func printStanding(_ standing: [StandingApproval], asJSON: Bool) {
    if asJSON {
      var writer = JSONWriter()
      writer.beginArray()
      for approval in standing { approval.write(&writer) }
      writer.endArray()
      StandardOutput.write(String(decoding: writer.bytes, as: UTF8.self) + "\n")
      return
    }
    guard !standing.isEmpty else {
      StandardOutput.write("no approval stands\n")
      return
    }
    var table = Table(header: ["ID", "LEFT", "REACH", "CALL", "AGENT", "USED", "BY"])
    for approval in standing {
      let reach =
        switch approval.scope {
        case .session: "session \(approval.session?.string ?? "-")"
        case .identical: "identical calls"
        case .once, .rule: "one identical call"
        }
      table.add([
        approval.id, approval.remaining.map { words(microseconds: $0) } ?? "-", reach,
        "\(approval.server.string)/\(approval.tool?.string ?? approval.method.string)", approval.client.string,
        "\(approval.uses)", approval.by,
      ])
    }
    StandardOutput.write(table.text)
  }
}

extension ApprovalEvent {
  /// `git/push`.
  var target: String { "\(server.string)/\(tool?.string ?? method.string)" }
}

extension ApprovalDetails {
  func writeArguments(_ writer: inout JSONWriter) {
    if !isCut, !hasHiddenSecrets, (try? JSONNode.read(arguments)) != nil {
      writer.key("arguments")
      writer.raw(arguments)
    } else {
      writer.member("arguments_text", String(decoding: arguments, as: UTF8.self))
    }
    writer.member("definition", ifPresent: definition)
  }
}
