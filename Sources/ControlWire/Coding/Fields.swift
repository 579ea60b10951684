internal import JSONText
internal import Policy

/// Why a line of the control socket is not understood.
package struct ControlError: Error, Hashable, Sendable, CustomStringConvertible {
  package let message: String
  /// The `id` of the request, where it could be read.
  package var id: Int?

  package init(_ message: String, id: Int? = nil) {
    self.message = message
    self.id = id
  }

  package var description: String { message }
}

/// Reads the members of one object of the control protocol.
///
/// Members that are not asked for are passed over: a later build may send more.
struct Fields {
  private let members: [JSONMember]
  private let subject: String

  init(_ node: JSONNode, of subject: String) throws(ControlError) {
    guard let members = node.members else {
      throw ControlError("\(subject) must be an object, not \(node.kindInWords)")
    }
    self.members = members
    self.subject = subject
  }

  /// The value under a key; nil where it is missing or null.
  subscript(_ key: ExactText) -> JSONNode? {
    guard let value = members.first(where: { $0.key == key })?.value, !value.isNull else { return nil }
    return value
  }

  func required(_ key: ExactText) throws(ControlError) -> JSONNode {
    guard let value = self[key] else { throw ControlError("\(subject) lacks `\(key)`") }
    return value
  }

  func object(_ key: ExactText) throws(ControlError) -> Fields {
    try Fields(try required(key), of: "`\(key)` of \(subject)")
  }

  func array(_ key: ExactText) throws(ControlError) -> [JSONNode] {
    guard let elements = try required(key).elements else { throw wrong(key, "an array") }
    return elements
  }

  func text(_ key: ExactText) throws(ControlError) -> ExactText {
    guard let text = try required(key).text else { throw wrong(key, "a string") }
    return text
  }

  func textIfPresent(_ key: ExactText) throws(ControlError) -> ExactText? {
    self[key] == nil ? nil : try text(key)
  }

  func string(_ key: ExactText) throws(ControlError) -> String { try text(key).string }
  func stringIfPresent(_ key: ExactText) throws(ControlError) -> String? { try textIfPresent(key)?.string }

  func integer(_ key: ExactText) throws(ControlError) -> Int {
    guard let value = try required(key).integer else { throw wrong(key, "a whole number") }
    return value
  }

  func integerIfPresent(_ key: ExactText) throws(ControlError) -> Int? {
    self[key] == nil ? nil : try integer(key)
  }

  func bool(_ key: ExactText) throws(ControlError) -> Bool {
    guard let value = try required(key).bool else { throw wrong(key, "true or false") }
    return value
  }

  /// One of an enum's words.
  func word<Word: RawRepresentable<String> & CaseIterable>(
    _ key: ExactText, _: Word.Type = Word.self
  ) throws(ControlError) -> Word {
    guard let word = Word(rawValue: try string(key)) else {
      throw wrong(key, "one of " + Word.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return word
  }

  func moment(_ key: ExactText) throws(ControlError) -> Moment {
    guard let moment = Moment(rfc3339: try string(key)) else { throw wrong(key, "a time of RFC 3339") }
    return moment
  }

  func wrong(_ key: ExactText, _ wanted: String) -> ControlError {
    ControlError("`\(key)` of \(subject) must be \(wanted)")
  }
}
