internal import Console
internal import ConsoleCore
internal import JSONText
internal import Policy
internal import Store
internal import System

// MARK: The files that a person writes
extension Examination {
  /// What was read of them, for those who look at more.
  struct Files {
    var policy: PolicyDocument?
    var registry: ServerRegistry?
  }

  mutating func lookAtFiles() -> Files {
    lookAtFolder("folder", paths.configuration)
    if paths.state != paths.configuration { lookAtFolder("state", paths.state) }
    let files = Files(policy: lookAtPolicy(), registry: lookAtRegistry())
    lookAtSettings()
    lookAtKeys()
    lookAtFilters()
    lookAtThemes()
    lookAtGrants()
    return files
  }

  private mutating func lookAtFolder(_ subject: String, _ path: String) {
    guard let facts = FileFacts(path) else {
      return hint(.files, subject, "\(path) is not there yet; it is made when it is needed")
    }
    guard facts.kind == .folder else {
      return wrong(.files, subject, "\(path) is no folder", remedy: "mv \(path) \(path).old")
    }
    guard !isAnothers(facts) else {
      return wrong(
        .files, subject, "\(path) belongs to another user, number \(facts.user)", remedy: "chown -R $(id -u) \(path)")
    }
    guard facts.mode & 0o022 == 0 else {
      return wrong(.files, subject, "others can write into \(path)", remedy: "chmod go-w \(path)")
    }
    good(.files, subject, path)
  }

  private mutating func lookAtPolicy() -> PolicyDocument? {
    let path = paths.policy
    guard
      let text = read(
        "policy", path, limit: PolicyDocument.longest,
        whenAbsent: (
          .wrong, "everything is denied", "open the console, `gatehouse`, which offers policies to begin with"
        ))
    else { return nil }
    do throws(PolicyRejection) {
      let document = try PolicyDocument.read(text)
      for warning in document.warnings.prefix(Self.mostProblems) {
        hint(.files, "policy", "\(path):\(warning)", remedy: "gatehouse policy validate")
      }
      good(.files, "policy", "\(path), revision \(document.revision)")
      return document
    } catch {
      for problem in error.problems.prefix(Self.mostProblems) {
        wrong(.files, "policy", "\(path):\(problem)", remedy: "gatehouse policy validate \(path)")
      }
      return nil
    }
  }

  private mutating func lookAtRegistry() -> ServerRegistry? {
    let path = paths.registry
    guard
      let text = read(
        "servers", path, limit: ServerRegistry.longestText, holdsSecrets: true,
        whenAbsent: (
          .hint, "no server is registered", "gatehouse servers add NAME -- COMMAND..., or `gatehouse servers import`"
        ))
    else { return nil }
    do throws(RegistryError) {
      let registry = try ServerRegistry(text: text)
      good(.files, "servers", "\(path), \(counted(registry.servers.count, "server"))")
      return registry
    } catch {
      wrong(.files, "servers", "\(path):\(error)", remedy: "edit \(path)")
      return nil
    }
  }

  private mutating func lookAtSettings() {
    let path = paths.settings
    guard let text = read("config", path, limit: GateConfiguration.longestText, whenAbsent: nil) else { return }
    var problems: [String] = []
    do throws(ConfigurationError) {
      _ = try GateConfiguration.read(text)
      problems = ConsoleConfiguration.read(text).problems.map { "\(path):\($0)" }
    } catch {
      problems = error.problems.map { "\(path):\($0)" }
    }
    for problem in problems.prefix(Self.mostProblems) { wrong(.files, "config", problem, remedy: "edit \(path)") }
    if problems.isEmpty { good(.files, "config", path) }
  }

  private mutating func lookAtKeys() {
    let path = paths.keys
    guard let text = read("keys", path, limit: KeysText.longestText, whenAbsent: nil) else { return }
    let problems = KeysText.read(text).problems
    for problem in problems.prefix(Self.mostProblems) {
      wrong(.files, "keys", "\(path):\(problem)", remedy: "gatehouse keys prints what is in force")
    }
    if problems.isEmpty { good(.files, "keys", path) }
  }

  private mutating func lookAtFilters() {
    let path = paths.filters
    guard let text = read("filters", path, limit: NamedFilters.longestText, whenAbsent: nil) else { return }
    let filters = NamedFilters(text)
    if let problem = filters.problem {
      wrong(.files, "filters", "\(path): \(problem)", remedy: "edit \(path)")
    } else {
      good(.files, "filters", "\(path), \(counted(filters.entries.count, "filter"))")
    }
  }

  private mutating func lookAtThemes() {
    let finder = ThemeFinder(folder: paths.themes)
    var count = 0
    for name in finder.names {
      guard let found = try? finder.find(name), let file = found.path, file.hasPrefix(paths.themes + "/") else {
        continue
      }
      count += 1
      for problem in found.problems.prefix(Self.mostProblems) {
        wrong(.files, "themes", problem, remedy: "gatehouse themes check \(file)")
      }
    }
    let (settings, _) = ConsoleConfiguration.load(paths.settings)
    for name in [settings.theme, settings.lightTheme].compactMap({ $0 }) where !finder.names.contains(name) {
      wrong(
        .files, "themes", "config.json names the theme `\(name)`, which is not there",
        remedy: "gatehouse themes lists those that are")
    }
    if count > 0 { good(.files, "themes", "\(paths.themes), \(counted(count, "theme"))") }
  }

  // MARK: Any file

  static let mostProblems = 10

  /// Reads one, after a look at who can change or see it.
  private mutating func read(
    _ subject: String, _ path: String, limit: Int, holdsSecrets: Bool = false,
    whenAbsent: (verdict: Finding.Verdict, consequence: String, remedy: String)?
  ) -> [UInt8]? {
    if let facts = FileFacts(path) {
      if isAnothers(facts) {
        wrong(
          .files, subject, "\(path) belongs to another user, number \(facts.user), who can change it",
          remedy: "cp \(path) \(path).own && mv \(path).own \(path)")
      }
      if facts.mode & 0o022 != 0 {
        wrong(.files, subject, "others can write \(path)", remedy: "chmod go-w \(path)")
      } else if holdsSecrets, facts.mode & 0o044 != 0 {
        wrong(.files, subject, "others can read \(path), which may hold secrets", remedy: "chmod 600 \(path)")
      }
    }
    do throws(SystemError) {
      return try SafeFile.read(path, limit: limit)
    } catch {
      guard error.isAbsence else {
        let isFolder = FileFacts(path)?.kind == .folder
        wrong(
          .files, subject, "\(error)", remedy: isFolder ? "mv \(path) \(path).old" : "see `ls -l \(path)`")
        return nil
      }
      if let target = SafeFile.linkTarget(path) {
        wrong(.files, subject, "\(path) is a link to \(target), which is not there", remedy: "rm \(path)")
        return nil
      }
      guard let (verdict, consequence, remedy) = whenAbsent else { return nil }
      findings(.files, verdict, subject, "\(path) is not there: \(consequence)", remedy)
      return nil
    }
  }

  private mutating func findings(
    _ section: Finding.Section, _ verdict: Finding.Verdict, _ subject: String, _ text: String, _ remedy: String
  ) {
    if verdict == .wrong {
      wrong(section, subject, text, remedy: remedy)
    } else {
      hint(section, subject, text, remedy: remedy)
    }
  }

  /// What belongs to the system belongs to nobody else.
  func isAnothers(_ facts: FileFacts) -> Bool { facts.user != ThisProcess.user && facts.user != 0 }
}
