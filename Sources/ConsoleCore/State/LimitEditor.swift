internal import JSONText
package import Policy

/// The limits of a rule, or of the rules of some tools, while they are being written.
package struct LimitEditor: Hashable, Sendable {
  /// What the keys are about.
  package enum Field: String, CaseIterable, Hashable, Sendable {
    /// Which rule the limits stand in.
    case place
    /// The list of limits.
    case list
    case most, window, scope, counter, cost, align, count, expires
    /// What happens to a call that fits.
    case action
    /// The lines that say what comes of it; there is nothing to change.
    case outcome

    /// The members of a limit.
    package static let members: [Field] = [.most, .window, .scope, .counter, .cost, .align, .count, .expires]

    /// The member's key in the file.
    package var key: String { self == .most ? "max" : rawValue }
  }

  /// A rule whose limits are changed.
  package struct Target: Hashable, Sendable {
    package var address: RuleAddress
    /// Whom it is changed for; nil for a rule that was asked for by itself.
    package var tool: ToolName?
    /// The rule that it is made as a copy of, if it is not there yet.
    package var copied: RuleAddress?
    /// There is no rule yet.
    package var isNew = false
    package var limits: [LimitTerms] = []
    /// What is done with a call that fits, as the policy says it now.
    package var action: RuleAction
    /// Another action holds while no rule names the tool.
    package var isHidden = false
  }

  /// Where the limits may be written.
  package struct Place: Hashable, Sendable {
    package var targets: [Target]
    /// `the rule of this tool`, and the like.
    package var words: String
  }

  /// One limit of the list.
  package struct Row: Hashable, Sendable {
    /// For each target: which of its rule's limits this is; nil where it has none here.
    package var origins: [Int?]
    package var values: Values
    /// What it was; nil for a new one.
    package var was: Values?
  }

  /// The members of a limit as texts; nil where the targets differ, empty where nothing is written.
  package struct Values: Hashable, Sendable {
    private var texts = [String?](repeating: "", count: Field.members.count)

    package init() {}

    package subscript(field: Field) -> String? {
      get { Field.members.firstIndex(of: field).flatMap { texts[$0] } }
      set { if let index = Field.members.firstIndex(of: field) { texts[index] = newValue } }
    }
  }

  /// What can be undone in here.
  struct Step: Hashable, Sendable {
    var rows: [Row]
    var row: Int
    var action: RuleAction?
  }

  package static let windows = ["second", "minute", "hour", "day"]
  package static let scopes = ["grant", "session", "server", "global"]
  static let alignments = ["sliding", "calendar"]
  static let counts = ["forwarded", "succeeded"]
  package static let mostCalls = 999_999_999
  static let longestWindow = 2_678_400
  /// A rule may have more; so many can be added here.
  static let mostRows = 100

  /// The policy that the places were read from.
  var revision: String?
  package var places: [Place]
  package var place = 0
  package var rows: [Row] = []
  package var row = 0
  package var field = Field.most
  /// What is being typed in the field.
  package var text = TextField()
  /// The next digit starts the number anew.
  package var isFresh = true
  /// What was chosen to happen to a call that fits; nil as long as nothing was.
  package var action: RuleAction?
  var past: [Step] = []
  /// The field whose changes are one step as long as nothing else is done.
  var openStep: Field?
  /// The first line of the outcome that is drawn, where it does not fit.
  package var top = 0
  /// What would come of it: worked out once a change.
  package var outcome = LimitOutcome()
  /// How far the limits of its one tool are used up.
  package var counts: LimitCounts?

  package var targets: [Target] { places.indices.contains(place) ? places[place].targets : [] }
  package var current: Row? { rows.indices.contains(row) ? rows[row] : nil }

  package init(_ places: [Place]) {
    self.places = places
  }
}

/// What would come of the limits as they are in the editor.
package struct LimitOutcome: Hashable, Sendable {
  /// Something is wrong, in the engine's words.
  package struct Mistake: Hashable, Sendable {
    package var row: Int?
    package var field: LimitEditor.Field?
    package var text: String
  }

  /// Nil where nothing is changed, or it cannot be.
  package var edit: PolicyEdit?
  /// What happens to a call that fits; nil where the targets differ.
  package var action: RuleAction?
  package var mistake: Mistake?
  /// The rule's text, as it is and as it would be.
  package var diff: [DiffLine] = []
  /// What a caller is told when the limit under the cursor is reached.
  package var told: String?
  /// Other limits that use the same count.
  package var shares: [String] = []
  package var effect: LimitEffect?
  /// Something stronger overrules it all.
  package var overruled: String?
}

