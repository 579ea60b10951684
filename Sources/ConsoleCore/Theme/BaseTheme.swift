/// What themes build on: styles for all roles in words of the palette, and what a palette need not say.
enum BaseTheme {
  /// The names that `inherits` may give for it.
  static let names = ["base-dark", "base-light"]

  static let styles: [Role: String] = [
    .text: "fg on bg",
    .dim: "dim",
    .accent: "accent",
    .border: "border",
    .borderFocus: "accent bold",
    .title: "accent bold",
    .key: "accent bold",
    .rowSelected: "fg on sel",
    .rowMarked: "accent bold underline",
    .header: "fg",
    .bannerWaiting: "bg on ask bold",
    .bannerError: "bg on deny bold",
    .decisionAllow: "allow",
    .decisionDeny: "deny bold",
    .decisionLimit: "limit",
    .decisionAsk: "ask",
    .decisionHide: "hide",
    .decisionInherit: "dim",
    .riskLow: "low",
    .riskMedium: "med",
    .riskHigh: "high bold",
    .riskCritical: "bg on crit bold",
    .diffAdd: "allow",
    .diffDelete: "deny",
    .diffChange: "limit",
    .sparkLow: "allow",
    .sparkMiddle: "limit",
    .sparkHigh: "deny",
    .attention: "bg on high bold",
    .input: "fg on sel",
    .inputError: "bg on deny",
    .match: "bg on limit",
  ]

  /// Where a theme says nothing of a role it means what it says of another one, with these attributes instead of bold.
  static let parents: [Role: (role: Role, attributes: CellStyle.Attributes)] = [
    .border: (.dim, []),
    .borderFocus: (.accent, .bold),
    .title: (.accent, .bold),
    .key: (.accent, .bold),
    .rowMarked: (.accent, [.bold, .underline]),
    .header: (.text, []),
    .decisionHide: (.decisionDeny, .dim),
    .decisionInherit: (.dim, []),
    .riskLow: (.dim, []),
    .riskMedium: (.decisionLimit, []),
    .diffAdd: (.decisionAllow, []),
    .diffDelete: (.decisionDeny, []),
    .diffChange: (.decisionLimit, []),
    .sparkLow: (.decisionAllow, []),
    .sparkMiddle: (.decisionLimit, []),
    .sparkHigh: (.decisionDeny, []),
    .inputError: (.bannerError, []),
  ]

  /// A colour that a palette does not name is another one.
  static let stands: [String: String] = [
    "border": "dim", "crit": "deny", "hide": "dim", "low": "dim", "med": "limit",
  ]

  /// And if that is not there either, one of the user's own.
  static let colours: [String: PaletteColour] = [
    "accent": PaletteColour(colour: .indexed(6)),
    "allow": PaletteColour(colour: .indexed(2)),
    "ask": PaletteColour(colour: .indexed(5)),
    "bg": .standard,
    "deny": PaletteColour(colour: .indexed(1)),
    "dim": .standard,
    "fg": .standard,
    "high": PaletteColour(colour: .indexed(1)),
    "limit": PaletteColour(colour: .indexed(3)),
    "sel": .standard,
  ]

  static let paletteNames = Set(stands.keys).union(colours.keys)

  /// How a role looks without any colour.
  static func attributes(_ role: Role) -> CellStyle.Attributes {
    switch role {
    case .text, .dim, .border, .header, .decisionAllow, .decisionLimit, .decisionHide, .decisionInherit, .riskLow,
      .riskMedium,
      .diffAdd, .diffDelete, .diffChange, .sparkLow, .sparkMiddle, .sparkHigh:
      []
    case .accent, .borderFocus, .title, .key, .decisionDeny, .riskHigh: .bold
    case .decisionAsk, .input: .underline
    case .rowMarked, .riskCritical, .inputError, .match: [.bold, .underline]
    case .rowSelected: .reverse
    case .bannerWaiting, .bannerError, .attention: [.bold, .reverse]
    }
  }

  /// Roles that must not look like plain text, whatever a theme says.
  static let standingOut: Set<Role> = [
    .rowSelected, .rowMarked, .bannerWaiting, .bannerError, .attention, .input, .inputError, .match,
  ]
}
