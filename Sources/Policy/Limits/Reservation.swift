/// What one call holds of some limits, to be given back if it does not count after all.
///
/// It belongs to the `Counters` that made it.
package struct Reservation: Hashable, Sendable {
  struct Part: Hashable, Sendable {
    let slot: Int
    /// The slot may have been given to another count since.
    let generation: UInt64
    let time: Int64
    /// In billionths.
    let amount: Int128
    /// Whether it counts from the moment the call is sent, however it ends.
    let countsWhenForwarded: Bool
  }

  let number: UInt64
  let parts: [Part]

  /// What may still be given back once the call was sent to the server: what counts only if it succeeds.
  ///
  /// A call that was held for a person holds everything until then.
  package var whenForwarded: Reservation? {
    let parts = parts.filter { !$0.countsWhenForwarded }
    return parts.isEmpty ? nil : Reservation(number: number, parts: parts)
  }
}
