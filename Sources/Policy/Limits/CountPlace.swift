/// Where a count is, as long as it is nobody else's place.
struct CountPlace: Sendable {
  let slot: Int
  let generation: UInt64
}

/// Where the counts of a call's limits are, in the order of its rules; nil for a limit that did not apply.
struct CountPlaces: Sendable {
  /// Whether anybody will ask for them again.
  let isKept: Bool
  var all: [CountPlace?] = []

  init(isKept: Bool) { self.isKept = isKept }
}
