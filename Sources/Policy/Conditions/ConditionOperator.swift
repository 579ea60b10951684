/// How a condition compares what it finds with its value.
package enum ConditionOperator: String, CaseIterable, Hashable, Sendable {
  case eq, neq
  case `in`
  case notIn = "not_in"
  case lt, lte, gt, gte
  case contains
  case notContains = "not_contains"
  case startsWith = "starts_with"
  case endsWith = "ends_with"
  case glob, regex
  case notRegex = "not_regex"
  case exists
  case lengthLt = "length_lt"
  case lengthLte = "length_lte"
  case lengthGt = "length_gt"
  case lengthGte = "length_gte"
  case within
  case hostIn = "host_in"
}
