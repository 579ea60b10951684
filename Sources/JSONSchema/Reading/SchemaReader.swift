import JSONText

/// Finds every schema of a document and what each is called; its extensions then read the keywords.
///
/// Nothing here recurses: a hostile schema costs no stack.
struct SchemaReader {
  typealias Mistake = JSONSchema.Mistake

  /// A longer `$id` or `$ref` is refused.
  static let longestURI = 4096
  /// More patterns are refused.
  static let mostPatterns = 128

  /// A schema with the names that references may use within it.
  struct Resource {
    let place: Int
    let base: URIReference
    var anchors: [ExactText: Int] = [:]
    var dynamicAnchors: [ExactText: Int] = [:]
  }

  /// A schema that was found.
  struct Found {
    let place: Int
    let resource: Int
    let dialect: Dialect
  }

  var document: SchemaDocument
  private(set) var resources: [Resource] = []
  private var resourcesByURI: [ExactText: Int] = [:]
  private(set) var found: [Found] = []
  private var indexByPlace: [Int: Int] = [:]
  /// Found, and their headers not read yet.
  private var waiting: [Found] = []
  var patterns = PatternTable()
  var hasDynamicReferences = false
  var hasUnevaluated = false

  init(_ root: JSONNode) throws(Mistake) {
    document = try SchemaDocument(root)
    resources.append(Resource(place: 0, base: URIReference("")))
    resourcesByURI[""] = 0
    try discover(Found(place: 0, resource: 0, dialect: .draft2020))
  }

  /// The index of the schema at a place, if one was found there.
  func schema(at place: Int) -> Int? { indexByPlace[place] }

  /// Finds a schema and all within it.
  private mutating func discover(_ first: Found) throws(Mistake) {
    waiting.append(first)
    while let next = waiting.popLast() {
      guard indexByPlace[next.place] == nil else { continue }
      let schema = try readHeader(next)
      indexByPlace[schema.place] = found.count
      found.append(schema)
      let keywords = SubschemaKeywords(schema.dialect)
      guard let members = document[schema.place].members else { continue }
      for (position, member) in members.enumerated() {
        let place = document.child(position, of: schema.place)
        if schema.dialect == .draft2020, member.key == "items", member.value.elements != nil {
          throw document.mistake(
            "a list of schemas is `prefixItems` in this dialect; write that, or `$schema` of an older one", at: place)
        }
        for child in keywords.schemas(in: member, at: place, of: document) {
          waiting.append(Found(place: child, resource: schema.resource, dialect: schema.dialect))
        }
      }
    }
  }

  /// The index of the schema at a place that a reference leads to, wherever that is.
  mutating func require(_ place: Int) throws(Mistake) -> Int {
    if let index = indexByPlace[place] { return index }
    var around = place
    while around > 0, indexByPlace[around] == nil { around = document.places[around].parent }
    let outer = found[indexByPlace[around] ?? 0]
    try discover(Found(place: place, resource: outer.resource, dialect: outer.dialect))
    return indexByPlace[place] ?? 0
  }

  // MARK: Headers

  /// Reads what says which dialect a schema has and how it is called.
  private mutating func readHeader(_ schema: Found) throws(Mistake) -> Found {
    let place = schema.place
    switch document[place].content {
    case .bool: return schema
    case .object: break
    case .null, .number, .string, .array:
      throw document.mistake("\(document[place].kindInWords) is no schema; write an object, true or false", at: place)
    }
    var dialect = schema.dialect
    var resource = schema.resource
    if let (declared, at) = try text("$schema", of: place) {
      guard let known = Dialect(uri: declared) else {
        throw document.mistake(
          "the dialect `\(Words.cut(declared))` is not known here; known are \(Dialect.known)", at: at)
      }
      dialect = known
    }
    if dialect != schema.dialect, place != 0, document[place]["$id"] == nil {
      throw document.mistake("a schema without `$id` cannot have another `$schema` than the one around it", at: place)
    }
    try checkVocabulary(of: place)
    let isReference = dialect.isOld && document[place]["$ref"] != nil
    if !isReference, let (id, at) = try text("$id", of: place) {
      resource = try readID(id, at: at, of: place, in: resource, dialect)
    }
    let result = Found(place: place, resource: resource, dialect: dialect)
    guard !dialect.isOld else { return result }
    if let (name, at) = try text("$anchor", of: place) {
      try add(anchor: name, at: at, for: place, to: resource, isDynamic: false)
    }
    switch dialect {
    case .draft6, .draft7: break
    case .draft2019:
      // The one dynamic anchor that this dialect has bears no name.
      if document[place]["$recursiveAnchor"]?.bool == true, resources[resource].place == place {
        resources[resource].dynamicAnchors[""] = place
      }
    case .draft2020:
      if let (name, at) = try text("$dynamicAnchor", of: place) {
        try add(anchor: name, at: at, for: place, to: resource, isDynamic: true)
      }
    }
    return result
  }

