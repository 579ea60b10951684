internal import JSONText

/// The state of a small shop that sells tea; every run begins with the same one.
struct Shop: Sendable {
  struct Customer: Sendable {
    var id: String
    var name: String
    var city: String
    var email: String
    var notes: [String] = []
  }

  struct Order: Sendable {
    enum State: String, CaseIterable, Sendable { case new, paid, shipped, delivered, cancelled }

    var id: String
    var customer: String
    var article: String
    var pieces: Int
    var total: Money
    var state: State
    var note = ""
  }

  struct Payment: Sendable {
    var id: String
    var order: String
    var amount: Money
    var method: String
    var refunded = Money(cents: 0)
  }

  var customers: [Customer]
  var orders: [Order]
  var payments: [Payment]
  var accounts = [
    "shop": Money(cents: 1_284_050), "suppliers": Money(cents: 310_000), "savings": Money(cents: 500_000),
  ]
  var droppedTables: Set<String> = []
  /// Numbers what the shop writes: messages, transfers, refunds.
  private var written = 0

  static let tools = orderTools + customerTools + moneyTools + officeTools

  init() {
    let people = [
      ("Mira Okafor", "Leeds"), ("Jonas Weber", "Kassel"), ("Ana Sousa", "Porto"), ("Tom Brandt", "Bremen"),
      ("Li Wen", "Utrecht"), ("Sara Lindgren", "Lund"), ("Yusuf Kaya", "Izmir"), ("Nora Byrne", "Cork"),
      ("Pavel Novak", "Brno"), ("Ines Moreau", "Lyon"), ("Kofi Mensah", "Accra"), ("Emma Hall", "York"),
    ]
    customers = people.enumerated().map { index, person in
      let name = person.0.lowercased().split(separator: " ").joined(separator: ".")
      return Customer(id: "C-\(101 + index)", name: person.0, city: person.1, email: "\(name)@example.com")
    }
    let articles: [(String, Int)] = [
      ("Assam, 250 g", 890), ("Sencha, 100 g", 1240), ("Darjeeling, 100 g", 1490), ("Rooibos, 500 g", 990),
      ("Tea pot, iron", 4900), ("Oolong, 50 g", 1650), ("Matcha, 30 g", 2200),
    ]
    let states = Order.State.allCases
    orders = (0..<40).map { index in
      let article = articles[(index * 5 + 2) % articles.count]
      let pieces = 1 + (index * 7) % 4
      return Order(
        id: "A-\(4001 + index)", customer: "C-\(101 + (index * 5) % people.count)", article: article.0, pieces: pieces,
        total: Money(cents: article.1 * pieces), state: states[(index * 3) % states.count])
    }
    payments = orders.enumerated().compactMap { index, order in
      guard order.state != .new else { return nil }
      let method = ["card", "transfer", "wallet"][index % 3]
      return Payment(id: "P-\(7001 + index)", order: order.id, amount: order.total, method: method)
    }
  }

  /// A new number, as `M-1`.
  mutating func number(_ letter: String) -> String {
    written += 1
    return "\(letter)-\(9000 + written)"
  }

  func place(ofOrder id: String) throws(DemoFailure) -> Int {
    guard let place = orders.firstIndex(where: { $0.id == id }) else { throw DemoFailure("there is no order \(id)") }
    return place
  }

  func place(ofCustomer id: String) throws(DemoFailure) -> Int {
    guard let place = customers.firstIndex(where: { $0.id == id }) else {
      throw DemoFailure("there is no customer \(id)")
    }
    return place
  }
}
