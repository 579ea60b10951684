import JSONText

/// The versions of JSON Schema that are known here.
enum Dialect: Sendable {
  case draft6
  case draft7
  case draft2019
  case draft2020

  /// What `$schema` names, with or without the empty fragment; nil for everything else.
  init?(uri: String) {
    var uri = uri[...]
    if uri.hasSuffix("#") { uri.removeLast() }
    for scheme in ["http://", "https://"] where uri.hasPrefix(scheme) { uri.removeFirst(scheme.utf8.count) }
    switch ExactText(String(uri)) {
    case "json-schema.org/draft-06/schema": self = .draft6
    case "json-schema.org/draft-07/schema": self = .draft7
    case "json-schema.org/draft/2019-09/schema": self = .draft2019
    case "json-schema.org/draft/2020-12/schema": self = .draft2020
    default: return nil
    }
  }

  /// Whether `$ref` makes everything beside it void, and `$id` may be an anchor.
  var isOld: Bool { self == .draft6 || self == .draft7 }

  static let known = "2020-12, 2019-09, draft-07 and draft-06"

  /// The vocabularies that may be demanded of us.
  static let vocabularies: Set<ExactText> = Set(
    [
      ("2020-12", ["core", "applicator", "unevaluated", "validation", "meta-data", "format-annotation", "content"]),
      ("2019-09", ["core", "applicator", "validation", "meta-data", "format", "content"]),
    ].flatMap { draft, names in names.map { ExactText("https://json-schema.org/draft/\(draft)/vocab/\($0)") } })
}
