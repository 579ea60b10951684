import ConsoleCore
import Testing

/// What every shipped theme keeps, at every number of colours.
struct ThemeContrastTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var depth: ColourDepth
    var testDescription: String { "\(name), \(depth)" }
  }

  static let cases = ShippedThemes.names.flatMap { name in ColourDepth.allCases.map { Case(name: name, depth: $0) } }
  /// Lines that are not read.
  private static let borders: Set<Role> = [.border]

  @Test(arguments: cases) func everyTextCanBeRead(_ testCase: Case) {
    let theme = ShippedThemes.theme(testCase.name)
    for role in Role.allCases where !Self.borders.contains(role) {
      let style = theme.style(role, depth: testCase.depth)
      guard let foreground = style.foreground.rgb, let background = style.background.rgb else { continue }
      let contrast = foreground.contrast(with: background)
      #expect(contrast >= 4.5, "\(role): \(contrast)")
    }
  }

  @Test(arguments: cases) func whatHasOneColourOfItsOwnHasBoth(_ testCase: Case) {
    let theme = ShippedThemes.theme(testCase.name)
    for role in Role.allCases {
      let style = theme.style(role, depth: testCase.depth)
      if style.background.rgb != nil { #expect(style.foreground.rgb != nil, "\(role)") }
      if testCase.depth == .eight || testCase.depth == .sixteen { #expect(style.background == .standard, "\(role)") }
    }
  }

  @Test(arguments: cases) func allowAndDenyDiffer(_ testCase: Case) {
    let theme = ShippedThemes.theme(testCase.name)
    let allow = theme.style(.decisionAllow, depth: testCase.depth)
    let deny = theme.style(.decisionDeny, depth: testCase.depth)
    #expect(allow != deny)
    guard let green = allow.foreground.rgb, let red = deny.foreground.rgb else { return }
    #expect(green.difference(from: red) > 0.15)
    let seen = deuteranopic(green).difference(from: deuteranopic(red))
    // Others rely on the word and on bold face for those who see no green.
    #expect(seen > (testCase.name == "deuteranopia" ? 0.15 : 0.03), "\(seen)")
  }

  /// One theme is made for eyes that see no green: there every two decisions, and every two risks, differ.
  @Test(arguments: [ColourDepth.indexed, .direct]) func decisionsDifferWithoutGreen(_ depth: ColourDepth) {
    let theme = ShippedThemes.theme("deuteranopia")
    for group: [Role] in [
      [.decisionAllow, .decisionDeny, .decisionLimit, .decisionAsk], [.riskLow, .riskMedium, .riskHigh],
    ] {
      let seen = group.compactMap { role in
        theme.style(role, depth: depth).foreground.rgb.map { (role, deuteranopic($0)) }
      }
      #expect(seen.count == group.count)
      for (place, one) in seen.enumerated() {
        for other in seen[(place + 1)...] {
          let difference = one.1.difference(from: other.1)
          #expect(difference > 0.1, "\(one.0) and \(other.0): \(difference)")
        }
      }
    }
  }

  @Test(arguments: cases) func whatMustStandOutDoes(_ testCase: Case) {
    let theme = ShippedThemes.theme(testCase.name)
    let text = theme.style(.text, depth: testCase.depth)
    for role in [Role.rowSelected, .rowMarked, .bannerWaiting, .bannerError, .attention, .input, .inputError, .match] {
      #expect(theme.style(role, depth: testCase.depth) != text, "\(role)")
    }
  }

  @Test(arguments: cases) func coloursFitTheTerminal(_ testCase: Case) {
    let theme = ShippedThemes.theme(testCase.name)
    for role in Role.allCases {
      let style = theme.style(role, depth: testCase.depth)
      for colour in [style.foreground, style.background] {
        switch (testCase.depth, colour) {
        case (_, .standard), (.direct, _): break
        case (.eight, .indexed(let index)): #expect(index < 8, "\(role)")
        case (.sixteen, .indexed(let index)): #expect(index < 16, "\(role)")
        case (.indexed, .indexed(let index)): #expect(index >= 16 || testCase.name == "terminal", "\(role)")
        default: Issue.record("\(role) is \(colour)")
        }
      }
    }
  }

  @Test(arguments: cases) func aSelectedRowIsOneBarThatCanBeRead(_ testCase: Case) {
    let theme = ShippedThemes.theme(testCase.name)
    let row = theme.style(.rowSelected, depth: testCase.depth)
    for role in Role.allCases where ![.border, .attention, .input, .inputError, .match, .riskCritical].contains(role) {
      guard !role.rawValue.hasPrefix("banner.") else { continue }
      let style = theme.style(role, on: .selected, depth: testCase.depth)
      #expect(style.background == row.background, "\(role)")
      #expect(style.attributes.contains(.reverse) == row.attributes.contains(.reverse), "\(role)")
      if style.attributes.contains(.reverse) { #expect(style.foreground == row.foreground, "\(role)") }
      guard let foreground = style.foreground.rgb, let background = style.background.rgb else { continue }
      #expect(foreground.contrast(with: background) >= 4.5, "\(role)")
    }
  }

  @Test(arguments: cases) func aRoleOnASelectedRowCanBeRead(_ testCase: Case) {
    let theme = ShippedThemes.theme(testCase.name)
    for ground in [Cell.Ground.selected, .marked] {
      for role in Role.allCases where !Self.borders.contains(role) {
        let style = theme.style(role, on: ground, depth: testCase.depth)
        guard let foreground = style.foreground.rgb, let background = style.background.rgb else { continue }
        let contrast = foreground.contrast(with: background)
        #expect(contrast >= 4.5, "\(role) on \(ground): \(contrast)")
      }
    }
  }

  /// How someone without green receptors sees a colour, roughly: Viénot, Brettel and Mollon, 1999, on channel values.
  private func deuteranopic(_ colour: RGB) -> RGB {
    let (red, green, blue) = (Double(colour.red), Double(colour.green), Double(colour.blue))
    let yellow = 0.293 * red + 0.707 * green
    return RGB(UInt8(yellow), UInt8(yellow), UInt8(min(255, max(0, -0.022 * red + 0.022 * green + blue))))
  }
}
