internal import CCurl
internal import Glibc

/// Why there is no whole answer.
package struct HTTPFailure: Error, Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    /// The address or a header cannot be used.
    case unusable
    case unknownHost
    /// The name stands for an address that it may not have.
    case forbiddenAddress
    case unreachable(Int32)
    case slowConnection
    case untrusted
    case noCertificates
    case tls
    case longHeaders
    case broken
    case encoded
    case other(Int32)
  }

  package let reason: Reason
  /// Whether the server may have got the request.
  package let hasSent: Bool

  init(_ reason: Reason, hasSent: Bool) {
    self.reason = reason
    self.hasSent = hasSent
  }

  init(code: Int32, of handle: OpaquePointer) {
    let hasSent = unsafe ccurl_transfer_has_sent(handle)
    let reason: Reason =
      switch code {
      case _ where unsafe ccurl_transfer_has_long_headers(handle): .longHeaders
      case 3: .unusable
      case 5, 6: .unknownHost
      case 7 where unsafe ccurl_transfer_was_refused(handle): .forbiddenAddress
      case 7: .unreachable(unsafe ccurl_transfer_errno(handle))
      case 28 where !hasSent: .slowConnection
      case 35: .tls
      case 60: .untrusted
      case 77: .noCertificates
      case 1, 8, 18, 52, 55, 56, 65: .broken
      default: .other(code)
      }
    self.init(reason, hasSent: hasSent)
  }

  /// In words, after "the server".
  package var words: String {
    switch reason {
    case .unusable: "has an address or a header that cannot be used"
    case .unknownHost: "cannot be found: its host's name is not known"
    case .forbiddenAddress:
      "has an address that is not public, which its entry in the registry must allow with `\"privateAddresses\": true`"
    case .unreachable(let number):
      number == 0 ? "cannot be reached" : "cannot be reached: \(unsafe String(cString: strerror(number)).lowercased())"
    case .slowConnection: "cannot be reached in time"
    case .untrusted: "has a certificate that is not trusted here; `caFile` in its entry names another one to trust"
    case .noCertificates: "cannot be trusted: the file of certificates cannot be read"
    case .tls: "cannot be talked to over TLS"
    case .longHeaders: "answers with headers that do not end"
    case .encoded: "answers in an encoding that it was not asked for"
    case .broken: "has broken the connection off"
    case .other(let code): "cannot be talked to (libcurl's error \(code))"
    }
  }
}
