internal import JSONText
internal import ControlWire
internal import Policy
internal import System

// MARK: What each tool was when it was accepted
extension Examination {
  private static let longestLock = 64 << 20
  private static let mostPins = 10

  mutating func lookAtPins(_ gate: RunningGate?) {
    let lock = lookAtLock()
    guard let pins = gate?.pins ?? lock.map(pins) else { return }
    if let problem = pins.problem { wrong(.pins, "pins", problem, remedy: "gatehouse pins") }
    let open = pins.rows.filter(\.state.isOpen)
    for row in open.prefix(Self.mostPins) {
      let name = "\(row.server.string)/\(row.tool?.string ?? "(instructions)")"
      hint(
        .pins, name, "\(row.words); `gatehouse pins diff` shows it, and if it may be so",
        remedy: "gatehouse pins accept \(word(name))")
    }
    let more = open.count - min(open.count, Self.mostPins) + pins.untold
    if more > 0 { hint(.pins, "pins", "\(more) more are not as they were accepted", remedy: "gatehouse pins") }
    if open.isEmpty, pins.problem == nil { good(.pins, "pins", "every tool that is known is as it was accepted") }
  }

  /// What the files say, where no gate runs.
  private func pins(_ lock: PinLock) -> PinsAnswer {
    let heard = try? SafeFile.read(paths.heardPins, limit: Self.longestLock)
    let book = PinBook(lock, deviations: heard.flatMap { try? PinBook.readHeard($0) } ?? [:])
    return PinsAnswer(rows: book.rows(onlyOpen: true), isStrict: false, path: paths.pins)
  }

  /// The file of what is accepted; nil where it is not there, or cannot be read.
  private mutating func lookAtLock() -> PinLock? {
    let path = paths.pins
    let text: [UInt8]
    do throws(SystemError) {
      text = try SafeFile.read(path, limit: Self.longestLock)
    } catch {
      if !error.isAbsence { wrong(.pins, "lock", "\(error)", remedy: "see `ls -l \(path)`") }
      return nil
    }
    do throws(PinMistake) {
      let lock = try PinLock.read(text)
      good(.pins, "lock", path)
      return lock
    } catch {
      wrong(
        .pins, "lock", "\(path):\(error)", remedy: "mend \(path), or take it away: then tools are taken as they are")
      return nil
    }
  }
}
