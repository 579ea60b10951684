import AttackCorpus
import ConsoleCore
import Glibc
import SelfTest
import System

extension Gatehouse {
  static let selftest = Command(
    ["selftest"], operands: "[-- PROXY...]", takesCommand: true,
    summary:
      "Attack the gate, or another proxy, with all that is known to fool one.",
    details: """
      Without a command the attacks are made on this very program, with a policy and a home of their own. Behind `--` stands
      the command of another proxy for stdio; `{server}` in it is replaced by the command of our recording server, which is
      added at the end where it does not occur:
        gatehouse selftest -- my-proxy --config selftest.json -- {server}
      That proxy must be given this policy, or what it does not enforce gets through:
      \(AttackCorpus.policyInWords)

      The server writes down every byte that it gets. A set of readers that exist, from strict ones to those of Go, cJSON and
      Gson, then tells whether any of them would have done what the policy denies, and what reached the client is looked at
      likewise. After each attack an honest call must still be answered; where it is not, the proxy is started again.

      With --json: {"attacks", "through", "dead", "results" [{"name", "class", "points", "tries", "version", "through",
      "proxy" (answers, hangs, died, not run), "seen" [{"act", "reader"}]}]}.
      """,
    options: [
      .init("--json", "print JSON"),
      .init("--verbose", "name every attack and what became of it"),
      .init("--patience", "SECONDS", "how long an answer may take (10)"),
    ]
  ) { arguments throws(Failure) in
    if let words = arguments.command, words.first?.isEmpty ?? true {
      throw .usage("the proxy's command is missing", help: "gatehouse selftest -- PROXY...")
    }
    let isShown = isatty(STDERR_FILENO) == 1 && !arguments.has("--json")
    let options = SelfTestProgram.Options(
      proxy: arguments.command, patience: try arguments.seconds("--patience") ?? 10)
    let report: SelfTestReport
    do throws(SelfTestFailure) {
      report = try SelfTestProgram.run(options) { done, count in
        guard isShown else { return }
        StandardError.writeExactly(done == count ? "\r\u{1B}[K" : "\r\(done) of \(count) attacks made")
      }
    } catch {
      throw Failure(error.message, help: error.help.map { TerminalText.safe($0) })
    }
    StandardOutput.write(arguments.has("--json") ? report.json : report.text(isVerbose: arguments.has("--verbose")))
    return report.through == 0 ? 0 : 1
  }

  static let selftestServer = Command(
    ["selftest-server"], summary: "The server behind a proxy under test.",
    options: [.init("--record", "FILE", "where to write down what arrives")], isInternal: true
  ) { arguments throws(Failure) in
    guard let record = arguments.value("--record") else { throw .usage("`--record` is missing") }
    return RecordingServer.run(record: record)
  }
}
