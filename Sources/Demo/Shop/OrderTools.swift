internal import JSONText

extension Shop {
  private static let states = Order.State.allCases.map(\.rawValue)

  static let orderTools: [DemoTool] = [
    DemoTool(
      name: "list_orders", title: "List orders",
      description: "List the shop's orders, newest first, all of them or those in one state.",
      parameters: [
        DemoParameter("state", .choice(states), isRequired: false, "Only orders in this state."),
        DemoParameter("limit", .whole(1...50), isRequired: false, "How many at most; 10 if left out."),
      ],
      hints: .reads, milliseconds: 6
    ) { shop, arguments in
      let state = arguments.textIfPresent("state")
      let found = shop.orders.reversed().filter { state == nil || $0.state.rawValue == state }
      let orders = found.prefix(arguments.whole("limit", otherwise: 10))
      return .object(["count": .whole(found.count), "orders": .list(orders.map(\.row))])
    },
    DemoTool(
      name: "get_order", title: "Get an order", description: "Get one order with its article, total and state.",
      parameters: [DemoParameter("order_id", .text, "The order's number, such as A-4001.")],
      hints: .reads, milliseconds: 3
    ) { shop, arguments throws(DemoFailure) in
      shop.orders[try shop.place(ofOrder: arguments.text("order_id"))].row
    },
    DemoTool(
      name: "update_order", title: "Update an order",
      description: "Update an order: put it into another state or change the note for the packers.",
      parameters: [
        DemoParameter("order_id", .text, "The order's number."),
        DemoParameter("state", .choice(states), isRequired: false, "The new state."),
        DemoParameter("note", .text, isRequired: false, "The new note."),
      ],
      milliseconds: 9
    ) { shop, arguments throws(DemoFailure) in
      let place = try shop.place(ofOrder: arguments.text("order_id"))
      if let state = Order.State(rawValue: arguments.text("state")) { shop.orders[place].state = state }
      if let note = arguments.textIfPresent("note") { shop.orders[place].note = String(note.prefix(500)) }
      return shop.orders[place].row
    },
    DemoTool(
      name: "delete_order", title: "Delete an order",
      description: "Delete an order and its payments from the shop's books. This cannot be undone.",
      parameters: [DemoParameter("order_id", .text, "The order's number.")],
      hints: .destroys, milliseconds: 12
    ) { shop, arguments throws(DemoFailure) in
      let order = shop.orders.remove(at: try shop.place(ofOrder: arguments.text("order_id")))
      let payments = shop.payments.count(where: { $0.order == order.id })
      shop.payments.removeAll { $0.order == order.id }
      return .object(["deleted": .text(order.id), "payments_deleted": .whole(payments)])
    },
  ]
}
