import ConsoleCore
import Testing

/// What a terminal is told for every role of every theme, at every number of colours: one sum for each.
struct ThemeGoldenTests {
  private static let expected = """
    terminal bc7ec218 a50fff58 a50fff58 a50fff58 a50fff58
    catppuccin-mocha bc7ec218 3c068e5d d6415a0d 51314d33 9ce94d08
    deuteranopia bc7ec218 3ed0e0ae 65243a39 28aba685 a55cddb7
    dracula bc7ec218 8de362c4 c46fb2cd 377d9015 a8b3b647
    gruvbox-dark bc7ec218 c0c1c58f 329e690 92ddedc2 e23cfd57
    gruvbox-light bc7ec218 29835dc 1ab21f8b 188f3e4f 13bed3eb
    high-contrast bc7ec218 966a7f54 1e02658b 3279a35 7f51d9e4
    mono bc7ec218 8d5bb821 8d5bb821 8d5bb821 8d5bb821
    nord bc7ec218 975c3a7c 529a85c2 a3e44eba 355c1333
    solarized-dark bc7ec218 28bdd2fd ad7293df 1a1e1e66 fd75ea44
    solarized-light bc7ec218 b8b0292b 3b5448de ed3bbc8 da051bad
    tokyo-night bc7ec218 3c7a56a6 a3d1d86a e7de7915 1632690a
    """

  /// After a wanted change, put the printed table in place of the one above, and look at `gatehouse themes NAME`.
  @Test func everySequenceIsAsItWas() {
    let table = ShippedThemes.names.map { name in
      let theme = ShippedThemes.theme(name)
      let sums = ColourDepth.allCases.map { depth in Self.sum(Self.dump(theme, depth)) }
      return "\(name) \(sums.joined(separator: " "))"
    }.joined(separator: "\n")
    #expect(table == Self.expected, "\(table)")
  }

  /// And the whole of one, to be read.
  @Test func oneThemeInFull() {
    let text = Role.allCases.map { role in
      let styles = ColourDepth.allCases.map { depth in
        let sequence = ShippedThemes.theme("nord").style(role, depth: depth).sequence
        return String(sequence.dropFirst(2).dropLast())
      }
      return "\(role.rawValue): \(styles.joined(separator: " "))"
    }.joined(separator: "\n")
    let expected = """
      text: 0 0 0 0;38;5;253;48;5;236 0;38;2;216;222;233;48;2;46;52;64
      dim: 0 0 0;90 0;38;5;247;48;5;236 0;38;2;151;157;169;48;2;46;52;64
      accent: 0;1 0;36 0;36 0;38;5;110;48;5;236 0;38;2;136;192;208;48;2;46;52;64
      border: 0 0 0;90 0;38;5;240;48;5;236 0;38;2;76;86;106;48;2;46;52;64
      border.focus: 0;1 0;1;36 0;1;36 0;1;38;5;110;48;5;236 0;1;38;2;136;192;208;48;2;46;52;64
      title: 0;1 0;1;36 0;1;36 0;1;38;5;110;48;5;236 0;1;38;2;136;192;208;48;2;46;52;64
      key: 0;1 0;1;36 0;1;36 0;1;38;5;110;48;5;236 0;1;38;2;136;192;208;48;2;46;52;64
      row.selected: 0;7 0;7 0;7 0;38;5;253;48;5;239 0;38;2;216;222;233;48;2;67;76;94
      row.marked: 0;1;4 0;1;4;36 0;1;4;36 0;1;4;38;5;110;48;5;236 0;1;4;38;2;136;192;208;48;2;46;52;64
      header: 0 0 0 0;38;5;253;48;5;236 0;38;2;216;222;233;48;2;46;52;64
      banner.waiting: 0;1;7 0;1;7;35 0;1;7;35 0;1;38;5;235;48;5;139 0;1;38;2;46;52;64;48;2;182;144;175
      banner.error: 0;1;7 0;1;7;31 0;1;7;31 0;1;38;5;236;48;5;174 0;1;38;2;46;52;64;48;2;207;136;143
      decision.allow: 0 0;32 0;32 0;38;5;150;48;5;236 0;38;2;163;190;140;48;2;46;52;64
      decision.deny: 0;1 0;1;31 0;1;31 0;1;38;5;174;48;5;236 0;1;38;2;207;136;143;48;2;46;52;64
      decision.limit: 0 0;33 0;33 0;38;5;186;48;5;236 0;38;2;235;203;139;48;2;46;52;64
      decision.ask: 0;4 0;35 0;35 0;38;5;182;48;5;236 0;38;2;182;144;175;48;2;46;52;64
      decision.hide: 0 0 0;90 0;38;5;247;48;5;236 0;38;2;151;157;169;48;2;46;52;64
      decision.inherit: 0 0 0;90 0;38;5;247;48;5;236 0;38;2;151;157;169;48;2;46;52;64
      risk.low: 0 0 0;90 0;38;5;247;48;5;236 0;38;2;151;157;169;48;2;46;52;64
      risk.med: 0 0;33 0;33 0;38;5;186;48;5;236 0;38;2;235;203;139;48;2;46;52;64
      risk.high: 0;1 0;1;31 0;1;91 0;1;38;5;174;48;5;236 0;1;38;2;209;139;116;48;2;46;52;64
      risk.crit: 0;1;4 0;1;7;31 0;1;7;31 0;1;38;5;236;48;5;174 0;1;38;2;46;52;64;48;2;207;136;143
      diff.add: 0 0;32 0;32 0;38;5;150;48;5;236 0;38;2;163;190;140;48;2;46;52;64
      diff.del: 0 0;31 0;31 0;38;5;174;48;5;236 0;38;2;207;136;143;48;2;46;52;64
      diff.chg: 0 0;33 0;33 0;38;5;186;48;5;236 0;38;2;235;203;139;48;2;46;52;64
      spark.low: 0 0;32 0;32 0;38;5;150;48;5;236 0;38;2;163;190;140;48;2;46;52;64
      spark.mid: 0 0;33 0;33 0;38;5;186;48;5;236 0;38;2;235;203;139;48;2;46;52;64
      spark.high: 0 0;31 0;31 0;38;5;174;48;5;236 0;38;2;207;136;143;48;2;46;52;64
      attention: 0;1;7 0;1;7;31 0;1;7;91 0;1;38;5;236;48;5;174 0;1;38;2;46;52;64;48;2;209;139;116
      input: 0;4 0;4 0;4 0;38;5;253;48;5;239 0;38;2;216;222;233;48;2;67;76;94
      input.error: 0;1;4 0;7;31 0;7;31 0;38;5;236;48;5;174 0;38;2;46;52;64;48;2;207;136;143
      match: 0;1;4 0;7;33 0;7;33 0;38;5;236;48;5;186 0;38;2;46;52;64;48;2;235;203;139
      """
    #expect(text == expected, "\(text)")
  }

  private static func dump(_ theme: Theme, _ depth: ColourDepth) -> String {
    [Cell.Ground.plain, .selected, .marked].flatMap { ground in
      Role.allCases.map { "\(ground) \($0.rawValue) \(theme.style($0, on: ground, depth: depth).sequence)\n" }
    }.joined()
  }

  /// FNV-1a.
  private static func sum(_ text: String) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return String(hash >> 32, radix: 16)
  }
}
