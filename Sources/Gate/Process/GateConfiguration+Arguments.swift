internal import GateCore
internal import RegularExpressions
internal import Store

extension GateConfiguration.Record {
  /// How the record is to have arguments; nil for their digests alone.
  var recordedArguments: RecordedArguments? {
    switch arguments {
    case .digest: return nil
    case .full: return RecordedArguments(isRedacted: false)
    case .redacted:
      // Patterns were compiled once when they were read.
      let patterns = mask.compactMap { mask in
        (try? RegularExpression(mask.expression)).map { RecordedArguments.Pattern(name: mask.name, expression: $0) }
      }
      return RecordedArguments(isRedacted: true, patterns: patterns)
    }
  }
}
