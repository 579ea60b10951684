import JSONText
import Policy

/// Reads a policy that a test expects to be right.
func policy(_ text: String) throws -> PolicyDocument { try PolicyDocument.read(Array(text.utf8)) }

/// A policy whose engine a test asks.
func engine(_ text: String) throws -> PolicyEngine { PolicyEngine(try policy(text)) }

func call(
  _ tool: String, on server: String = "git", grant: String = "local", session: String = "s1"
) -> Call {
  Call(
    server: ExactText(server), target: .tool(ExactText(tool)), grant: ExactText(grant), session: ExactText(session))
}

extension Moment {
  /// Seconds since the start of the test's world.
  init(seconds: Int) { self.init(microseconds: Int64(seconds) * 1_000_000) }
}

let second: Int64 = 1_000_000

extension PolicyEngine {
  /// What is decided, where a test does not look at what is held or asked.
  func decide(_ call: Call, counters: inout Counters, at now: Moment) -> Decision {
    judge(call, counters: &counters, at: now).decision
  }
}

/// Reads what a call brings with it.
func json(_ text: String) throws -> JSONNode { try JSONNode.read(Array(text.utf8)) }