  /// A keyword's value that must be text, with its place; nil if it is not there.
  mutating func text(_ keyword: ExactText, of place: Int) throws(Mistake) -> (String, at: Int)? {
    guard let child = document.child(named: keyword, of: place) else { return nil }
    guard let text = document[child].string else {
      throw document.mistake("`\(keyword)` is \(document[child].kindInWords), not a string", at: child)
    }
    return (text, child)
  }

  private mutating func readID(
    _ text: String, at: Int, of place: Int, in outer: Int, _ dialect: Dialect
  ) throws(Mistake) -> Int {
    guard text.utf8.count <= Self.longestURI else {
      throw document.mistake("`$id` is longer than \(Self.longestURI) bytes", at: at)
    }
    let id = URIReference(text)
    guard let anchor = id.decodedFragment else { throw document.mistake("`$id` is no URI", at: at) }
    if !anchor.isEmpty && !dialect.isOld {
      throw document.mistake("`$id` has a fragment; write `$anchor` for that", at: at)
    }
    var resource = outer
    if id.namesResource {
      let base = resources[outer].base.resolve(id)
      let uri = ExactText(base.resource)
      guard uri.utf8.count <= Self.longestURI else {
        throw document.mistake("`$id` is longer than \(Self.longestURI) bytes", at: at)
      }
      if place == 0 {
        // The whole document: its schemas are known by no other name yet.
        resources[0] = Resource(place: 0, base: base)
        resourcesByURI[uri] = 0
      } else {
        guard resourcesByURI[uri] == nil else {
          throw document.mistake("two schemas are called `\(Words.cut(uri.string))`", at: at)
        }
        resource = resources.count
        resources.append(Resource(place: place, base: base))
        resourcesByURI[uri] = resource
      }
    }
    if !anchor.isEmpty { try add(anchor: anchor, at: at, for: place, to: resource, isDynamic: false) }
    return resource
  }

  private mutating func add(
    anchor: String, at: Int, for place: Int, to resource: Int, isDynamic: Bool
  ) throws(Mistake) {
    guard Self.isName(anchor) else {
      throw document.mistake("`\(Words.cut(anchor))` is no name for an anchor", at: at)
    }
    let name = ExactText(anchor)
    if let other = resources[resource].anchors[name], other != place {
      throw document.mistake("two schemas have the anchor `\(Words.cut(anchor))`", at: at)
    }
    resources[resource].anchors[name] = place
    if isDynamic { resources[resource].dynamicAnchors[name] = place }
  }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, first != 0x2D, first != 0x2E, !(0x30...0x39 ~= first) else { return false }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2D, 0x2E, 0x3A, 0x5F: true
      default: false
      }
    }
  }

  /// A vocabulary that must be understood and is not would be ignored otherwise.
  private mutating func checkVocabulary(of place: Int) throws(Mistake) {
    guard let child = document.child(named: "$vocabulary", of: place) else { return }
    for (position, member) in (document[child].members ?? []).enumerated() where member.value.bool != false {
      guard Dialect.vocabularies.contains(member.key) else {
        throw document.mistake(
          "the vocabulary \(Words.key(member.key)) is not known here", at: document.child(position, of: child))
      }
    }
  }

  // MARK: References

  /// Where a reference in a schema leads: a place, and the anchor's name if the reference ends in one.
  mutating func resolve(
    _ text: String, at: Int, in schema: Found
  ) throws(Mistake) -> (place: Int, resource: Int, anchor: ExactText?) {
    guard text.utf8.count <= Self.longestURI else {
      throw document.mistake("the reference is longer than \(Self.longestURI) bytes", at: at)
    }
    let reference = URIReference(text)
    var resource = schema.resource
    if reference.namesResource {
      let uri = resources[schema.resource].base.resolve(reference).resource
      guard let known = resourcesByURI[ExactText(uri)] else {
        throw document.mistake(
          "`\(Words.cut(text))` leads out of the schema, and nothing is fetched; put what it means under `$defs`",
          at: at)
      }
      resource = known
    }
    let start = resources[resource].place
    guard let fragment = reference.decodedFragment else {
      throw document.mistake("`\(Words.cut(text))` is no reference", at: at)
    }
    if fragment.isEmpty { return (start, resource, nil) }
    if fragment.utf8.first == 0x2F {
      if let place = document.follow(fragment, from: start) { return (place, resource, nil) }
    } else if let place = resources[resource].anchors[ExactText(fragment)] {
      return (place, resource, ExactText(fragment))
    }
    throw document.mistake("`\(Words.cut(text))` leads nowhere in the schema", at: at)
  }
}
