internal import ClientFiles
internal import Console
internal import JSONText
internal import Store
internal import System

// MARK: The MCP clients' own files
extension Examination {
  mutating func lookAtClients() {
    let wrapper: ClientWrapper
    do throws(RegistryError) {
      wrapper = try ClientWrapper(paths, environment: environment, folder: ThisProcess.directory)
    } catch {
      // Told of the registry already.
      return
    }
    for file in wrapper.survey.files {
      guard let problem = file.problem else { continue }
      let path = wrapper.homes.shown(file.place.path)
      wrong(.clients, file.place.kind.title, "\(path) cannot be read: \(problem)", remedy: "edit \(path)")
    }
    for row in wrapper.survey.rows {
      let name = "\(row.client.title): \(row.server.name.string)"
      let path = wrapper.homes.shown(wrapper.survey.files[row.file].place.path)
      if row.server.isPartOfClient {
        good(.clients, name, "it is a part of its client, and no server")
      } else if let problem = wrapper.problem(of: row) {
        wrong(.clients, name, "\(path): \(problem)", remedy: remedy(for: row, wrapper) ?? "edit \(path)")
      } else if row.server.isGuarded {
        good(.clients, name, "it goes through the gate as \(row.server.guarded?.string ?? "?")")
      } else if row.isEffective, !row.server.isOff, row.server.transport != nil {
        hint(
          .clients, name, "nobody guards it (\(path))",
          remedy: "gatehouse clients wrap \(row.client.rawValue) \(word(row.server.name.string))")
      }
    }
  }

  /// What takes an entry that starts the gate in vain back to what it was, and routes it anew; nil where that is not known.
  private func remedy(for row: ClientSurvey.Row, _ wrapper: ClientWrapper) -> String? {
    guard row.server.isGuarded else { return nil }
    let canGoBack = wrapper.unwrapPlan([row]).items.contains { item in
      switch item.outcome {
      case .restored, .members, .rebuilt: true
      case .notGuarded, .refused: false
      }
    }
    let which = "\(row.client.rawValue) \(word(row.server.name.string))"
    return canGoBack ? "gatehouse clients unwrap \(which) && gatehouse clients wrap \(which)" : nil
  }
}
