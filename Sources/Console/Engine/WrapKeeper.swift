internal import ClientFiles
internal import ConsoleCore
internal import JSONText
internal import Policy
internal import Store
internal import System

/// Routes servers of clients through the gate on the person's word, by the same plan as `gatehouse clients wrap`.
@LoopActor
final class WrapKeeper {
  private let paths: Paths
  private let environment: [String: String]
  private let isReadOnly: Bool
  /// What was last shown; its texts may have secrets, so they stay here.
  private var wrapper: ClientWrapper?

  init(_ paths: Paths, environment: [String: String], isReadOnly: Bool) {
    (self.paths, self.environment, self.isReadOnly) = (paths, environment, isReadOnly)
  }

  func find() -> WrapFindings {
    let wrapper: ClientWrapper
    do throws(RegistryError) {
      wrapper = try look()
    } catch {
      return WrapFindings(offers: [], unread: ["\(error)"])
    }
    self.wrapper = wrapper
    let plan = self.plan(wrapper, wrapper.survey.rows)
    let offers = plan.items.map { item in
      let standing: WrapOffer.Standing =
        switch item.outcome {
        case .wrapped: .open
        case .already(let name): wrapper.problem(of: item.row).map(WrapOffer.Standing.stays) ?? .guarded(name)
        case .refused(let reason): .stays(reason)
        }
      return WrapOffer(
        client: item.row.client, file: shown(item.row, wrapper), name: item.row.server.name, standing: standing)
    }
    let unread = wrapper.survey.files.compactMap { file in
      file.problem.map { "\(wrapper.homes.shown(file.place.path)): \($0)" }
    }
    return WrapFindings(offers: offers, unread: unread)
  }

  /// What would be changed for these of what was found last.
  func preview(_ places: [Int]) -> WrapPreview {
    guard let wrapper else { return WrapPreview(places: places, token: "", count: 0, lines: []) }
    let plan = self.plan(wrapper, rows(places, wrapper))
    var lines: [WrapPreview.Line] = []
    for file in plan.files {
      lines.append(WrapPreview.Line(.file, wrapper.homes.shown(file.place.path)))
      let before = MaskedText.of(file.before, file.place, file.addresses)
      let after = MaskedText.of(file.after, file.place, file.addresses)
      for line in DiffLine.unified(before, after, context: 0) {
        switch line.kind {
        case .delete: lines.append(WrapPreview.Line(.old, line.text))
        case .add: lines.append(WrapPreview.Line(.new, line.text))
        case .context, .hunk: break
        }
      }
    }
    var count = 0
    for item in plan.items {
      let name = item.row.server.name
      switch item.outcome {
      case .wrapped(let registered, _, let notes):
        count += 1
        lines.append(WrapPreview.Line(.note, "\(name) of \(item.row.client.title) is \(registered) behind the gate"))
        for note in notes { lines.append(WrapPreview.Line(.note, note)) }
        if let shadow = item.row.shadow {
          lines.append(
            WrapPreview.Line(
              .refusal,
              "not this entry counts, but the \(shadow.scope.rawValue) one in \(wrapper.homes.shown(shadow.path))"))
        }
      case .already: lines.append(WrapPreview.Line(.note, "\(name) runs through the gate already"))
      case .refused(let reason): lines.append(WrapPreview.Line(.refusal, "\(name) stays as it is: \(reason)"))
      }
    }
    return WrapPreview(places: places, token: plan.token, count: count, lines: lines)
  }

  /// Does what was shown, if it still is what would be done.
  func wrap(_ places: [Int], token: String) -> WrapResult {
    guard !isReadOnly else { return WrapResult(problems: ["this console is read-only"]) }
    guard let shown = wrapper else { return WrapResult(problems: ["nothing was shown"]) }
    do throws(RegistryError) {
      let wrapper = try look()
      let same = rows(places, shown)
      let plan = self.plan(wrapper, wrapper.survey.rows.filter { row in same.contains { $0.isSameEntry(as: row) } })
      guard plan.token == token else {
        return WrapResult(problems: ["something has changed since it was shown; W shows it again"])
      }
      let refusals = try wrapper.carryOut(plan)
      let failed = Set(refusals.map(\.path))
      var result = WrapResult(problems: refusals.map { "\(wrapper.homes.shown($0.path)): \($0.reason)" })
      for item in plan.items where !failed.contains(wrapper.survey.files[item.row.file].place.path) {
        guard case .wrapped(let name, _, _) = item.outcome else { continue }
        if !result.names.contains(name) { result.names.append(name) }
        if !result.clients.contains(item.row.client) { result.clients.append(item.row.client) }
      }
      self.wrapper = nil
      return result
    } catch {
      return WrapResult(problems: ["\(error)"])
    }
  }

  private func look() throws(RegistryError) -> ClientWrapper {
    try ClientWrapper(paths, environment: environment, folder: ThisProcess.directory)
  }

  private func plan(_ wrapper: ClientWrapper, _ rows: [ClientSurvey.Row]) -> WrapPlan {
    wrapper.wrapPlan(rows, gate: ClientWrapper.gate(paths, environment: environment))
  }

  private func rows(_ places: [Int], _ wrapper: ClientWrapper) -> [ClientSurvey.Row] {
    places.compactMap { wrapper.survey.rows.indices.contains($0) ? wrapper.survey.rows[$0] : nil }
  }

  private func shown(_ row: ClientSurvey.Row, _ wrapper: ClientWrapper) -> String {
    let file = wrapper.homes.shown(wrapper.survey.files[row.file].place.path)
    return row.server.project.map { "\(file), for \(wrapper.homes.shown($0))" } ?? file
  }
}

extension ClientSurvey.Row {
  /// Whether it is an entry of one place, whatever it holds.
  fileprivate func isSameEntry(as other: Self) -> Bool {
    client == other.client && file == other.file && server.address == other.server.address
  }
}
