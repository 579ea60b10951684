package import JSONText

/// The name that a client gives itself, made fit to be shown: it is a peer's text of any content and length.
package enum ClientName {
  package static let length = 80

  package static func sanitised(_ name: ExactText) -> ExactText {
    var scalars = String.UnicodeScalarView()
    var count = 0
    var needsSpace = false
    for scalar in name.string.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .privateUse, .unassigned: continue
      case .spaceSeparator, .lineSeparator, .paragraphSeparator:
        needsSpace = count > 0
        continue
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
        .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber, .connectorPunctuation,
        .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
        .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
        break
      @unknown default: continue
      }
      if needsSpace, count < length - 1 {
        scalars.append(" ")
        count += 1
        needsSpace = false
      }
      guard count < length else { break }
      scalars.append(scalar)
      count += 1
    }
    return ExactText(String(scalars))
  }
}
