extension Key {
  /// Reads a key as people write it: `a`, `ctrl-s`, `^S`, `shift-Tab`, `F2`, `Space`.
  package init?(named text: String) {
    guard text.utf8.count <= 40 else { return nil }
    var rest = Substring(text)
    var modifiers: Modifiers = []
    while let (prefix, modifier) = Self.prefixes.first(where: { rest.count > $0.0.count && rest.folded.hasPrefix($0.0) }
    ) {
      rest = rest.dropFirst(prefix.count)
      modifiers.insert(modifier)
    }
    if let code = Self.code(named: rest.folded) {
      self.init(code, modifiers)
      return
    }
    guard rest.unicodeScalars.count == 1, let scalar = rest.unicodeScalars.first, Self.isVisible(scalar) else {
      return nil
    }
    // A letter with Shift is the capital letter, and one with Control is written small.
    guard !modifiers.contains(.shift) else { return nil }
    if modifiers.contains(.control) {
      guard scalar.isASCII, let small = String(scalar).folded.unicodeScalars.first else { return nil }
      self.init(.scalar(small), modifiers)
    } else {
      self.init(.scalar(scalar), modifiers)
    }
  }

  /// As `name`, but in a way that a file of keys can hold.
  package var fileName: String { self == .character("#") ? "Hash" : name }

  /// What a terminal sends instead of this key, as these are one to it; nil for most.
  package var twin: Key? {
    guard modifiers.contains(.control), case .scalar(let scalar) = code else { return nil }
    switch scalar {
    case "i": return Key(.tab)
    case "m": return Key(.enter)
    case "[": return Key(.escape)
    case "h", "?": return Key(.backspace)
    default: return nil
    }
  }

  /// A character that is typed with nothing but Shift.
  var isPlainCharacter: Bool {
    guard case .scalar(let scalar) = code, modifiers.isEmpty else { return false }
    return scalar == " " || Self.isVisible(scalar)
  }

  private static let prefixes: [(String, Modifiers)] = [
    ("ctrl-", .control), ("control-", .control), ("c-", .control), ("^", .control), ("alt-", .alt), ("meta-", .alt),
    ("m-", .alt), ("shift-", .shift), ("s-", .shift),
  ]

  private static func code(named name: String) -> Code? {
    if name.first == "f", let number = Int(name.dropFirst()), 1...35 ~= number, name == "f\(number)" {
      return .function(number)
    }
    return codes[name]
  }

  private static let codes: [String: Code] = [
    "space": .scalar(" "), "hash": .scalar("#"), "enter": .enter, "return": .enter, "esc": .escape,
    "escape": .escape, "tab": .tab, "backspace": .backspace, "delete": .delete, "del": .delete, "insert": .insert,
    "ins": .insert, "up": .up, "down": .down, "left": .left, "right": .right, "home": .home, "end": .end,
    "pgup": .pageUp, "pageup": .pageUp, "pgdn": .pageDown, "pagedown": .pageDown,
  ]

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .unassigned, .surrogate, .privateUse, .lineSeparator, .paragraphSeparator,
      .spaceSeparator, .nonspacingMark, .spacingMark, .enclosingMark:
      false
    default: true
    }
  }
}

extension StringProtocol {
  /// With small ASCII letters.
  var folded: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { scalar in
          "A"..."Z" ~= scalar ? Unicode.Scalar(UInt8(scalar.value | 0x20)) : scalar
        }))
  }
}
