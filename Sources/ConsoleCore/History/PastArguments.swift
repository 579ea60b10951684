internal import ControlWire
package import History
package import JSONText

/// Which decision's arguments are looked for in the record.
package struct PastArgumentsQuestion: Hashable, Sendable {
  package var place: HistoryReplay.RecordPlace
  /// The decision's number, which its line must have.
  package var sequence: UInt64

  package init(_ row: HistoryRow) { (place, sequence) = (row.place, row.sequence) }
}

/// What the record has of a call's arguments.
package struct PastArguments: Hashable, Sendable {
  package var question: PastArgumentsQuestion
  package var digest: String?
  /// As JSON, up to so many bytes of it; nil where the record has only their digest.
  package var text: [UInt8]?
  /// How many bytes they have in all.
  package var bytes = 0
  /// Something in them was replaced by a word before they were recorded.
  package var isMasked = false
  /// Why nothing can be told.
  package var problem: String?

  package static let mostBytes = 256 << 10

  package init(_ question: PastArgumentsQuestion, problem: String) {
    self.question = question
    self.problem = problem
  }

  /// `line` is a decision's line as an object.
  package init(_ question: PastArgumentsQuestion, line: JSONNode) {
    self.question = question
    digest = line["args_digest"]?.string
    guard let arguments = line["args"] else { return }
    let whole = arguments.compact
    bytes = whole.count
    text = whole.count > Self.mostBytes ? Array(whole.prefix(Self.mostBytes)) : whole
    isMasked = line["args_masked"]?.bool == true
  }

  package var isCut: Bool { bytes > (text?.count ?? 0) }
}

extension ConsoleState {
  /// Asks for what the record has of a decision's arguments, where it has any.
  func wantPastArguments(of row: HistoryRow) -> [ConsoleEffect] {
    row.arguments.isEmpty ? [] : [.readPastArguments(PastArgumentsQuestion(row))]
  }

  /// Takes them where they are still looked at.
  mutating func take(_ arguments: PastArguments) {
    guard case .past(var past) = overlay, PastArgumentsQuestion(past.row) == arguments.question else { return }
    past.arguments = arguments
    overlay = .past(past)
  }

  /// What the call was made with, as far as the record tells.
  func pastArgumentLines(_ past: PastDecision, columns: Int) -> [Line] {
    let title = TextSpan("arguments ", .title)
    guard !past.row.arguments.isEmpty else {
      // What is no call of a tool has none that are recorded.
      return past.row.event.method == "tools/call" ? [Line(), Line(title, TextSpan("none", .dim))] : []
    }
    guard let known = past.arguments else { return [Line(), Line(title, TextSpan("looking for them…", .dim))] }
    if let problem = known.problem {
      return [Line()] + wrapped("arguments ", problem, .dim, columns: columns, limit: 4)
    }
    let digest = known.digest.map { "digest \($0)" } ?? ""
    guard let text = known.text else {
      let why = "not recorded but for their digest; `record.arguments` in config.json records them from then on"
      return [Line(), Line(title, TextSpan(peer: digest, .dim))]
        + wrapped("  ", why, .dim, columns: columns, limit: 4)
    }
    var spans = [title, TextSpan(Format.count(known.bytes, "byte"), .dim)]
    if known.isMasked { spans.append(TextSpan(" · secrets hidden", .attention)) }
    if known.isCut { spans.append(TextSpan(" · +\(Format.bytes(known.bytes - text.count)) not shown", .attention)) }
    if !digest.isEmpty { spans += [TextSpan(" · ", .dim), TextSpan(peer: digest, .dim)] }
    var lines = laidOut(text, isWhole: !known.isCut, columns)
    if lines.count >= Self.mostArgumentLines {
      lines.append(Line(TextSpan("  … gatehouse log --json tells all of it", .attention)))
    }
    return [Line(), Line(spans)] + lines
  }
}
