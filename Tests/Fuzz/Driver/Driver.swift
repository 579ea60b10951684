import CFuzz
import FuzzTargets
import Glibc

/// Runs libFuzzer on the target that `FUZZ_TARGET` names; `Tests/Fuzz/run` starts it.
@main struct Driver {
  static let target: FuzzTarget = {
    let name = unsafe getenv("FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
      fatalError("FUZZ_TARGET is one of \(FuzzTarget.allCases.map(\.rawValue))")
    }
    return target
  }()

  static func main() {
    let code = unsafe fuzz_run(CommandLine.argc, CommandLine.unsafeArgv) { bytes, count in
      let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
      if let complaint = Driver.target.complaint(about: input) { fatalError("\(Driver.target): \(complaint)") }
      return 0
    }
    exit(code)
  }
}
