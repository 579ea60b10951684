extension AttackCorpus {
  static var batches: [Attack] {
    var shelf = Shelf(.batches)
    let good = call("allowed")
    shelf.add("batch-of-one", "P6", "puts a forbidden call into a batch of one", "[\(forbidden)]")
    shelf.add("batch-behind-allowed", "P6", "puts a forbidden call behind an allowed one", "[\(good),\(forbidden)]")
    shelf.add("batch-before-allowed", "P6", "puts a forbidden call before an allowed one", "[\(forbidden),\(good)]")
    shelf.add("batch-in-batch", "P6", "puts a batch into a batch", "[[\(forbidden)],\(forbidden)]")
    shelf.add("batch-of-notifications", "P6", "puts a call without id into a batch", "[\(notification("forbidden"))]")
    shelf.add("batch-with-blanks", "P6", "begins a batch with blanks", " \t [ \(forbidden) ]")
    shelf.add("batch-with-trash", "P6", "puts values that are no messages around a call", "[1,null,\(forbidden),\"x\"]")
    shelf.add("batch-negotiated", "P6", "uses a batch where the version has them", "[\(good),\(forbidden)]") {
      $0.era = .batches
    }
    shelf.add("batch-negotiated-limit", "P6", "calls a limited tool twice in one batch", limitedTwiceInBatch) {
      $0.era = .batches
    }
    shelf.add("batch-negotiated-notification", "P6", "acts without id in a batch", "[\(notification("allowed"))]") {
      $0.era = .batches
    }
    shelf.add(
      "batch-negotiated-duplicate", "P6 P7", "doubles a key inside a batch",
      #"[{"jsonrpc":"2.0","id":"@@1","method":"tools/call","params":{"name":"allowed","name":"forbidden"}}]"#
    ) { $0.era = .batches }
    shelf.add("batch-negotiated-nested", "P6", "nests batches where the version has them", "[\(good),[\(forbidden)]]") {
      $0.era = .batches
      $0.harmlessAlone = "no reader unrolls a batch inside a batch"
    }
    return shelf.attacks
  }

  private static func notification(_ tool: String) -> String {
    #"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"\#(tool)","arguments":{}}}"#
  }

  private static let limitedTwiceInBatch =
    "[" + call("limited_@@", id: #""@@1""#) + "," + call("limited_@@", id: #""@@2""#) + "]"

  static var secondDocuments: [Attack] {
    var shelf = Shelf(.secondDocuments)
    let good = call("allowed")
    shelf.add("second-document", "P9", "writes a second message into the line", good + forbidden)
    shelf.add("second-document-blank", "P9", "writes a second message behind a blank", good + " " + forbidden)
    shelf.add("second-document-comma", "P9", "writes a second message behind a comma", good + "," + forbidden)
    shelf.add("second-document-nul", "P9", "writes a second message behind NUL", good + "\0" + forbidden)
    shelf.add("first-document-null", "P9", "writes a message behind null", "null " + forbidden)
    shelf.add(
      "first-document-notification", "P9", "writes a call behind a notification",
      #"{"jsonrpc":"2.0","method":"notifications/initialized"}"# + forbidden)
    shelf.add("trailing-brace", "P9", "writes a brace too many behind a call", forbidden + "}")
    shelf.add("trailing-text", "P9", "writes text behind a call", forbidden + " // fine")
    shelf.add("content-length", "P9", "sends a message over several lines with a header that tells its length", headed)
    return shelf.attacks
  }

  private static let headed: String = {
    let body = forbidden.replacing(",", with: ",\n")
    // The name of the attack is longer than what stands for it.
    return "Content-Length: \(body.utf8.count + 12)\r\n\r\n" + body
  }()

  static var lineEnds: [Attack] {
    var shelf = Shelf(.lineEnds)
    let open = #"{"jsonrpc":"2.0","id":"@@1","method":"tools/call","params":{"name":"allowed","arguments":{"x":["#
    let close = "]}}}"
    func around(_ end: String) -> String { open + end + forbidden + end + close }
    shelf.add("return-inside", "P10", "puts a message between carriage returns inside of arguments", around("\r"))
    shelf.add(
      "return-at-end", "P10", "ends the smuggled message with return and line feed", open + "\r" + forbidden + "\r")
    shelf.add(
      "return-between", "P10", "writes a second message behind a carriage return", call("allowed") + "\r" + forbidden)
    shelf.add(
      "return-first", "P10", "begins the line with a message that ends in a return", forbidden + "\r" + call("allowed"))
    shelf.add(
      "return-in-meta", "P10", "puts a message between carriage returns inside of `_meta`",
      #"{"jsonrpc":"2.0","id":"@@1","method":"tools/call","params":{"name":"allowed","_meta":{"x":["#
        + "\r" + forbidden + "\r" + "]}}}")
    shelf.add(
      "return-in-envelope", "P10", "puts a message between carriage returns inside of an unknown member",
      #"{"jsonrpc":"2.0","x":["# + "\r" + forbidden + "\r"
        + #"],"id":"@@1","method":"tools/call","params":{"name":"allowed"}}"#)
    shelf.add(
      "return-in-notification", "P10", "puts a message between carriage returns inside of a notification",
      #"{"jsonrpc":"2.0","method":"notifications/x","params":{"x":["# + "\r" + forbidden + "\r" + "]}}")
    shelf.add(
      "return-in-answer", "P10", "puts a message between carriage returns inside of an answer",
      #"{"jsonrpc":"2.0","id":"@@1","result":{"x":["# + "\r" + forbidden + "\r" + "]}}")
    shelf.add(
      "return-in-ping", "P10", "puts a message between carriage returns inside of a ping",
      #"{"jsonrpc":"2.0","id":"@@1","method":"ping","params":{"x":["# + "\r" + forbidden + "\r" + "]}}")
    shelf.add("vertical-tab", "P10", "puts a message between vertical tabs", around("\u{0B}"))
    shelf.add("form-feed", "P10", "puts a message between form feeds", around("\u{0C}"))
    shelf.add("next-line", "P10", "puts a message between U+0085", around("\u{85}"))
    shelf.add("line-separator", "P10", "puts a message between U+2028", around("\u{2028}"))
    shelf.add("paragraph-separator", "P10", "puts a message between U+2029", around("\u{2029}"))
    shelf.add("file-separator", "P10", "puts a message between U+001C", around("\u{1C}"))
    shelf.add(
      "separator-in-string", "P10", "puts a message between U+2028 inside of a string",
      call("allowed", "{\"x\":\"\u{2028}" + forbidden.replacing("\"", with: "\\\"") + "\u{2028}\"}")
    ) { $0.harmlessAlone = "quotes inside of a string are escaped, so that the smuggled text is no JSON" }
    shelf.add(
      "raw-return-in-string", "P9 P10", "puts a message between raw carriage returns inside of a string",
      open + "\"a\r" + forbidden + "\r\"" + close)
    shelf.add("half-lines", "P10", "splits a call over two lines", #"{"jsonrpc":"2.0","id":"@@1","# + "\n" + forbidden)
    return shelf.attacks
  }

  static var oversized: [Attack] {
    var shelf = Shelf(.oversized)
    // Longer than what the gate keeps of a line, and as long as makes others give up.
    let long = [UInt8](repeating: 0x78, count: 33 << 20)
    let open = Array(
      #"{"jsonrpc":"2.0","id":"@@1","method":"tools/call","params":{"name":"forbidden","arguments":{"x":""#.utf8)
    let close = Array(#""}}}"#.utf8)
    shelf.add("long-call", "P72", "hides a call in a line of 33 MiB", bytes: open + long + close)
    shelf.add(
      "long-prefix", "P72", "hopes that the end of a long line is read as a line of its own",
      bytes: long + Array(forbidden.utf8)
    ) { $0.harmlessAlone = "a whole line that begins with text is no message for anybody" }
    shelf.add(
      "long-name", "P11 P72", "calls a tool whose name has 20,000 characters",
      call("allowed" + String(repeating: "x", count: 20_000)))
    return shelf.attacks
  }
}
