import JSONText
import MCPWire
import Testing

struct RebuildTests {
  private func compact(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var out: [UInt8] = []
    out.appendCompact(bytes.span, 0..<bytes.count)
    return String(decoding: out, as: UTF8.self)
  }

  @Test(arguments: [
    ("{}", "{}"), (" { \"a\" :\t[ 1 ,\r\n 2.50 , -0 , 1e+2 ] } ", #"{"a":[1,2.50,-0,1e+2]}"#),
    (#"{"a b" : " c  d " , "e" : "\" }" }"#, #"{"a b":" c  d ","e":"\" }"}"#),
    (#"{"u":"\u0041\/\\","z":18446744073709551617}"#, #"{"u":"\u0041\/\\","z":18446744073709551617}"#),
    ("[ true , false , null ]", "[true,false,null]"), ("\"a\u{2028}b\"", "\"a\u{2028}b\""), ("", ""),
  ]) func P1_everyValueKeepsItsText(text: String, expected: String) {
    #expect(compact(text) == expected)
  }

  @Test func editsReplaceInOrder() {
    let bytes = Array(#"{ "a" : 1 , "b" : 2 }"#.utf8)
    var out: [UInt8] = []
    out.appendCompact(
      bytes.span, 0..<bytes.count,
      edits: [
        WireEdit(1..<1, Array("\"z\":0,".utf8)), WireEdit(8..<9, Array("\"x\"".utf8)),
        WireEdit(18..<19, Array("[]".utf8)),
      ])
    #expect(String(decoding: out, as: UTF8.self) == #"{"z":0,"a":"x","b":[]}"#)
  }

  /// What the message becomes on its way to the other side.
  private func rebuilt(_ text: String, from sender: Side = .client) throws -> String {
    let message = try read(text, from: sender)
    let bytes = Array(text.utf8)
    var out: [UInt8] = []
    switch message.kind {
    case .request: out.appendRequest(message, bytes.span, id: 42)
    case .notification: out.appendNotification(message, bytes.span)
    case .result, .error: out.appendAnswer(message, bytes.span, id: "\"A\"")
    }
    return String(decoding: out, as: UTF8.self)
  }

  @Test func P2_theEnvelopeIsOurs() throws {
    #expect(
      try rebuilt(#"{"params":{"name":"a","x":[ 1.0 ]},"vendor":1,"method":"tools/call","id":"q","jsonrpc":"2.0"}"#)
        == #"{"jsonrpc":"2.0","id":42,"method":"tools/call","params":{"name":"a","x":[1.0]}}"# + "\n")
    #expect(
      try rebuilt(#"{"id":1,"method":"ping","jsonrpc":"2.0"}"#) == #"{"jsonrpc":"2.0","id":42,"method":"ping"}"# + "\n")
    #expect(
      try rebuilt(#"{"method":"notifications\/initialized","jsonrpc":"2.0"}"#)
        == #"{"jsonrpc":"2.0","method":"notifications\/initialized"}"# + "\n")
    #expect(
      try rebuilt(#"{"result":{ "a" : "\u00e9" },"id":3,"jsonrpc":"2.0"}"#)
        == #"{"jsonrpc":"2.0","id":"A","result":{"a":"\u00e9"}}"# + "\n")
    #expect(
      try rebuilt(#"{"error":{"code":-1, "message":"m"},"id":3,"jsonrpc":"2.0"}"#)
        == #"{"jsonrpc":"2.0","id":"A","error":{"code":-1,"message":"m"}}"# + "\n")
  }

  /// Readers that take a lone carriage return for a line's end would find a second message here.
  @Test func P10_rawCarriageReturnNeverPasses() throws {
    let smuggled = #"{"jsonrpc":"2.0","id":99,"method":"tools/call","params":{"name":"evil","arguments":{}}}"#
    let call = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"safe","arguments":{"x":["#
    let line = try rebuilt(call + "\r" + smuggled + "\r\n" + "]}}}")
    #expect(
      line == #"{"jsonrpc":"2.0","id":42,"method":"tools/call","params":{"name":"safe","arguments":{"x":["# + smuggled
        + "]}}}\n")
    #expect(line.utf8.dropLast().allSatisfy { $0 >= 0x20 })
  }

  @Test("P21: the codes of our own refusals are the standard's")
  func codesAreTheStandards() {
    #expect(Set(WireRefusal.Code.allCases.map(\.rawValue)) == [-32700, -32600, -32602, -32603])
  }

  @Test func errorsOfOurs() {
    var out: [UInt8] = []
    out.appendError(code: -32600, message: "say \"no\"", id: "7".utf8)
    out.appendError(code: -31001, message: "m", data: Array("{}".utf8), id: "\"x\"".utf8)
    out.appendError(code: -32700, message: "m", id: String.UTF8View?.none)
    #expect(
      String(decoding: out, as: UTF8.self) == """
        {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"say \\"no\\""}}
        {"jsonrpc":"2.0","id":"x","error":{"code":-31001,"message":"m","data":{}}}
        {"jsonrpc":"2.0","error":{"code":-32700,"message":"m"}}

        """)
  }

  @Test(
    arguments: [
      ("7", 7), ("\"7\"", 7), ("123456789012345678", 123_456_789_012_345_678), ("0", nil), ("07", nil), ("-1", nil),
      ("7.0", 7), ("10.000", 10), ("7.", nil), ("7.01", nil), ("\"7.0\"", nil), ("-7.0", nil), ("0.0", nil),
      ("07.0", nil), (".0", nil), ("7e0", nil), ("\"\"", nil), ("\"7 \"", nil), ("1234567890123456789012", nil),
      ("\"x\"", nil),
    ] as [(String, UInt64?)])
  func P18_onlyAnIDOfOursComesBack(id: String, expected: UInt64?) {
    let bytes = Array(id.utf8)
    #expect(WireID.ours(0..<bytes.count, bytes.span) == expected)
  }

  @Test func P12_idsAreLookedUpByTheirCharacters() {
    func key(_ text: String) -> ExactText { WireID.key(0..<text.utf8.count, Array(text.utf8).span) }
    #expect(key("\"a\"") == key("\"\\u0061\""))
    #expect(key("\"/\"") == key("\"\\/\""))
    #expect(Set([key("1"), key("\"1\""), key("\"1.0\""), key("-1"), key("10")]).count == 5)
    #expect(key("1.0") == key("1") && key("-10.00") == key("-10"))
  }
}
