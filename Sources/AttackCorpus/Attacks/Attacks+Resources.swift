extension AttackCorpus {
  static var resources: [Attack] {
    var shelf = Shelf(.others)
    shelf.add(
      "resource-other", "P17", "reads a resource that no rule names",
      request("resources/read", #"{"uri":"file:///etc/passwd"}"#))
    shelf.add(
      "resource-dots", "P17", "reads a resource by a path with dots",
      request("resources/read", #"{"uri":"file:///srv/allowed.txt/../../etc/shadow"}"#))
    shelf.add(
      "resource-two", "P7 P17", "gives two addresses",
      request("resources/read", #"{"uri":"file:///srv/allowed.txt","uri":"file:///etc/shadow"}"#))
    shelf.add(
      "resource-capital", "P7 P17", "adds `URI` beside `uri`",
      request("resources/read", #"{"uri":"file:///srv/allowed.txt","URI":"file:///etc/shadow"}"#))
    shelf.add(
      "resource-subscribe", "P17", "subscribes to a resource that no rule names",
      request("resources/subscribe", #"{"uri":"file:///etc/passwd"}"#))
    shelf.add(
      "resource-folder-subscribe", "P11 P17", "subscribes to a resource outside of an allowed folder by dots",
      request("resources/subscribe", #"{"uri":"file:///srv/public/../secret"}"#))
    for (name, tries, path) in outside {
      shelf.add(
        "resource-folder-" + name, "P11 P17", "leaves an allowed folder " + tries,
        request("resources/read", #"{"uri":"file:///srv/public/\#(path)"}"#))
    }
    for (name, tries, address) in shadows {
      shelf.add(
        "resource-denied-" + name, "P11 P17", "reads a denied resource \(tries) where unknown ones pass",
        request("resources/read", #"{"uri":"\#(address)"}"#)
      ) { $0.isOpen = true }
    }
    return shelf.attacks
  }

  /// Paths below a folder that lead out of it.
  private static let outside = [
    ("dots", "by dots", "../../etc/shadow"), ("end", "by dots at the end", ".."),
    ("deep", "by dots behind a folder", "a/../../secret"), ("escaped", "by escaped dots", "%2e%2e/secret"),
    ("half", "by dots of which one is escaped", ".%2E/secret"),
    ("slash", "by dots and an escaped slash", "..%2fsecret"),
    ("twice", "by dots that are escaped twice", "%252e%252e/secret"),
    ("backslash", "by dots and a backslash", #"..\\secret"#),
    ("escaped-backslash", "by dots and an escaped backslash", "..%5csecret"),
    ("unicode", "by dots in JSON's escapes", #"\u002e\u002e\u002fsecret"#),
  ]

  /// Addresses that lead to the denied one.
  private static let shadows = [
    ("plain", "as it is", "file:///etc/shadow"), ("scheme", "by its scheme in capitals", "FILE:///etc/shadow"),
    ("escaped", "with an escaped letter", "file:///etc/%73hadow"),
    ("twice", "with a letter that is escaped twice", "file:///etc/%2573hadow"),
    ("host", "of this machine by name", "file://localhost/etc/shadow"),
    ("escaped-host", "of this machine by an escaped name", "file://%6cocalhost/etc/shadow"),
    ("short", "without an authority", "file:/etc/shadow"), ("slashes", "by two slashes", "file:///etc//shadow"),
    ("dot", "by a dot", "file:///etc/./shadow"), ("dots", "by dots", "file:///etc/x/../shadow"),
    ("fragment", "with a fragment", "file:///etc/shadow#x"), ("query", "with a query", "file:///etc/shadow?x"),
    ("blank", "with a blank before it", " file:///etc/shadow"),
    ("backslashes", "by backslashes", #"file:\\\\\\etc\\shadow"#),
  ]
}
