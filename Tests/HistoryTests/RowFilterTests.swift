import ControlWire
import Filters
import History
import JSONText
import Policy
import SeededChance
import Testing

struct RowFilterTests {
  /// Conditions of every kind.
  private static let atoms = [
    "git", "deny", "café", "reached", "\"it says\"", "s1", "claude", "CAFE", "*e*", "tool:get_*", "tool=push",
    "tool!=push", "tool~^p", "server:git", "server!=bank", "agent:c*", "agent~Cursor", "session=s2", "rule:/tools/*",
    "rule!=\"(default)\"", "decision:deny", "decision!=allow", "risk>=med", "risk=crit", "risk!=low", "cat:write",
    "cat!=read", "lat>5ms", "lat<=3ms", "n>100", "n!=7", "age<1h", "age>=30m", "is:observed", "text:no",
    "text!=reached", "text~[0-9]", "größer", "tools/call",
  ]

  private static func expression(_ chance: inout Chance, _ depth: Int) -> String {
    switch chance.below((depth > 0 ? 6 : 1)) {
    case 1: return "!(\(expression(&chance, depth - 1)))"
    case 2, 3: return "(\(expression(&chance, depth - 1)) | \(expression(&chance, depth - 1)))"
    case 4, 5: return "\(expression(&chance, depth - 1)) \(expression(&chance, depth - 1))"
    default: return chance.pick(atoms)
    }
  }

  @Test(arguments: 1...40)
  func findsWhatTheFilterItselfFinds(_ seed: UInt64) throws {
    var made = Made(seed)
    var builder = HistoryBuilder()
    for number in 0..<600 { builder.take(made.next().span, at: number) }
    let now = made.time
    let block = builder.blocks[0]
    var chance = Chance(seed)
    var found = 0
    for _ in 0..<30 {
      let text = Self.expression(&chance, 3)
      let filter = try #require(try Filter(text, for: .live), "\(text)")
      var rows = RowFilter(filter, now: now)(builder.texts)
      let wanted = made.events.map { call in
        filter.matches(call.event, sequence: call.sequence, age: now - call.time.microseconds)
      }
      let fits = (0..<block.count).map { rows.fits(block, $0) }
      #expect(fits == wanted, "\(text)")
      #expect(!rows.fitsNone || !wanted.contains(true), "\(text)")
      found += wanted.count { $0 }
    }
    #expect(found > 0)
  }

  @Test func aFilterOfManyConditionsIsJudgedAllTheSame() throws {
    var made = Made(5)
    var builder = HistoryBuilder()
    for number in 0..<300 { builder.take(made.next().span, at: number) }
    let text = (0..<70).map { "n=\($0 * 3)" }.joined(separator: "|")
    let filter = try #require(try Filter(text, for: .live))
    var rows = RowFilter(filter, now: 0)(builder.texts)
    let block = builder.blocks[0]
    let fits = (0..<block.count).map { rows.fits(block, $0) }
    #expect(fits == made.events.map { filter.matches($0.event, sequence: $0.sequence) })
    #expect(fits.contains(true) && fits.contains(false))
  }

  @Test func aWordThatIsNowhereRulesTheWholeSegmentOut() throws {
    var made = Made(6)
    var builder = HistoryBuilder()
    for number in 0..<300 { builder.take(made.next().span, at: number) }
    func fitsNone(_ text: String) throws -> Bool {
      RowFilter(try #require(try Filter(text, for: .live)), now: 0)(builder.texts).fitsNone
    }
    #expect(try fitsNone("nowhere"))
    #expect(try fitsNone("deny nowhere"))
    #expect(try !fitsNone("deny | nowhere"))
    #expect(try !fitsNone("!nowhere"))
    #expect(try !fitsNone("text!=nowhere"))
  }
}
