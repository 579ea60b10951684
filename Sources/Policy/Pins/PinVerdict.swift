/// What a tool's pin says to a call of it.
package enum PinVerdict: Hashable, Sendable {
  /// Its definition is the one that was accepted.
  case passes
  /// A person has to let the call pass; why.
  case asks(String)
  /// Why it is denied.
  case denies(String)

  /// What stands for the rule in a decision that a pin makes.
  package static let rule = "(pin)"
}
