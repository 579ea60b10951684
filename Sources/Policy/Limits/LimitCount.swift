package import JSONText

/// How far one count of a limit is used up.
package struct LimitCount: Hashable, Sendable {
  /// The limit's place in the policy.
  package var pointer: String
  package var scope: LimitScope
  /// Whose count it is, as `scope` says; nil where the limit counts everybody together.
  package var holder: ExactText?
  package var used: Amount
  package var max: Amount
  /// `minute`, or a number of seconds.
  package var window: String
  /// How long until something of it counts no more, in microseconds; nil where nothing counts.
  package var lessIn: Int64?
}

extension PolicyEngine {
  /// The counts of all limits that govern a tool as they are now, the fullest first; and how many more there are.
  ///
  /// A limit that nobody has used yet has no count.
  package func counts(
    server: ExactText, tool: ExactText, in counters: Counters, at now: Moment, most: Int
  ) -> (counts: [LimitCount], untold: Int) {
    guard let policy else { return ([], 0) }
    let call = Call(server: server, target: .tool(tool), grant: "", session: "")
    let rules = policy.find(call, at: now).rules
    var found: [LimitCount] = []
    for limit in [rules.own, rules.serverwide, rules.everywhere].flatMap({ $0?.limits ?? [] })
    where limit.applies(at: now) {
      found += counters.counts(of: limit, for: call, tool: tool, at: now)
    }
    found.sort { left, right in
      let (a, b) = (left.share, right.share)
      if a != b { return a > b }
      return (left.pointer, left.holder?.string ?? "") < (right.pointer, right.holder?.string ?? "")
    }
    return (Array(found.prefix(most)), Swift.max(0, found.count - most))
  }
}

extension LimitCount {
  /// How much of it is used, in thousandths; as far as that matters for an order.
  fileprivate var share: Int128 {
    let used = used.billionths, max = max.billionths
    if max <= 0 { return 1000 }
    let (thousandfold, overflow) = used.multipliedReportingOverflow(by: 1000)
    return overflow ? 1000 : thousandfold / max
  }
}

extension Counters {
  /// The counts of one limit, of every holder; of a limit for each server, that of the call's.
  fileprivate func counts(of limit: CompiledLimit, for call: Call, tool: ExactText, at now: Moment) -> [LimitCount] {
    let wanted = limit.key(for: call, tool: tool)
    // A clock that was put back stands still here.
    let time = Swift.max(now.microseconds, latest)
    return slots.compactMap { slot in
      guard let key = slot.key, key.name == wanted.name, key.window == wanted.window,
        key.holder.isOf(wanted.holder)
      else { return nil }
      let (sum, lessAt) = slot.window.standing(at: time, length: key.window.microseconds, align: limit.align)
      guard sum > 0 else { return nil }
      return LimitCount(
        pointer: limit.pointer, scope: limit.scope, holder: key.holder.name, used: Amount(billionths: sum),
        max: limit.max,
        window: limit.window.inWords,
        lessIn: lessAt.map { Moment(microseconds: $0).microseconds(since: Moment(microseconds: time)) })
    }
  }
}

extension CounterKey.Holder {
  /// Nil for everyone.
  fileprivate var name: ExactText? {
    switch self {
    case .grant(let name), .session(let name), .server(let name): name
    case .everyone: nil
    }
  }

  /// Whether a limit whose count for one call is the other one's has this count too.
  fileprivate func isOf(_ other: Self) -> Bool {
    switch (self, other) {
    case (.grant, .grant), (.session, .session), (.everyone, .everyone): true
    case (.server(let name), .server(let own)): name == own
    default: false
    }
  }
}
