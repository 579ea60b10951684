internal import JSONText
package import Policy

/// What the agent of the demonstration does next: an endless working day in the back office of the shop.
///
/// The same seed tells the same day. It calls at a pace that a person can follow, now and then in a burst that runs into
/// a limit, and waits with a tool for as long as it was told to.
package struct AgentStory: Sendable {
  package struct Step: Hashable, Sendable {
    package var tool: String
    /// The arguments' JSON text.
    package var arguments: [UInt8]
    /// How long the agent thinks before it calls.
    package var pause: Int64
    /// The agent does not wait for what comes of it, and asks again until somebody has decided.
    package var isAside = false
  }

  /// What came of a call.
  package enum Outcome: Hashable, Sendable {
    case done
    case refused
    /// A person has not decided yet: the same call is to be made again.
    case undecided
    /// Refused for so many milliseconds.
    case refusedFor(Int64)
  }

  enum Scene: CaseIterable {
    case opening, newsletter, packing, refund, question, books, address, tidying, report
  }

  private var picks: Picks
  private var scene = 0
  private var steps: [Step] = []
  /// Tools that must not be called before some time.
  private var resting: [String: Moment] = [:]

  package init(seed: UInt64 = 1) { picks = Picks(seed: seed) }

  /// The next call; there is always one.
  package mutating func next(at now: Moment) -> Step {
    resting = resting.filter { $0.value > now }
    // Reading is never refused for a time by the policy that the demonstration begins with, but a person may change it:
    // then the agent tries again at leisure.
    for _ in 0..<64 {
      if steps.isEmpty { steps = nextScene().reversed() }
      guard let step = steps.popLast() else { continue }
      if resting[step.tool] == nil { return step }
    }
    return Step("list_orders", .object([:]), after: 2000)
  }

  package mutating func heard(_ outcome: Outcome, of tool: String, at now: Moment) {
    guard case .refusedFor(let milliseconds) = outcome else { return }
    // Whatever it was told, the show goes on after half a minute.
    let wait = min(max(0, milliseconds), 30_000)
    resting[tool] = now.advanced(byMicroseconds: wait * 1000)
  }

  // MARK: Scenes

  private mutating func nextScene() -> [Step] {
    let all = Scene.allCases
    defer { scene = scene + 1 < all.count ? scene + 1 : 1 }  // the opening is told once
    return steps(of: all[scene])
  }

  private mutating func steps(of scene: Scene) -> [Step] {
    let order = picks.order()
    let person = picks.person()
    switch scene {
    case .opening:
      return [
        Step("list_orders", ["state": "new"], after: 20), Step("get_order", ["order_id": order], after: 60),
        Step("search_customers", ["query": person.name], after: 160),
        Step("update_order", ["order_id": order, "state": "paid"], after: 260),
        Step("refund_payment", .refund(picks.payment(), "4.90", "broken pot"), after: 280).aside,
        Step("execute_sql", ["sql": "SELECT count(*) FROM orders WHERE state = 'new'"], after: 300),
        Step("delete_order", ["order_id": order], after: 280),
      ]
    case .newsletter:
      return [Step("search_customers", ["query": "example.com"], after: 500)]
        + (0..<6).map { _ in
          let reader = picks.person()
          return Step(
            "send_email", .email(reader.address, "New teas", "The spring harvest is here."), after: picks.haste())
        }
    case .packing:
      return [Step("list_orders", ["state": "paid"], after: 700)]
        + (0..<24).map { _ in
          Step("update_order", ["order_id": picks.order(), "state": "shipped"], after: picks.haste())
        }
    case .refund:
      return [
        Step("search_customers", ["query": person.name], after: picks.pause()),
        Step("list_payments", ["order_id": order], after: picks.pause()),
        Step("refund_payment", .refund(picks.payment(), "12.40", "wrong tea"), after: picks.pause()).aside,
        Step("add_note", .note(person.id, "wants a refund; asked for approval"), after: picks.pause()),
        Step("send_email", .email(person.address, "Your refund", "We are looking into it."), after: picks.pause()),
      ]
    case .question:
      return [
        Step("get_order", ["order_id": order], after: picks.pause()),
        Step("search_customers", ["query": person.name], after: picks.pause()),
        Step("get_order", ["order_id": picks.order()], after: picks.pause()),
        Step("add_note", .note(person.id, "asked when the parcel comes"), after: picks.pause()),
      ]
    case .books:
      return [
        Step("list_payments", [:], after: picks.pause()),
        Step("execute_sql", ["sql": "SELECT * FROM payments WHERE amount > 20"], after: picks.pause()),
        Step("execute_sql", ["sql": "SELECT count(*) FROM customers"], after: picks.pause()),
        Step("transfer_funds", .transfer("shop", "savings", "250.00"), after: picks.pause()),
        Step("execute_sql", ["sql": "UPDATE orders SET note = 'checked'"], after: picks.pause()),
      ]
    case .address:
      return [
        Step("search_customers", ["query": person.city], after: picks.pause()),
        Step("get_order", ["order_id": order], after: picks.pause()),
        Step("update_order", ["order_id": order, "note": "leave with the neighbour"], after: picks.pause()),
        Step("add_note", .note(person.id, "has moved to \(picks.person().city)"), after: picks.pause()),
      ]
    case .tidying:
      return [
        Step("list_orders", ["state": "cancelled"], after: picks.pause()),
        Step("delete_order", ["order_id": order], after: picks.pause()),
        Step("delete_customer", ["customer_id": person.id], after: picks.pause()),
        Step("drop_table", ["table": "payments"], after: picks.pause()),
        Step("list_orders", [:], after: picks.pause()),
      ]
    case .report:
      return [
        Step("run_report_script", .report("sales_by_week", weeks: 4), after: picks.pause()),
        Step("run_report_script", .report("late_orders", weeks: 2), after: picks.pause()),
        Step("list_orders", ["state": "delivered"], after: picks.pause()),
      ]
    }
  }
}

extension AgentStory.Step {
  init(_ tool: String, _ arguments: JSONNode, after pause: Int64) {
    self.init(tool: tool, arguments: arguments.compact, pause: pause)
  }

  /// The same step, which the rest of the day does not wait for.
  var aside: Self {
    var step = self
    step.isAside = true
    return step
  }

  init(_ tool: String, _ arguments: KeyValuePairs<String, String>, after pause: Int64) {
    let members = arguments.map { JSONMember(key: ExactText($0.key), value: .text($0.value)) }
    self.init(tool, JSONNode(.object(members)), after: pause)
  }
}

extension JSONNode {
  fileprivate static func email(_ to: String, _ subject: String, _ body: String) -> JSONNode {
    .object(["to": .text(to), "subject": .text(subject), "body": .text(body)])
  }

  fileprivate static func note(_ customer: String, _ text: String) -> JSONNode {
    .object(["customer_id": .text(customer), "text": .text(text)])
  }

  fileprivate static func refund(_ payment: String, _ amount: String, _ reason: String) -> JSONNode {
    .object([
      "payment_id": .text(payment), "amount": JSONNode(.number(JSONNumber(text: amount))), "reason": .text(reason),
    ])
  }

  fileprivate static func transfer(_ from: String, _ to: String, _ amount: String) -> JSONNode {
    .object([
      "from": .text(from), "to": .text(to), "amount": JSONNode(.number(JSONNumber(text: amount))),
      "currency": .text("EUR"),
    ])
  }

  fileprivate static func report(_ script: String, weeks: Int) -> JSONNode {
    .object(["script": .text(script), "weeks": .whole(weeks)])
  }
}
