internal import AttackCorpus
internal import Glibc
internal import JSONText
internal import System

/// Why no attack could be made.
package struct SelfTestFailure: Error, Sendable {
  package let message: String
  package let help: String?

  package init(_ message: String, help: String? = nil) {
    self.message = message
    self.help = help
  }
}

/// Makes every attack of the corpus on a proxy, and looks at what arrived behind it.
package enum SelfTestProgram {
  package struct Options: Sendable {
    /// The proxy's command, `{server}` in it for the server's; nil for this very program.
    package var proxy: [String]?
    /// How many seconds an answer may take.
    package var patience: Int

    package init(proxy: [String]?, patience: Int) {
      self.proxy = proxy
      self.patience = patience
    }
  }

  /// Runs all attacks; `progress` hears how many are done.
  package static func run(
    _ options: Options, progress: @escaping @Sendable (Int, Int) -> Void
  ) throws(SelfTestFailure) -> SelfTestReport {
    let outcome = LoopActor.enter { () -> Result<SelfTestReport, SelfTestFailure> in
      Signals.ignoreBrokenPipes()
      defer { Child.killAll() }
      do throws(SelfTestFailure) {
        return .success(try attack(options, progress))
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  @LoopActor
  private static func attack(
    _ options: Options, _ progress: (Int, Int) -> Void
  ) throws(SelfTestFailure) -> SelfTestReport {
    let folder: String
    do throws(SystemError) {
      folder = try TemporaryFolder.make("gatehouse-selftest")
    } catch {
      throw SelfTestFailure("\(error)")
    }
    defer { try? TemporaryFolder.remove(folder) }
    var field = AttackField(folder: folder, options: options)
    var report = SelfTestReport()
    let attacks = AttackCorpus.all
    for (done, attack) in attacks.enumerated() {
      progress(done, attacks.count)
      report.add(try field.make(attack))
    }
    progress(attacks.count, attacks.count)
    field.close()
    guard report.run > 0 else {
      throw SelfTestFailure(
        "the proxy does not relay an honest session of any protocol version",
        help: field.lastWords.isEmpty ? nil : "its last words: \(field.lastWords)")
    }
    return report
  }
}

/// The sessions through the proxy in which attacks are made.
@LoopActor
struct AttackField {
  /// Attacks that can share a session.
  private struct Ground: Hashable {
    var era: Attack.Era
    var isOpen: Bool
  }

  private let folder: String
  private let options: SelfTestProgram.Options
  private var sessions: [Ground: AttackSession] = [:]
  /// Where not even an honest session came about.
  private var barren: Set<Ground> = []
  private var started = 0
  private var hasPolicy = false

  init(folder: String, options: SelfTestProgram.Options) {
    self.folder = folder
    self.options = options
  }

  /// The last line that proxies wrote to their standard error.
  var lastWords: String {
    let text = (try? SafeFile.read(folder + "/errors", limit: 1 << 20)) ?? []
    return String(decoding: text.split(separator: 0x0A).last?.prefix(400) ?? [], as: UTF8.self)
  }

  func close() { for session in sessions.values { session.proxy.kill() } }

  mutating func make(_ attack: Attack) throws(SelfTestFailure) -> SelfTestReport.Row {
    let ground = Ground(era: attack.era, isOpen: attack.isOpen && options.proxy == nil)
    guard !barren.contains(ground) else { return .init(attack: attack, seen: [], proxy: .notRun) }
    let session: AttackSession
    if let known = sessions[ground] {
      session = known
    } else {
      do throws(SystemError) {
        session = try open(ground)
      } catch {
        throw SelfTestFailure("\(error)")
      }
      guard session.greet(ground.era) else {
        session.proxy.kill()
        barren.insert(ground)
        return .init(attack: attack, seen: [], proxy: .notRun)
      }
      sessions[ground] = session
    }
    let row = session.make(attack)
    if row.proxy != .answers {
      session.proxy.kill()
      sessions[ground] = nil
    }
    return row
  }

  private mutating func open(_ ground: Ground) throws(SystemError) -> AttackSession {
    started += 1
    let record = "\(folder)/record-\(started)"
    let program = ThisProcess.executableFile
    let server = [program, "selftest-server", "--record", record]
    var environment = ThisProcess.environment
    var words: [String]
    if let proxy = options.proxy {
      words = proxy.flatMap { word in
        word == "{server}" ? server : [word.replacingServer(with: server)]
      }
      if !proxy.contains(where: { $0.holdsServer }) { words += server }
    } else {
      environment = environment.filter { !$0.key.hasPrefix("GATEHOUSE_") }
      environment["GATEHOUSE_HOME"] = folder
      if !hasPolicy {
        try SafeFile.replace(folder + "/policy.json", with: Array(AttackCorpus.policy.utf8))
        hasPolicy = true
      }
      let name = ground.isOpen ? "selftest-open" : "selftest"
      words = [program, "run", "--private", "--name", name, "--"] + server
    }
    let errors = try Descriptor.open(folder + "/errors", O_WRONLY | O_CREAT | O_APPEND)
    let proxy = try ProxyProcess(words, environment: environment, errors: errors.number)
    return AttackSession(proxy, record: record, patience: Int64(options.patience) * 1_000_000)
  }
}

extension String {
  fileprivate static let server = "{server}"

  fileprivate var holdsServer: Bool {
    let bytes = Array(utf8)
    return bytes.replacing(Array(Self.server.utf8), with: []).count != bytes.count
  }

  /// With the server's command in the place of `{server}`, for a proxy that takes a command as one word.
  fileprivate func replacingServer(with words: [String]) -> String {
    String(
      decoding: Array(utf8).replacing(
        Array(Self.server.utf8), with: Array(words.joined(separator: " ").utf8)), as: UTF8.self)
  }
}
