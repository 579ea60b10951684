import ClientFiles
import Console
import ConsoleCore
import JSONText
import Policy
import Store
import System

/// What `clients wrap` and `clients unwrap` say.
struct WrapReport {
  private let wrapper: ClientWrapper

  init(_ wrapper: ClientWrapper) { self.wrapper = wrapper }

  /// The changes of all files, without anything that may be a secret.
  func diffs(_ files: [WrapPlan.FileChange]) -> String {
    files.map { file in
      let path = wrapper.homes.shown(file.place.path)
      let before = MaskedText.of(file.before, file.place, file.addresses)
      let after = MaskedText.of(file.after, file.place, file.addresses)
      // Lines around a change may be of other entries, which nobody asked about.
      return Gatehouse.unified(DiffLine.unified(before, after, context: 0), path, path)
    }.joined()
  }

  /// Files of the chosen clients that could not be read: nothing in them is changed.
  func tellsUnread(_ kind: ClientKind?) -> Bool { !unread(kind).isEmpty }

  private func unread(_ kind: ClientKind?) -> [ClientFile] {
    wrapper.survey.files.filter { $0.problem != nil && (kind == nil || $0.place.kind == kind) }
  }

  func words(
    _ plan: WrapPlan, _ refusals: [ClientWrapper.Refusal], isDry: Bool, kind: ClientKind?, names: [String]
  ) -> String {
    var text = ""
    let failed = Set(refusals.map(\.path))
    var restart: [ClientKind] = []
    for item in plan.items {
      let path = wrapper.survey.files[item.row.file].place.path
      let title = title(item.row)
      switch item.outcome {
      case .already(let name): text += "\(title): runs through the gate already, as \(name)\n"
      case .refused(let reason): text += "\(title): stays as it is: \(reason)\n"
      case .wrapped where failed.contains(path): continue
      case .wrapped(let name, _, let notes):
        text += "\(title): \(isDry ? "would run" : "runs") through the gate as \(name)\n"
        for note in notes { text += "  \(note)\n" }
        if let shadow = item.row.shadow {
          text +=
            "  not this entry counts, but the \(shadow.scope.rawValue) one in \(wrapper.homes.shown(shadow.path))\n"
        }
        if item.row.server.scope == .project {
          text += "  the file is the project's: whoever shares it needs \(ThisProcess.executableFile) there, too\n"
        }
        if !restart.contains(item.row.client) { restart.append(item.row.client) }
      }
    }
    text += tail(refusals, kind)
    if plan.items.isEmpty, text.isEmpty { text += "no client's file that was found has a server\n" }
    let done = plan.files.filter { !failed.contains($0.place.path) }
    guard !done.isEmpty else { return text }
    if isDry {
      let words = (["gatehouse clients wrap --preview", plan.token] + names).joined(separator: " ")
      return text + "nothing is changed; to do exactly this:  \(words)\n"
    }
    for file in done {
      text += "kept as it was: \(wrapper.homes.shown(ClientWrapper.backup(of: file.place.path)))\n"
    }
    return text + restartWords(restart) + "  to take it back:  gatehouse clients unwrap\n"
  }

  func words(
    _ plan: UnwrapPlan, _ refusals: [ClientWrapper.Refusal], isDry: Bool, kind: ClientKind?
  ) -> String {
    var text = ""
    let failed = Set(refusals.map(\.path))
    var restart: [ClientKind] = []
    var names: [ExactText] = []
    for item in plan.items {
      let path = wrapper.survey.files[item.row.file].place.path
      let title = title(item.row)
      let verb = isDry ? "would be" : "is"
      switch item.outcome {
      case .notGuarded: text += "\(title): does not run through the gate\n"
      case .refused(let reason): text += "\(title): stays as it is: \(reason)\n"
      case .restored, .members, .rebuilt:
        guard !failed.contains(path) else { continue }
        switch item.outcome {
        case .restored(let name):
          text += "\(title): \(verb) as it was, byte for byte\n"
          names.append(name)
        case .members(let name):
          text += "\(title): \(verb) as it was but for what was edited in it since; look at it\n"
          names.append(name)
        case .rebuilt(let name):
          text += "\(title): \(verb) made anew from the registry, for what it was is not known any more; look at it\n"
          names.append(name)
        case .notGuarded, .refused: break
        }
        if !restart.contains(item.row.client) { restart.append(item.row.client) }
      }
    }
    text += tail(refusals, kind)
    if plan.items.isEmpty, text.isEmpty { return "no client's server runs through the gate\n" }
    guard !restart.isEmpty else { return text }
    if isDry { return text + "nothing is changed\n" }
    let registered = Set(names).filter { wrapper.registry[$0] != nil }.sorted().map(\.string)
    if !registered.isEmpty {
      text += "still registered: \(registered.joined(separator: ", ")); `gatehouse servers remove NAME` takes one out\n"
    }
    return text + restartWords(restart)
  }

  private func title(_ row: ClientSurvey.Row) -> String {
    let file = wrapper.homes.shown(wrapper.survey.files[row.file].place.path)
    let project = row.server.scope == .local ? ", for \(wrapper.homes.shown(row.server.project ?? ""))" : ""
    return "\(row.client.title) \(row.server.name) (\(file)\(project))"
  }

  private func tail(_ refusals: [ClientWrapper.Refusal], _ kind: ClientKind?) -> String {
    var text = ""
    for refusal in refusals { text += "not changed: \(wrapper.homes.shown(refusal.path)): \(refusal.reason)\n" }
    for file in unread(kind) {
      text += "not changed: \(wrapper.homes.shown(file.place.path)): \(file.problem ?? "")\n"
    }
    return text
  }

  private func restartWords(_ clients: [ClientKind]) -> String {
    guard !clients.isEmpty else { return "" }
    let who = clients.count == 1 ? "it reads its file when it starts" : "they read their files when they start"
    return "restart \(clients.map(\.title).joined(separator: ", ")): \(who)\n"
  }
}
