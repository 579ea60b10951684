internal import JSONText

extension PinLock {
  /// The file's text: servers and tools in the order of their names, a block for each, always the same for the same pins.
  package var text: [UInt8] {
    var text = PinText()
    text.object { text in
      text.member("version", Self.version)
      text.key("servers")
      text.object { text in
        for (name, server) in servers.sorted(by: { $0.key < $1.key }) {
          text.key(name.string)
          server.write(&text)
        }
      }
    }
    text.end()
    return text.bytes
  }
}

extension PinLock.Server {
  fileprivate func write(_ text: inout PinText) {
    text.object { text in
      if let instructions {
        text.key("instructions")
        text.object { text in
          text.member("digest", instructions.digest.hexadecimal)
          text.member("accepted", instructions.accepted.inFile)
          text.member("by", instructions.by)
          text.member("text", instructions.text)
          instructions.rejected?.write(&text)
        }
      }
      guard let tools else { return }
      text.key("tools")
      text.object { text in
        for (name, tool) in tools.sorted(by: { $0.key < $1.key }) {
          text.key(name.string)
          tool.write(&text)
        }
      }
    }
  }
}

extension PinLock.Tool {
  fileprivate func write(_ text: inout PinText) {
    text.object { text in
      text.member("digest", digest?.hexadecimal)
      text.member("accepted", accepted?.inFile)
      text.member("by", by)
      text.member("added", added?.inFile)
      rejected?.write(&text)
      if let definition, let node = try? JSONNode.read(definition) {
        text.key("definition")
        text.value(node)
      }
    }
  }
}

extension PinLock.Rejection {
  fileprivate func write(_ text: inout PinText) {
    text.key("rejected")
    text.object { text in
      text.member("digest", digest.hexadecimal)
      text.member("at", at.inFile)
      text.member("by", by)
    }
  }
}

extension Moment {
  /// As a file says it: without a fraction where there is none.
  var inFile: String { self == wholeSecond ? second : rfc3339 }
}
