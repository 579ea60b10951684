/// A client's `subscriptions/listen` that the server has not ended.
struct Subscription: Sendable {
  /// Whether the server has agreed to tell of changed tools.
  var tellsOfTools = false
  /// The numbers of the decisions about the resources that it names; empty once it is known how they ended.
  var decisions: [UInt64] = []
}
