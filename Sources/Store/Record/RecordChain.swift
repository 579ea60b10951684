internal import CSodium
internal import JSONText

/// What ties a line of the record to all lines before it.
///
/// A line ends with its hash: BLAKE2b-256 of the hash before it, as 32 bytes (zeros before the first line of a lane), and
/// of the line without its hash, which is what stands before `,"hash":"` and a closing brace.
package struct RecordHash: Hashable, Sendable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  /// What stands before the first line of a lane.
  package static let zero = RecordHash()

  private init() {}

  fileprivate init(finishing state: OpaquePointer) {
    unsafe withUnsafeMutablePointer(to: &words) { words in
      _ = unsafe words.withMemoryRebound(to: UInt8.self, capacity: 32) {
        unsafe crypto_generichash_final(state, $0, 32)
      }
    }
  }

  /// Reads 64 lower-case hexadecimal digits; nil for anything else.
  package init?(hexadecimal digits: Span<UInt8>) {
    guard digits.count == 64 else { return nil }
    for index in 0..<32 {
      guard let high = Self.value(digits[2 * index]), let low = Self.value(digits[2 * index + 1]) else { return nil }
      self[index] = high << 4 | low
    }
  }

  package init?(hexadecimal text: String) { self.init(hexadecimal: Array(text.utf8).span) }

  /// 64 lower-case hexadecimal digits.
  package var hexadecimal: String {
    var digits: [UInt8] = []
    for index in 0..<32 {
      digits.append(Self.digit(self[index] >> 4))
      digits.append(Self.digit(self[index] & 15))
    }
    return String(decoding: digits, as: UTF8.self)
  }

  private subscript(_ index: Int) -> UInt8 {
    get { unsafe withUnsafeBytes(of: words) { unsafe $0[index] } }
    set { unsafe withUnsafeMutableBytes(of: &words) { unsafe $0[index] = newValue } }
  }

  package static func == (left: RecordHash, right: RecordHash) -> Bool { left.words == right.words }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x57
    default: nil
    }
  }

  fileprivate static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

  /// Writes the digits to where there is room for 64 of them.
  fileprivate func write(to digits: UnsafeMutablePointer<UInt8>) {
    unsafe withUnsafeBytes(of: words) { bytes in
      unsafe HexadecimalDigits.write(bytes, to: UnsafeMutableRawBufferPointer(start: digits, count: 64))
    }
  }

  /// The hash after this one, for a line whose text without its hash is `body` and a closing brace.
  fileprivate func next(_ body: UnsafeBufferPointer<UInt8>, _ state: OpaquePointer) -> RecordHash {
    var brace = UInt8(ascii: "}")
    // None of these fails: the sizes are constants within what the library allows.
    _ = unsafe crypto_generichash_init(state, nil, 0, 32)
    _ = unsafe withUnsafePointer(to: words) { words in
      unsafe words.withMemoryRebound(to: UInt8.self, capacity: 32) {
        unsafe crypto_generichash_update(state, $0, 32)
      }
    }
    _ = unsafe crypto_generichash_update(state, body.baseAddress, UInt64(body.count))
    _ = unsafe crypto_generichash_update(state, &brace, 1)
    return unsafe RecordHash(finishing: state)
  }
}

/// Computes the hashes of lines; keeps the memory for that.
@safe final class RecordHasher {
  /// What stands between a line's text and its hash.
  static let member = Array(#","hash":""#.utf8)
  /// What a line has more than its text without a closing brace: the member's name, its value, and the line's end.
  static let ending = member + Array(repeating: 0x30, count: 64) + Array("\"}\n".utf8)

  private let state: UnsafeMutableRawPointer

  init() {
    // No sodium_init: the code that it would choose for this hash takes nearly twice as long for a line.
    unsafe state = .allocate(byteCount: crypto_generichash_statebytes(), alignment: 64)
  }

  deinit { unsafe state.deallocate() }

  /// The hash of the line after `hash` whose text is `body` and a closing brace.
  func hash(after hash: RecordHash, _ body: UnsafeBufferPointer<UInt8>) -> RecordHash {
    unsafe hash.next(body, OpaquePointer(state))
  }

  /// Writes the hash into a whole line, its end included, that goes after `hash`.
  func complete(_ line: UnsafeMutableBufferPointer<UInt8>, after hash: RecordHash) -> RecordHash {
    guard let start = line.baseAddress, line.count > Self.ending.count else { return hash }
    let end = line.count - Self.ending.count
    let next = unsafe self.hash(after: hash, UnsafeBufferPointer(start: start, count: end))
    unsafe next.write(to: start + end + Self.member.count)
    return next
  }
}

/// The digest of bytes that come piece by piece: BLAKE2b-256.
@safe struct ContentHasher: ~Copyable {
  private let state: UnsafeMutableRawPointer

  init() {
    unsafe state = .allocate(byteCount: crypto_generichash_statebytes(), alignment: 64)
    _ = unsafe crypto_generichash_init(OpaquePointer(state), nil, 0, 32)
  }

  deinit { unsafe state.deallocate() }

  mutating func add(_ bytes: Span<UInt8>) {
    _ = unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe crypto_generichash_update(OpaquePointer(state), bytes.baseAddress, UInt64(bytes.count))
    }
  }

  consuming func finish() -> RecordHash { unsafe RecordHash(finishing: OpaquePointer(state)) }
}
