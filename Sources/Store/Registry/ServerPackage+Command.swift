package import ControlWire

extension ServerPackage {
  /// Reads what a command starts; nil where its words do not tell for sure.
  ///
  /// The other words of a command may be secrets, so that nothing is guessed: after an option that is not known, the
  /// next word could belong to it, and then no package is told.
  package init?(program: String, arguments: [String]) {
    var words = arguments.prefix(200)[...]
    var runner = Self.programName(program)
    if runner == "env" {
      while let word = words.first, Self.isAssignment(word) { words.removeFirst() }
      guard let next = words.popFirst(), !next.hasPrefix("-") else { return nil }
      runner = Self.programName(next)
    }
    switch runner {
    case "npx", "bunx", "pnpx": self.init(npm: words, runner)
    case "npm", "pnpm", "yarn", "bun":
      guard let verb = words.popFirst(), ["exec", "x", "dlx"].contains(verb) else { return nil }
      self.init(npm: words, "\(runner) \(verb)")
    case "uvx": self.init(python: words, runner)
    case "uv":
      guard words.popFirst() == "tool", words.popFirst() == "run" else { return nil }
      self.init(python: words, "uv tool run")
    case "pipx":
      guard words.popFirst() == "run" else { return nil }
      self.init(python: words, "pipx run")
    case "docker", "podman", "nerdctl":
      guard words.popFirst() == "run" else { return nil }
      self.init(image: words, runner)
    case "deno": self.init(deno: words)
    case "dnx": self.init(nuget: words)
    case "go":
      guard words.popFirst() == "run", let word = words.first else { return nil }
      self.init(runner, .go, word, versionAfter: "@")
    case "node": self.init(installed: words)
    case _ where runner == "python" || runner.hasPrefix("python3"): self.init(module: words, runner)
    default: return nil
    }
  }

  // MARK: Runners

  private init?(npm words: ArraySlice<String>, _ runner: String) {
    let scan = Options(
      flags: ["-y", "--yes", "-q", "--quiet", "--silent", "--prefer-online", "--prefer-offline", "--offline", "--bun"],
      values: ["-p", "--package", "--registry", "--cache", "--prefix", "--loglevel", "--userconfig"])
    guard let found = scan.read(words), let word = found.values["--package"] ?? found.values["-p"] ?? found.rest.first
    else { return nil }
    self.init(runner, .npm, word, versionAfter: "@")
  }

  private init?(python words: ArraySlice<String>, _ runner: String) {
    let scan = Options(
      flags: [
        "-q", "--quiet", "--isolated", "--refresh", "--no-cache", "-n", "--offline", "-U", "--upgrade",
        "--native-tls", "--no-config", "--managed-python", "--system-site-packages",
      ],
      values: [
        "--from", "--spec", "--with", "-p", "--python", "-i", "--index-url", "--index", "--default-index",
        "--extra-index-url", "--prerelease", "--resolution", "--exclude-newer", "--refresh-package", "--cache-dir",
        "--directory", "--project", "--pip-args",
      ])
    guard let found = scan.read(words), let word = found.values["--from"] ?? found.values["--spec"] ?? found.rest.first
    else { return nil }
    if let repository = Self(repository: word, runner) {
      self = repository
      return
    }
    self.init(runner, .pypi, word, versionAfter: "@")
  }

  private init?(image words: ArraySlice<String>, _ runner: String) {
    let scan = Options(
      flags: [
        "--rm", "--init", "--interactive", "--tty", "--detach", "--privileged", "--read-only", "--quiet",
        "--publish-all", "--no-healthcheck",
      ],
      values: [
        "--env", "--volume", "--mount", "--name", "--publish", "--network", "--net", "--workdir", "--user",
        "--entrypoint", "--env-file", "--label", "--add-host", "--memory", "--cpus", "--platform", "--pull",
        "--restart", "--gpus", "--hostname", "--cap-add", "--cap-drop", "--security-opt", "--device", "--dns",
        "--tmpfs", "--ulimit", "--shm-size", "--log-driver", "--runtime", "--ipc", "--pid", "--pids-limit", "--userns",
        "-e", "-v", "-p", "-w", "-u", "-l", "-m", "-h",
      ], letters: "itdqP")
    guard let found = scan.read(words), let word = found.rest.first else { return nil }
    var name = word[...]
    var version: String?
    if let at = name.firstIndex(of: "@") {
      version = String(name[name.index(after: at)...])
      name = name[..<at]
    }
    // A colon before the last slash is a port.
    let start = name.lastIndex(of: "/").map { name.index(after: $0) } ?? name.startIndex
    if let colon = name[start...].firstIndex(of: ":") {
      version = version ?? String(name[name.index(after: colon)...])
      name = name[..<colon]
    }
    self.init(checked: runner, .image, String(name), version)
  }

  private init?(deno words: ArraySlice<String>) {
    guard let word = words.first(where: { $0.hasPrefix("npm:") || $0.hasPrefix("jsr:") }) else { return nil }
    let isNode = word.hasPrefix("npm:")
    self.init("deno", isNode ? .npm : .jsr, String(word.dropFirst(4)), versionAfter: "@")
  }

  private init?(nuget words: ArraySlice<String>) {
    let scan = Options(flags: ["-y", "--yes", "--prerelease"], values: ["--version", "--source", "--add-source"])
    guard let found = scan.read(words), let word = found.rest.first else { return nil }
    self.init("dnx", .nuget, word, versionAfter: "@")
    if version == nil, let given = found.values["--version"], Self.isVersion(given) { version = given }
  }

