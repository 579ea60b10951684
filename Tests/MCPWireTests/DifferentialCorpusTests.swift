import JSONText
import MCPWire
import Testing

/// Messages that some parsers of the field read differently from others: each is refused, or read in the one way that
/// all of them share.
struct DifferentialCorpusTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var line: [UInt8]
    var code: WireRefusal.Code?

    init(_ name: String, _ line: String, _ code: WireRefusal.Code?) {
      self.init(name, Array(line.utf8), code)
    }

    init(_ name: String, _ line: [UInt8], _ code: WireRefusal.Code?) {
      testDescription = name
      self.line = line
      self.code = code
    }
  }

  /// A `tools/call` around params.
  static func call(_ params: String) -> String {
    #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"# + params + "}}"
  }

  static func call(bytes: [UInt8]) -> [UInt8] {
    Array(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"safe","arguments":{"x":""#.utf8) + bytes
      + Array(#""}}}"#.utf8)
  }

  @Test(
    "P2 P7 P8 P9: what readers could read in two ways is refused",
    arguments: [
      Case("a plain call", call(#""name":"safe","arguments":{"a":1}"#), nil),
      Case("P7 two names", call(#""name":"safe","name":"evil""#), .invalidRequest),
      Case("P7 two params", #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{},"params":{}}"#, .invalidRequest),
      Case("P7 two methods", #"{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call"}"#, .invalidRequest),
      Case("P7 two ids", #"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, .invalidRequest),
      Case("P7 a name and an escaped name", call(#""name":"safe","n\u0061me":"evil""#), .invalidRequest),
      Case("P7 an escaped name alone", call(#""n\u0061me":"evil""#), .invalidParams),
      Case("P7 duplicates deep in arguments", call(#""name":"s","arguments":{"a":[{"b":1,"b":2}]}"#), .invalidRequest),
      Case("P7 escaped duplicates in arguments", call(#""name":"s","arguments":{"a":1,"\u0061":2}"#), .invalidRequest),
      Case("P7 Name beside name", call(#""name":"safe","Name":"evil""#), .invalidParams),
      Case("P7 ARGUMENTS", call(#""name":"safe","ARGUMENTS":{}"#), .invalidParams),
      Case("P7 Method", #"{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}"#, .invalidRequest),
      Case("P7 Params", #"{"jsonrpc":"2.0","id":1,"method":"ping","Params":{}}"#, .invalidRequest),
      Case("P7 ID", #"{"jsonrpc":"2.0","id":1,"method":"ping","ID":2}"#, .invalidRequest),
      Case(
        "P7 params with long s", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"param\u{17F}\":{}}",
        .invalidRequest
      ),
      Case("P7 the Kelvin sign", call("\"name\":\"s\",\"tas\u{212A}\":{}"), .invalidParams),
      Case("P7 escaped long s", #"{"jsonrpc":"2.0","id":1,"method":"ping","param\u017f":{}}"#, .invalidRequest),
      Case("P9 NUL behind a key", call(#""name":"safe","name\u0000":"evil""#), .invalidRequest),
      Case("P9 NUL behind a key of arguments", call(#""name":"s","arguments":{"a\u0000":1}"#), .invalidRequest),
      Case("P9 NUL in a string", call(#""name":"s","arguments":{"a":"\u0000"}"#), nil),
      Case("_META", call(#""name":"s","_META":{}"#), .invalidParams),
      Case(
        "PROTOCOLVERSION in _meta",
        call(#""name":"s","_meta":{"io.modelcontextprotocol/PROTOCOLVERSION":"2026-07-28"}"#), .invalidParams),
      Case("unknown members pass", call(#""name":"s","x-vendor":{"Name":1},"_meta":{"traceparent":"0"}"#), nil),
      Case("P7 Name beside name in arguments", call(#""name":"s","arguments":{"Name":1,"name":2}"#), .invalidParams),
      Case("P7 Name alone in arguments is the server's", call(#""name":"s","arguments":{"Name":1}"#), nil),
      Case(
        "P7 two spellings deep in arguments", call(#""name":"s","arguments":{"a":[{"b":1,"B":2}]}"#), .invalidParams),
      Case(
        "P7 long s in arguments", call("\"name\":\"s\",\"arguments\":{\"s\":1,\"\u{17F}\":2}"), .invalidParams),
      Case("P7 the Kelvin sign in arguments", call(#""name":"s","arguments":{"\u212a":1,"k":2}"#), .invalidParams),
      Case("P7 two spellings in _meta pass", call(#""name":"s","_meta":{"x":{"a":1,"A":2}}"#), nil),
      Case("P9 NUL in a name", call(#""name":"evil\u0000""#), .invalidParams),
      Case("P9 a line feed in a name", call(#""name":"evil\n""#), .invalidParams),
      Case("P9 DEL in a name", call(#""name":"evil\u007f""#), .invalidParams),
      Case("P11 a quote in a name", call(#""name":"e\"vil""#), nil),
      Case("P11 Tools/Call", #"{"jsonrpc":"2.0","id":1,"method":"Tools/Call","params":{}}"#, .invalidRequest),
      Case("P11 tools/call and a blank", #"{"jsonrpc":"2.0","id":1,"method":"tools/call "}"#, .invalidRequest),
      Case("P11 tools/call and NUL", #"{"jsonrpc":"2.0","id":1,"method":"tools/call\u0000"}"#, .invalidRequest),
      Case("P11 a method with a control character", #"{"jsonrpc":"2.0","id":1,"method":"x\u0001"}"#, .invalidRequest),
      Case(
        "P11 tools/call with long s", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tool\u{17F}/call\"}", .invalidRequest),
      Case(
        "P11 tools/call in wide letters", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\u{FF54}ools/call\"}",
        .invalidRequest),
      Case("P11 another method", #"{"jsonrpc":"2.0","id":1,"method":"tools/calls"}"#, nil),
      Case("P9 lone high surrogate", call(#""name":"\ud800""#), .parseError),
      Case("P9 lone low surrogate", call(#""name":"\udc00""#), .parseError),
      Case("P9 a pair of surrogates", call(#""name":"\ud83d\ude00""#), nil),
      Case("P9 raw NUL", call(bytes: [0x00]), .parseError),
      Case("P9 raw tab in a string", call(bytes: [0x09]), .parseError),
      Case("P9 overlong UTF-8", call(bytes: [0xC0, 0xAF]), .parseError),
      Case("P9 a surrogate in UTF-8", call(bytes: [0xED, 0xA0, 0x80]), .parseError),
      Case("P9 cut UTF-8", call(bytes: [0xE2, 0x82]), .parseError),
      Case("P9 byte order mark", [0xEF, 0xBB, 0xBF] + Array(call(#""name":"s""#).utf8), .parseError),
      Case("P9 trailing comma", call(#""name":"s","#), .parseError),
      Case("P9 trailing comma in an array", call(#""name":"s","arguments":{"a":[1,]}"#), .parseError),
      Case("P9 comment", call(#"/* */"name":"s""#), .parseError),
      Case("P9 leading zero", call(#""name":"s","arguments":{"a":01}"#), .parseError),
      Case("P9 plus sign", call(#""name":"s","arguments":{"a":+1}"#), .parseError),
      Case("P9 NaN", call(#""name":"s","arguments":{"a":NaN}"#), .parseError),
      Case("P9 Infinity", call(#""name":"s","arguments":{"a":-Infinity}"#), .parseError),
      Case("P9 single quotes", call(#"'name':"s""#), .parseError),
      Case("P9 a second document", call(#""name":"s""#) + "{}", .parseError),
      Case("P9 trailing text", call(#""name":"s""#) + " x", .parseError),
      Case("P9 vertical tab between tokens", call("\u{0B}\"name\":\"s\""), .parseError),
      Case("P9 next line between tokens", call("\u{85}\"name\":\"s\""), .parseError),
      Case("P9 no-break space between tokens", call("\u{A0}\"name\":\"s\""), .parseError),
      Case("P9 too deep", call(#""name":"s","arguments":{"a":"# + String(repeating: "[", count: 3000)), .parseError),
      Case(
        "P9 a number of 500 digits",
        call(#""name":"s","arguments":{"a":"# + String(repeating: "1", count: 500) + "}"), .parseError),
      Case("P6 batch", "[" + call(#""name":"s""#) + "]", .invalidRequest),
      Case("P6 empty batch", "[]", .invalidRequest),
      Case("a string", #""tools/call""#, .invalidRequest),
      Case("a number", "1", .invalidRequest),
      Case("null", "null", .invalidRequest),
      Case("nothing", "", .parseError),
      Case("half a message", #"{"jsonrpc":"2.0","id":1"#, .parseError),
      Case("P8 params is an array", #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["s"]}"#, .invalidParams),
      Case("P8 params is a string", #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":"s"}"#, .invalidParams),
      Case("P8 params is null", #"{"jsonrpc":"2.0","id":1,"method":"ping","params":null}"#, .invalidParams),
      Case("P8 no params", #"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#, .invalidParams),
      Case("P8 no name", call(#""arguments":{}"#), .invalidParams),
      Case("P8 empty name", call(#""name":"""#), .invalidParams),
      Case("P8 name is a number", call(#""name":1"#), .invalidParams),
      Case("P8 name is null", call(#""name":null"#), .invalidParams),
      Case("P8 name is an array", call(#""name":["s"]"#), .invalidParams),
      Case("a name without end", call(#""name":""# + String(repeating: "x", count: 2000) + "\""), .invalidParams),
      Case("P8 arguments is an array", call(#""name":"s","arguments":[]"#), .invalidParams),
      Case("P8 arguments is a string", call(#""name":"s","arguments":"{}""#), .invalidParams),
      Case("P8 arguments is null", call(#""name":"s","arguments":null"#), .invalidParams),
      Case("_meta is an array", call(#""name":"s","_meta":[]"#), .invalidParams),
      Case(
        "the version is a number", call(#""name":"s","_meta":{"io.modelcontextprotocol/protocolVersion":1}"#),
        .invalidParams),
      Case("prompts/get without name", #"{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{}}"#, .invalidParams),
      Case("resources/read without uri", #"{"jsonrpc":"2.0","id":1,"method":"resources/read"}"#, .invalidParams),
      Case("P12 id null", #"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, .invalidRequest),
      Case("P12 id true", #"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, .invalidRequest),
      Case("P12 id 1.5", #"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, .invalidRequest),
      Case("P12 id 1e3", #"{"jsonrpc":"2.0","id":1e3,"method":"ping"}"#, .invalidRequest),
      Case("P12 id is an object", #"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, .invalidRequest),
      Case("P12 id 1.0", #"{"jsonrpc":"2.0","id":1.0,"method":"ping"}"#, nil),
      Case("P12 id of 2^64", #"{"jsonrpc":"2.0","id":18446744073709551616,"method":"ping"}"#, nil),
      Case("P12 id is an empty string", #"{"jsonrpc":"2.0","id":"","method":"ping"}"#, nil),
      Case(
        "an id without end", #"{"jsonrpc":"2.0","id":""# + String(repeating: "x", count: 300) + #"","method":"ping"}"#,
        .invalidRequest),
      Case("no jsonrpc", #"{"id":1,"method":"ping"}"#, .invalidRequest),
      Case("jsonrpc 1.0", #"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, .invalidRequest),
      Case("jsonrpc is a number", #"{"jsonrpc":2.0,"id":1,"method":"ping"}"#, .invalidRequest),
      Case("an empty method", #"{"jsonrpc":"2.0","id":1,"method":""}"#, .invalidRequest),
      Case("a method that is no string", #"{"jsonrpc":"2.0","id":1,"method":["ping"]}"#, .invalidRequest),
      Case("neither method nor answer", #"{"jsonrpc":"2.0","id":1}"#, .invalidRequest),
      Case("method and result", #"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#, .invalidRequest),
      Case(
        "result and error", #"{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}"#, .invalidRequest),
      Case("result without id", #"{"jsonrpc":"2.0","result":{}}"#, .invalidRequest),
      Case("result is null", #"{"jsonrpc":"2.0","id":1,"result":null}"#, .invalidRequest),
      Case("IsError in a result", #"{"jsonrpc":"2.0","id":1,"result":{"IsError":false}}"#, .invalidRequest),
      Case("error is a string", #"{"jsonrpc":"2.0","id":1,"error":"no"}"#, .invalidRequest),
      Case("error without message", #"{"jsonrpc":"2.0","id":1,"error":{"code":1}}"#, .invalidRequest),
      Case("error with id null", #"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}"#, nil),
      Case("cancelled without requestId", #"{"jsonrpc":"2.0","method":"notifications/cancelled"}"#, .invalidParams),
    ]) func isReadInOneWayOnly(_ example: Case)
  {
    #expect(refusal(of: example.line) == example.code)
  }

  @Test func P10_aReturnInsideAStringIsNoJSON() {
    #expect(refusal(of: Self.call(bytes: [0x0D])) == .parseError)
    #expect(refusal(of: Self.call(bytes: [0x0A])) == .parseError)
  }
}
