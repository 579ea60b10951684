import JSONText

/// Finds the places of JSON pointers in a text.
struct PointerPlaces {
  private var offsets: [String: Int] = [:]

  /// Looks for some pointers in one walk: a member's place is that of its key.
  init(of pointers: some Sequence<String>, in root: JSONNode) {
    var wanted: Set<String> = []
    for pointer in pointers {
      // With all that it lies in, so that the walk knows where to go, and something is found where the last step is not there.
      var rest = Substring(pointer)
      while wanted.insert(String(rest)).inserted, let end = rest.utf8.lastIndex(of: 0x2F) { rest = rest[..<end] }
    }
    walk(root, at: "", root.range.lowerBound, wanted)
  }

  private mutating func walk(_ node: JSONNode, at pointer: String, _ offset: Int, _ wanted: Set<String>) {
    guard wanted.contains(pointer) else { return }
    offsets[pointer] = offset
    switch node.content {
    case .object(let members):
      for member in members {
        walk(member.value, at: pointer + "/" + Pointer.token(member.key.string), member.keyRange.lowerBound, wanted)
      }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        walk(element, at: "\(pointer)/\(index)", element.range.lowerBound, wanted)
      }
    case .null, .bool, .number, .string: break
    }
  }

  /// The pointer, or the longest beginning of it that is there, with its place.
  func nearest(_ pointer: String) -> (pointer: String, offset: Int) {
    var rest = Substring(pointer)
    while true {
      if let offset = offsets[String(rest)] { return (String(rest), offset) }
      guard let end = rest.utf8.lastIndex(of: 0x2F) else { return ("", 0) }
      rest = rest[..<end]
    }
  }
}
