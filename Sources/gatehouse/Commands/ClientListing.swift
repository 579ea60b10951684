import ClientFiles
import Console
import ConsoleCore
import JSONText
import Store
import System

/// The list of all servers of all clients, for people and for programs.
struct ClientListing {
  private let wrapper: ClientWrapper
  private let rows: [ClientSurvey.Row]
  private let client: ClientKind?

  init(_ wrapper: ClientWrapper, _ rows: [ClientSurvey.Row], client: ClientKind?) {
    self.wrapper = wrapper
    self.rows = rows
    self.client = client
  }

  private var files: [ClientFile] { wrapper.survey.files.filter { client == nil || $0.place.kind == client } }

  private func place(_ row: ClientSurvey.Row) -> String { wrapper.survey.files[row.file].place.path }

  private func problem(_ row: ClientSurvey.Row) -> String? { wrapper.problem(of: row) }

  var text: String {
    var text = ""
    if !rows.isEmpty {
      var table = Table(header: ["SERVER", "CLIENT", "SCOPE", "TRANSPORT", "GUARDED", "STATE", "FILE"])
      for row in rows {
        var states: [String] = []
        if let problem = problem(row) { states.append(problem) }
        if row.server.isOff { states.append("off there") }
        if let shadow = row.shadow {
          states.append("not used: \(shadow.scope.rawValue) one in \(wrapper.homes.shown(shadow.path))")
        }
        if row.server.hiddenTools > 0 { states.append("\(counted(row.server.hiddenTools, "tool")) off there") }
        let project = row.server.scope == .local ? " (\(wrapper.homes.shown(row.server.project ?? "")))" : ""
        table.add([
          row.server.name.string, row.client.title, row.server.scope.rawValue + project,
          row.server.transport?.rawValue ?? "-", row.server.guarded.map { "as \($0)" } ?? "no",
          states.isEmpty ? "-" : states.joined(separator: "; "), wrapper.homes.shown(place(row)),
        ])
      }
      text += table.text
    }
    for file in files {
      guard let problem = file.problem else { continue }
      text += "not read: \(TerminalText.safe(wrapper.homes.shown(file.place.path))): \(TerminalText.safe(problem))\n"
    }
    guard !text.isEmpty else { return "no file of an MCP client with a server was found\n" }
    let open = rows.count { !$0.server.isGuarded && $0.server.transport != nil && $0.isEffective && !$0.server.isOff }
    if open > 0 { text += "\(open) not guarded; to see what would change:  gatehouse clients wrap --dry-run\n" }
    return text
  }

  var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("servers")
    writer.beginArray()
    for row in rows {
      writer.beginObject()
      writer.member("name", row.server.name.string)
      writer.member("client", row.client.rawValue)
      writer.member("scope", row.server.scope.rawValue)
      writer.member("project", ifPresent: row.server.project)
      writer.member("file", place(row))
      writer.member("transport", ifPresent: row.server.transport?.rawValue)
      writer.member("guarded", row.server.isGuarded)
      writer.member("guarded_as", ifPresent: row.server.guarded?.string)
      writer.member("effective", row.isEffective)
      writer.member("overridden_by", ifPresent: row.shadow?.path)
      writer.member("disabled", row.server.isOff)
      writer.member("disabled_tools", row.server.hiddenTools)
      writer.member("problem", ifPresent: problem(row))
      writer.endObject()
    }
    writer.endArray()
    writer.key("files")
    writer.beginArray()
    for file in files {
      writer.beginObject()
      writer.member("client", file.place.kind.rawValue)
      writer.member("scope", file.place.scope.rawValue)
      writer.member("file", file.place.path)
      writer.member("servers", file.listed.count)
      writer.member("problem", ifPresent: file.problem)
      writer.member("line", ifPresent: file.problemPlace?.line)
      writer.member("column", ifPresent: file.problemPlace?.column)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }
}
