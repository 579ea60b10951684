internal import CSystem

/// What a descriptor is ready for, or what is wanted of it.
package struct Readiness: OptionSet, Hashable, Sendable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  package static let readable = Readiness(rawValue: UInt32(CSYS_READABLE))
  package static let writable = Readiness(rawValue: UInt32(CSYS_WRITABLE))
  /// The other side is gone; always comes with the two others.
  package static let hangup = Readiness(rawValue: UInt32(CSYS_HANGUP))
  /// The other side writes no more: reading comes to an end without further notice.
  static let ending = Readiness(rawValue: UInt32(CSYS_ENDING))
  /// Asked for along with others: to be told of each change once, not for as long as it lasts.
  ///
  /// The system has less to do that way, and the handler must go on by itself while there is more.
  static let once = Readiness(rawValue: UInt32(CSYS_ONCE))
}

/// One descriptor in the loop; the descriptor itself stays its owner's.
///
/// Must be cancelled before the descriptor is closed. Without interest it is not in the loop at all, because a hang-up
/// would be told again and again.
@LoopActor
package final class Watch {
  enum Place { case none, slot(Int), steady }

  let descriptor: Int32
  var place = Place.none
  package private(set) var interest: Readiness
  /// Nil once cancelled, so that whatever it holds is free.
  private var handler: (@LoopActor (Readiness) -> Void)?
  /// Does what the handler does when something can be read, without knowing whether it can; answers whether it could.
  ///
  /// Set where that is possible at any time, and nil once cancelled. Where it answers false it has called nobody: the
  /// loop goes to sleep then.
  var attempt: (@LoopActor () -> Bool)?
  private var isCancelled = false

  package init(
    _ descriptor: Int32, _ interest: Readiness, _ handler: @escaping @LoopActor (Readiness) -> Void
  ) throws(SystemError) {
    self.descriptor = descriptor
    self.interest = interest
    self.handler = handler
    if !interest.isEmpty { try Loop.shared.add(self) }
  }

  /// Asks for other things from now on.
  package func want(_ wanted: Readiness) {
    guard wanted != interest, !isCancelled else { return }
    let wasEmpty = interest.isEmpty
    interest = wanted
    if wanted.isEmpty {
      Loop.shared.remove(self)
    } else if wasEmpty {
      // It was in the loop before or is of a kind that was: what may fail is memory, and then the next change mends it.
      do { try Loop.shared.add(self) } catch { interest = [] }
    } else {
      Loop.shared.change(self)
    }
  }

  package func cancel() {
    guard !isCancelled else { return }
    isCancelled = true
    handler = nil
    attempt = nil
    interest = []
    Loop.shared.remove(self)
  }

  func deliver(_ readiness: Readiness) {
    let wanted = interest
    guard !wanted.isEmpty, let handler else { return }
    let told = readiness.contains(.hangup) ? readiness : readiness.intersection(wanted.union(.ending))
    if !told.isEmpty { handler(told) }
  }
}
