internal import CSystem
internal import Glibc

/// A system call that failed: what was tried, on what, and the system's reason.
package struct SystemError: Error, Hashable, Sendable {
  /// What was tried, as the end of "cannot ...": `open`, `start`, `listen on`.
  package let action: String
  /// A path or a program's name, never a secret; empty where there is none.
  package let subject: String
  /// The system's number for the reason.
  package let code: Int32
  /// What to do about it, where that is known.
  package let help: String?

  package init(_ action: String, _ subject: String = "", code: Int32, help: String? = nil) {
    self.action = action
    self.subject = subject
    self.code = code
    self.help = help
  }

  /// The failure of the call that this thread made last.
  package static func last(_ action: String, _ subject: String = "") -> SystemError {
    SystemError(action, subject, code: errno)
  }

  /// Nothing of that name is there.
  package var isAbsence: Bool { code == ENOENT || code == ENOTDIR }
  /// The reason lies in the machine and not in the file: the same call may succeed later, with nothing changed.
  package var mayPass: Bool { [EMFILE, ENFILE, ENOMEM, EIO, ESTALE].contains(code) }
  /// The call would have waited.
  package var wouldBlock: Bool { code == EAGAIN }
}

extension SystemError: CustomStringConvertible {
  package var description: String {
    let subject = subject.isEmpty ? "" : " `\(subject)`"
    let reason = unsafe String(cString: csys_error_text(code))
    let help = help.map { "; \($0)" } ?? ""
    return "cannot \(action)\(subject): \(reason)\(help)"
  }
}
