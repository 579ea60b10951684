internal import Glibc
internal import JSONText
internal import System

/// The file of grants: read whole, and changed by one process at a time.
package enum GrantFile {
  /// How long a change waits for another one, in milliseconds.
  private static let patience = 5_000

  /// What the file holds; nil where there is none.
  package static func read(_ path: String) throws(GrantError) -> GrantBook? {
    let text: [UInt8]
    do throws(SystemError) {
      text = try SafeFile.read(path, limit: GrantBook.longestText)
    } catch {
      if error.isAbsence { return nil }
      throw GrantError("\(error)")
    }
    do throws(GrantError) {
      return try GrantBook(text: text)
    } catch {
      throw GrantError("\(path):\(error)")
    }
  }

  /// Changes the file in one step; it is the user's alone from its beginning.
  package static func change(
    _ path: String, _ body: (inout GrantBook) throws(GrantError) -> Void
  ) throws(GrantError) {
    let lock = try lock(path)
    do throws(GrantError) {
      var book = try read(path) ?? GrantBook()
      try body(&book)
      do throws(SystemError) {
        try SafeFile.replace(path, with: book.text)
      } catch {
        throw GrantError("\(error)")
      }
      lock.remove()
    } catch {
      lock.remove()
      throw error
    }
  }

  private static func lock(_ path: String) throws(GrantError) -> FileLock {
    do throws(SystemError) {
      try SafeFile.makeFolder(SafeFile.folder(of: path))
      for waited in stride(from: 0, through: patience, by: 10) {
        if waited > 0 { usleep(10_000) }
        if let lock = try FileLock.take(path + ".lock") { return lock }
      }
    } catch {
      throw GrantError("\(error)")
    }
    throw GrantError("another command is changing \(path)")
  }

  // MARK: Tokens

  /// A new token of 256 bits of chance, and what is kept of it.
  package static func makeToken() -> (token: String, digest: String) {
    var generator = SystemRandomNumberGenerator()
    let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    let token = "gh_" + name(bytes)
    return (token, ContentDigest(of: Array(token.utf8)).hexadecimal)
  }

  /// Bytes in the letters of Base64 for URLs.
  package static func name(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var text: [UInt8] = []
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 6 {
        count -= 6
        text.append(letters[Int(bits >> count & 63)])
      }
    }
    if count > 0 { text.append(letters[Int(bits << (6 - count) & 63)]) }
    return String(decoding: text, as: UTF8.self)
  }
}
