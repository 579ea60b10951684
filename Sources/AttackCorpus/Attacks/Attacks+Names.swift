extension AttackCorpus {
  static var methods: [Attack] {
    var shelf = Shelf(.methods)
    func method(_ text: String) -> String { request(text, #"{"name":"forbidden","arguments":{}}"#) }
    shelf.add("method-capitals", "P11", "writes the method in capitals", method("Tools/Call"))
    shelf.add("method-blank-behind", "P11", "writes a blank behind the method", method("tools/call ")) {
      $0.isOpen = true
    }
    shelf.add("method-blank-before", "P11", "writes a blank before the method", method(" tools/call")) {
      $0.isOpen = true
    }
    shelf.add(
      "method-capitals-open", "P11", "writes the method in capitals where unknown ones pass", method("TOOLS/CALL")
    ) {
      $0.isOpen = true
    }
    shelf.add("method-nul", "P9 P11", "ends the method with NUL", method("tools/call\\u0000")) { $0.isOpen = true }
    shelf.add("method-nul-text", "P9 P11", "hides the method before NUL", method("tools/call\\u0000/list")) {
      $0.isOpen = true
    }
    shelf.add("method-escaped", "P11", "escapes the slash of the method", method("tools\\/call"))
    shelf.add("method-escaped-letters", "P11", "escapes letters of the method", method("t\\u006fols/c\\u0061ll"))
    shelf.add("method-wide", "P11", "writes the method in wide letters", method("\u{FF54}ools/call"))
    shelf.add(
      "method-wide-open", "P11", "writes the method in wide letters where unknown ones pass",
      method("\u{FF54}ools/call")
    ) { $0.isOpen = true }
    shelf.add("method-long-s", "P11", "writes the method with a long s", method("tool\u{17F}/call")) {
      $0.isOpen = true
    }
    shelf.add("method-unknown", "P17", "asks for a method that nobody knows", request("vendor/act"))
    shelf.add(
      "method-unknown-near", "P17", "asks for a method that begins like a harmless one", request("notifications/../act")
    )
    shelf.add("method-rpc", "P17", "asks for a method of JSON-RPC's own", request("rpc.call", #"{"name":"forbidden"}"#))
    return shelf.attacks
  }

  static var escapes: [Attack] {
    var shelf = Shelf(.escapes)
    shelf.add("name-plain", "P11", "calls the forbidden tool", forbidden)
    shelf.add("name-hidden", "P49", "calls a tool that is not listed", call("hidden_tool"))
    shelf.add("name-escaped-letter", "P11", "escapes a letter of the name", call("\\u0066orbidden"))
    shelf.add(
      "name-escaped-whole", "P11", "escapes the whole name",
      call("forbidden".utf8.map { "\\u00" + String($0, radix: 16) }.joined()))
    shelf.add("name-escaped-hidden", "P11 P49", "escapes a letter of a hidden tool's name", call("hidden\\u005ftool"))
    shelf.add("name-escaped-capitals", "P11", "escapes a letter with capital digits", call("f\\u006Frbidden"))
    shelf.add("name-nul", "P9 P11", "ends the name with NUL", call("forbidden\\u0000")) { $0.isOpen = true }
    shelf.add("name-nul-text", "P9 P11", "hides the name before NUL", call("forbidden\\u0000allowed")) {
      $0.isOpen = true
    }
    shelf.add("name-nul-hidden", "P9 P11", "hides a hidden tool's name before NUL", call("hidden_tool\\u0000_")) {
      $0.isOpen = true
    }
    return shelf.attacks
  }

  static var lookalikes: [Attack] {
    var shelf = Shelf(.lookalikes)
    let names: [(String, String, String)] = [
      ("capital", "writes the name with a capital", "Forbidden"),
      ("capitals", "writes the name in capitals", "FORBIDDEN"),
      ("blank-before", "writes a blank before the name", " forbidden"),
      ("blank-behind", "writes a blank behind the name", "forbidden "),
      ("tab-behind", "writes a tab behind the name", "forbidden\\t"),
      ("line-feed-behind", "writes a line feed behind the name", "forbidden\\n"),
      ("no-break-space", "writes a no-break space behind the name", "forbidden\u{A0}"),
      (
        "wide", "writes the name in wide letters",
        "\u{FF46}\u{FF4F}\u{FF52}\u{FF42}\u{FF49}\u{FF44}\u{FF44}\u{FF45}\u{FF4E}"
      ),
      ("mathematical", "writes a letter as mathematicians do", "forbidde\u{1D427}"),
      ("dotless", "writes an i without its dot", "forb\u{131}dden"),
      ("dotted", "writes a capital I with a dot", "FORB\u{130}DDEN"),
      ("zero-width", "puts a character of no width into the name", "for\u{200B}bidden"),
      ("soft-hyphen", "puts a soft hyphen into the name", "for\u{AD}bidden"),
      ("byte-order", "puts a byte order mark before the name", "\u{FEFF}forbidden"),
      ("hidden-capitals", "writes a hidden tool's name in capitals", "HIDDEN_TOOL"),
      ("hidden-wide", "writes a hidden tool's name with a wide underline", "hidden\u{FF3F}tool"),
    ]
    for (name, tries, tool) in names {
      shelf.add("lookalike-" + name, "P11", tries + " where unknown tools pass", call(tool)) { $0.isOpen = true }
    }
    shelf.add("lookalike-closed", "P11", "writes an allowed name with a capital", call("Allowed"))
    shelf.add("lookalike-prefix", "P11", "adds a word to an allowed name", call("allowed.forbidden"))
    return shelf.attacks
  }
}
