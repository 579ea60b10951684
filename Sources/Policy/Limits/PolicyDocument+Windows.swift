extension PolicyDocument {
  /// How far back the longest of its limits looks, in seconds; 0 without any.
  package var longestWindow: Int {
    ([content.top] + content.servers.map(\.level)).flatMap { level in
      let entries = [level.tools, level.resources, level.prompts, level.serverRequests].flatMap { $0 ?? [] }
      return entries.map(\.rule) + [level.allTools].compactMap { $0 }
    }.flatMap(\.limits).map(\.window.seconds).max() ?? 0
  }
}
