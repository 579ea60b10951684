package import ControlWire
internal import JSONText
internal import Policy

/// What the gate tells of one request, read once when it comes.
package struct KnownDetails: Hashable, Sendable {
  package var details: ApprovalDetails
  /// The arguments line by line; empty where there are none.
  var arguments: [ArgumentLine] = []
  /// How many members the arguments have.
  var members = 0
  /// They are no JSON, which the gate cuts them to where they are very long.
  var isRaw = false
  /// What is odd about them, in words.
  var flags: [String] = []
  /// The tools that the same session called before, the newest last.
  var before: [String] = []
  /// The definition is another one than when it was seen first.
  var isChanged = false

  init(_ details: ApprovalDetails, roots: [String]) {
    self.details = details
    guard !details.arguments.isEmpty else { return }
    guard !details.isCut, let node = try? JSONNode.read(details.arguments) else {
      isRaw = true
      let text = String(decoding: details.arguments, as: UTF8.self)
      arguments = [ArgumentLine(depth: 0, key: nil, value: text)]
      flags = ArgumentFlags(text: text).words
      return
    }
    members = node.members?.count ?? node.elements?.count ?? 1
    arguments = ArgumentLine.lines(of: node)
    flags = ArgumentFlags(node, roots: roots).words
  }
}

/// One line of arguments as a person reads them.
struct ArgumentLine: Hashable, Sendable {
  /// How far it stands in.
  var depth: Int
  /// The member's name or the element's number.
  var key: String?
  /// A scalar as JSON; nil where its own members follow.
  var value: String?

  /// Deeper ones stand no further in.
  static let deepest = 12

  /// All of a text, its members in the order in which they stand.
  static func lines(of node: JSONNode) -> [ArgumentLine] {
    var lines: [ArgumentLine] = []
    switch node.content {
    case .object(let members): for member in members { add(member.value, member.key.string, 0, &lines) }
    case .array(let elements):
      for (index, element) in elements.enumerated() { add(element, "[\(index)]", 0, &lines) }
    default: add(node, nil, 0, &lines)
    }
    return lines
  }

  /// As deep as the text, which its reading bounds.
  private static func add(_ node: JSONNode, _ key: String?, _ depth: Int, _ lines: inout [ArgumentLine]) {
    switch node.content {
    case .object(let members) where !members.isEmpty:
      lines.append(ArgumentLine(depth: depth, key: key, value: nil))
      for member in members { add(member.value, member.key.string, min(depth + 1, deepest), &lines) }
    case .array(let elements) where !elements.isEmpty:
      lines.append(ArgumentLine(depth: depth, key: key, value: nil))
      for (index, element) in elements.enumerated() {
        add(element, "[\(index)]", min(depth + 1, deepest), &lines)
      }
    default:
      lines.append(ArgumentLine(depth: depth, key: key, value: String(decoding: node.compact, as: UTF8.self)))
    }
  }
}

/// What in arguments a person could overlook.
struct ArgumentFlags {
  private(set) var words: [String] = []
  private var hidden: [(place: String, count: Int)] = []
  private var mixed: [String] = []
  private var outside: [String] = []
  private var hosts: [String] = []

  /// So many places of a kind are named.
  private static let most = 3

  init(_ node: JSONNode, roots: [String]) {
    walk(node, "arguments", isTop: true, roots)
    tell()
  }

  /// Of a text that is no JSON.
  init(text: String) {
    look(at: text, "arguments", [])
    tell()
  }

  private mutating func walk(_ node: JSONNode, _ place: String, isTop: Bool, _ roots: [String]) {
    switch node.content {
    case .object(let members):
      for member in members {
        // Below the first level the member that it lies in names the place.
        let name = isTop ? member.key.string : place
        look(at: member.key.string, isTop ? "a name" : place, [])
        walk(member.value, name, isTop: false, roots)
      }
    case .array(let elements): for element in elements { walk(element, place, isTop: false, roots) }
    case .string(let text): look(at: text.string, place, roots)
    case .null, .bool, .number: break
    }
  }

