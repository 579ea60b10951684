internal import JSONText

// A process's words and environment are bytes, and need not be text. What is text is written as such; anything else as
// `{"hex": "ff00"}` among the words, and whole entries of the environment in `environment_hex`.

extension Attachment {
  init(_ fields: Fields) throws(ControlError) {
    let server: Attachment.Server
    if fields["command"] != nil {
      var words: [[UInt8]] = []
      for node in try fields.array("command") {
        guard let word = node.string.map({ Array($0.utf8) }) ?? node["hex"]?.string.flatMap(Hexadecimal.bytes) else {
          throw fields.wrong("command", "an array of strings")
        }
        words.append(word)
      }
      guard !words.isEmpty else { throw fields.wrong("command", "an array with a program's name") }
      server = .command(words, name: try fields.text("server"))
    } else {
      server = .registered(try fields.text("server"))
    }
    let mask = try fields.integerIfPresent("file_mask")
    guard (0...0o777).contains(mask ?? 0) else { throw fields.wrong("file_mask", "a number from 0 to 511") }
    self.init(
      server: server, directory: try fields.stringIfPresent("directory"), environment: try Self.environment(fields),
      fileMask: mask.map { UInt32(clamping: $0) })
  }

  private static func environment(_ fields: Fields) throws(ControlError) -> [[UInt8]] {
    guard let members = try fields.required("environment").members else {
      throw fields.wrong("environment", "an object of strings")
    }
    var environment: [[UInt8]] = []
    for member in members {
      guard let value = member.value.string else { throw fields.wrong("environment", "an object of strings") }
      environment.append(Array(member.key.utf8) + [0x3D] + Array(value.utf8))
    }
    guard fields["environment_hex"] != nil else { return environment }
    for node in try fields.array("environment_hex") {
      guard let entry = node.string.flatMap(Hexadecimal.bytes) else {
        throw fields.wrong("environment_hex", "an array of strings of hexadecimal digits")
      }
      environment.append(entry)
    }
    return environment
  }

  func write(_ writer: inout JSONWriter) {
    writer.member("op", "attach")
    switch server {
    case .registered(let name): writer.member("server", name.string)
    case .command(let words, let name):
      writer.member("server", name.string)
      writer.key("command")
      writer.beginArray()
      for word in words {
        if let text = String(validating: word, as: UTF8.self) {
          writer.string(text)
        } else {
          writer.beginObject()
          writer.member("hex", Hexadecimal.text(word))
          writer.endObject()
        }
      }
      writer.endArray()
    }
    writer.member("directory", ifPresent: directory)
    writer.member("file_mask", ifPresent: fileMask)
    writeEnvironment(&writer)
  }

  private func writeEnvironment(_ writer: inout JSONWriter) {
    var names: Set<ExactText> = []
    var others: [[UInt8]] = []
    writer.key("environment")
    writer.beginObject()
    for entry in environment {
      guard let equals = entry.firstIndex(of: 0x3D), let name = String(validating: entry[..<equals], as: UTF8.self),
        let value = String(validating: entry[(equals + 1)...], as: UTF8.self), names.insert(ExactText(name)).inserted
      else {
        others.append(entry)
        continue
      }
      writer.key(text: name)
      writer.string(value)
    }
    writer.endObject()
    guard !others.isEmpty else { return }
    writer.key("environment_hex")
    writer.beginArray()
    for entry in others { writer.string(Hexadecimal.text(entry)) }
    writer.endArray()
  }
}

/// Bytes as two hexadecimal digits each.
enum Hexadecimal {
  static func text(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(2 * bytes.count)
    for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil for a text that is none.
  static func bytes(_ text: String) -> [UInt8]? {
    let text = Array(text.utf8)
    guard text.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 2)
    for start in stride(from: 0, to: text.count, by: 2) {
      guard let high = digit(text[start]), let low = digit(text[start + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x61...0x66: byte - 0x57
    case 0x41...0x46: byte - 0x37
    default: nil
    }
  }
}
