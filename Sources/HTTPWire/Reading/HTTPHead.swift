/// What stands before a request's body, read once.
package struct HTTPHead: Hashable, Sendable {
  /// The methods that mean something here.
  package enum Method: Hashable, Sendable { case get, head, post, delete, options, other }

  /// One field, as places in the head's bytes; the blanks around its value are no part of it.
  package struct Field: Hashable, Sendable {
    package let name: Range<Int>
    package let value: Range<Int>
  }

  /// How long the body is.
  package enum Body: Hashable, Sendable {
    case none
    case length(Int)
    case chunks
  }

  package internal(set) var bytes: [UInt8]
  package let fields: [Field]
  package let method: Method
  /// The parts of the path between its slashes, without their escapes; none for `/`.
  package let path: [[UInt8]]
  /// A client of version 1.0 gets no chunks and a connection that ends.
  package let isOld: Bool
  package internal(set) var body: Body
  package let expectsContinue: Bool
  /// Whether the client wants no other request answered on the connection.
  package let closes: Bool

  // MARK: Fields

  /// The value of a field of which there is one; `name` is in lower case.
  ///
  /// - Returns: Nil where there is none.
  /// - Throws: `HTTPRefusal` where there are several.
  package func only(_ name: StaticString) throws(HTTPRefusal) -> ArraySlice<UInt8>? {
    var found: ArraySlice<UInt8>?
    for field in fields where bytes[field.name].isEqualIgnoringCase(to: name) {
      guard found == nil else { throw HTTPRefusal(.badRequest, "the field `\(name)` stands there more than once") }
      found = bytes[field.value]
    }
    return found
  }

  /// The values of all fields of a name, in their order.
  package func all(_ name: StaticString) -> [ArraySlice<UInt8>] {
    fields.filter { bytes[$0.name].isEqualIgnoringCase(to: name) }.map { bytes[$0.value] }
  }

  /// Whether one of the values of a field that is a list separated by commas is `word`.
  package func lists(_ word: StaticString, in name: StaticString) -> Bool {
    all(name).contains { value in
      value.split(separator: 0x2C).contains { $0.trimmed.isEqualIgnoringCase(to: word) }
    }
  }
}

extension ArraySlice<UInt8> {
  /// Without blanks at both ends.
  package var trimmed: ArraySlice<UInt8> {
    var rest = self
    while let first = rest.first, first == 0x20 || first == 0x09 { rest = rest.dropFirst() }
    while let last = rest.last, last == 0x20 || last == 0x09 { rest = rest.dropLast() }
    return rest
  }

  /// Whether it is `word`, which is in lower case, but for the case of its letters.
  package func isEqualIgnoringCase(to word: StaticString) -> Bool {
    guard count == word.utf8CodeUnitCount else { return false }
    return unsafe zip(self, UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
      .allSatisfy { $0.lowered == $1 }
  }

  package var lowered: [UInt8] { map(\.lowered) }
}

extension UInt8 {
  /// A letter A to Z as a small one; anything else as it is.
  var lowered: UInt8 { 0x41...0x5A ~= self ? self | 0x20 : self }

  /// Whether it may be part of a method or of a field's name.
  var isTokenCharacter: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    // ! # $ % & ' * + - . ^ _ ` | ~
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
    default: false
    }
  }

  /// Whether it may be part of a field's value.
  var isValueCharacter: Bool { self == 0x09 || (self >= 0x20 && self != 0x7F) }

  var hexadecimal: Int? {
    switch self {
    case 0x30...0x39: Int(self - 0x30)
    case 0x41...0x46: Int(self - 0x37)
    case 0x61...0x66: Int(self - 0x57)
    default: nil
    }
  }
}
