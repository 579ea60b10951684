internal import HTTPWire
internal import JSONText
internal import Policy
internal import System

extension ConfigurationReader {
  mutating func http(_ node: JSONNode, _ http: inout GateConfiguration.HTTP) {
    object(node, "`http`", ["listen", "socket", "hosts", "origins", "url"]) { reader, key, value in
      switch key {
      case "listen":
        reader.texts(value, "`listen`", &http.listen)
        for (address, node) in zip(http.listen, value.elements ?? []) where TCPSocket.Address(address) == nil {
          reader.error(
            at: node.range.lowerBound, "`\(address)` is no address to listen on", help: "write one as 127.0.0.1:8787")
        }
      case "socket":
        guard let path = value.string, path.utf8.first == 0x2F else {
          return reader.error(at: value.range.lowerBound, "`socket` must be the full path of a file")
        }
        http.socket = path
      case "url":
        guard let url = value.string, PublicURL(url) != nil else {
          return reader.error(
            at: value.range.lowerBound, "`url` must be an address without a path", help: PublicURL.help)
        }
        http.url = url
      case "hosts": reader.texts(value, "`hosts`", &http.hosts)
      case "origins": reader.texts(value, "`origins`", &http.origins)
      default: break
      }
    }
  }

  private mutating func texts(_ node: JSONNode, _ name: String, _ texts: inout [String]) {
    let found = node.elements?.map(\.string) ?? []
    let most = GateConfiguration.HTTP.most
    guard node.elements != nil, found.count <= most, found.allSatisfy({ $0 != nil }) else {
      return error(at: node.range.lowerBound, "\(name) must be an array of strings, \(most) at most")
    }
    texts = found.compactMap { $0 }
  }
}
