internal import JSONText

extension Shop {
  static let customerTools: [DemoTool] = [
    DemoTool(
      name: "search_customers", title: "Search customers",
      description: "Search the customers by a part of their name, city or e-mail address.",
      parameters: [DemoParameter("query", .text, "What to look for.")], hints: .reads, milliseconds: 7
    ) { shop, arguments in
      let query = arguments.text("query").lowercased()
      let found = shop.customers.filter { customer in
        [customer.name, customer.city, customer.email].contains { $0.lowercased().contains(query) }
      }
      return .object(["count": .whole(found.count), "customers": .list(found.map(\.row))])
    },
    DemoTool(
      name: "add_note", title: "Add a note", description: "Add a note to a customer's record.",
      parameters: [
        DemoParameter("customer_id", .text, "The customer's number, such as C-101."),
        DemoParameter("text", .text, "The note."),
      ],
      milliseconds: 5
    ) { shop, arguments throws(DemoFailure) in
      let place = try shop.place(ofCustomer: arguments.text("customer_id"))
      // A demonstration may run for days.
      shop.customers[place].notes = shop.customers[place].notes.suffix(9) + [String(arguments.text("text").prefix(500))]
      return .object(["customer": .text(shop.customers[place].id), "notes": .whole(shop.customers[place].notes.count)])
    },
    DemoTool(
      name: "send_email", title: "Send an e-mail", description: "Send an e-mail to a customer in the shop's name.",
      parameters: [
        DemoParameter("to", .text, "The e-mail address."), DemoParameter("subject", .text, "The subject line."),
        DemoParameter("body", .text, "The text of the message."),
      ],
      milliseconds: 38
    ) { shop, arguments throws(DemoFailure) in
      let address = arguments.text("to")
      guard shop.customers.contains(where: { $0.email == address }) else {
        throw DemoFailure("\(address) is no customer's address")
      }
      return .object(["message": .text(shop.number("M")), "to": .text(address), "state": .text("queued")])
    },
    DemoTool(
      name: "delete_customer", title: "Delete a customer",
      description: "Delete a customer's record for good, with all notes.",
      parameters: [DemoParameter("customer_id", .text, "The customer's number.")], hints: .destroys, milliseconds: 14
    ) { shop, arguments throws(DemoFailure) in
      let customer = shop.customers.remove(at: try shop.place(ofCustomer: arguments.text("customer_id")))
      return .object(["deleted": .text(customer.id), "notes_deleted": .whole(customer.notes.count)])
    },
  ]
}
