internal import Filters
internal import JSONText
internal import Policy

extension ConsoleState {
  /// Decides about every tool that a filter finds, after a question with their number.
  mutating func decide(_ setting: RuleSetting, where source: String) {
    do throws(FilterError) {
      let filter = try Filter(source, for: .policy)
      let found = tools(that: filter)
      guard !found.isEmpty else {
        say(.info, "no tool fits \(safe(source))")
        return
      }
      decide(setting, for: found.map { catalogue.name(of: $0) }, kind: "found tool")
    } catch {
      say(.error, "filter, at character \(error.place + 1): \(safe(error.message))")
    }
  }

  /// Changes what is about no single rule.
  mutating func change(_ command: Command) {
    switch command {
    case .hideName(let pattern, let server, let isHidden):
      let server = server.map { ExactText($0) }
      let pattern = ExactText(pattern)
      let place = server.map { " of \(safe($0.string))" } ?? ""
      let said = "\(isHidden ? "hidden" : "no longer hidden by name")\(place): \(safe(pattern.string))"
      confirm(
        isHidden ? .hide(server: server, pattern: pattern) : .unhide(server: server, pattern: pattern), said: said)
    case .mode(let mode): confirm(.setMode(mode == .enforce ? nil : mode), said: "mode: \(mode.rawValue)")
    case .describe(let text):
      apply(.setDescription(text), said: text.map { "description: \(safe($0))" } ?? "no description")
    case .removeServer(let name):
      confirm(.removeServer(ExactText(name)), said: "the policy says nothing of \(safe(name)) any more")
    default: break
    }
  }

  /// Asks before an edit that many tools go by, with their number.
  private mutating func confirm(_ edit: PolicyEdit, said: String) {
    let lines = ["\(said): \(Format.count(changing(edit))) of \(Format.count(catalogue.tools.count, "tool")) change"]
    overlay = .confirm(Confirmation(question: .edit(edit, said: said, isRisky: false), lines: lines))
  }
}
