internal import ControlWire
internal import JSONText
internal import Policy

/// What a client of the stateless era brings along when it asks again about a call that waits for a person.
///
/// It is signed, and good for one time: `gatehouse.q7f3-12.3.2.1790000000000000.<mark>`.
struct RequestState: Hashable, Sendable {
  static let prefix = "gatehouse."

  var approval: String
  /// Which of those that were given for the approval.
  var issue: UInt64
  /// How many were given to this client in a row.
  var round: Int
  var expires: Moment
  var mark: String

  /// Nil for a text of another form.
  init?(_ text: String) {
    guard text.hasPrefix(Self.prefix), text.utf8.count < 300 else { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 6, let issue = UInt64(parts[2]), let round = Int(parts[3]), 0...100 ~= round,
      let expires = Int64(parts[4])
    else { return nil }
    approval = String(parts[1])
    self.issue = issue
    self.round = round
    self.expires = Moment(microseconds: expires)
    mark = String(parts[5])
  }

  init(approval: String, issue: UInt64, round: Int, expires: Moment) {
    (self.approval, self.issue, self.round, self.expires) = (approval, issue, round, expires)
    mark = ""
  }

  private var claim: String { "\(Self.prefix)\(approval).\(issue).\(round).\(expires.microseconds)" }

  func signed(_ key: KeyedDigest, for identity: CallIdentity) -> String {
    "\(claim).\(key.mark(of: Self.signed(claim, identity)))"
  }

  func isSigned(_ key: KeyedDigest, for identity: CallIdentity) -> Bool {
    key.isMark(mark, of: Self.signed(claim, identity))
  }

  private static func signed(_ claim: String, _ identity: CallIdentity) -> [UInt8] {
    Array("\(claim) \(identity.call.hexadecimal)".utf8)
  }
}

extension Approvals {
  /// How long after its call's time is over a state is still taken, so that who is a little late is told what became of it.
  private static let grace: Int64 = 600_000_000

  /// What the agent gives back when it asks again; nil where it cannot be signed.
  mutating func issue(_ number: UInt64, round: Int) -> String? {
    guard let key, let place = place(of: number) else { return nil }
    pending[place].issued += 1
    pending[place].outstanding = pending[place].issued
    let state = RequestState(
      approval: name(number), issue: pending[place].issued, round: round,
      expires: pending[place].deadline.advanced(byMicroseconds: Self.grace))
    return state.signed(key, for: pending[place].question.identity)
  }

  /// Whether a state was given for such a call and is good now; it is never again.
  mutating func take(_ state: RequestState, _ identity: CallIdentity, at now: Moment) -> Bool {
    guard let key, state.isSigned(key, for: identity), now < state.expires else { return false }
    if let place = place(of: state.approval) {
      guard pending[place].outstanding == state.issue else { return false }
      pending[place].outstanding = nil
      return true
    }
    guard let place = settled.lastIndex(where: { $0.event.id == state.approval }),
      settled[place].outstanding == state.issue
    else { return false }
    settled[place].outstanding = nil
    return true
  }
}
