internal import JSONText

/// Short ways to write a result.
extension JSONNode {
  static func text(_ text: String) -> JSONNode { JSONNode(.string(ExactText(text))) }
  static func whole(_ number: Int) -> JSONNode { JSONNode(.number(JSONNumber(number))) }
  static func money(_ money: Money) -> JSONNode { JSONNode(.number(JSONNumber(text: "\(money)"))) }
  static func list(_ elements: some Sequence<JSONNode>) -> JSONNode { JSONNode(.array(Array(elements))) }

  static func object(_ members: KeyValuePairs<String, JSONNode>) -> JSONNode {
    JSONNode(.object(members.map { JSONMember(key: ExactText($0.key), value: $0.value) }))
  }
}

extension Shop.Order {
  var row: JSONNode {
    .object([
      "id": .text(id), "customer": .text(customer), "article": .text(article), "pieces": .whole(pieces),
      "total": .money(total), "state": .text(state.rawValue), "note": .text(note),
    ])
  }
}

extension Shop.Customer {
  var row: JSONNode {
    .object([
      "id": .text(id), "name": .text(name), "city": .text(city), "email": .text(email),
      "notes": .list(notes.map(JSONNode.text)),
    ])
  }
}

extension Shop.Payment {
  var row: JSONNode {
    .object([
      "id": .text(id), "order": .text(order), "amount": .money(amount), "method": .text(method),
      "refunded": .money(refunded),
    ])
  }
}
