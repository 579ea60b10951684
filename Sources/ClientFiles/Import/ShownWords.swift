/// A command as it may be shown: what looks like a secret is not in it.
///
/// It rather hides too much: whoever wants to see a value looks into the file.
package enum ShownWords {
  package static let mark = "[hidden]"

  private static let names = [
    "token", "secret", "password", "passwd", "passphrase", "credential", "apikey", "accesskey", "privatekey", "auth",
    "cookie", "bearer", "connectionstring", "header", "dsn", "pat", "pwd", "key",
  ]
  private static let beginnings = [
    "sk-", "sk_", "rk_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "hf_", "npm_", "pypi-",
    "xoxb-", "xoxp-", "xoxa-", "xapp-", "AIza", "AKIA", "ASIA", "eyJ", "Bearer ", "Basic ",
  ]
  private static let longest = 20

  /// The words of a command as one line; what needs quotes has them.
  package static func line(program: String, arguments: [String]) -> String {
    ([program] + list(arguments)).map(quoted).joined(separator: " ")
  }

  /// Words that follow each other, each as it may be shown.
  static func list(_ arguments: [String]) -> [String] {
    var words: [String] = []
    var hidesNext = false
    for argument in arguments {
      let isOption = argument.utf8.first == 0x2D
      if hidesNext, !isOption {
        words.append(mark)
        hidesNext = false
        continue
      }
      let (shown, isName) = show(argument, isOption: isOption)
      words.append(shown)
      hidesNext = isName
    }
    return words
  }

  /// A URL without what may be a secret in it: scheme, host and path.
  package static func url(_ url: String) -> String {
    let plain = Substring(url.utf8.prefix { $0 != 0x3F && $0 != 0x23 })
    guard let scheme = plain.range(ofBytes: "://") else { return hidesWhole(String(plain)) ? mark : String(plain) }
    let rest = plain[scheme.upperBound...]
    let authority = Substring(rest.utf8.prefix { $0 != 0x2F })
    let host = String(
      Substring(authority.utf8.split(separator: 0x40, omittingEmptySubsequences: false).last ?? authority.utf8))
    let user = host.utf8.count == authority.utf8.count ? "" : "\(mark)@"
    let path = rest.utf8.dropFirst(authority.utf8.count).split(separator: 0x2F, omittingEmptySubsequences: false).map {
      hidesWhole(String(Substring($0))) ? mark : String(Substring($0))
    }.joined(separator: "/")
    let query = plain.utf8.count < url.utf8.count ? "?\(mark)" : ""
    return "\(plain[..<scheme.upperBound])\(user)\(host)\(path)\(query)"
  }

  /// One word, and whether the next one is its value, which is a secret.
  private static func show(_ word: String, isOption: Bool) -> (shown: String, isName: Bool) {
    let scheme = word.range(ofBytes: "://")
    if let equals = word.utf8.firstIndex(of: 0x3D), scheme.map({ equals < $0.lowerBound }) ?? true {
      let (name, value) = (word[..<equals], String(word[word.utf8.index(after: equals)...]))
      return hides(String(name)) || hidesWhole(value)
        ? ("\(name)=\(mark)", false) : ("\(name)=\(value.range(ofBytes: "://") == nil ? value : url(value))", false)
    }
    if isOption { return (hidesWhole(word) ? mark : word, hides(word)) }
    if scheme != nil { return (url(word), false) }
    // A header: `Authorization: ...`.
    if let colon = word.utf8.firstIndex(of: 0x3A), hides(String(word[..<colon])) {
      return ("\(word[...colon])\(mark)", false)
    }
    return (hidesWhole(word) ? mark : word, false)
  }

  /// Whether something of this name is nobody's to see.
  static func hides(_ name: String) -> Bool {
    let plain = name.lowercased()
    let parts = plain.split { $0 == "-" || $0 == "_" || $0 == "." }.map(String.init)
    let joined = parts.joined()
    return names.contains { $0.utf8.count > 3 ? joined.range(ofBytes: $0) != nil : parts.contains($0) }
      || joined.hasSuffix("key")
  }

  /// Whether a word looks like a token, whatever it is called.
  private static func hidesWhole(_ word: String) -> Bool {
    if beginnings.contains(where: { word.hasPrefix($0) && word.utf8.count > $0.utf8.count + 7 }) { return true }
    guard word.utf8.count >= longest else { return false }
    var (digits, letters, others) = (0, 0, 0)
    for byte in word.utf8 {
      switch byte {
      case 0x30...0x39: digits += 1
      case 0x41...0x5A, 0x61...0x7A: letters += 1
      case 0x2B, 0x2D, 0x3D, 0x5F: break
      default: others += 1
      }
    }
    return others == 0 && digits >= 4 && letters >= 4
  }

  private static func quoted(_ word: String) -> String {
    guard !word.isEmpty else { return "''" }
    let isPlain = word.utf8.allSatisfy { byte in
      switch byte {
      case 0x22, 0x24, 0x27, 0x5C, 0x60, 0...0x20, 0x26, 0x28, 0x29, 0x2A, 0x3B, 0x3C, 0x3E, 0x7C: false
      default: true
      }
    }
    guard !isPlain, word != mark else { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}

extension StringProtocol {
  /// Where a text stands in this one, byte by byte.
  fileprivate func range(ofBytes text: String) -> Range<String.UTF8View.Index>? {
    var start = utf8.startIndex
    while start < utf8.endIndex {
      if utf8[start...].starts(with: text.utf8) {
        return start..<utf8.index(start, offsetBy: text.utf8.count)
      }
      start = utf8.index(after: start)
    }
    return nil
  }
}
