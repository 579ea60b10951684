import ConsoleCore
import ControlWire
import Filters
import Gate
import JSONText
import Policy
import System

extension Gatehouse {
  static let watch = Command(
    ["watch"], summary: "Tail the gate's decisions.",
    details: """
      With --json each line is one event as the socket sends it. A filter chooses among decisions, with their results;
      questions to people, gaps, and what else must not be missed are told in any case.
      """,
    options: [
      .init("--json", "print the events as they come, one JSON object a line"),
      .init("--filter", "EXPR", "only decisions that fit: 'deny server:git* !tool:get_* risk>=med'"),
      .init("--since", "SEQ", "first the events after this number that the gate still has"),
      .init("--budget", "N", "at most N allow decisions a second; denials are always sent"),
      .init("--socket", "PATH", "the gate's control socket"),
    ]
  ) { arguments throws(Failure) in
    let filter = try arguments.value("--filter").flatMap { text throws(Failure) in try decisionFilter(text) }
    let since: UInt64? = try arguments.number("--since")
    let budget: Int? = try arguments.number("--budget")
    var client = try connectToGate(try paths(arguments))
    client.send(.subscribe(since: since, budget: budget, filter: filter?.source, id: 1))
    let asJSON = arguments.has("--json")
    while let (_, message) = try nextMessage(&client) {
      if asJSON, case .done = message.event { return try pass(&client) }
      if filter != nil, message.event.isRoutine { continue }
      if let text = words(message), !StandardOutput.write("\(text)\n") { return 0 }
    }
    throw Failure("the gate has ended")
  }

  static func decisionFilter(_ text: String) throws(Failure) -> Filter? {
    do throws(FilterError) {
      return try Filter(text, for: .live)
    } catch {
      throw .usage("the filter is not understood at character \(error.place + 1): \(error.message)")
    }
  }

  /// Prints what the gate sends, unread, until nobody reads it any more.
  private static func pass(_ client: inout ControlClient) throws(Failure) -> Int32 {
    do {
      while let lines = try client.nextLines() {
        guard StandardOutput.write(lines) else { return 0 }
      }
    } catch {
      throw Failure(error.message, help: error.help)
    }
    throw Failure("the gate has ended")
  }

  /// One event as a line for people; nil for those that only programs need.
  private static func words(_ message: GateMessage) -> String? {
    let time = message.time.timeOfDay
    switch message.event {
    case .decision(let event):
      let target = TerminalText.safe("\(event.server.string)/\(event.tool?.string ?? event.method.string)")
      let verdict =
        event.decision.isEnforced ? event.decision.verdict.rawValue : "would \(event.decision.verdict.rawValue)"
      let reason = event.decision.reason.map { "  \(TerminalText.safe($0))" } ?? ""
      return "\(time)  \(verdict)\t\(TerminalText.safe(event.client.string))  \(target)  "
        + "\(TerminalText.safe(event.decision.rule))  \(event.took) us\(reason)"
    case .session(let event):
      let detail = event.detail.map { ": \($0)" } ?? ""
      return "\(time)  session \(event.state.rawValue)  \(TerminalText.safe(event.client.string))  "
        + TerminalText.safe("\(event.server.string)\(detail)")
    case .policy(let event):
      let problems = event.problems.map { "\n          \(TerminalText.safe("\($0)"))" }.joined()
      return "\(time)  policy \(event.state.rawValue)  revision \(event.revision ?? "none")\(problems)"
    case .server(let event):
      let detail = event.detail.map { ": \($0)" } ?? ""
      return "\(time)  server \(event.state.rawValue)  " + TerminalText.safe("\(event.server.string)\(detail)")
    case .toolsChanged(let server):
      return "\(time)  tools changed  \(TerminalText.safe(server.string))"
    case .record(let event):
      let detail = event.detail.map { ": \(TerminalText.safe($0))" } ?? ", without \(event.lost) events"
      return "\(time)  record \(event.state.rawValue)\(detail)"
    case .gap(let missed): return "\(time)  -- \(missed) events missed --"
    case .approval(let event): return "\(time)  \(words(event))"
    case .lockdown(let event):
      let by = event.by.map { "  by \(TerminalText.safe($0))" } ?? ""
      return "\(time)  lockdown \(event.isOn ? "on: everything is denied" : "off")\(by)"
    case .pin(let event): return "\(time)  \(TerminalText.safe(words(event)))"
    case .tick(let tick) where tick.skipped > 0:
      return "\(Clock.now().timeOfDay)  -- \(tick.skipped) more allowed calls --"
    default: return nil
    }
  }

  private static func words(_ event: ApprovalEvent) -> String {
    let target = TerminalText.safe("\(event.server.string)/\(event.tool?.string ?? event.method.string)")
    var text = "\(event.state.rawValue)\t\(TerminalText.safe(event.client.string))  \(target)  "
    text += "approval \(TerminalText.safe(event.id))  \(TerminalText.safe(event.rule))"
    if event.state == .pending { text += "  \(event.remaining / 1_000_000) s left" }
    if let by = event.by { text += "  by \(TerminalText.safe(by))" }
    if let words = event.message ?? event.detail { text += "  \(TerminalText.safe(words))" }
    return text
  }
}

extension GateEvent {
  /// Whether nobody who asks for some decisions alone would miss it.
  fileprivate var isRoutine: Bool {
    switch self {
    case .session, .server, .toolsChanged, .tick: true
    default: false
    }
  }
}

extension Arguments {
  func number<Number: FixedWidthInteger>(_ name: String) throws(Failure) -> Number? {
    guard let text = value(name) else { return nil }
    guard let number = Number(text), number >= 0 else {
      throw .usage("`\(name)` takes a whole number, not `\(text)`")
    }
    return number
  }
}
