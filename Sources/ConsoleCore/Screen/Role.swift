/// What a cell means; a theme says how that looks.
package enum Role: String, CaseIterable, Hashable, Sendable {
  case text
  case dim
  case accent
  case border
  case borderFocus = "border.focus"
  case title
  case key
  case rowSelected = "row.selected"
  case rowMarked = "row.marked"
  case header
  case bannerWaiting = "banner.waiting"
  case bannerError = "banner.error"
  case decisionAllow = "decision.allow"
  case decisionDeny = "decision.deny"
  case decisionLimit = "decision.limit"
  case decisionAsk = "decision.ask"
  case decisionHide = "decision.hide"
  case decisionInherit = "decision.inherit"
  case riskLow = "risk.low"
  case riskMedium = "risk.med"
  case riskHigh = "risk.high"
  case riskCritical = "risk.crit"
  case diffAdd = "diff.add"
  case diffDelete = "diff.del"
  case diffChange = "diff.chg"
  case sparkLow = "spark.low"
  case sparkMiddle = "spark.mid"
  case sparkHigh = "spark.high"
  case attention
  case input
  case inputError = "input.error"
  case match
}
