import ConsoleCore
import ControlWire
import Filters
import JSONText
import Policy
import Risk
import SeededChance
import Testing

/// A condition as a person could mean it, with a reading of its own: what the language is compared with.
private indirect enum Wish {
  case word(String)
  case field(String, String, String)
  case not(Wish)
  case all([Wish])
  case any([Wish])
}

struct FilterPropertyTests {
  private struct Row {
    var server: String
    var tool: String
    var severity: Severity
    var category: Risk.Category
    var verdict: Verdict
    var took: Int64
  }

  private static let words = ["git", "log", "get_x", "a b", "é", "q\"t", "back\\slash", "dele*te", "Push"]

  private static func wish(_ chance: inout Chance, depth: Int) -> Wish {
    if depth > 0, chance.below(3) > 0 {
      let parts = (0..<(2 + chance.below(2))).map { _ in wish(&chance, depth: depth - 1) }
      switch chance.below(3) {
      case 0: return .not(parts[0])
      case 1: return .all(parts)
      default: return .any(parts)
      }
    }
    switch chance.below(6) {
    case 0: return .word(words[chance.below(words.count)])
    case 1:
      return .field("risk", ["=", "!=", "<", "<=", ">", ">="][chance.below(6)], ["low", "high"][chance.below(2)])
    case 2: return .field("decision", [":", "!="][chance.below(2)], ["allow", "deny"][chance.below(2)])
    case 3: return .field("lat", [">", "<="][chance.below(2)], ["5ms", "70us", "1s"][chance.below(3)])
    case 4: return .field("cat", ":", ["read", "execute"][chance.below(2)])
    default: return .field(["server", "tool"][chance.below(2)], ["=", "!="][chance.below(2)], words[chance.below(7)])
    }
  }

  /// The wish in the language, with blanks, brackets and quotes as somebody might set them.
  private static func text(_ wish: Wish, _ chance: inout Chance, isPart: Bool = false) -> String {
    func quoted(_ text: String) -> String {
      "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
    }
    func bracketed(_ text: String) -> String { chance.below(2) == 0 ? "( \(text))" : "(\(text) )" }
    switch wish {
    case .word(let word): return quoted(word)
    case .field(let field, let comparison, let value): return field + comparison + quoted(value)
    case .not(let wish):
      let rest = text(wish, &chance, isPart: true)
      return chance.below(2) == 0 ? "!\(rest)" : "! \(rest)"
    case .all(let wishes):
      let joint = [" ", "&", "  & ", "   "][chance.below(4)]
      let all = wishes.map { text($0, &chance, isPart: true) }.joined(separator: joint)
      return isPart || chance.below(3) == 0 ? bracketed(all) : all
    case .any(let wishes):
      let any = wishes.map { text($0, &chance, isPart: true) }.joined(separator: ["|", " | "][chance.below(2)])
      return isPart || chance.below(3) == 0 ? bracketed(any) : any
    }
  }

  private static func event(_ row: Row) -> DecisionEvent {
    DecisionEvent(
      session: "s", client: "c", grant: "g", server: ExactText(row.server), method: "m", tool: ExactText(row.tool),
      category: row.category, severity: row.severity, decision: Decision(row.verdict, rule: "r"), revision: nil,
      took: row.took, argumentsDigest: nil)
  }

  /// The plainest reading of a wish.
  private static func holds(_ wish: Wish, _ row: Row) -> Bool {
    func same(_ whole: String, _ pattern: String) -> Bool {
      pattern == pattern.lowercased() ? whole.lowercased() == pattern : whole == pattern
    }
    func has(_ text: String, _ part: String) -> Bool {
      part == part.lowercased() ? text.lowercased().contains(part) : text.contains(part)
    }
    switch wish {
    case .not(let wish): return !holds(wish, row)
    case .all(let wishes): return wishes.allSatisfy { holds($0, row) }
    case .any(let wishes): return wishes.contains { holds($0, row) }
    case .word(let word):
      return [
        row.server, row.tool, "s", "c", "m", "r", row.severity.rawValue, row.category.rawValue, row.verdict.rawValue,
      ].contains { has($0, word) }
    case .field("risk", let comparison, let value):
      let order = [Severity.low, .medium, .high, .critical]
      guard let own = order.firstIndex(of: row.severity) else { return false }
      let other = value == "low" ? 0 : 2
      switch comparison {
      case "=": return own == other
      case "!=": return own != other
      case "<": return own < other
      case "<=": return own <= other
      case ">": return own > other
      default: return own >= other
      }
    case .field("decision", let comparison, let value): return (row.verdict.rawValue == value) == (comparison == ":")
    case .field("lat", let comparison, let value):
      let span: Int64 = value == "5ms" ? 5000 : value == "70us" ? 70 : 1_000_000
      return comparison == ">" ? row.took > span : row.took <= span
    case .field("cat", _, let value): return row.category == (value == "read" ? .read : .execute)
    case .field(let field, let comparison, let value):
      return same(field == "tool" ? row.tool : row.server, value) == (comparison == "=")
    }
  }

