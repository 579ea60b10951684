internal import Filters
internal import JSONText
internal import Policy

extension ConsoleState {
  /// Takes the file of named filters as it is on the disk.
  mutating func take(_ named: NamedFilters) {
    let isSaved = pendingFilters != nil && named.text == pendingFilters?.text
    filters = named
    if let pending = pendingFilters {
      pendingFilters = nil
      if isSaved {
        say(.info, pending.said)
        return
      }
      say(.error, "filters.conf changed on disk meanwhile and was not written: try again")
    }
    if let problem = named.problem { say(.warning, "filters.conf: \(safe(problem)); it is not used") }
  }

  /// Gives the pane's filter a name, which lasts.
  mutating func saveFilter(as name: String) -> [ConsoleEffect] {
    guard let source = filter(of: filterPane)?.source else {
      say(.error, "there is no filter in this pane to save: / sets one")
      return []
    }
    if let refusal = NamedFilters.refusal(name: name, source: source) {
      say(.error, safe(refusal))
      return []
    }
    guard filters[name] != nil || filters.entries.count < NamedFilters.most else {
      say(.error, "there are \(NamedFilters.most) named filters already: :filter drop NAME removes one")
      return []
    }
    return write(filter: name, source.trimmed, said: "filter \(name) saved · \\ goes through the named ones")
  }

  mutating func dropFilter(_ name: String) -> [ConsoleEffect] {
    guard filters[name] != nil else {
      say(.error, "no filter is called `\(safe(name))`\(namesInWords)")
      return []
    }
    return write(filter: name, nil, said: "filter \(name) dropped")
  }

  private var namesInWords: String {
    let names = filters.entries.map(\.name)
    return names.isEmpty ? "; :filter save NAME makes one" : "; there are \(names.joined(separator: " "))"
  }

  private mutating func write(filter name: String, _ source: String?, said: String) -> [ConsoleEffect] {
    if options.isReadOnly {
      say(.error, "this console is read-only")
      return []
    }
    if let problem = filters.problem {
      say(.error, "filters.conf is not written over: mend it first, \(safe(problem))")
      return []
    }
    let text = filters.text(setting: name, to: source)
    pendingFilters = PendingFilters(text: text, said: said)
    return [.saveFilters(text: text, over: filters.text.map { ContentDigest(of: $0) })]
  }

  /// Goes through the named filters that are for this pane, and then to none.
  mutating func nextNamedFilter() {
    let names = filters.names(for: filterPane.filterSubject)
    guard !names.isEmpty else {
      say(
        .info,
        filters.entries.isEmpty
          ? "no filter has a name: :filter save NAME gives one" : "none of the named filters is for this pane")
      return
    }
    let current = filter(of: filterPane).flatMap { filters.name(of: $0.source) }
    let next = current.flatMap { names.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
    guard next < names.count, let source = filters[names[next]] else {
      set(filter: "")
      return
    }
    set(filter: source, named: names[next])
  }
}

/// What `filters.conf` will be once it is written, and what is said then.
package struct PendingFilters: Hashable, Sendable {
  package var text: [UInt8]
  package var said: String
}
