internal import CSystem
internal import Glibc

/// What stands for the server in a URL.
package enum HostName {
  /// The host of an `http` or `https` URL; nil for anything else, and for a URL with a user or with odd characters.
  package static func host(of url: String) -> String? {
    guard let authority = authority(of: url) else { return nil }
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      return String(authority[...end])
    }
    let host = authority.prefix { $0 != ":" }
    return host.isEmpty ? nil : String(host)
  }

  private static func authority(of url: String) -> Substring? {
    let scheme = url.prefix { $0 != ":" }.lowercased()
    guard scheme == "http" || scheme == "https", url.dropFirst(scheme.count).hasPrefix("://") else { return nil }
    let isPlain = url.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != 0x5C && $0 != 0x22 && $0 != 0x3C && $0 != 0x3E }
    let authority = url.dropFirst(scheme.count + 3).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard isPlain, !authority.isEmpty, !authority.contains("@"), !authority.contains("%") else { return nil }
    return authority
  }

  /// The address that a host is, brackets allowed; nil for a name.
  ///
  /// In every spelling that the system takes: `127.1` and `0x7f000001` are addresses, too.
  static func address(_ host: String) -> NetworkAddress? {
    var four = in_addr()
    if unsafe inet_aton(host, &four) == 1 {
      return unsafe withUnsafeBytes(of: &four) { unsafe NetworkAddress(Array($0)) }
    }
    guard host.hasPrefix("["), host.hasSuffix("]") else { return nil }
    var six = in6_addr()
    guard unsafe inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &six) == 1 else { return nil }
    return unsafe withUnsafeBytes(of: &six) { unsafe NetworkAddress(Array($0)) }
  }
}
