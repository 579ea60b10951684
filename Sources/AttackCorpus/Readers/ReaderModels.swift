internal import JSONText
internal import Policy

extension ReaderModel {
  /// The reader of our own server: as lenient as Python's.
  package static let server = ReaderModel("our own server") {
    $0.takesNaN = true
    $0.loneSurrogates = .replace
    $0.badBytes = .replace
  }

  /// Readers that exist, each with the freedoms that were seen in it.
  package static let all: [ReaderModel] = [
    ReaderModel("a strict reader"),
    ReaderModel("Python's json, lines of a text stream", .universalLines) {
      $0.takesNaN = true
      $0.loneSurrogates = .replace
      $0.badBytes = .replace
    },
    ReaderModel("Python's splitlines", .everyLine) {
      $0.takesNaN = true
      $0.loneSurrogates = .replace
      $0.badBytes = .replace
    },
    ReaderModel("Python that ignores bad bytes (utf-8-sig)", .universalLines) {
      $0.takesNaN = true
      $0.skipsByteOrderMark = true
      $0.loneSurrogates = .drop
      $0.badBytes = .drop
    },
    ReaderModel("Python's json.loads of bytes") {
      $0.takesNaN = true
      $0.guessesEncoding = true
      $0.skipsByteOrderMark = true
      $0.loneSurrogates = .replace
    },
    ReaderModel("Node's JSON.parse, lines of readline", .everyLine) {
      $0.loneSurrogates = .replace
      $0.badBytes = .replace
    },
    ReaderModel("Go's encoding/json, a stream of documents") {
      $0.foldsKeys = true
      $0.readsOn = true
      $0.loneSurrogates = .replace
      $0.badBytes = .replace
    },
    ReaderModel("Go's segmentio/encoding (keys end at NUL)") {
      $0.foldsKeys = true
      $0.endsAtNUL = true
      $0.badBytes = .replace
      $0.loneSurrogates = .replace
    },
    ReaderModel("Java's JSON-B without case", .universalLines) {
      $0.foldsKeys = true
      $0.foldsTurkish = true
      $0.badBytes = .replace
      $0.loneSurrogates = .replace
    },
    ReaderModel("cJSON") {
      $0.firstWins = true
      $0.foldsKeys = true
      $0.endsAtNUL = true
      $0.skipsByteOrderMark = true
      $0.takesRawControls = true
      $0.takesOddNumbers = true
      $0.takesOddBlanks = true
      $0.badBytes = .replace
      $0.ignoresTrailing = true
    },
    ReaderModel("Foundation's JSONDecoder") {
      $0.firstWins = true
      $0.skipsByteOrderMark = true
      $0.takesTrailingCommas = true
    },
    ReaderModel("simdjson, first key wins") { $0.firstWins = true },
    ReaderModel("json-c") {
      $0.takesNaN = true
      $0.takesComments = true
      $0.takesSingleQuotes = true
      $0.takesTrailingCommas = true
      $0.takesOddNumbers = true
      $0.takesRawControls = true
      $0.loneSurrogates = .replace
      $0.badBytes = .replace
      $0.readsOn = true
    },
    ReaderModel("Gson, lenient", .universalLines) {
      $0.skipsByteOrderMark = true
      $0.takesNaN = true
      $0.takesComments = true
      $0.takesSingleQuotes = true
      $0.takesBareKeys = true
      $0.takesRawControls = true
      $0.takesOddNumbers = true
      $0.loneSurrogates = .replace
      $0.badBytes = .replace
    },
    ReaderModel("a JSON5 reader", .everyLine) {
      $0.skipsByteOrderMark = true
      $0.takesNaN = true
      $0.takesComments = true
      $0.takesSingleQuotes = true
      $0.takesBareKeys = true
      $0.takesTrailingCommas = true
      $0.takesOddNumbers = true
      $0.takesOddBlanks = true
      $0.loneSurrogates = .replace
      $0.badBytes = .replace
    },
    ReaderModel("pydantic in lax mode", .universalLines) {
      $0.coerces = true
      $0.takesNaN = true
    },
    ReaderModel("a server that forgives names") {
      $0.forgivesNames = true
      $0.endsAtNUL = true
      $0.loneSurrogates = .drop
      $0.badBytes = .drop
    },
    ReaderModel("a server that takes headers from members") { $0.trustsHeaders = true },
    ReaderModel("a server with Content-Length framing", .contentLength) { $0.badBytes = .replace },
  ]
}

/// How a forgiving server compares names.
enum Forgiveness {
  static func folded(_ name: String) -> String { NameFolding.folded(ExactText(name)).string }
}
