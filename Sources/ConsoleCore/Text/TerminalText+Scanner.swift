internal import CUTF8Proc

extension TerminalText {
  /// What one scalar is, as far as drawing is concerned.
  enum Kind: Hashable {
    case plain(width: Int)
    case space
    case tab
    case mark
    case hidden
  }

  static func kind(of scalar: Unicode.Scalar, _ set: GlyphSet) -> Kind {
    let value = scalar.value
    if value == 0x20 { return .space }
    if value == 0x09 { return .tab }
    if value > 0x20, value < 0x7F { return .plain(width: 1) }
    if value < 0xA0 || set == .ascii || isInvisible(value) { return .hidden }
    let category = utf8proc_category(Int32(bitPattern: value))
    switch category {
    case UTF8PROC_CATEGORY_CC, UTF8PROC_CATEGORY_CF, UTF8PROC_CATEGORY_CN, UTF8PROC_CATEGORY_CO, UTF8PROC_CATEGORY_CS,
      UTF8PROC_CATEGORY_ZL, UTF8PROC_CATEGORY_ZP, UTF8PROC_CATEGORY_ZS:
      return .hidden
    case UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_ME:
      return .mark
    default:
      let width = Int(utf8proc_charwidth(Int32(bitPattern: value)))
      return width == 1 || width == 2 ? .plain(width: width) : .hidden
    }
  }

  /// Scalars that draw nothing, or only a blank, although their category says otherwise; and those that some terminals
  /// join with the one before: letters of flags, and colours of skin.
  private static func isInvisible(_ value: UInt32) -> Bool {
    switch value {
    case 0x034F, 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F, 0x2800, 0x3164, 0xFE00...0xFE0F, 0xFFA0,
      0x1F1E6...0x1F1FF, 0x1F3FB...0x1F3FF, 0xE0000...0xE0FFF:
      true
    default: false
    }
  }

  /// Turns scalars into glyphs, joining runs of the same invisible thing into one token.
  struct Scanner {
    let set: GlyphSet
    let limit: Int
    private(set) var glyphs: [Glyph] = []
    /// The space or hidden scalar that is being counted.
    private var run: (scalar: Unicode.Scalar, count: Int)?
    /// The last glyph is a character of the text's own, which a mark may join.
    private var canCarryMarks = false

    init(set: GlyphSet, limit: Int) {
      self.set = set
      self.limit = limit
    }

    /// More would not be shown; a run is counted only as far as anyone would read its number.
    var isFull: Bool { glyphs.count >= limit || (run?.count ?? 0) >= 1_000_000 }

    mutating func feed(_ scalar: Unicode.Scalar) {
      if let (running, count) = run {
        if running == scalar {
          run = (running, count + 1)
          return
        }
        finish()
      }
      switch kind(of: scalar, set) {
      case .plain(let width):
        glyphs.append(Glyph(scalar: scalar, width: width))
        canCarryMarks = true
      case .space:
        run = (scalar, 1)
      case .tab:
        glyphs.append(Glyph(scalar: set == .unicode ? "→" : ">", isToken: true))
        canCarryMarks = false
      case .mark:
        if canCarryMarks, let last = glyphs.indices.last, glyphs[last].marks.count < mostMarks {
          glyphs[last].marks.append(scalar)
        } else {
          run = (scalar, 1)
        }
      case .hidden:
        guard set == .ascii, let sign = Self.comparison(scalar) else {
          run = (scalar, 1)
          return
        }
        for part in sign.unicodeScalars { glyphs.append(Glyph(scalar: part, isToken: true)) }
        canCarryMarks = false
      }
    }

    /// A comparison in the signs that everybody types for it; our own words have these.
    private static func comparison(_ scalar: Unicode.Scalar) -> String? {
      switch scalar {
      case "≠": "!="
      case "≤": "<="
      case "≥": ">="
      default: nil
      }
    }

    /// Writes down the run that is being counted, if there is one.
    mutating func finish() {
      guard let (scalar, count) = run else { return }
      run = nil
      canCarryMarks = false
      if scalar == " ", count <= mostSpaces {
        for _ in 0..<count { glyphs.append(Glyph(scalar: " ")) }
        return
      }
      let times = count == 1 ? "" : "\(set == .unicode ? "×" : "x")\(count)"
      let name = scalar == " " ? "space" : Self.name(of: scalar)
      let token = set == .unicode ? "‹\(name)\(times)›" : "<\(name)\(times)>"
      for part in token.unicodeScalars { glyphs.append(Glyph(scalar: part, isToken: true)) }
    }

    private static func name(of scalar: Unicode.Scalar) -> String {
      let digits = String(scalar.value, radix: 16, uppercase: true)
      if scalar.value < 0x100 { return digits.count < 2 ? "0" + digits : digits }
      return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
  }
}
