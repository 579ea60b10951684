/// Where the address of a file leads, as those servers read it that tidy addresses up before they open anything.
enum AddressReader {
  /// The address of the file that is opened; what is no file's address comes back as it is.
  static func destination(of address: String) -> String {
    var text = address[...]
    while let first = text.unicodeScalars.first, first.value <= 0x20 { text.unicodeScalars.removeFirst() }
    guard text.prefix(5).lowercased() == "file:" else { return address }
    text = text.dropFirst(5)
    if let end = text.firstIndex(where: { $0 == "#" || $0 == "?" }) { text = text[..<end] }
    var path = text.replacing("\\", with: "/")
    // Some resolve escapes at more than one place.
    for _ in 0..<3 { path = decoded(path).replacing("\\", with: "/") }
    if path.hasPrefix("//") {
      let rest = path.dropFirst(2)
      let host = rest.prefix { $0 != "/" }
      guard host.isEmpty || host.lowercased() == "localhost" else { return address }
      path = rest.dropFirst(host.count)
    }
    var kept: [Substring] = []
    for segment in path.split(separator: "/") where segment != "." {
      if segment == ".." { _ = kept.popLast() } else { kept.append(segment) }
    }
    return "file:///" + kept.joined(separator: "/")
  }

  private static func decoded(_ text: Substring) -> Substring {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == 0x25, rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return Substring(decoding: bytes, as: UTF8.self)
  }
}
