internal import JSONText

extension Shop {
  private static let reports = ["sales_by_week", "stock", "late_orders"]

  static let officeTools: [DemoTool] = [
    DemoTool(
      name: "run_report_script", title: "Run a report script",
      description: "Run one of the report scripts on the office's machine and return what it prints.",
      parameters: [
        DemoParameter("script", .choice(reports), "The script's name."),
        DemoParameter("weeks", .whole(1...52), isRequired: false, "How many weeks back; 4 if left out."),
      ],
      milliseconds: 90
    ) { shop, arguments in
      let weeks = arguments.whole("weeks", otherwise: 4)
      let total = shop.orders.reduce(0) { $0 + $1.total.cents }
      let lines = (0..<min(weeks, 8)).map { week in
        "week -\(week): \(3 + (week * 5) % 7) orders, \(Money(cents: total / (week + 6))) EUR"
      }
      return .object([
        "script": .text(arguments.text("script")), "exit_status": .whole(0),
        "output": .text(lines.joined(separator: "\n")),
      ])
    },
    DemoTool(
      name: "execute_sql", title: "Execute SQL",
      description: "Execute one SQL statement of any kind on the shop's database and return its rows.",
      parameters: [DemoParameter("sql", .text, "The statement.")], milliseconds: 22
    ) { shop, arguments throws(DemoFailure) in try shop.execute(arguments.text("sql")) },
    DemoTool(
      name: "drop_table", title: "Drop a table",
      description: "Drop a table of the shop's database with all its rows. There is no backup.",
      parameters: [DemoParameter("table", .choice(["orders", "customers", "payments"]), "The table's name.")],
      hints: .destroys, milliseconds: 30
    ) { shop, arguments in
      shop.drop(arguments.text("table"))
      return .object(["dropped": .text(arguments.text("table"))])
    },
  ]

  // MARK: The database

  /// Answers a statement as far as a demonstration needs it: its first word and its table count, no condition does.
  mutating func execute(_ sql: String) throws(DemoFailure) -> JSONNode {
    let words = sql.lowercased().split { !$0.isLetter && $0 != "_" && $0 != "*" }.prefix(200).map(String.init)
    guard let verb = words.first else { throw DemoFailure("the statement is empty") }
    let tables = ["orders", "customers", "payments"]
    guard let table = words.first(where: tables.contains) else { throw DemoFailure("no such table") }
    if droppedTables.contains(table) { throw DemoFailure("no such table: \(table)") }
    let rows = rows(of: table)
    switch verb {
    case "select" where words.contains("count"):
      return .object(["rows": .list([.object(["count": .whole(rows.count)])])])
    case "select": return .object(["rows": .list(rows.prefix(3)), "more": .whole(max(0, rows.count - 3))])
    case "insert", "update": return .object(["rows_changed": .whole(1)])
    case "delete":
      if words.contains("where") { return .object(["rows_changed": .whole(1)]) }
      drop(table)
      droppedTables.remove(table)
      return .object(["rows_changed": .whole(rows.count)])
    case "drop":
      drop(table)
      return .object(["rows_changed": .whole(rows.count)])
    default: throw DemoFailure("syntax error near `\(verb)`")
    }
  }

  mutating func drop(_ table: String) {
    droppedTables.insert(table)
    switch table {
    case "orders": orders = []
    case "customers": customers = []
    default: payments = []
    }
  }

  private func rows(of table: String) -> [JSONNode] {
    switch table {
    case "orders": orders.map(\.row)
    case "customers": customers.map(\.row)
    default: payments.map(\.row)
    }
  }
}