  private mutating func look(at text: String, _ place: String, _ roots: [String]) {
    guard !text.isEmpty else { return }
    if !text.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) {
      let count = text.unicodeScalars.count { scalar in
        scalar != "\n" && scalar != "\t" && scalar != "\r"
          && TerminalText.kind(of: scalar, .unicode) == .hidden
      }
      if count > 0 { hidden.append((place, count)) }
      if Scripts.isMixed(text) { mixed.append(place) }
    }
    if Self.leads(text, outOf: roots) { outside.append(place) }
    if let host = Self.punycode(text) { hosts.append(host) }
  }

  private mutating func tell() {
    for (place, count) in hidden.prefix(Self.most) {
      words.append("\(place) holds \(count) invisible \(count == 1 ? "character" : "characters")")
    }
    if hidden.count > Self.most { words.append("and \(hidden.count - Self.most) more with invisible characters") }
    if !mixed.isEmpty { words.append("\(Self.list(mixed)) mixes letters of several scripts in one word") }
    if !outside.isEmpty { words.append("\(Self.list(outside)) leads out of the server's folders") }
    if !hosts.isEmpty { words.append("\(Self.list(hosts)) is a name in other letters, written as punycode") }
  }

  private static func list(_ places: [String]) -> String {
    var seen: [String] = []
    for place in places where !seen.contains(place) { seen.append(place) }
    let shown = seen.prefix(most).joined(separator: ", ")
    return seen.count > most ? "\(shown) and \(seen.count - most) more" : shown
  }

  /// A path that goes up out of where it is, or an absolute one that is in none of the folders that are known.
  static func leads(_ text: String, outOf roots: [String]) -> Bool {
    let path = text.utf8.starts(with: "file://".utf8) ? String(text.dropFirst(7)) : text
    guard path.utf8.count <= 4096, path.utf8.contains(0x2F), !path.utf8.contains(0x0A) else { return false }
    let steps = path.utf8.split(separator: 0x2F, omittingEmptySubsequences: true)
    // Without folders to compare with, only what climbs is odd.
    if steps.contains(where: { $0.elementsEqual("..".utf8) }) { return true }
    guard path.utf8.first == 0x2F, path.utf8.dropFirst().first != 0x2F, !roots.isEmpty else { return false }
    return !roots.contains { root in
      let parts = root.utf8.split(separator: 0x2F, omittingEmptySubsequences: true)
      return steps.count >= parts.count && zip(steps, parts).allSatisfy { $0.elementsEqual($1) }
    }
  }

  /// A host name with a part that stands for other letters.
  static func punycode(_ text: String) -> String? {
    guard text.utf8.count <= 65_536 else { return nil }
    let folded = Array(text.utf8).map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
    let mark = Array("xn--".utf8)
    guard folded.count > mark.count else { return nil }
    func isPart(_ byte: UInt8) -> Bool {
      0x61...0x7A ~= byte || 0x30...0x39 ~= byte || byte == 0x2D || byte == 0x2E
    }
    for start in 0...(folded.count - mark.count) where folded[start] == mark[0] && folded[start...].starts(with: mark) {
      guard start == 0 || !isPart(folded[start - 1]) || folded[start - 1] == 0x2E else { continue }
      let host = folded[start...].prefix(while: isPart)
      var first = start
      while first > 0, isPart(folded[first - 1]) { first -= 1 }
      if host.count > mark.count {
        return String(decoding: folded[first..<(start + min(host.count, 253))], as: UTF8.self)
      }
    }
    return nil
  }
}

/// Which alphabets letters are of, as far as some look like others.
enum Scripts {
  private static func script(of value: UInt32) -> Int? {
    switch value {
    case 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F, 0x250...0x2AF, 0x1E00...0x1EFF, 0xFF21...0xFF5A: 0
    case 0x370...0x3FF, 0x1F00...0x1FFF: 1
    case 0x400...0x52F, 0x1C80...0x1C8F, 0x2DE0...0x2DFF, 0xA640...0xA69F: 2
    case 0x530...0x58F: 3
    case 0x13A0...0x13FF, 0xAB70...0xABBF: 4
    case 0x10A0...0x10FF: 5
    default: nil
    }
  }

  /// A word has letters of two alphabets that are easily taken for each other.
  static func isMixed(_ text: String) -> Bool {
    var seen: Int?
    for scalar in text.unicodeScalars {
      // What is no letter of one of them ends the word.
      guard let script = script(of: scalar.value) else {
        seen = nil
        continue
      }
      if let seen, seen != script { return true }
      seen = script
    }
    return false
  }
}
