internal import JSONText

extension Shop {
  static let moneyTools: [DemoTool] = [
    DemoTool(
      name: "list_payments", title: "List payments",
      description: "List the payments of an order, or the latest ones of all orders.",
      parameters: [DemoParameter("order_id", .text, isRequired: false, "Only this order's payments.")],
      hints: .reads, milliseconds: 8
    ) { shop, arguments in
      let order = arguments.textIfPresent("order_id")
      let found = shop.payments.reversed().filter { order == nil || $0.order == order }
      return .object(["count": .whole(found.count), "payments": .list(found.prefix(10).map(\.row))])
    },
    DemoTool(
      name: "refund_payment", title: "Refund a payment",
      description: "Refund a payment in full or in part: the money goes back to the customer at once.",
      parameters: [
        DemoParameter("payment_id", .text, "The payment's number, such as P-7002."),
        DemoParameter("amount", .sum, "The sum in euro."),
        DemoParameter("reason", .text, isRequired: false, "Why, for the books."),
      ],
      hints: .destroys, milliseconds: 120
    ) { shop, arguments throws(DemoFailure) in
      let id = arguments.text("payment_id")
      guard let place = shop.payments.firstIndex(where: { $0.id == id }) else {
        throw DemoFailure("there is no payment \(id)")
      }
      let refunded = Money(cents: shop.payments[place].refunded.cents + arguments.sum("amount").cents)
      guard refunded <= shop.payments[place].amount else { throw DemoFailure("that is more than was paid") }
      shop.payments[place].refunded = refunded
      return .object(["refund": .text(shop.number("R")), "payment": .text(id), "refunded": .money(refunded)])
    },
    DemoTool(
      name: "transfer_funds", title: "Transfer funds",
      description: "Transfer money from one of the shop's accounts to another.",
      parameters: [
        DemoParameter("from", .choice(["shop", "suppliers", "savings"]), "The account that is debited."),
        DemoParameter("to", .choice(["shop", "suppliers", "savings"]), "The account that is credited."),
        DemoParameter("amount", .sum, "The sum."),
        DemoParameter("currency", .choice(["EUR"]), "The currency."),
      ],
      hints: .destroys, milliseconds: 150
    ) { shop, arguments throws(DemoFailure) in
      let amount = arguments.sum("amount")
      guard let source = shop.accounts[arguments.text("from")], amount <= source else {
        throw DemoFailure("there is not enough on the account")
      }
      shop.accounts[arguments.text("from"), default: Money(cents: 0)].cents -= amount.cents
      shop.accounts[arguments.text("to"), default: Money(cents: 0)].cents += amount.cents
      return .object(["transfer": .text(shop.number("T")), "amount": .money(amount), "state": .text("booked")])
    },
  ]
}
