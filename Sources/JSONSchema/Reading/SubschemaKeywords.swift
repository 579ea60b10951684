import JSONText

/// Where schemas stand within a schema.
struct SubschemaKeywords {
  private enum Shape { case schema, list, map, schemaOrList, mapOrNames }

  private let dialect: Dialect

  init(_ dialect: Dialect) { self.dialect = dialect }

  private func shape(of keyword: ExactText) -> Shape? {
    switch keyword {
    case "additionalProperties", "propertyNames", "not", "contains": .schema
    case "properties", "patternProperties", "definitions": .map
    case "allOf", "anyOf", "oneOf": .list
    case "dependencies": .mapOrNames
    case "if", "then", "else": dialect == .draft6 ? nil : .schema
    case "items": dialect == .draft2020 ? .schema : .schemaOrList
    case "additionalItems": dialect == .draft2020 ? nil : .schema
    case "$defs", "dependentSchemas": dialect.isOld ? nil : .map
    case "unevaluatedItems", "unevaluatedProperties", "contentSchema": dialect.isOld ? nil : .schema
    case "prefixItems": dialect == .draft2020 ? .list : nil
    default: nil
    }
  }

  /// The places of the schemas that a keyword's value holds; what has another shape is refused where the keyword is read.
  func schemas(in member: JSONMember, at place: Int, of document: SchemaDocument) -> [Int] {
    guard let shape = shape(of: member.key) else { return [] }
    let elements = member.value.elements
    let members = member.value.members
    switch shape {
    case .schema: return [place]
    case .list: return (elements ?? []).indices.map { document.child($0, of: place) }
    case .schemaOrList: return elements?.indices.map { document.child($0, of: place) } ?? [place]
    case .map: return (members ?? []).indices.map { document.child($0, of: place) }
    case .mapOrNames:
      return (members ?? []).enumerated().filter { $1.value.elements == nil }.map {
        document.child($0.offset, of: place)
      }
    }
  }
}
