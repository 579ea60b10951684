package import ControlWire
package import JSONText
package import Policy

/// Everything that can happen to the console; the only way in.
package enum ConsoleMessage: Hashable, Sendable {
  case input(InputEvent)
  case resized(Size)
  /// The time now; send it before other messages of the same turn, and when `ConsoleState.nextTick` has passed.
  case tick(Moment)
  /// One line of the control socket, stream or answer.
  case gate(GateMessage)
  /// The socket is connected; the console answers with a hello of its own.
  case gateConnected
  /// There is no connection, or no longer; `retryIn` is in microseconds, nil if nobody will try again.
  case gateLost(reason: String, retryIn: Int64?)
  /// What registry and last scan know, for as long as no gate has sent a snapshot.
  case offlineCatalogue(Snapshot)
  /// The policy file was read: at start, when it changed, and after `ConsoleEffect.readPolicy`.
  case policyRead(PolicyFileState)
  /// The end of `ConsoleEffect.save`.
  case policySaved(PolicySaveResult)
  /// A theme was set, or could not be: the end of `ConsoleEffect.setTheme`.
  case themeSet(String, problem: String?)
  /// Something that an effect, or the console's surroundings, have to say.
  case note(Note)
  /// What the files know of a tool: the end of `ConsoleEffect.readDefinition`.
  case toolRead(ToolAnswer)
  /// The themes that there are: the end of `ConsoleEffect.listThemes`.
  case themesListed([ThemeEntry])
  /// What `servers.json` says: at start, and when it changed.
  case registryRead(RegistryView)
  /// What clients' files have: the end of `ConsoleEffect.findServers`.
  case serversFound(ImportFindings)
  /// The end of `ConsoleEffect.changeRegistry`; the problem says why nothing was changed.
  case registryChanged(RegistryChange, problem: String?)
  /// The end of `ConsoleEffect.scanServers`.
  case serversScanned([ExactText], problem: String?)
  /// The file of named filters: at start, and after `ConsoleEffect.saveFilters`.
  case filtersRead(NamedFilters)
  /// The end of `ConsoleEffect.editText`.
  case textEdited(EditedText, EditedTextResult)
  /// Unsaved edits of consoles that ended without saving were found.
  case leftEdits([LeftEdits])
  /// The file of keys has changed: what holds from now on, and what is odd about it.
  case keysRead(KeyBindings, [Note])
  /// The terminal has taken a whole picture with this in it; `ConsoleState.undrawnFace` says what is waited for.
  case drawn(DecisionFace)
  /// More was typed than one key at once, or is not read yet: until it is over no key decides about a call.
  case crowded(Bool)
  /// What the record tells: the end of `ConsoleEffect.readHistory`.
  case historyRead(HistoryPage)
  /// Which servers of clients go through the gate: the end of `ConsoleEffect.findClients`.
  case clientsFound(WrapFindings)
  /// The end of `ConsoleEffect.planWrap`.
  case wrapPlanned(WrapPreview)
  /// The end of `ConsoleEffect.wrapClients`.
  case clientsWrapped(WrapResult)
  /// The end of `ConsoleEffect.readPastPolicy`.
  case pastPolicyRead(PastPolicy)
  /// The end of `ConsoleEffect.readPastArguments`.
  case pastArgumentsRead(PastArguments)
  /// The end of `ConsoleEffect.tryOnRecord`.
  case effectRead(EffectAnswer)
  /// The end of `ConsoleEffect.suggest`.
  case suggested(SuggestAnswer)
  /// The end of `ConsoleEffect.readSimilar`.
  case similarRead(SimilarAnswer)
}

/// What the policy file is on the disk.
package enum PolicyFileState: Hashable, Sendable {
  case loaded(PolicyDocument)
  case rejected([PolicyProblem], text: [UInt8])
  case absent
  /// It is there and cannot be read; the text says why.
  case unreadable(String)
}

/// How saving went.
package enum PolicySaveResult: Hashable, Sendable {
  case saved
  /// Not written: the file is no longer what the edits were made on, but this.
  case changedUnderneath(PolicyFileState)
  /// Not written, and why.
  case failed(String)
}

/// One message for the person, in the bottom line and in the log.
package struct Note: Hashable, Sendable {
  package enum Weight: String, CaseIterable, Hashable, Sendable { case info, warning, error }

  package var weight: Weight
  package var text: String

  package init(_ weight: Weight, _ text: String) {
    self.weight = weight
    self.text = text
  }
}
