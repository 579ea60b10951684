package import JSONText

/// Why a person's word about a pin was not taken, as a clause for that person.
package struct PinRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}

// MARK: What people decide
extension PinBook {
  /// A person takes what a server tells of a tool, or of itself where `tool` is nil; `digest` is of what was shown.
  package mutating func accept(
    _ server: ExactText, _ tool: ExactText?, digest: ContentDigest, by: String, at now: Moment
  ) throws(PinRefusal) -> PinNews {
    try check()
    let moment = now.wholeSecond
    guard let tool else {
      let pin = lock.servers[server]?.instructions
      guard var told = deviations[server]?.instructions ?? pin else {
        throw PinRefusal("`\(server)` has told nobody of itself yet")
      }
      guard told.digest == digest else { throw Self.others("`\(server)`") }
      (told.accepted, told.by, told.rejected) = (moment, by, nil)
      edit(.instruct(server, told))
      tidy(server)
      return PinNews(.accepted, server, [], isOfInstructions: true)
    }
    let pin = lock[server, tool]
    let heard = deviations[server]?.tools[tool]
    if heard?.isTwice == true {
      throw PinRefusal("`\(server)` describes `\(tool)` in two ways at once, so there is nothing to accept")
    }
    if let heard, heard.digest == digest {
      edit(
        .accept(server, tool, PinLock.Tool(digest: digest, accepted: moment, by: by, definition: heard.definition)))
    } else if let pin, pin.digest == digest, deviations[server]?.gone[tool] != nil {
      edit(.drop(server, tool))
    } else if let pin, pin.digest == digest || pin.digest == nil && heard == nil && pin.rejected?.digest == digest {
      edit(.accept(server, tool, PinLock.Tool(digest: digest, accepted: moment, by: by, definition: pin.definition)))
      // The server may tell otherwise, but this is what the person wants.
    } else if pin == nil, heard == nil {
      throw PinRefusal("no tool `\(tool)` of `\(server)` is known")
    } else {
      throw Self.others("`\(tool)`")
    }
    tidy(server)
    return PinNews(.accepted, server, [tool])
  }

  /// A person does not want what a server tells of a tool: calls are denied until it is as it was accepted.
  ///
  /// Without a tool it is what the server tells of itself, and no call of any of its tools passes until then.
  package mutating func reject(
    _ server: ExactText, _ tool: ExactText?, digest: ContentDigest, by: String, at now: Moment
  ) throws(PinRefusal) -> PinNews {
    try check()
    guard let tool else {
      guard let pin = lock.servers[server]?.instructions else {
        throw PinRefusal("`\(server)` has told nobody of itself yet")
      }
      guard (deviations[server]?.instructions ?? pin).digest == digest else { throw Self.others("`\(server)`") }
      edit(.rejectInstructions(server, PinLock.Rejection(digest: digest, at: now.wholeSecond, by: by)))
      return PinNews(.rejected, server, [], isOfInstructions: true)
    }
    let pin = lock[server, tool]
    let heard = deviations[server]?.tools[tool]
    guard pin != nil || heard != nil else { throw PinRefusal("no tool `\(tool)` of `\(server)` is known") }
    guard heard?.digest == digest || heard == nil && (pin?.digest ?? pin?.rejected?.digest) == digest else {
      throw Self.others("`\(tool)`")
    }
    guard pin != nil || (lock.servers[server]?.tools?.count ?? 0) < PinLock.mostTools else {
      throw PinRefusal("`\(server)` has more tools than can be pinned")
    }
    edit(.reject(server, tool, PinLock.Rejection(digest: digest, at: now.wholeSecond, by: by)))
    return PinNews(.rejected, server, [tool])
  }

  private func check() throws(PinRefusal) {
    if let mistake { throw PinRefusal("tools.lock.json cannot be read, mend it first: \(mistake)") }
    guard hasRoom else { throw PinRefusal("tools.lock.json is full: remove servers from it that are no more") }
  }

  private static func others(_ what: String) -> PinRefusal {
    PinRefusal("\(what) is described otherwise by now; look at it again")
  }
}
