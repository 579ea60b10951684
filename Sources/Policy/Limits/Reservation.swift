/// What one call holds of some limits, to be given back if it does not count after all.
package struct Reservation: Hashable, Sendable {
}
