package import JSONText

/// The JSON Schema of a policy, for editors: completion, hovers, and most mistakes while typing.
///
/// It is made of the keys and words that the reader itself goes by, so that nothing can be known to one and not to the other. What no
/// schema can see (two globs that tie, counters that disagree, an RE2 pattern that does not compile) only the reader finds.
package enum PolicySchema {
  /// The whole schema (2020-12).
  package static var root: JSONNode {
    var members: [(String, SchemaNode)] = [
      ("$schema", "https://json-schema.org/draft/2020-12/schema"),
      ("title", "Gatehouse policy"),
      ("description", "What agents may do with the tools of MCP servers. Check it with: gatehouse policy validate"),
    ]
    members += closed(RootKey.self, required: [.version]) { schema(of: $0) }
    members.append(("$defs", definitions))
    return SchemaNode.object(members).json
  }

  private static var definitions: SchemaNode {
    .object([
      ("server", .object(closed(ServerKey.self) { schema(of: $0) })),
      ("toolRule", rule("Rule for tools", RuleKey.allCases)),
      ("rule", rule("Rule", RuleKey.allCases.filter { $0 != .matchSchema })),
      ("limit", .object(closed(LimitKey.self, required: [.window, .max]) { schema(of: $0) })),
      ("condition", condition),
      (
        "argument",
        text("A place in the arguments: args.amount, args.items[0].price, args[\"odd.key\"]", Pattern.argument)
      ),
      ("time", text("A time with its offset: 2026-12-31T00:00:00Z", Pattern.time)),
      ("name", text("A name, or a glob: * is any run of characters, \\* a star", Pattern.name)),
    ])
  }

  private static func rule(_ title: String, _ keys: [RuleKey]) -> SchemaNode {
    .object([("title", SchemaNode(title))] + closed(keys) { schema(of: $0) })
  }

  // MARK: Levels

  private static func schema(of key: RootKey) -> SchemaNode {
    switch key {
    case .version:
      .object([("const", "1"), ("description", "The version of this format.")])
    case .mode:
      words(ModeWord.self, "Whether the policy is enforced, or only says what it would do.", default: .enforce) {
        word in
        switch word {
        case .enforce: "what is denied does not reach the server"
        case .observe: "decide and record, but let everything through"
        }
      }
    case .description: .object([("type", "string"), ("description", "For people; it means nothing.")])
    case .servers:
      .object([
        ("type", "object"), ("description", "What holds for one server only, by the name it is registered under."),
        ("propertyNames", .object([("minLength", 1)])), ("additionalProperties", reference("server")),
      ])
    case .default: schema(of: ServerKey.default)
    case .hide: schema(of: ServerKey.hide)
    case .allTools: schema(of: ServerKey.allTools)
    case .tools: schema(of: ServerKey.tools)
    case .resources: schema(of: ServerKey.resources)
    case .prompts: schema(of: ServerKey.prompts)
    case .serverRequests: schema(of: ServerKey.serverRequests)
    }
  }

  private static func schema(of key: ServerKey) -> SchemaNode {
    switch key {
    case .default:
      words(DefaultSetting.self, "What holds where no rule does.", default: .deny) { word in
        switch word {
        case .allow: "let it through"
        case .deny: "deny it"
        case .requireApproval: "ask a person"
        }
      }
    case .hide:
      .object([
        ("type", "array"), ("description", "Tools that clients do not see and cannot call: names and globs."),
        ("items", reference("name")),
      ])
    case .allTools: reference("toolRule", "A rule that every call of a tool must pass beside the tool's own.")
    case .tools:
      rules(
        "toolRule",
        "Rules for tools, by name or glob; the exact name wins, then the glob with the most literal characters.")
    case .resources: rules("rule", "Rules for reading resources, by URI or glob.")
    case .prompts: rules("rule", "Rules for prompts, by name or glob.")
    case .serverRequests:
      rules(
        "rule", "Rules for what servers ask of clients: sampling/createMessage, elicitation/create.",
        not: PolicyReader.plumbing)
    }
  }

  private static func rules(_ definition: String, _ description: String, not: [String] = []) -> SchemaNode {
    var names: [(String, SchemaNode)] = [("$ref", "#/$defs/name")]
    if !not.isEmpty { names.append(("not", .object([("enum", .array(not.map { SchemaNode($0) }))]))) }
    return .object([
      ("type", "object"), ("description", SchemaNode(description)), ("propertyNames", .object(names)),
      ("additionalProperties", reference(definition)),
    ])
  }

  // MARK: Rules

  private static func schema(of key: RuleKey) -> SchemaNode {
    switch key {
    case .action:
      words(PolicyRule.Action.self, "What the rule does.", default: .allow) { word in
        switch word {
        case .allow: "let the call through, if conditions and limits do"
        case .deny: "deny the call"
        case .requireApproval: "hold the call until a person has decided"
        }
      }
    case .reason: nonempty("What the agent is told on a denial, and the approver on a request.")
    case .limits: list(reference("limit"), "How often, or how much, in some time; all of them hold.")
    case .rateLimit:
      .object([
        ("description", "The short form of one limit: \"10/minute\" or {\"max\": 10, \"window\": 60}."),
        (
          "anyOf",
          .array([
            text(nil, "^[0-9]{1,16}/(?:\(LimitWindow.words.map(\.word).joined(separator: "|")))$"),
            .object(closed(RateKey.self, required: [.max, .window]) { schema(of: $0) }),
          ])
        ),
      ])
    case .require: entries(.require, "Each must hold, or the call is denied.")
    case .denyIf: entries(.denyIf, "None may hold, or the call is denied; without conditions it always holds.")
    case .approveIf: entries(.approveIf, "Any that holds asks a person.")
    case .allowIf: entries(.allowIf, "Any that holds spares the asking, and nothing else.")
    case .approval:
      .object([("description", "How long a call waits for a person.")] + closed(ApprovalKey.self) { schema(of: $0) })
    case .expires: reference("time", "From then on the rule is as if absent.")
    case .matchSchema:
      .object([
        ("type", "boolean"), ("description", "Whether arguments must satisfy the tool's own input schema."),
        ("default", false),
      ])
    }
  }

  private static func schema(of key: ApprovalKey) -> SchemaNode {
    let terms = ApprovalTerms()
    switch key {
    case .hold: return seconds("How long the open request is held: at most timeout.", from: 0, default: terms.hold)
    case .timeout: return seconds("How long a person may still decide.", from: 1, default: terms.timeout)
    case .remember:
      return seconds(
        "How long identical calls are approved along with one; 0 for not at all.", from: 0, default: terms.remember)
    case .onNoApprover:
      return words(ApprovalTerms.Absence.self, "What happens where nobody can be asked.", default: terms.onNoApprover) {
        word in
        switch word {
        case .wait: "wait for somebody who can"
        case .deny: "deny the call at once"
        }
      }
    }
  }

  // MARK: Limits

  private static func schema(of key: RateKey) -> SchemaNode {
    switch key {
    case .max: schema(of: LimitKey.max)
    case .window: schema(of: LimitKey.window)
    }
  }

  private static func schema(of key: LimitKey) -> SchemaNode {
    switch key {
    case .counter: return nonempty("Limits with one name, window and scope share one count.")
    case .window:
      let seconds: SchemaNode = .object([
        ("type", "integer"), ("minimum", SchemaNode(LimitWindow.range.lowerBound)),
        ("maximum", SchemaNode(LimitWindow.range.upperBound)),
      ])
      return .object([
        ("description", "How long a call counts: a word, or seconds."),
        ("anyOf", .array([.object([("enum", .array(LimitWindow.words.map { SchemaNode($0.word) }))]), seconds])),
      ])
    case .max:
      return .object([
        ("type", "number"), ("description", "How many calls, or how much cost, fit into one window."), ("minimum", 0),
        ("maximum", SchemaNode(WholeNumber.greatest)),
      ])
    case .scope:
      return words(LimitScope.self, "Who shares one count.", default: .grant) { word in
        switch word {
        case .grant: "one client credential"
        case .session: "one MCP session"
        case .server: "all callers of a server"
        case .global: "everything"
        }
      }
    case .align:
      return words(PolicyLimit.Alignment.self, "Where a window begins.", default: .sliding) { word in
        switch word {
        case .sliding: "never more than max in any interval of that length"
        case .calendar: "starts anew at UTC boundaries"
        }
      }
    case .count:
      return words(PolicyLimit.Counting.self, "Which calls count.", default: .forwarded) { word in
        switch word {
        case .forwarded: "every call that reaches the server, failed ones too"
        case .succeeded: "calls that did not fail"
        }
      }
    case .cost: return reference("argument", "A number among the arguments that is added instead of 1.")
    case .expires: return reference("time", "From then on the limit is as if absent.")
    }
  }

  // MARK: Conditions

  private static func entries(_ kind: ConditionEntry.Kind, _ description: String) -> SchemaNode {
    list(.object(closed(EntryKey.keys(of: kind), required: [.conditions]) { schema(of: $0) }), description)
  }

  private static func schema(of key: EntryKey) -> SchemaNode {
    switch key {
    case .conditions: list(reference("condition"), "All of them must hold for the entry to hold.")
    case .onDeny: nonempty("What the agent is told.")
    case .reason: nonempty("What the approver is told.")
    case .expires: reference("time", "From then on the entry is as if absent.")
    }
  }

  private static var condition: SchemaNode {
    var members = closed(ConditionKey.self, required: ConditionKey.allCases) { key in
      switch key {
      case .path:
        text("What of the call is looked at: args.amount, args.items[*].path, call.client", Pattern.path)
      case .op: words(ConditionOperator.self, "How it is compared with the value.", default: nil) { $0.inWords }
      case .value: .object([("description", "What it is compared with; of which type depends on the operator.")])
      }
    }
    members.append(
      ("allOf", .array(ConditionValue.allCases.map(fits) + ConditionValue.allCases.compactMap(fitsString))))
    return .object(members)
  }

  /// The values that an operator takes.
  private static func fits(_ kind: ConditionValue) -> SchemaNode {
    let operators = ConditionOperator.allCases.filter { $0.valueKind == kind }
    return .object([
      ("if", .object([("properties", .object([("op", one(of: operators))]))])),
      ("then", .object([("properties", .object([("value", kind.schema)]))])),
    ])
  }

  /// What of them can be so for `call.client` and its like, which are strings.
  private static func fitsString(_ kind: ConditionValue) -> SchemaNode? {
    guard let value = kind.schemaForStrings else { return nil }
    let operators = ConditionOperator.allCases.filter { $0.valueKind == kind }
    let path: SchemaNode = .object([("pattern", "^call[.]")])
    return .object([
      ("if", .object([("properties", .object([("path", path), ("op", one(of: operators))]))])),
      ("then", .object([("properties", .object([("value", value)]))])),
    ])
  }

  private static func one(of operators: [ConditionOperator]) -> SchemaNode {
    .object([("enum", .array(operators.map { SchemaNode($0.rawValue) }))])
  }
}
