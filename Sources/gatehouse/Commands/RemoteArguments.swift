import JSONText
import Store
import System

extension Gatehouse {
  /// The entry that `servers add --url` writes.
  static func remote(_ url: String, _ arguments: Arguments) throws(Failure) -> RemoteEntry {
    guard arguments.command == nil else { throw .usage("a server has a command or a `--url`, not both") }
    guard HostName.host(of: url) != nil else {
      throw .usage(
        "`--url` takes an address that begins with https:// or http://, without a user",
        help: "credentials go into a header: --header-env 'Authorization=VARIABLE'")
    }
    var entry = RemoteEntry(url: url)
    entry.certificates = arguments.value("--ca-file")
    if let path = entry.certificates, !path.hasPrefix("/") { throw .usage("`--ca-file` takes a path from / on") }
    entry.usesProxy = arguments.has("--proxy")
    entry.allowsPrivate = arguments.has("--private-addresses")
    entry.passesAuthorization = arguments.has("--client-authorization")
    do throws(RegistryError) {
      for text in arguments.values("--header") {
        let (name, value) = try split(text, at: ":", "--header")
        entry.headers.append(RemoteEntry.Header(name, .text(value)))
      }
      for text in arguments.values("--header-env") {
        let (name, value) = try split(text, at: "=", "--header-env")
        guard isVariable(value) else {
          throw RegistryError("`--header-env` takes NAME=VARIABLE; what is no variable's name is not repeated here")
        }
        entry.headers.append(RemoteEntry.Header(name, .text("${\(value)}")))
      }
      for text in arguments.values("--header-file") {
        let (name, value) = try split(text, at: "=", "--header-file")
        entry.headers.append(RemoteEntry.Header(name, .file(value)))
      }
      let names = entry.headers.map { $0.name.lowercased() }
      guard Set(names).count == names.count else { throw RegistryError("a header is given twice") }
      guard !entry.passesAuthorization || !names.contains("authorization") else {
        throw RegistryError("a server has a header `Authorization` or `--client-authorization`, not both")
      }
    } catch {
      throw .usage(error.message)
    }
    warnOfPlainText(entry)
    return entry
  }

  private static func isVariable(_ word: String) -> Bool {
    word.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
      default: false
      }
    }
  }

  /// Says so where headers go to another machine as everybody on the way can read them.
  static func warnOfPlainText(_ entry: RemoteEntry) {
    guard entry.url.lowercased().hasPrefix("http://"), !entry.headers.isEmpty, let host = HostName.host(of: entry.url),
      !AddressRule(host: host).isOfThisMachine
    else { return }
    StandardError.write(
      "gatehouse: the headers will go to `\(host)` without encryption; is there an https:// address?\n")
  }

  /// Cuts `NAME: VALUE` in two; the value, which may be a secret, is not repeated in an error.
  private static func split(
    _ text: String, at mark: Character, _ option: String
  ) throws(RegistryError) -> (name: String, value: String) {
    guard let place = text.firstIndex(of: mark) else {
      throw RegistryError("`\(option)` takes NAME\(mark)VALUE; the value is not repeated here")
    }
    let name = String(text[..<place])
    let value = text[text.index(after: place)...].drop { $0 == " " }
    try RemoteEntry.check(header: name)
    guard !value.isEmpty, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw RegistryError("the value of the header `\(name)` must be one line of text")
    }
    return (name, String(value))
  }
}
