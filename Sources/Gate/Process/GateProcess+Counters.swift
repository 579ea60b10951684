internal import ControlWire
internal import GateCore
internal import JSONText
internal import Policy
internal import System

extension GateProcess {
  /// How far the limits of a tool are used up now.
  func counters(of tool: ExactText, on server: ExactText) -> CountersAnswer {
    let (counts, untold) = state.engine.counts(
      server: server, tool: tool, in: state.counters, at: Clock.now(), most: CountersAnswer.most)
    return CountersAnswer(
      server: server, tool: tool,
      counts: counts.map { count in
        CountersAnswer.Count(
          rule: count.pointer, scope: count.scope, holder: count.holder, used: count.used.description,
          max: count.max.description, window: count.window, lessIn: count.lessIn)
      }, untold: untold)
  }
}
