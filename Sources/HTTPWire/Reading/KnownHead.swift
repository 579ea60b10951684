/// The text of a head that was read, to know another one by that says the same.
///
/// Clients and servers send the same head each time, but for the length of the body: so it is read once, and then
/// compared.
struct KnownHead: Hashable, Sendable {
  enum Reading: Hashable, Sendable {
    case same
    /// Another length of the body, in as many digits, and all else the same.
    case length(Int)
  }

  /// All lines with their ends, but for the empty one.
  private let bytes: [UInt8]
  /// Where the body's length stands; empty where there is none, or where it says nothing.
  private let length: Range<Int>

  /// One that takes more memory than this is read anew each time.
  private static let longest = 2 << 10

  /// Nil for what is not worth being kept.
  init?(_ bytes: [UInt8], _ fields: [HTTPHead.Field], hasLength: Bool) {
    guard bytes.count <= Self.longest else { return nil }
    self.bytes = bytes
    var length = 0..<0
    for field in fields where hasLength && bytes[field.name].isEqualIgnoringCase(to: "content-length") {
      length = field.value
    }
    self.length = length
  }

  /// Behind the empty line.
  var end: Int { bytes.count + 2 }

  /// What the head at the beginning of some bytes says; nil for anything but what this one says, or nearly.
  func reading(of other: Span<UInt8>) -> Reading? {
    let end = bytes.count
    guard other.count >= end + 2, other[end] == 0x0D, other[end + 1] == 0x0A else { return nil }
    let known = bytes.span
    guard known.isSame(as: other, in: 0..<length.lowerBound), known.isSame(as: other, in: length.upperBound..<end)
    else { return nil }
    if known.isSame(as: other, in: length) { return .same }
    return HTTPHead.length(other.extracting(length)).map { .length($0) }
  }

  /// Its bytes with another length.
  func bytes(with other: Span<UInt8>) -> [UInt8] {
    var copy = bytes
    for place in length { copy[place] = other[place] }
    return copy
  }
}

extension HTTPHead {
  /// Whether a length says how long the body is.
  var hasLength: Bool { if case .length = body { true } else { false } }

  /// The length that a `Content-Length` says; nil for what is none.
  ///
  /// It has no more digits than any body has that could ever be sent, and no second spelling.
  static func length(_ text: Span<UInt8>) -> Int? {
    guard 1...18 ~= text.count, text.count == 1 || text[0] != 0x30 else { return nil }
    var length = 0
    for index in text.indices {
      guard 0x30...0x39 ~= text[index] else { return nil }
      length = length * 10 + Int(text[index] - 0x30)
    }
    return length
  }
}

extension Span<UInt8> {
  /// Whether the bytes of a range are the same as those of another span, which is as long at least.
  func isSame(as other: Span<UInt8>, in range: Range<Int>) -> Bool {
    let (left, right) = (extracting(range), other.extracting(range))
    return unsafe left.withUnsafeBytes { left in
      unsafe right.withUnsafeBytes { right in
        var place = 0
        while place + 8 <= left.count {
          let (one, two) = unsafe (
            left.loadUnaligned(fromByteOffset: place, as: UInt64.self),
            right.loadUnaligned(fromByteOffset: place, as: UInt64.self)
          )
          guard one == two else { return false }
          place += 8
        }
        while place < left.count {
          guard unsafe left[place] == right[place] else { return false }
          place += 1
        }
        return true
      }
    }
  }
}
