/// What a verb says about its tool.
struct Verb: Hashable, Sendable {
  enum Weight: Hashable, Sendable {
    /// As a part of a tool's name it is hardly ever anything but this verb: `delete`, `list`.
    case clear
    /// It is a noun as often, or its effect depends: `run`, `comment`, `export`.
    case vague
  }

  enum Form: Hashable, Sendable {
    /// delete
    case base
    /// deletes
    case third
    /// deleting
    case gerund
  }

  var category: Category
  var weight: Weight
  var form: Form
}

/// Makes the forms of regular verbs, and of the few irregular ones that matter here.
enum VerbForms {
  static func third(of base: String) -> String {
    if base.hasSuffix("y"), let before = base.utf8.dropLast().last, !isVowel(before) {
      return String(base.dropLast()) + "ies"
    }
    if ["s", "x", "z", "ch", "sh", "o"].contains(where: base.hasSuffix) { return base + "es" }
    return base + "s"
  }

  static func gerund(of base: String) -> String {
    if base.hasSuffix("e"), !base.hasSuffix("ee"), !base.hasSuffix("oe") { return String(base.dropLast()) + "ing" }
    return (doubling.contains(base) ? base + String(base.suffix(1)) : base) + "ing"
  }

  private static let doubling: Set<String> = [
    "ban", "bid", "commit", "cut", "drag", "drop", "get", "log", "pin", "plan", "put", "rerun", "run", "scan", "set",
    "stop", "submit", "swap", "tag", "transfer", "unpin", "untag",
  ]

  private static func isVowel(_ byte: UInt8) -> Bool {
    "aeiou".utf8.contains(byte)
  }
}
