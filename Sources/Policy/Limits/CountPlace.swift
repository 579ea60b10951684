/// Where a count is, as long as it is nobody else's place.
struct CountPlace: Sendable {
  let slot: Int
  let generation: UInt64
}

/// Where the counts of a call's limits are, in the order of its rules; nil for a limit that did not apply.
struct CountPlaces: Sendable {
  /// Whether anybody will ask for them again.
  let isKept: Bool
  var all: [CountPlace?] = [] {
    didSet { revision += 1 }
  }
  /// Other each time they have changed.
  private(set) var revision = 0

  init(isKept: Bool) { self.isKept = isKept }
}

/// One limit of a call that comes again, with all that is to be known for counting it: nothing else has to be looked at.
struct PlannedCount: Sendable {
  let slot: Int
  let generation: UInt64
  let length: Int64
  let max: Int128
  let align: PolicyLimit.Alignment

  /// The limits of some rules in the places that they were counted in before; nil where one of them is not so plain: each
  /// counts what is sent, one for each call, in a count of its own.
  static func all(of rules: ApplicableRules, in places: CountPlaces) -> [PlannedCount]? {
    var plan: [PlannedCount] = []
    for rule in [rules.own, rules.serverwide, rules.everywhere] {
      for limit in rule?.limits ?? [] {
        guard plan.count < places.all.count, let place = places.all[plan.count], limit.cost == nil,
          limit.count == .forwarded, limit.expires == nil, !plan.contains(where: { $0.slot == place.slot })
        else { return nil }
        plan.append(
          PlannedCount(
            slot: place.slot, generation: place.generation, length: limit.window.microseconds,
            max: limit.max.billionths, align: limit.align))
      }
    }
    return plan.count == places.all.count ? plan : nil
  }
}
