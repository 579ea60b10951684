extension AttackCorpus {
  static var wrongTypes: [Attack] {
    var shelf = Shelf(.wrongTypes)
    shelf.add(
      "params-text", "P8", "gives the params as text",
      #"{"jsonrpc":"2.0","id":"@@1","method":"tools/call","params":"{\"name\":\"forbidden\"}"}"#)
    shelf.add("params-array", "P8", "gives the params in an array", call(params: #"["forbidden"]"#))
    shelf.add(
      "arguments-text", "P8", "gives the arguments as text",
      call(params: #"{"name":"allowed_path","arguments":"{\"path\":\"/etc/shadow\"}"}"#))
    shelf.add(
      "arguments-array", "P8", "gives the arguments as an array",
      call(params: #"{"name":"allowed_path","arguments":["/etc/shadow"]}"#))
    shelf.add(
      "arguments-null", "P8", "gives null for the arguments", call(params: #"{"name":"allowed_path","arguments":null}"#)
    )
    shelf.add("arguments-missing", "P8 P14", "gives no arguments", call(params: #"{"name":"allowed_path"}"#))
    shelf.add("name-array", "P8", "gives the name in an array", call(params: #"{"name":["forbidden"]}"#))
    shelf.add("name-empty", "P8", "gives an empty name", call(params: #"{"name":""}"#))
    shelf.add(
      "path-array", "P8 P14", "gives an argument in an array",
      call("allowed_path", #"{"path":["/srv/allowed","/etc/shadow"]}"#))
    shelf.add(
      "path-object", "P8 P14", "gives an argument as an object",
      call("allowed_path", #"{"path":{"eq":"/srv/allowed"}}"#))
    shelf.add("path-null", "P14", "gives null for an argument", call("allowed_path", #"{"path":null}"#))
    shelf.add(
      "amount-text", "P14 P15", "gives a number as text",
      call("allowed_path", #"{"path":"/srv/allowed","amount":"501"}"#))
    shelf.add(
      "method-array", "P8", "gives the method in an array",
      #"{"jsonrpc":"2.0","id":"@@1","method":["tools/call"],"params":{"name":"forbidden"}}"#
    ) { $0.harmlessAlone = "no reader takes an array for a method" }
    return shelf.attacks
  }

  static var notJSON: [Attack] {
    var shelf = Shelf(.notJSON)
    func with(_ arguments: String) -> String { call("forbidden", arguments) }
    shelf.add("nan", "P9", "writes NaN", with(#"{"x":NaN}"#))
    shelf.add("infinity", "P9", "writes -Infinity", with(#"{"x":-Infinity}"#))
    shelf.add("trailing-comma", "P9", "ends an object with a comma", with(#"{"x":1,}"#))
    shelf.add("trailing-comma-array", "P9", "ends an array with a comma", with(#"{"x":[1,]}"#))
    shelf.add("comment", "P9", "writes a comment", with("{/* fine */}"))
    shelf.add(
      "line-comment", "P9 P10", "ends a comment with a carriage return",
      #"{"jsonrpc":"2.0","id":"@@1","method":"tools/call",// "params":{"name":"allowed"}}"# + "\r"
        + #""params":{"name":"forbidden"}}"#)
    shelf.add("hash-comment", "P9", "begins with a comment", forbidden + " # fine")
    shelf.add("single-quotes", "P9", "writes single quotes", forbidden.replacing("\"", with: "'"))
    shelf.add(
      "bare-keys", "P9", "writes keys without quotes",
      #"{jsonrpc:"2.0",id:"@@1",method:"tools/call",params:{name:"forbidden"}}"#)
    shelf.add("raw-tab", "P9", "writes a raw tab into a string", with("{\"x\":\"a\tb\"}"))
    shelf.add("raw-nul", "P9", "writes a raw NUL into a string", with("{\"x\":\"a\0b\"}"))
    shelf.add("blank-nbsp", "P9", "writes a no-break space between tokens", with("{\u{A0}}"))
    shelf.add("blank-vertical-tab", "P9", "writes a vertical tab between tokens", with("{\u{0B}}"))
    shelf.add("blank-control", "P9", "writes a control character between tokens", with("{\u{01}}"))
    shelf.add("record-separator", "P9", "begins the line with a record separator", "\u{1E}" + forbidden)
    shelf.add(
      "lax-comma", "P9", "hides a second name in a comment",
      call(
        params: #"{"name":"allowed",/*"x":1}}*/"name":"forbidden"}"#))
    return shelf.attacks
  }

  static var encoding: [Attack] {
    var shelf = Shelf(.encoding)
    func named(_ bytes: [UInt8]) -> [UInt8] {
      Array(#"{"jsonrpc":"2.0","id":"@@1","method":"tools/call","params":{"name":""#.utf8) + bytes + Array(#""}}"#.utf8)
    }
    let name = Array("forbidden".utf8)
    shelf.add("utf-16", "P9", "writes the whole message in UTF-16", bytes: wide(forbidden))
    shelf.add("byte-order-mark", "P9", "begins with a byte order mark", "\u{FEFF}" + forbidden)
    shelf.add(
      "bad-byte-in-name", "P9", "puts a byte that is no UTF-8 into the name",
      bytes: named(name[..<3] + [0xFF] + name[3...]))
    shelf.add("bad-byte-behind-name", "P9", "puts a byte that is no UTF-8 behind the name", bytes: named(name + [0x80]))
    shelf.add("overlong-letter", "P9", "spells a letter in two bytes", bytes: named([0xC1, 0xA6] + name.dropFirst()))
    shelf.add(
      "encoded-surrogate", "P9", "puts a surrogate's three bytes into the name",
      bytes: named(name + [0xED, 0xA0, 0x80]))
    shelf.add("cut-character", "P9", "puts a half character behind the name", bytes: named(name + [0xE2, 0x82]))
    shelf.add("high-surrogate", "P9", "puts a lone high surrogate into the name", call("forb\\ud800idden"))
    shelf.add("low-surrogate", "P9", "puts a lone low surrogate behind the name", call("forbidden\\udc00"))
    shelf.add(
      "reversed-surrogates", "P9", "puts surrogates in the wrong order into the name", call("forbidden\\udc00\\ud800"))
    shelf.add(
      "bad-byte-in-key", "P9", "puts a byte that is no UTF-8 into a key",
      bytes: Array(#"{"jsonrpc":"2.0","id":"@@1","method":"tools/call","params":{"name":"allowed","nam"#.utf8) + [0xFF]
        + Array(#"e":"forbidden"}}"#.utf8))
    shelf.add(
      "surrogate-in-key", "P9", "puts a lone surrogate into a key",
      call(params: #"{"name":"allowed","name\ud800":"forbidden"}"#))
    shelf.add(
      "bad-byte-in-path", "P9", "puts a byte that is no UTF-8 into the key of an argument",
      bytes: Array(
        #"{"jsonrpc":"2.0","id":"@@1","method":"tools/call","params":{"name":"allowed_path","arguments":{"path":"/srv/allowed","secr"#
          .utf8)
        + [0xC0] + Array(#"et":1}}}"#.utf8))
    return shelf.attacks
  }

  private static func wide(_ text: String) -> [UInt8] {
    text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
  }

  static var numbers: [Attack] {
    var shelf = Shelf(.numbers)
    func amount(_ text: String) -> String { call("allowed_path", #"{"path":"/srv/allowed","amount":\#(text)}"#) }
    shelf.add("amount-plain", "P14", "goes over the greatest amount", amount("501"))
    shelf.add("amount-exponent", "P14", "writes the amount with an exponent", amount("5.01e2"))
    shelf.add("amount-negative-exponent", "P14", "writes the amount with a negative exponent", amount("50100e-2"))
    shelf.add("amount-fraction", "P14", "goes over by less than a double can tell", amount("500.00000000000000000001"))
    shelf.add("amount-infinite", "P14 P15", "writes a number that is infinite to a double", amount("1e400"))
    shelf.add("amount-extreme", "P14 P15", "writes a number with an exponent of ten digits", amount("1e9999999999"))
    shelf.add("amount-zero-exponent", "P14", "writes many zeros in the exponent", amount("501e+0000000000"))
    shelf.add("amount-leading-zero", "P9", "writes a leading zero", amount("0501"))
    shelf.add("amount-plus", "P9", "writes a plus sign", amount("+501"))
    shelf.add("amount-hexadecimal", "P9", "writes the amount in hexadecimal", amount("0x1F5"))
    shelf.add(
      "amount-digits", "P9", "writes an amount of a thousand digits",
      amount("501" + String(repeating: "0", count: 1_000)))
    shelf.add(
      "amount-zeros", "P9 P14", "writes a thousand zeros behind the point",
      amount("501." + String(repeating: "0", count: 1_000)))
    return shelf.attacks
  }

  static var depth: [Attack] {
    var shelf = Shelf(.depth)
    func nested(_ tool: String, _ count: Int, _ open: String, _ close: String) -> String {
      call(
        params: "{\"arguments\":{\"x\":" + String(repeating: open, count: count) + "1"
          + String(repeating: close, count: count) + "},\"name\":\"\(tool)\"}")
    }
    shelf.add("deep-200", "P9", "nests arrays deeper than many readers go", nested("forbidden", 200, "[", "]"))
    shelf.add("deep-20000", "P9", "nests 20,000 arrays", nested("forbidden", 20_000, "[", "]"))
    shelf.add("deep-objects", "P9", "nests 5,000 objects", nested("forbidden", 5_000, "{\"a\":", "}"))
    shelf.add(
      "deep-unclosed", "P9", "opens 100,000 arrays and closes none, and calls in the next line",
      String(repeating: "[", count: 100_000) + "\n" + forbidden)
    shelf.add(
      "deep-duplicate", "P7 P9", "doubles the name behind deep arguments",
      call(
        params: #"{"name":"allowed","arguments":{"x":"# + String(repeating: "[", count: 500)
          + String(repeating: "]", count: 500)
          + #"},"name":"forbidden"}"#))
    return shelf.attacks
  }
}
