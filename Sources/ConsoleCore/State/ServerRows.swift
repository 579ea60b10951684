internal import ControlWire
internal import Filters
internal import JSONText

extension ConsoleState {
  /// The servers that the servers pane shows, by their places in the catalogue.
  var serverRows: [Int] {
    guard let serverFilter else { return Array(catalogue.servers.indices) }
    var subject = ServerSubject(catalogue: catalogue, now: now)
    return catalogue.servers.indices.filter { server in
      subject.server = server
      return serverFilter.matches(subject)
    }
  }

  mutating func setServerFilter(_ filter: Filter?) {
    let name = serverUnderCursor
    serverFilter = filter
    put(serverCursorOn: name)
    serverList.go(to: serverList.row, count: serverRows.count, height: max(1, height(of: .servers) - 1))
  }

  /// The server under the servers pane's own cursor.
  var serverUnderCursor: ExactText? {
    let rows = serverRows
    return rows.indices.contains(serverList.row) ? catalogue.servers[rows[serverList.row]].info.name : nil
  }

  /// Puts the servers pane's cursor on a server, wherever it now is; the picture stays where it was.
  mutating func put(serverCursorOn name: ExactText?) {
    guard let name, let server = catalogue.index(ofServer: name), let row = serverRows.firstIndex(of: server),
      row != serverList.row
    else { return }
    serverList.top = max(0, serverList.top + row - serverList.row)
    serverList.row = row
  }

  /// What the pane says where the filter lets no server through.
  func noServerFitsLines(columns: Int) -> [Line] {
    paragraphs(
      [(" No server fits \(safe(serverFilter?.source ?? "")). Esc clears the filter.", .dim)], columns: columns)
  }

  /// What the servers pane's title says at its right end.
  var serverFacts: Line {
    let all = catalogue.servers.count
    guard let serverFilter else { return Line(TextSpan(Format.count(all, "server"), .dim)) }
    let shown = serverRows.count
    let name = filters.name(of: serverFilter.source).map { "\\\($0) " } ?? ""
    let text = TerminalText.cut("\(name)/\(serverFilter.source)", columns: 40, options.glyphs)
    return Line(
      TextSpan("\(Format.count(shown)) of \(Format.count(all)) · \(Format.count(all - shown)) hidden ", .dim),
      TextSpan(peer: text, .match))
  }
}
