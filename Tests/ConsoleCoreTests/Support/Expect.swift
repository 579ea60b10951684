import ConsoleCore
import Testing

/// Compares whole states; prints only the parts that differ.
func expectState(
  _ actual: ConsoleState, _ expected: ConsoleState, sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual != expected else { return }
  let pairs = zip(Mirror(reflecting: actual).children, Mirror(reflecting: expected).children)
  let parts = pairs.compactMap { left, right -> String? in
    let (a, b) = ("\(left.value)", "\(right.value)")
    return a == b ? nil : "\(left.label ?? "?"):\n  is       \(a.prefix(2000))\n  expected \(b.prefix(2000))"
  }
  Issue.record("the state is another one\n\(parts.joined(separator: "\n"))", sourceLocation: sourceLocation)
}

extension ConsoleState {
  /// The state without what was said, for comparing what was done.
  var silent: ConsoleState {
    var state = self
    state.note = nil
    state.noteEnds = nil
    state.log = []
    return state
  }
}

/// Random numbers that are the same in every run.
struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    var value = state
    value ^= value >> 33
    value = value &* 0xFF51_AFD7_ED55_8CCD
    return value ^ value >> 33
  }
}
