internal import ControlWire
internal import JSONText
internal import Policy
internal import Store
internal import System

/// Reads the policy file, watches it, and says what is in force.
@LoopActor
final class PolicyKeeper {
  private let path: String
  private let known: @LoopActor () -> [KnownServer]
  private let changed: @LoopActor (PolicyEvent, PolicyEngine?) -> Void
  private var watch: FileWatch?
  /// The digest of what was last read; nil where there was nothing to read.
  private var digest: ContentDigest?
  private var hasRead = false
  private var lastFailure: String?
  /// The text that is in force, which is read again where it is needed, and its revision; nil where everything is denied.
  private var inForce: [UInt8]?
  private var revision: String?
  private var retry: LoopTimer?
  /// Where texts that are obeyed are kept for those who read the record.
  private let kept: KeptPolicies

  /// After this time, in microseconds, a text is kept: a start has other things to do.
  private static let keepPause: Int64 = 500_000

  /// How soon a file is read again that could not be for want of descriptors or memory, in microseconds.
  private static let respite: Int64 = 500_000

  static let longestText = 16 << 20

  /// A longer text, or more tools, are looked through for oddities elsewhere, while calls go on.
  private static let quickText = 1 << 16
  private static let quickTools = 1_000

  /// Watches a path, and keeps what is obeyed in a folder; `changed` is told every change, with an engine where another one is in force from now on.
  ///
  /// What is told of the policy's oddities depends on the servers that are `known`.
  init(
    _ path: String, keptIn folder: String, known: @escaping @LoopActor () -> [KnownServer],
    changed: @escaping @LoopActor (PolicyEvent, PolicyEngine?) -> Void
  ) {
    self.path = path
    kept = KeptPolicies(in: folder)
    self.known = known
    self.changed = changed
    do {
      watch = try FileWatch(path) { [weak self] in self?.read() }
    } catch {
      StandardError.write("gatehouse: the policy is not watched, changes need `reload`: \(error)\n")
    }
  }

  /// Reads the file, and tells if it is another one than before.
  func read() {
    retry?.cancel()
    let text: [UInt8]
    do {
      text = try SafeFile.read(path, limit: Self.longestText)
    } catch {
      return unreadable(error)
    }
    let digest = ContentDigest(of: text)
    guard !hasRead || digest != self.digest || lastFailure != nil else { return }
    hasRead = true
    lastFailure = nil
    self.digest = digest
    do {
      take(try PolicyDocument.read(text))
    } catch {
      report(error.problems)
      // The last good one stays in force; if there is none, everything is denied.
      changed(
        PolicyEvent(state: .rejected, revision: revision, problems: error.problems),
        inForce == nil ? .denyEverything : nil)
    }
  }

  private func take(_ newer: PolicyDocument) {
    let before = inForce
    (inForce, revision) = (newer.text, newer.revision)
    keep(newer.text)
    let servers = known()
    let now = Clock.now()
    let tools = servers.reduce(0) { $0 + ($1.tools?.count ?? 0) }
    if newer.text.count <= Self.quickText, tools <= Self.quickTools {
      tell(newer, Self.findings(newer, at: now, servers, after: before), PolicyEngine(newer))
      return
    }
    tell(newer, [], PolicyEngine(newer))
    Aside.run {
      Self.findings(newer, at: now, servers, after: before)
    } then: { [self] found in
      if !found.isEmpty { add(found, of: newer) }
    }
  }

  /// Keeps a text, on a thread: a slow disk holds nobody up, and what cannot be kept is of no importance to calls.
  private func keep(_ text: [UInt8]) {
    let kept = kept
    Loop.shared.after(microseconds: Self.keepPause) {
      Aside.run {
        try? kept.keep(text)
      } then: { _ in
      }
    }
  }

  private nonisolated static func findings(
    _ newer: PolicyDocument, at now: Moment, _ servers: [KnownServer], after text: [UInt8]?
  ) -> [PolicyProblem] {
    newer.findings(at: now, servers: servers, inForce: text.flatMap { try? PolicyDocument.read($0) })
  }

  /// Tells a policy that is in force again, for what was found out about it since.
  private func add(_ found: [PolicyProblem], of policy: PolicyDocument) {
    guard inForce == policy.text, lastFailure == nil, digest == ContentDigest(of: policy.text) else { return }
    tell(policy, found, nil)
  }

  /// What only the gate can find out comes first: there may be more of the others than are told.
  private func tell(_ policy: PolicyDocument, _ found: [PolicyProblem], _ engine: PolicyEngine?) {
    report(engine == nil ? found : found + policy.warnings)
    changed(PolicyEvent(state: .loaded, revision: policy.revision, problems: found + policy.warnings), engine)
  }

  private func report(_ problems: [PolicyProblem]) {
    for problem in problems.prefix(PolicyEvent.most) { StandardError.write("gatehouse: \(path):\(problem)\n") }
    let untold = problems.count - PolicyEvent.most
    if untold > 0 { StandardError.write("gatehouse: \(path): \(untold) more are not told\n") }
  }

  /// Without a file there is no policy, and so nothing is allowed; a file that cannot be read now may be the last good one.
  private func unreadable(_ error: SystemError) {
    if error.mayPass { retry = Loop.shared.after(microseconds: Self.respite) { [weak self] in self?.read() } }
    let failure = "\(error)"
    guard !hasRead || failure != lastFailure else { return }
    hasRead = true
    lastFailure = failure
    digest = nil
    StandardError.write("gatehouse: \(failure); everything is denied\n")
    (inForce, revision) = (nil, nil)
    let problem = PolicyProblem(
      weight: .error, place: TextPlace(line: 1, column: 1), pointer: "", message: failure)
    changed(
      PolicyEvent(state: error.isAbsence ? .absent : .rejected, revision: nil, problems: [problem]), .denyEverything)
  }
}
