package import ControlWire
package import JSONText

/// What the console asks the world to do; the only way out.
package enum ConsoleEffect: Hashable, Sendable {
  /// Put `text` in place of the policy file; answer with `ConsoleMessage.policySaved`.
  ///
  /// `over` is the digest of the file that it must replace, nil if there must be none: anything else is refused.
  case save(text: [UInt8], over: ContentDigest?)
  /// Read the policy file and answer with `ConsoleMessage.policyRead`.
  case readPolicy
  case send(ControlRequest)
  /// Leave, with the terminal as it was found.
  case quit
  case suspend
  /// Put a text on the clipboard; it is safe to print.
  case copy(String)
  case bell
  /// Draw everything again: something else may have written on the screen.
  case redraw
  /// Open the policy file in `$EDITOR`, at a line if one is given, and read the file afterwards.
  case openEditor(line: Int?)
  /// Use another theme; answer with `ConsoleMessage.themeSet`.
  case setTheme(String)
  /// Look a tool up where no gate can be asked; answer with `ConsoleMessage.toolRead`.
  case readDefinition(ToolName)
  /// Take the mouse's wheel and clicks, or leave them to the terminal.
  case useMouse(Bool)
  /// Look for themes and answer with `ConsoleMessage.themesListed`.
  case listThemes
  /// Show what a theme looks like; nil goes back to the one in use.
  case previewTheme(String?)
  /// Use another theme now and at the next start; answer with `ConsoleMessage.themeSet`.
  case keepTheme(String)
  /// Read the configuration files of clients; answer with `ConsoleMessage.serversFound`.
  case findServers
  /// Change `servers.json`; answer with `ConsoleMessage.registryChanged`.
  case changeRegistry(RegistryChange)
  /// Start servers and ask them for their tools; answer with `ConsoleMessage.serversScanned`.
  case scanServers([ExactText])
  /// Put `text` in place of the file of named filters, and answer with `ConsoleMessage.filtersRead`.
  ///
  /// `over` is the digest of the file that it must replace, nil if there must be none: anything else is left alone.
  case saveFilters(text: [UInt8], over: ContentDigest?)
  /// Open a text in `$EDITOR`, in a file that nobody else can read; answer with `ConsoleMessage.textEdited`.
  case editText(EditedText, text: [UInt8], line: Int?)
  /// From now on unsaved edits are kept in the place of those that were left under this name: they are being edited again.
  case adoptEdits(name: String)
  /// Forget the unsaved edits that were left under this name.
  case dropEdits(name: String)
  /// Tell the terminal's own notices of something; the text is safe to print.
  case notify(String, AlertOptions.Notice)
  /// Look something up in the record; answer with `ConsoleMessage.historyRead`, for the last such question at least.
  case readHistory(HistoryQuestion)
  /// Look which servers of clients go through the gate, and answer with `ConsoleMessage.clientsFound`.
  case findClients
  /// Work out what would be changed for these of them, and answer with `ConsoleMessage.wrapPlanned`.
  case planWrap([Int])
  /// Change clients' files as it was shown, if nothing has changed since; answer with `ConsoleMessage.clientsWrapped`.
  case wrapClients([Int], token: String)
  /// Look for the text of a policy that was in force once; answer with `ConsoleMessage.pastPolicyRead`.
  case readPastPolicy(revision: String)
  /// Look for what the record has of a call's arguments; answer with `ConsoleMessage.pastArgumentsRead`, for the last such question at least.
  case readPastArguments(PastArgumentsQuestion)
  /// Try unsaved edits on every call of the record; answer with `ConsoleMessage.effectRead`, for the last such edits at least.
  case tryOnRecord(EffectQuestion)
  /// Work out what the least policy would be that lets pass what the record has; answer with `ConsoleMessage.suggested`.
  case suggest(SuggestQuestion)
  /// Count in the record how people decided about calls of one tool; answer with `ConsoleMessage.similarRead`, for the last such question at least.
  case readSimilar(SimilarQuestion)
}
