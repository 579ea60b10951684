import JSONText

/// A schema's text as a table of its values, so that references become indices and a hostile depth costs no stack.
struct SchemaDocument {
  /// A schema with more values is refused.
  static let mostValues = 50_000
  /// A schema that is nested deeper is refused.
  static let deepest = JSONLimits.depth

  /// One value of the text.
  struct Place {
    let node: JSONNode
    /// The index of the value around it; -1 for the whole.
    let parent: Int
    /// Its position among the members or elements of that.
    let position: Int
    let depth: Int
    /// The index of its first child; the others follow in order.
    var firstChild = 0
  }

  private(set) var places: [Place]
  /// The members by name of the objects that references went through and that have many.
  private var names: [Int: [ExactText: Int]] = [:]

  init(_ root: JSONNode) throws(JSONSchema.Mistake) {
    places = [Place(node: root, parent: -1, position: 0, depth: 0)]
    var next = 0
    while next < places.count {
      let place = places[next]
      places[next].firstChild = places.count
      let count = place.node.members?.count ?? place.node.elements?.count ?? 0
      guard places.count + count <= Self.mostValues else {
        throw JSONSchema.Mistake("the schema has more than \(Self.mostValues) values", at: "")
      }
      guard count == 0 || place.depth < Self.deepest else {
        throw JSONSchema.Mistake("the schema is nested deeper than \(Self.deepest)", at: "")
      }
      for (position, child) in Self.children(of: place.node).enumerated() {
        places.append(Place(node: child, parent: next, position: position, depth: place.depth + 1))
      }
      next += 1
    }
  }

  private static func children(of node: JSONNode) -> [JSONNode] {
    switch node.content {
    case .object(let members): members.map(\.value)
    case .array(let elements): elements
    case .null, .bool, .number, .string: []
    }
  }

  subscript(_ place: Int) -> JSONNode { places[place].node }

  /// The index of a member's value or of an element.
  func child(_ position: Int, of place: Int) -> Int { places[place].firstChild + position }

  /// The index of the value that a member has, or nil.
  mutating func child(named name: ExactText, of place: Int) -> Int? {
    guard let members = self[place].members else { return nil }
    guard members.count > 16 else {
      guard let position = members.firstIndex(where: { $0.key == name }) else { return nil }
      return child(position, of: place)
    }
    if names[place] == nil {
      names[place] = Dictionary(members.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
    }
    guard let position = names[place]?[name] else { return nil }
    return child(position, of: place)
  }

  /// Where a JSON pointer leads from a place, or nil.
  mutating func follow(_ pointer: String, from start: Int) -> Int? {
    guard !pointer.utf8.isEmpty else { return start }
    guard pointer.utf8.first == 0x2F else { return nil }
    var place = start
    for token in pointer.utf8.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false) {
      guard let name = Self.unescape(token) else { return nil }
      if let elements = self[place].elements {
        let digits = name.utf8
        guard digits.allSatisfy({ 0x30...0x39 ~= $0 }), digits.count == 1 || digits.first != 0x30,
          let position = Int(name), position < elements.count
        else { return nil }
        place = child(position, of: place)
      } else {
        guard let found = child(named: ExactText(name), of: place) else { return nil }
        place = found
      }
    }
    return place
  }

  private static func unescape(_ token: Substring.UTF8View) -> String? {
    var bytes: [UInt8] = []
    var isEscaped = false
    for byte in token {
      switch (isEscaped, byte) {
      case (true, 0x30): bytes.append(0x7E)
      case (true, 0x31): bytes.append(0x2F)
      case (true, _): return nil
      case (false, 0x7E):
        isEscaped = true
        continue
      case (false, _): bytes.append(byte)
      }
      isEscaped = false
    }
    return isEscaped ? nil : String(decoding: bytes, as: UTF8.self)
  }

  /// The JSON pointer of a place, cut where it is long.
  func pointer(of place: Int) -> String {
    var tokens: [String] = []
    var place = place
    while places[place].parent >= 0 {
      let parent = places[place].parent
      let position = places[place].position
      if let members = self[parent].members {
        tokens.append(Words.pointerToken(members[position].key))
      } else {
        tokens.append(String(position))
      }
      place = parent
    }
    var pointer = ""
    for token in tokens.reversed() {
      guard pointer.utf8.count < Words.longestPointer else { return pointer + "/…" }
      pointer += "/" + token
    }
    return pointer
  }

  func mistake(_ message: String, at place: Int) -> JSONSchema.Mistake {
    JSONSchema.Mistake(message, at: pointer(of: place))
  }
}
