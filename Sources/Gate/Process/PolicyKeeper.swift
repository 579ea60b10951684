internal import ControlWire
internal import JSONText
internal import Policy
internal import System

/// Reads the policy file, watches it, and says what is in force.
@LoopActor
final class PolicyKeeper {
  private let path: String
  private let changed: @LoopActor (PolicyEvent, PolicyEngine?) -> Void
  private var watch: FileWatch?
  /// The digest of what was last read; nil where there was nothing to read.
  private var digest: ContentDigest?
  private var hasRead = false
  private var lastFailure: String?
  private var revision: String?
  private var retry: LoopTimer?

  /// How soon a file is read again that could not be for want of descriptors or memory, in microseconds.
  private static let respite: Int64 = 500_000

  static let longestText = 16 << 20

  /// Watches a path; `changed` is told every change, with an engine where another one is in force from now on.
  init(_ path: String, changed: @escaping @LoopActor (PolicyEvent, PolicyEngine?) -> Void) {
    self.path = path
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
      let document = try PolicyDocument.read(text)
      revision = document.revision
      for problem in document.warnings.prefix(PolicyEvent.most) {
        StandardError.write("gatehouse: \(path):\(problem)\n")
      }
      changed(
        PolicyEvent(state: .loaded, revision: revision, problems: document.warnings), PolicyEngine(document))
    } catch {
      for problem in error.problems { StandardError.write("gatehouse: \(path):\(problem)\n") }
      // The last good one stays in force; if there is none, everything is denied.
      changed(
        PolicyEvent(state: .rejected, revision: revision, problems: error.problems),
        revision == nil ? .denyEverything : nil)
    }
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
    revision = nil
    let problem = PolicyProblem(
      weight: .error, place: TextPlace(line: 1, column: 1), pointer: "", message: failure)
    changed(
      PolicyEvent(state: error.isAbsence ? .absent : .rejected, revision: nil, problems: [problem]), .denyEverything)
  }
}
