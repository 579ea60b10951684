import AllocationCount
import ConsoleCore
import ControlWire
import Glibc
import JSONText
import Policy
import Risk

/// Measures the console's pure part, without a terminal or a gate: one `NAME VALUE` a line.
///
/// `ConsoleProbe` measures over a ring of a million decisions; `ConsoleProbe DECISIONS` over one of so many.
@main
enum ConsoleProbe {
  static func main() {
    let decisions = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
    var desk = Desk(ring: decisions)
    let empty = residentMegabytes()
    desk.decide(decisions)
    report("ring_decisions", Double(decisions))
    report("ring_megabytes", residentMegabytes() - empty)
    measureFilters(&desk)
    measurePictures(&desk)
    measureThemes()
  }

  private static func report(_ name: String, _ value: Double) { print(name, value) }

  // MARK: Filters

  /// How long the whole of it takes, and the longest piece between which keys are answered.
  private static func measureFilters(_ desk: inout Desk) {
    for (name, filter) in [
      ("names", "tool:tool_7_* server:s*"), ("numbers", "lat>50us !tool:tool_7_*"), ("words", "tool_77 | rule~reset$"),
    ] {
      desk.press("4", ":")
      desk.type("filter \(filter)")
      var longest = 0.0
      var total = 0.0
      var isFirst = true
      repeat {
        let took = milliseconds { if isFirst { desk.press(Key(.enter)) } else { desk.pass() } }
        isFirst = false
        longest = max(longest, took)
        total += took
      } while desk.state.live.isSearching
      report("filter_\(name)_ms", total)
      report("filter_\(name)_piece_ms", longest)
      report("filter_\(name)_found", Double(desk.state.live.count))
    }
    desk.press(Key(.escape))
  }

  // MARK: Pictures

  private static func measurePictures(_ desk: inout Desk) {
    for (pane, key) in [("policy", "1"), ("live", "4")] as [(String, Unicode.Scalar)] {
      desk.press(key)
      var times: [Double] = []
      var allocations: Int64 = 0
      for _ in 0..<300 {
        desk.press("j")
        desk.state.prepareFrame()
        let before = allocation_count()
        times.append(milliseconds { withExtendedLifetime(render(desk.state)) {} } * 1000)
        allocations = allocation_count() - before
      }
      report("render_\(pane)_us", times.sorted()[times.count / 2])
      report("render_\(pane)_allocations", Double(allocations))
    }
  }

  private static func measureThemes() {
    var longest = 0.0
    for name in ShippedThemes.names {
      guard let text = ShippedThemes.text(name) else { continue }
      var best = Double.infinity
      for _ in 0..<20 {
        best = min(
          best,
          milliseconds { withExtendedLifetime(Theme.read(name: name, text: text, parents: ShippedThemes.text)) {} })
      }
      longest = max(longest, best)
    }
    report("theme_ms", longest)
  }

  // MARK: Details

  static func milliseconds(_ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    let took = clock.measure(body)
    return Double(took.components.attoseconds) / 1e15 + Double(took.components.seconds) * 1e3
  }

  private static func residentMegabytes() -> Double {
    guard let file = unsafe fopen("/proc/self/statm", "r") else { return 0 }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 200)
    guard unsafe fgets(&line, 200, file) != nil else { return 0 }
    let fields = String(decoding: line.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? (Double(fields[1]) ?? 0) * 4096 / 1e6 : 0
  }
}
