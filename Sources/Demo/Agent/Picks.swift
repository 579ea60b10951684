/// Chooses orders, people and pauses; the same seed makes the same choices.
struct Picks: Sendable {
  struct Person {
    var id: String
    var name: String
    var city: String
    var address: String
  }

  private static let people = Shop().customers
  private static let orders = Shop().orders.map(\.id)
  private static let payments = Shop().payments.map(\.id)

  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func order() -> String { pick(Self.orders) ?? "" }
  mutating func payment() -> String { pick(Self.payments) ?? "" }

  mutating func person() -> Person {
    guard let person = pick(Self.people) else { return Person(id: "", name: "", city: "", address: "") }
    let firstName = person.name.prefix { $0 != " " }
    return Person(id: person.id, name: String(firstName), city: person.city, address: person.email)
  }

  /// Milliseconds between the calls of somebody who reads what came back.
  mutating func pause() -> Int64 { 350 + Int64(number(below: 750)) }
  /// Milliseconds between the calls of somebody in a hurry.
  mutating func haste() -> Int64 { 60 + Int64(number(below: 60)) }

  private mutating func pick<Element>(_ elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[number(below: elements.count)]
  }

  /// SplitMix64: every seed gives a sequence of its own, also the small ones.
  private mutating func number(below limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    return Int(mixed % UInt64(limit))
  }
}