  private init?(module words: ArraySlice<String>, _ runner: String) {
    var words = words
    while let word = words.first, ["-u", "-I", "-s", "-B", "-E", "-O"].contains(word) { words.removeFirst() }
    guard words.popFirst() == "-m", let name = words.first else { return nil }
    self.init(checked: runner, .module, name, nil)
  }

  /// A script inside `node_modules`: the folder below that is the package.
  private init?(installed words: ArraySlice<String>) {
    guard let path = words.first, !path.hasPrefix("-") else { return nil }
    let parts = path.split(separator: "/")
    guard let place = parts.lastIndex(of: "node_modules"), place + 1 < parts.count, parts[place + 1] != ".bin" else {
      return nil
    }
    let isScoped = parts[place + 1].hasPrefix("@")
    guard !isScoped || place + 2 < parts.count else { return nil }
    let name = isScoped ? "\(parts[place + 1])/\(parts[place + 2])" : String(parts[place + 1])
    self.init(checked: "node", .npm, name, nil)
  }

  /// `git+https://host/owner/name@tag`, without who logs in.
  private init?(repository word: String, _ runner: String) {
    guard word.hasPrefix("git+"), let end = word.firstRange(of: "://")?.upperBound else { return nil }
    var rest = word[end...].prefix { $0 != "#" && $0 != "?" }
    if let at = rest.firstIndex(of: "@"), at < rest.firstIndex(of: "/") ?? rest.endIndex {
      rest = rest[rest.index(after: at)...]
    }
    var version: String?
    if let at = rest.lastIndex(of: "@") {
      version = String(rest[rest.index(after: at)...])
      rest = rest[..<at]
    }
    let name = rest.hasSuffix(".git") ? String(rest.dropLast(4)) : String(rest)
    self.init(checked: runner, .repository, name, version)
  }

  // MARK: Words

  /// `name@1`, `@scope/name@1`, `name[extra]==1.2`, `name>=1,<2`.
  private init?(_ runner: String, _ kind: Kind, _ word: String, versionAfter mark: Character) {
    let scope = word.hasPrefix("@") ? 1 : 0
    let body = word.dropFirst(scope)
    var name = body
    var version: String?
    if let at = body.firstIndex(of: mark) {
      name = body[..<at]
      version = String(body[body.index(after: at)...])
    } else if kind == .pypi, let start = body.firstIndex(where: { "=<>~!".contains($0) }) {
      name = body[..<start]
      let wanted = body[start...]
      version = wanted.hasPrefix("==") ? String(wanted.dropFirst(2)) : String(wanted)
    }
    if kind == .pypi, let bracket = name.firstIndex(of: "[") { name = name[..<bracket] }
    self.init(checked: runner, kind, String(word.prefix(scope) + name), version)
  }

  private init?(checked runner: String, _ kind: Kind, _ name: String, _ version: String?) {
    guard Self.isName(name), version.map(Self.isVersion) ?? true else { return nil }
    self.init(runner: runner, kind: kind, name: name, version: version)
  }

  /// What a registry takes for a name, and no path on this machine.
  private static func isName(_ name: String) -> Bool {
    guard (1...200).contains(name.utf8.count), let first = name.utf8.first, let last = name.utf8.last else {
      return false
    }
    guard first != 0x2E, first != 0x2F, first != 0x2D, last != 0x2F else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: "@/._-:".utf8.contains(byte)
      }
    } && !name.dropFirst().contains("@")
  }

  private static func isVersion(_ version: String) -> Bool {
    (1...100).contains(version.utf8.count)
      && version.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "._-+:/<>=~!^*,".utf8.contains(byte)
        }
      }
  }

  private static func isAssignment(_ word: String) -> Bool {
    guard let equals = word.firstIndex(of: "="), equals > word.startIndex else { return false }
    return word[..<equals].utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
      default: false
      }
    }
  }

  private static func programName(_ path: String) -> String {
    var name = path.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? path
    for ending in [".exe", ".cmd"] where name.hasSuffix(ending) { name.removeLast(ending.utf8.count) }
    return name
  }
}

/// The options that may stand before the word that is looked for.
private struct Options {
  var flags: Set<String>
  /// Those that take the next word, or what follows their `=`.
  var values: Set<String>
  /// Flags of one letter that may stand together: `-it`.
  var letters = ""

  /// Nil where a word is no option that is known: whose the next one is cannot be said then.
  func read(_ words: ArraySlice<String>) -> (values: [String: String], rest: ArraySlice<String>)? {
    var words = words
    var found: [String: String] = [:]
    while let word = words.first, word.hasPrefix("-"), word != "-" {
      words.removeFirst()
      if word == "--" { break }
      if flags.contains(word) { continue }
      if values.contains(word) {
        guard let value = words.popFirst() else { return nil }
        found[word] = value
      } else if let equals = word.firstIndex(of: "="), word.hasPrefix("--") {
        found[String(word[..<equals])] = String(word[word.index(after: equals)...])
      } else if !letters.isEmpty, !word.hasPrefix("--"), word.dropFirst().allSatisfy(letters.contains) {
        continue
      } else {
        return nil
      }
    }
    return (found, words)
  }
}