extension LimitEditor.Field {
  /// The words that it may hold; empty where it is typed.
  var words: [String] {
    switch self {
    case .scope: LimitEditor.scopes
    case .align: LimitEditor.alignments
    case .count: LimitEditor.counts
    case .place, .list, .most, .window, .counter, .cost, .expires, .action, .outcome: []
    }
  }

  /// Letters are typed into it.
  var isText: Bool { self == .counter || self == .cost || self == .expires }

  /// Whether two texts of it mean the same.
  func means(_ text: String, _ other: String) -> Bool {
    switch self {
    case .window: return Self.seconds(text) == Self.seconds(other)
    case .most:
      let (left, right) = (Self.amount(text), Self.amount(other))
      return left != nil && right != nil ? left == right : ExactText(text) == ExactText(other)
    case .expires:
      let (left, right) = (Moment(rfc3339: text), Moment(rfc3339: other))
      return left != nil && right != nil ? left == right : ExactText(text) == ExactText(other)
    default: return ExactText(text) == ExactText(other)
    }
  }

  /// How long a window is; a text that is no window stands for itself.
  static func seconds(_ text: String) -> String {
    let lengths = ["1", "60", "3600", "86400"]
    return LimitEditor.windows.firstIndex(of: text).map { lengths[$0] } ?? text
  }

  static func amount(_ text: String) -> Amount? {
    guard let node = try? JSONNode.read(Array(text.utf8)), case .number(let number) = node.content else { return nil }
    return Amount(exactly: number)
  }
}

extension LimitEditor.Values {
  /// `10/minute`, `5/90s`.
  var rate: String {
    let window = self[.window].map { Int($0) == nil ? $0 : "\($0)s" }
    return "\(self[.most] ?? "mixed")/\(window ?? "mixed")"
  }

  init(_ terms: LimitTerms) {
    self.init()
    self[.most] = terms.max
    self[.window] = terms.window
    self[.scope] = terms.scope ?? "grant"
    self[.counter] = terms.counter ?? ""
    self[.cost] = terms.cost ?? ""
    self[.align] = terms.align ?? "sliding"
    self[.count] = terms.count ?? "forwarded"
    self[.expires] = terms.expires ?? ""
  }

  /// The limit as it is to be written: of what differs, and of what is not changed, what `old` says.
  func terms(over old: LimitTerms?, changed: Set<LimitEditor.Field>, at now: Moment) -> LimitTerms? {
    func text(_ field: LimitEditor.Field, _ written: String?) -> String? {
      guard old == nil || changed.contains(field), let text = self[field] else { return written }
      return text.isEmpty ? nil : text
    }
    // What differs cannot be given to a rule that has no such limit.
    guard old != nil || self[.most] != nil && self[.window] != nil else { return nil }
    var terms = LimitTerms(max: text(.most, old?.max) ?? "", window: text(.window, old?.window) ?? "")
    terms.counter = text(.counter, old?.counter)
    terms.scope = text(.scope, old?.scope)
    terms.cost = text(.cost, old?.cost)
    terms.expires = text(.expires, old?.expires).map { LimitEditor.moment($0, at: now) }
    terms.align = text(.align, old?.align)
    terms.count = text(.count, old?.count)
    if old == nil {
      if terms.align == "sliding" { terms.align = nil }
      if terms.count == "forwarded" { terms.count = nil }
    }
    return terms
  }
}

extension LimitEditor.Row {
  /// The members that are others than they were.
  var changed: Set<LimitEditor.Field> {
    guard let was else { return Set(LimitEditor.Field.members) }
    return Set(
      LimitEditor.Field.members.filter { field in
        guard let text = values[field] else { return false }
        return was[field].map { !field.means(text, $0) } ?? true
      })
  }
}

extension LimitEditor {
  /// `in 2h` and the like as a moment of RFC 3339; any other text as it is.
  static func moment(_ text: String, at now: Moment) -> String {
    var words = text.split(separator: " ")
    if words.first == "in" { words.removeFirst() }
    let short = words.joined()
    guard let unit = short.unicodeScalars.last, let length = lengths[unit],
      let number = Int64(short.dropLast()), 1...100_000 ~= number
    else { return text }
    let due = now.advanced(byMicroseconds: (length * number).multiplied(1_000_000))
    // A person's times have no fractions.
    return String(due.rfc3339.prefix { $0 != "." }) + "Z"
  }

  private static let lengths: [Unicode.Scalar: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
}