  private static func row(_ chance: inout Chance) -> Row {
    func name() -> String {
      ["git", "GIT", "log", "get_x", "a b", "É", "q\"t", "back\\slash", "dele*te", "deleete", "Push", "push"][
        chance.below(12)]
    }
    return Row(
      server: name(), tool: name(), severity: Severity.allCases[chance.below(4)],
      category: Risk.Category.allCases[chance.below(5)], verdict: Verdict.allCases[chance.below(5)],
      took: [10, 70, 71, 5000, 2_000_000][chance.below(5)])
  }

  @Test func filtersMeanWhatAPlainReadingMeans() throws {
    var chance = Chance(20)
    for _ in 0..<1500 {
      let wish = Self.wish(&chance, depth: 3)
      let text = Self.text(wish, &chance)
      let filter = try #require(try Filter(text, for: .live), "\(text)")
      for _ in 0..<8 {
        let row = Self.row(&chance)
        #expect(filter.matches(Self.event(row), sequence: 1) == Self.holds(wish, row), "\(text) on \(row)")
      }
    }
  }

  @Test func theStreamsPaneFindsWhatTheTailFinds() throws {
    var chance = Chance(21)
    var desk = Desk.ready()
    var rows: [Row] = []
    for _ in 0..<60 {
      let row = Self.row(&chance)
      rows.append(row)
      desk.gate(.decision(Self.event(row)))
    }
    for _ in 0..<150 {
      let text = Self.text(Self.wish(&chance, depth: 2), &chance)
      let filter = try #require(try Filter(text, for: .live))
      desk.press("4", ":", "filter ")
      desk.send(.input(.paste(text)))
      desk.press("Enter")
      let expected = rows.count { filter.matches(Self.event($0), sequence: 1) }
      // The line about the gate's coming is always shown.
      #expect(desk.state.live.count == expected + 1, "\(text)")
    }
  }

  @Test func whatIsPrintedMeansTheSame() throws {
    var chance = Chance(22)
    for _ in 0..<2000 {
      let text = Self.text(Self.wish(&chance, depth: 4), &chance)
      let filter = try #require(try Filter(text, for: .live), "\(text)")
      let again = try #require(try Filter(filter.canonical, for: .live), "\(filter.canonical)")
      #expect(again.means(filter), "\(text) became \(filter.canonical)")
      #expect(again.canonical == filter.canonical)
    }
  }

  @Test(arguments: [
    ("a*b", "a*b"), ("\"a*b\"", "\"a*b\""), ("  !( !a)", "!(!a)"), ("((a|b) c)|d", "(a | b) c | d"),
    ("tool~\"^\\d+ (a|b)\\\"$\"", "tool~\"^\\d+ (a|b)\\\"$\""), ("risk>=MEDIUM", "risk>=medium"),
    ("lat>120s age<36h", "lat>2m age<36h"), ("tool:\"git_*\"", "tool:git_*"), ("n>=05", "n>=5"),
    ("tool=\"\\\\\"", "tool=\"\\\\\""),
  ])
  func spellings(text: String, canonical: String) throws {
    let filter = try #require(try Filter(text, for: .live))
    #expect(filter.canonical == canonical)
    #expect(try Filter(canonical, for: .live)?.means(filter) == true)
  }

  /// Whatever is typed, nothing traps, an error says where it is, and what is no error can be printed.
  @Test func anythingMayBeTyped() throws {
    var chance = Chance(23)
    let pieces = [
      " ", "(", ")", "|", "&", "!", "\"", "\\", "a", "É", "*", ":", "~", "=", "!=", "<", ">=", "tool", "risk", "lat",
      "age", "n", "is", "cat", "decision", "arg.", "text", "[", "5ms", "99999999999999999999", "high", "\u{202E}", "\n",
      "server:git*", "e\u{301}", "{9}", "changed",
    ]
    for subject in Filter.Subject.allCases {
      for _ in 0..<4000 {
        let text = (0..<(1 + chance.below(14))).map { _ in pieces[chance.below(pieces.count)] }.joined()
        do throws(FilterError) {
          guard let filter = try Filter(text, for: subject) else { continue }
          let again = try Filter(filter.canonical, for: subject)
          #expect(again?.means(filter) == true, "\(text) became \(filter.canonical)")
        } catch {
          #expect(error.place >= 0 && error.place <= text.unicodeScalars.count, "\(text): \(error)")
          #expect(error.length >= 1, "\(text): \(error)")
        }
      }
    }
  }
}
