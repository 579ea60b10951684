internal import JSONText
internal import ControlWire
internal import Policy
internal import System

// MARK: What each tool was when it was accepted
extension Examination {
  private static let longestLock = 64 << 20
  private static let mostPins = 10

  mutating func lookAtPins(_ gate: RunningGate?) {
    lookAtLock()
    guard let pins = gate?.pins else { return }
    if let problem = pins.problem { wrong(.pins, "pins", problem, remedy: "gatehouse pins") }
    let open = pins.rows.filter(\.state.isOpen)
    for row in open.prefix(Self.mostPins) {
      let name = row.server.string + (row.tool.map { "/\($0.string)" } ?? "")
      hint(
        .pins, name, "\(row.tool == nil ? "its instructions: " : "")\(row.words)", remedy: "gatehouse pins diff \(name)"
      )
    }
    let more = open.count - min(open.count, Self.mostPins) + pins.untold
    if more > 0 { hint(.pins, "pins", "\(more) more are not as they were accepted", remedy: "gatehouse pins") }
    if open.isEmpty, pins.problem == nil { good(.pins, "pins", "every tool that is known is as it was accepted") }
  }

  private mutating func lookAtLock() {
    let path = paths.pins
    let text: [UInt8]
    do throws(SystemError) {
      text = try SafeFile.read(path, limit: Self.longestLock)
    } catch {
      if !error.isAbsence { wrong(.pins, "lock", "\(error)", remedy: "see `ls -l \(path)`") }
      return
    }
    do throws(PinMistake) {
      _ = try PinLock.read(text)
      good(.pins, "lock", path)
    } catch {
      wrong(
        .pins, "lock", "\(path):\(error)", remedy: "mend \(path), or take it away: then tools are taken as they are")
    }
  }
}
