internal import CRE2

/// A regular expression in RE2's syntax: compiled once, searched in linear time whatever the text is.
@safe package final class RegularExpression: Sendable {
  /// Why a pattern cannot be used, in RE2's words.
  package struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    package var description: String { message }

    package init(message: String) { self.message = message }
  }

  /// A longer pattern is refused.
  package static let longest = 4096
  /// What one compiled pattern may take, in bytes.
  private static let mostMemory = 1 << 20

  /// A search that may take more steps than this, a second of them, is not to be begun.
  private static let mostSteps = 100_000_000

  /// The pattern as it was written.
  package let pattern: String
  private nonisolated(unsafe) let compiled: OpaquePointer

  /// Compiles a pattern.
  ///
  /// Throws: `Mistake` where it is no RE2 pattern, too long, or too big when compiled.
  package convenience init(_ pattern: String) throws(Mistake) {
    try self.init(pattern, longest: Self.longest, memory: Self.mostMemory)
  }

  /// Compiles a pattern within other bounds, in bytes.
  ///
  /// Throws: `Mistake` where it is no RE2 pattern, too long, or too big when compiled.
  package init(_ pattern: String, longest: Int, memory: Int) throws(Mistake) {
    guard pattern.utf8.count <= longest else { throw Mistake(message: "it has more than \(longest) bytes") }
    var message = [CChar](repeating: 0, count: 256)
    var bytes = pattern.utf8.map { CChar(bitPattern: $0) }
    bytes.append(0)
    guard
      let compiled = unsafe gh_re2_compile(bytes, bytes.count - 1, memory, &message, message.count)
    else {
      let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw Mistake(message: String(decoding: text, as: UTF8.self))
    }
    self.pattern = pattern
    unsafe self.compiled = compiled
  }

  deinit { unsafe gh_re2_free(compiled) }

  /// How many steps the compiled pattern has; a search takes at worst as much time for every byte of its text.
  package var size: Int { unsafe Int(gh_re2_size(compiled)) }

  /// How much text, in bytes, may be searched at all: megabytes for usual patterns, some thousand for the biggest.
  package var longestText: Int { Self.mostSteps / max(1, size) }

  /// Whether the pattern matches somewhere in the text, however long that takes: see `longestText` first.
  package func matches(_ text: String) -> Bool {
    let span = text.utf8Span.span
    return unsafe span.withUnsafeBytes { bytes in
      unsafe gh_re2_search(compiled, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
  }
}
