package import ConsoleCore

/// What the environment says about the terminal.
package struct TerminalChoice: Hashable, Sendable {
  /// Names of terminal descriptions, to be tried in this order; empty if only plain text is possible.
  package var names: [String]
  /// Nil: as many colours as the description says.
  package var depth: ColourDepth?
  /// Whoever runs the program says so, and not the environment.
  var isForced: Bool
  /// The terminal can be trusted to show more than ASCII in the widths that we think.
  package var hasUnicode: Bool
  /// The terminal has a window with a title, and takes the clipboard by OSC 52.
  package var hasTitle: Bool

  package init(environment: [String: String], wish: TerminalWish = TerminalWish()) {
    let term = environment["TERM"] ?? ""
    let isMultiplexer = ["tmux", "screen"].contains(where: term.hasPrefix)
    let isLikeXterm =
      isMultiplexer
      || Self.xtermLike.contains { term.split(separator: "-").contains($0[...]) || term.hasPrefix($0) }
    let isPlain = term.isEmpty || term == "dumb" || term == "unknown"
    let substitutes = isMultiplexer ? ["screen-256color", "xterm-256color"] : ["xterm-256color"]
    names = isPlain ? [] : [term] + (isLikeXterm ? substitutes : []).filter { $0 != term }
    hasTitle = isLikeXterm
    isForced = wish.colours != nil
    depth = wish.colours ?? Self.depth(environment, wish, isLikeXterm: isLikeXterm, term: term)
    hasUnicode = Self.hasUnicode(environment, wish, term: term)
  }

  private static let xtermLike = [
    "xterm", "kitty", "alacritty", "foot", "ghostty", "wezterm", "rxvt", "vte", "gnome", "konsole", "st", "iterm2",
    "contour", "rio", "putty", "mlterm", "mintty", "ms",
  ]

  private static func depth(
    _ environment: [String: String], _ wish: TerminalWish, isLikeXterm: Bool, term: String
  ) -> ColourDepth? {
    if environment["NO_COLOR"].map({ !$0.isEmpty }) == true { return .mono }
    if let colours = wish.configuredColours { return colours }
    // Descriptions of this name have more colours than anyone counts; often they are not installed.
    if isLikeXterm, term.hasSuffix("-direct") { return .direct }
    guard isLikeXterm, let colours = environment["COLORTERM"], ["truecolor", "24bit"].contains(colours) else {
      return nil
    }
    // screen passes no direct colour on, though the terminal around it may have announced it; tmux does, or converts.
    return term.hasPrefix("screen") && environment["TMUX"] == nil ? nil : .direct
  }

  private static func hasUnicode(_ environment: [String: String], _ wish: TerminalWish, term: String) -> Bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    let folded = locale.lowercased()
    // East Asian locales draw many of our signs two columns wide. The Linux console's font lacks them.
    let isWide = wish.isAmbiguousWide ?? ["zh", "ja", "ko"].contains(where: folded.hasPrefix)
    return (folded.contains("utf-8") || folded.contains("utf8")) && !isWide && term != "linux"
  }
}

/// What the person says of the terminal, against or beside what the environment says.
package struct TerminalWish: Hashable, Sendable {
  /// How many colours to use, by the command line: this comes before everything else.
  package var colours: ColourDepth?
  /// The same by the settings: `NO_COLOR` comes before it.
  package var configuredColours: ColourDepth?
  /// Characters of East Asian ambiguous width take two columns; nil to go by the locale.
  package var isAmbiguousWide: Bool?

  package init(
    colours: ColourDepth? = nil, configuredColours: ColourDepth? = nil, isAmbiguousWide: Bool? = nil
  ) {
    self.colours = colours
    self.configuredColours = configuredColours
    self.isAmbiguousWide = isAmbiguousWide
  }
}
