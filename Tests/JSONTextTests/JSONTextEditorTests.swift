import JSONText
import Testing

private func string(_ value: String) -> JSONNode { JSONNode(.string(ExactText(value))) }

private func rule(_ action: String) -> JSONNode {
  JSONNode(.object([JSONMember(key: "action", value: string(action))]))
}

struct JSONTextEditorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var before: String
    var after: String
    var edit: @Sendable (inout JSONTextEditor) throws(JSONTextEditor.Failure) -> Void
  }

  static let cases: [Case] = [
    Case(testDescription: "a value alone changes", before: #"{ "a" :1.0,"b":[ ] }"#, after: #"{ "a" :true,"b":[ ] }"#) {
      editor throws(JSONTextEditor.Failure) in try editor.set(["a"], to: JSONNode(.bool(true)))
    },
    Case(
      testDescription: "a tight line stays tight", before: #"{"tools":{"x":{}}}"#,
      after: #"{"tools":{"x":{},"y":{"action":"deny"}}}"#
    ) { editor throws(JSONTextEditor.Failure) in try editor.set(["tools", "y"], to: rule("deny")) },
    Case(
      testDescription: "a loose line stays loose", before: #"{"tools": {"x": {}}}"#,
      after: #"{"tools": {"x": {}, "y": {"action": "deny"}}}"#
    ) { editor throws(JSONTextEditor.Failure) in try editor.set(["tools", "y"], to: rule("deny")) },
    Case(
      testDescription: "missing parents are made", before: "{\n    \"version\": \"1\"\n}\n",
      after:
        "{\n    \"version\": \"1\",\n    \"servers\": {\"git\": {\"tools\": {\"push\": {\"action\": \"deny\"}}}}\n}\n"
    ) { editor throws(JSONTextEditor.Failure) in
      try editor.set(["servers", "git", "tools", "push"], to: rule("deny"))
    },
    Case(
      testDescription: "a member looks like the one before",
      before: "{\r\n\t\"t\": {\r\n\t\t\"x\": {\r\n\t\t\t\"a\": 1\r\n\t\t}\r\n\t}\r\n}",
      after:
        "{\r\n\t\"t\": {\r\n\t\t\"x\": {\r\n\t\t\t\"a\": 1\r\n\t\t},\r\n\t\t\"y\": {\r\n\t\t\t\"action\": \"deny\"\r\n\t\t}\r\n\t}\r\n}"
    ) { editor throws(JSONTextEditor.Failure) in try editor.set(["t", "y"], to: rule("deny")) },
    Case(
      testDescription: "into an empty object of a spread document", before: "{\n  \"t\": {}\n}",
      after: "{\n  \"t\": {\n    \"y\": {\"action\": \"deny\"}\n  }\n}"
    ) { editor throws(JSONTextEditor.Failure) in try editor.set(["t", "y"], to: rule("deny")) },
    Case(testDescription: "the first member goes", before: "{\n  \"a\": 1,\n  \"b\": 2\n}", after: "{\n  \"b\": 2\n}") {
      editor throws(JSONTextEditor.Failure) in editor.remove(["a"])
    },
    Case(testDescription: "the last member goes", before: "{\n  \"a\": 1,\n  \"b\": 2\n}", after: "{\n  \"a\": 1\n}") {
      editor throws(JSONTextEditor.Failure) in editor.remove(["b"])
    },
    Case(testDescription: "the only member goes", before: "{ \"a\": 1 }", after: "{}") {
      editor throws(JSONTextEditor.Failure) in editor.remove(["a"])
    },
    Case(testDescription: "nothing goes where nothing is", before: "{ \"a\": 1 }", after: "{ \"a\": 1 }") {
      editor throws(JSONTextEditor.Failure) in editor.remove(["b", "c"])
    },
    Case(testDescription: "an element is added", before: #"{"hide": ["a"]}"#, after: #"{"hide": ["a", "b"]}"#) {
      editor throws(JSONTextEditor.Failure) in try editor.append(string("b"), to: ["hide"])
    },
    Case(
      testDescription: "an array is made", before: "{\n  \"v\": 1\n}", after: "{\n  \"v\": 1,\n  \"hide\": [\"b\"]\n}"
    ) {
      editor throws(JSONTextEditor.Failure) in try editor.append(string("b"), to: ["hide"])
    },
    Case(testDescription: "an element goes", before: #"{"hide": ["a" , "b"]}"#, after: #"{"hide": ["b"]}"#) {
      editor throws(JSONTextEditor.Failure) in try editor.removeElement(0, of: ["hide"])
    },
  ]

  @Test(arguments: cases)
  func touchesOnlyWhatItChanges(_ testCase: Case) throws {
    var editor = try JSONTextEditor(Array(testCase.before.utf8))
    try testCase.edit(&editor)
    #expect(String(decoding: editor.text, as: UTF8.self) == testCase.after)
    var text = editor.text
    for splice in editor.splices.reversed() { #expect(splice.inverse.apply(to: &text)) }
    #expect(String(decoding: text, as: UTF8.self) == testCase.before)
  }

  @Test func refusesToDescendIntoANumber() throws {
    var editor = try JSONTextEditor(Array(#"{"a":1}"#.utf8))
    #expect(throws: JSONTextEditor.Failure.notAnObject(path: ["a"])) { try editor.set(["a", "b"], to: rule("deny")) }
    #expect(throws: JSONTextEditor.Failure.notAnArray(path: ["a"])) { try editor.append(rule("deny"), to: ["a"]) }
    #expect(editor.splices.isEmpty)
  }
}
