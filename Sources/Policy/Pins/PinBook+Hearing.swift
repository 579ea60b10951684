package import JSONText

// MARK: What servers tell
extension PinBook {
  /// A page of a list has gone to a client; `twice` are tools of which the list has told before in other words.
  package mutating func hear(
    _ tools: [Told], twice: Set<ExactText> = [], of server: ExactText, in listing: PinListing, at now: Moment
  ) -> [PinNews] {
    guard mistake == nil else { return [] }
    if lock.servers[server]?.tools == nil {
      guard lock.servers[server] != nil || lock.servers.count < PinLock.mostServers, hasRoom else { return [] }
      first[server] = listing
      edit(.list(server))
    }
    let isFirst = first[server] == listing
    var news: [PinNews.Kind: [ExactText]] = [:]
    var found = deviations[server] ?? Deviations()
    let before = found
    var room = PinLock.mostTools - (lock.servers[server]?.tools?.count ?? 0)
    for told in tools {
      found.gone[told.name] = nil
      if twice.contains(told.name) {
        if note(Heard(digest: told.digest, definition: nil, since: now, isTwice: true), told, &found) {
          news[.changed, default: []].append(told.name)
        }
        continue
      }
      guard let pin = lock[server, told.name] else {
        if isStrict {
          if note(told, &found, at: now) { news[.added, default: []].append(told.name) }
        } else if room > 0, hasRoom {
          room -= 1
          record(told, of: server, isFirst: isFirst, at: now)
          news[isFirst ? .recorded : .added, default: []].append(told.name)
        }
        continue
      }
      if pin.digest == told.digest {
        if found.tools[told.name]?.isCurrent == true {
          found.tools[told.name]?.isCurrent = false
          news[.restored, default: []].append(told.name)
        }
      } else if note(told, &found, at: now) {
        news[.changed, default: []].append(told.name)
      }
    }
    if found != before {
      deviations[server] = found.isEmpty ? nil : found
      hasHeard = true
      revision += 1
    }
    return Self.sorted(news, of: server)
  }

  /// A whole list has gone to a client.
  package mutating func hearAll(_ names: Set<ExactText>, of server: ExactText, at now: Moment) -> [PinNews] {
    guard mistake == nil, let pinned = lock.servers[server]?.tools else { return [] }
    let gone = pinned.filter { $0.value.digest != nil && !names.contains($0.key) }.keys
    let new = gone.filter { deviations[server]?.gone[$0] == nil }.sorted()
    guard !new.isEmpty else { return [] }
    for name in new { deviations[server, default: Deviations()].gone[name] = now.wholeSecond }
    hasHeard = true
    return [PinNews(.removed, server, new)]
  }

  /// A server's instructions have gone to a client; empty where there are none.
  package mutating func hear(
    instructions text: String, of server: ExactText, at now: Moment
  ) -> [PinNews] {
    guard mistake == nil else { return [] }
    let told = PinLock.Instructions(
      digest: ContentDigest(of: Array(text.utf8)), accepted: now.wholeSecond, by: PinLock.firstUse,
      text: text.utf8.count <= PinLock.longestDefinition ? text : nil)
    guard let pin = lock.servers[server]?.instructions else {
      guard lock.servers[server] != nil || lock.servers.count < PinLock.mostServers, hasRoom else { return [] }
      edit(.greet(server, told))
      return []
    }
    let before = deviations[server]?.instructions
    if pin.digest == told.digest {
      guard before != nil else { return [] }
      deviations[server]?.instructions = nil
      if deviations[server]?.isEmpty ?? false { deviations[server] = nil }
      hasHeard = true
      if pin.rejected != nil { revision += 1 }
      return [PinNews(.restored, server, [], isOfInstructions: true)]
    }
    guard before?.digest != told.digest else { return [] }
    deviations[server, default: Deviations()].instructions = told
    hasHeard = true
    if pin.rejected != nil { revision += 1 }
    return [PinNews(.changed, server, [], isOfInstructions: true)]
  }

  private mutating func record(_ told: Told, of server: ExactText, isFirst: Bool, at now: Moment) {
    let moment = now.wholeSecond
    edit(
      .record(
        server, told.name,
        PinLock.Tool(
          digest: told.digest, accepted: moment, by: PinLock.firstUse, definition: PinLock.kept(told.definition),
          added: isFirst ? nil : moment)))
  }

  private mutating func note(_ told: Told, _ found: inout Deviations, at now: Moment) -> Bool {
    if let known = found.tools[told.name], known.isCurrent, !known.isTwice, known.digest == told.digest { return false }
    let text = PinLock.kept(told.definition)
    let fits = heardBytes + (text?.count ?? 0) <= PinLock.longestTogether
    return note(
      Heard(digest: told.digest, definition: fits ? text : nil, since: now.wholeSecond), told, &found)
  }

  /// False where nothing new was heard.
  private mutating func note(_ heard: Heard, _ told: Told, _ found: inout Deviations) -> Bool {
    let known = found.tools[told.name]
    if heard.isTwice, known?.isTwice == true { return false }
    guard known != nil || found.tools.count < PinLock.mostTools else { return false }
    heardBytes += (heard.definition?.count ?? 0) - (known?.definition?.count ?? 0)
    found.tools[told.name] = heard
    return true
  }

  private static func sorted(_ news: [PinNews.Kind: [ExactText]], of server: ExactText) -> [PinNews] {
    PinNews.Kind.allCases.compactMap { kind in news[kind].map { PinNews(kind, server, $0) } }
  }
}
