/// Which slot of the loop has the next event after one of a slot, and how sure that is.
///
/// A slot is guessed once it came several times running. Each wrong guess costs more trust than the one before, so that
/// where the other side takes its time hardly any is tried, and each right one makes that less.
package struct Sequel: Equatable {
  private var place = -1
  private var trust = 0
  /// What a wrong guess costs of the trust: more after each one, less after each that was right.
  private var penalty = least

  private static let least = 3
  private static let greatest = 64
  private static let enough = 4
  private static let most = 16

  package init() {}

  /// The slot that is likely to be next; nil where nobody can tell.
  package var guess: Int? { trust >= Self.enough ? place : nil }

  /// An event came after one of this slot.
  package mutating func came(_ place: Int) {
    if place == self.place {
      trust = min(trust + 1, Self.most)
    } else {
      self = Sequel()
      self.place = place
    }
  }

  /// The guess was tried.
  package mutating func guessed(_ isRight: Bool) {
    if isRight {
      trust = min(trust + 1, Self.most)
      penalty = max(Self.least, penalty / 2)
    } else {
      trust -= penalty
      penalty = min(Self.greatest, penalty * 2)
    }
  }
}
