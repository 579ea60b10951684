internal import JSONText

/// What the arguments of one tool's calls had in common, as far as the record tells.
struct SeenArguments: Sendable {
  /// One member of the arguments.
  struct Member: Sendable {
    fileprivate(set) var count = 0
    /// In the order in which they came; nil where there were too many.
    fileprivate(set) var texts: [ExactText]? = []
    fileprivate(set) var numbers: ClosedRange<Double>?
    /// The folders that all of the paths lie in, from the root on; nil where one is no plain path.
    fileprivate(set) var folders: [String]?
    /// Nil where a text is no plain URL.
    fileprivate(set) var hosts: Set<String>? = []
    fileprivate(set) var isText = true
    fileprivate(set) var isNumber = true
    fileprivate(set) var isPath = true
  }

  /// So many calls were looked at.
  private(set) var calls = 0
  /// By name; those of calls with odd members are left out.
  private(set) var members: [ExactText: Member] = [:]

  static let mostMembers = 32
  static let mostTexts = 4
  static let mostHosts = 5
  static let longestText = 200

  mutating func add(_ arguments: JSONNode) {
    calls += 1
    for member in arguments.members ?? [] {
      guard members[member.key] != nil || members.count < Self.mostMembers else { continue }
      members[member.key, default: Member()].add(member.value)
    }
  }
}

extension SeenArguments.Member {
  fileprivate mutating func add(_ value: JSONNode) {
    count += 1
    switch value.content {
    case .string(let text):
      isNumber = false
      addText(text)
    case .number(let number):
      isText = false
      guard let value = Double(number.text), value.magnitude < 1e15 else { return isNumber = false }
      numbers = numbers.map { min($0.lowerBound, value)...max($0.upperBound, value) } ?? value...value
    case .null, .bool, .array, .object: (isText, isNumber) = (false, false)
    }
  }

  private mutating func addText(_ text: ExactText) {
    if let known = texts, !known.contains(text) {
      texts =
        known.count < SeenArguments.mostTexts && text.utf8.count <= SeenArguments.longestText ? known + [text] : nil
    }
    addPath(text.string)
    guard let known = hosts else { return }
    if let host = Self.host(of: text.string), known.count < SeenArguments.mostHosts || known.contains(host) {
      hosts = known.union([host])
    } else {
      hosts = nil
    }
  }

  /// The folders of an absolute path that is written plainly; its last part is not one of them.
  private mutating func addPath(_ text: String) {
    guard isPath else { return }
    let parts = text.utf8.split(separator: 0x2F, omittingEmptySubsequences: false).map { String($0) ?? "" }
    let isPlain = !parts.dropFirst().contains { $0.isEmpty || $0 == "." || $0 == ".." }
    guard parts.first == "", parts.count > 2, isPlain else {
      isPath = false
      folders = nil
      return
    }
    let own = Array(parts.dropFirst().dropLast())
    folders = folders.map { known in zip(known, own).prefix { ExactText($0) == ExactText($1) }.map(\.0) } ?? own
  }

  /// The host of `https://host/...` without user, port or anything odd.
  private static func host(of text: String) -> String? {
    for scheme in ["https://", "http://"] where text.hasPrefix(scheme) {
      let host = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
      let isPlain = host.utf8.allSatisfy { byte in
        0x61...0x7A ~= byte || 0x30...0x39 ~= byte || byte == 0x2D || byte == 0x2E
      }
      return isPlain && host.contains(".") && !host.hasSuffix(".") ? String(host) : nil
    }
    return nil
  }
}
