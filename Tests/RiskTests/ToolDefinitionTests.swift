import JSONText
import Risk
import Testing

struct ToolDefinitionTests {
  static let full = """
    {"name":"ship_parcel","title":"Ship","description":"Ships a parcel.","inputSchema":{"type":"object","properties":
    {"note":{"type":["string","null"]},"parcel":{"type":"integer","description":"Its number."}},"required":["parcel"]},
    "annotations":{"title":"Other","readOnlyHint":false,"destructiveHint":true,"idempotentHint":"yes"}}
    """

  @Test func readsEachMember() throws {
    let ship = try tool(Self.full)
    #expect(ship.name == "ship_parcel")
    #expect(ship.title == "Ship")
    #expect(ship.description == "Ships a parcel.")
    #expect(
      ship.parameters == [
        .init(name: "parcel", type: "integer", isRequired: true, description: "Its number."),
        .init(name: "note", type: "string", isRequired: false, description: ""),
      ])
    #expect(ship.annotations == .init(readOnlyHint: false, destructiveHint: true))
  }

  @Test(arguments: [
    "{}", "[]", "null", #"{"name":""}"#, #"{"name":7}"#, #"{"name":null}"#,
    #"{"name":""# + String(repeating: "n", count: 1025) + #""}"#,
  ])
  func hasNoUsableName(_ json: String) throws {
    #expect(ToolDefinition(try JSONNode.read(Array(json.utf8))) == nil)
  }

  @Test func toleratesMembersOfOtherTypes() throws {
    let odd = try tool(
      #"{"name":"x","title":1,"description":[],"inputSchema":{"properties":[1],"required":{}},"annotations":"no"}"#)
    #expect(odd.title == nil)
    #expect(odd.description == "")
    #expect(odd.parameters == [])
    #expect(odd.annotations == .init())
  }

  @Test func cutsLongTextsBetweenScalars() throws {
    let long = try tool("{\"name\":\"x\",\"description\":\"a" + String(repeating: "ä", count: 20_000) + "\"}")
    #expect(long.description.utf8.count == ToolDefinition.Limits.descriptionBytes - 1)
    #expect(long.description.hasSuffix("ä"))
  }

  @Test func boundsTheNumberOfParameters() throws {
    let many = (0..<1000).map { "\"p\($0)\":{}" }.joined(separator: ",")
    let wide = try tool("{\"name\":\"x\",\"inputSchema\":{\"properties\":{\(many)}}}")
    #expect(wide.parameters.count == ToolDefinition.Limits.parameters)
  }
}

struct ToolDigestTests {
  static let base = #"{"name":"a","description":"d","inputSchema":{"type":"object","required":["x","y"]}}"#

  @Test(arguments: [
    #"{"inputSchema":{"required":["x","y"],"type":"object"},"description":"d","name":"a"}"#,
    #"{ "name" : "\u0061", "description":"d", "inputSchema":{"type":"object","required":["x","y"]}}"#,
    #"{"name":"a","description":"d","inputSchema":{"type":"object","required":["x","y"]},"_meta":{"n":1}}"#,
  ])
  func sameTool(_ json: String) throws {
    #expect(try tool(json).digest == tool(Self.base).digest)
    #expect(try tool(json) == tool(Self.base))
  }

  @Test(arguments: [
    #"{"name":"b","description":"d","inputSchema":{"type":"object","required":["x","y"]}}"#,
    #"{"name":"a","description":"d ","inputSchema":{"type":"object","required":["x","y"]}}"#,
    #"{"name":"a","description":"d","inputSchema":{"type":"object","required":["y","x"]}}"#,
    #"{"name":"a","description":"d","outputSchema":{"type":"object","required":["x","y"]}}"#,
    #"{"name":"a","description":"d","inputSchema":{"type":"object","required":["x","y"]},"title":"T"}"#,
    #"{"name":"a","description":"d","inputSchema":{"type":"object","required":["x","y"]},"annotations":{}}"#,
    #"{"name":"a","inputSchema":{"type":"object","required":["x","y"]}}"#,
  ])
  func anotherTool(_ json: String) throws {
    #expect(try tool(json).digest != tool(Self.base).digest)
  }

  @Test func keepsItsValue() throws {
    // A pin written today must still hold with the next version.
    #expect(try tool(#"{"name":"a"}"#).digest == ContentDigest(of: Array(#"{"name":"a"}"#.utf8)))
    #expect(
      try tool(#"{"title":"t","name":"a"}"#).digest == ContentDigest(of: Array(#"{"name":"a","title":"t"}"#.utf8)))
  }
}
