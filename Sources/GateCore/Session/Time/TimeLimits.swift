/// How long a server may take to answer, in microseconds; nil for ever.
package struct TimeLimits: Hashable, Sendable {
  /// Counts from when the server has read it, and as long again may it take to start and read.
  package var initialize: Int64? = 60_000_000
  /// Counts from when the server has read it; clients probe with it, and fall back to `initialize` when it fails.
  package var discover: Int64? = 3_000_000
  /// For `tools/list`.
  package var list: Int64? = 10_000_000
  /// For whatever is judged: calls, reads, prompts; none, because clients have limits of their own.
  package var call: Int64?

  /// How often the wait for a request may be as long as its limit because the server reports progress.
  package static let mostWaits: Int64 = 10

  package init() {}
}
