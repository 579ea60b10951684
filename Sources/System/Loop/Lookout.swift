package import Policy

/// Whether the loop looks for events for a moment before it sleeps.
///
/// To be woken costs whoever wakes, and takes longer than many a server's answer, on a virtual machine above all. So
/// where turns follow each other closely the loop stays awake a little. Where that is in vain it is tried ever less
/// often, and where somebody else wants the processor not at all for a while.
package struct Lookout: Equatable {
  /// How long a look takes at most, in microseconds.
  package static let length: Int64 = 30
  /// A look that took so many microseconds was interrupted by somebody who wants the processor.
  package static let interrupted: Int64 = 150
  /// After an interrupted look there is none for so many microseconds.
  package static let rest: Int64 = 250_000
  /// A turn follows closely on one that began less than so many microseconds before it.
  package static let closeness: Int64 = 100
  /// After too many in vain there is no look for so many microseconds: twice as long each time, and the least again when
  /// most were right.
  package static let pause: (least: Int64, most: Int64) = (50_000, 1_000_000)

  /// More with each look that found something, and less with each other.
  private var trust = some
  private var isClose = false
  private var pause = Lookout.pause.least
  private var resumes = Moment(microseconds: .min)

  private static let some = 8
  private static let most = 16

  package init() {}

  /// A turn began, and the one before it when that did.
  package mutating func turned(at now: Moment, after before: Moment) {
    isClose = now.microseconds(since: before) < Self.closeness
  }

  /// Whether to look before sleeping.
  package func isWorth(at now: Moment) -> Bool { isClose && (trust > 0 || now >= resumes) }

  /// Takes note of a look: whether it found something, and from when to when it lasted.
  package mutating func looked(found: Bool, from start: Moment, to end: Moment) {
    if trust == 0 { trust = Self.some }
    if end.microseconds(since: start) >= Self.interrupted {
      trust = 0
      resumes = end.advanced(byMicroseconds: Self.rest)
    } else if found {
      trust = min(trust + 1, Self.most)
      if trust == Self.most { pause = Self.pause.least }
    } else {
      trust -= 1
      guard trust == 0 else { return }
      resumes = end.advanced(byMicroseconds: pause)
      pause = min(pause * 2, Self.pause.most)
    }
  }
}
