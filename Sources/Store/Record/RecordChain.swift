internal import CNettle
internal import CSodium
internal import JSONText

/// How the lines of a segment are tied to those before, as its first line says.
enum RecordVersion: Int, Sendable {
  /// Each line ends with a hash: BLAKE2b-256 of the hash before it and of the line up to `,"hash":"`, with a brace.
  case lines = 1
  /// Lines that were written together may end with one hash: SHA-256 of the hash before it and of all bytes from there on
  /// up to its own `,"hash":"`. The first line of a segment has one of its own.
  case runs = 2

  /// What segments are that begin now.
  static let current = RecordVersion.runs
}

/// What ties a line of the record to all lines before it; 32 bytes, zeros before the first line of a lane.
///
/// What it is made of is up to the segment's `RecordVersion`.
package struct RecordHash: Hashable, Sendable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  /// What stands before the first line of a lane.
  package static let zero = RecordHash()

  private init() {}

  /// The digest of all that a state was given.
  fileprivate init(finishing state: UnsafeMutablePointer<sha256_ctx>) {
    unsafe withUnsafeMutablePointer(to: &words) { words in
      unsafe words.withMemoryRebound(to: UInt8.self, capacity: 32) { unsafe nettle_sha256_digest(state, 32, $0) }
    }
  }

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

  /// The hash after this one of lines that have these bytes before it, in segments that begin now.
  package func following(_ bytes: [UInt8]) -> RecordHash { RecordHasher().hash(bytes.span, after: self) }

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

  /// The hash after this one, for lines that have all these bytes before their hash.
  fileprivate func next(_ bytes: Span<UInt8>, _ state: UnsafeMutablePointer<sha256_ctx>) -> RecordHash {
    unsafe nettle_sha256_init(state)
    unsafe withUnsafePointer(to: words) { words in
      unsafe words.withMemoryRebound(to: UInt8.self, capacity: 32) { unsafe nettle_sha256_update(state, 32, $0) }
    }
    unsafe bytes.withUnsafeBufferPointer { bytes in
      if let start = bytes.baseAddress { unsafe nettle_sha256_update(state, bytes.count, start) }
    }
    return unsafe RecordHash(finishing: state)
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

  /// For segments of version 1; no `sodium_init`: the code that it would choose for this hash takes nearly twice as long.
  private let older = UnsafeMutableRawPointer.allocate(byteCount: crypto_generichash_statebytes(), alignment: 64)
  private let state = UnsafeMutablePointer<sha256_ctx>.allocate(capacity: 1)

  init() {}

  deinit {
    unsafe older.deallocate()
    unsafe state.deallocate()
  }

  /// The hash after `hash` of lines that have these bytes before it.
  func hash(_ bytes: Span<UInt8>, after hash: RecordHash) -> RecordHash { unsafe hash.next(bytes, state) }

  /// The hash after `hash` that lines must end with whose text is this, their hash included and their end not.
  func hash(of lines: Span<UInt8>, after hash: RecordHash, _ version: RecordVersion) -> RecordHash {
    let body = lines.extracting(droppingLast: RecordLine.ending)
    switch version {
    case .runs: return self.hash(body, after: hash)
    case .lines: return unsafe body.withUnsafeBufferPointer { unsafe hash.next($0, OpaquePointer(older)) }
    }
  }

  /// Ends the last of some lines, which stand from `start` on, with the hash that goes after `hash`.
  func seal(_ lines: inout [UInt8], from start: Int, after hash: RecordHash) -> RecordHash {
    lines.removeLast(2)
    let next = self.hash(lines.span.extracting(start...), after: hash)
    let end = lines.count
    lines.append(contentsOf: Self.ending)
    unsafe lines.withUnsafeMutableBufferPointer { bytes in
      if let first = bytes.baseAddress { unsafe next.write(to: first + end + Self.member.count) }
    }
    return next
  }

  /// Takes such an end off again.
  func unseal(_ lines: inout [UInt8]) {
    lines.removeLast(Self.ending.count)
    lines.append(contentsOf: Self.plainEnding)
  }

  private static let plainEnding = Array("}\n".utf8)
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
