package import ControlWire
package import Policy

extension Simulation {
  /// What would come of a policy, a line for calls that were made and one for those that wait.
  package func words(clock: (Moment) -> String) -> [String] {
    let since = since.map { " since \(clock($0))" } ?? ""
    var lines = [
      "effect on the last \(Format.count(calls, "call"))\(since): \(Self.words(of: changes))\(Self.words(unknown: unknown))"
    ]
    let passes = pending.filter { $0.to == .allow }.reduce(0) { $0 + $1.calls }
    let waiting = pending.reduce(0) { $0 + $1.calls }
    if waiting > 0 { lines.append("of \(Format.count(waiting, "call")) that wait, \(passes) would pass") }
    return lines
  }

  static func words(of changes: [Change]) -> String {
    guard !changes.isEmpty else { return "none changes" }
    let count = changes.reduce(0) { $0 + $1.calls }
    let parts = changes.prefix(4).map { "\(Format.count($0.calls)) \($0.from.rawValue)→\($0.to.rawValue)" }
    return "\(Format.count(count)) \(count == 1 ? "changes" : "change") (\(parts.joined(separator: ", ")))"
  }

  static func words(unknown count: Int) -> String {
    count == 0 ? "" : "; of \(Format.count(count)) the arguments are not known"
  }
}
