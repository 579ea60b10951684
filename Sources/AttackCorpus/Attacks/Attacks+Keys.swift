extension AttackCorpus {
  static var duplicateKeys: [Attack] {
    var shelf = Shelf(.duplicateKeys)
    shelf.add("two-names", "P7", "gives the tool's name twice", call(params: #"{"name":"allowed","name":"forbidden"}"#))
    shelf.add(
      "two-names-reversed", "P7", "gives the name twice, the forbidden one first",
      call(params: #"{"name":"forbidden","name":"allowed"}"#))
    shelf.add(
      "escaped-name", "P7", "gives the name twice, once with an escape",
      call(params: #"{"name":"allowed","n\u0061me":"forbidden"}"#))
    shelf.add(
      "escaped-name-alone", "P7", "gives the name by an escaped key", call(params: #"{"\u006eame":"forbidden"}"#))
    shelf.add(
      "two-params", "P7", "gives the params twice",
      #"{"jsonrpc":"2.0","id":"@@1","method":"tools/call","params":{"name":"allowed"},"params":{"name":"forbidden"}}"#)
    shelf.add(
      "two-params-reversed", "P7", "gives the params twice, the forbidden ones first",
      #"{"jsonrpc":"2.0","id":"@@1","method":"tools/call","params":{"name":"forbidden"},"params":{"name":"allowed"}}"#)
    shelf.add(
      "two-methods", "P7", "gives the method twice",
      #"{"jsonrpc":"2.0","id":"@@1","method":"ping","method":"tools/call","params":{"name":"forbidden"}}"#)
    shelf.add(
      "two-methods-reversed", "P7", "gives the method twice, the call first",
      #"{"jsonrpc":"2.0","id":"@@1","method":"tools/call","method":"ping","params":{"name":"forbidden"}}"#)
    shelf.add(
      "two-methods-escaped", "P7", "gives the method twice, once with an escape",
      #"{"jsonrpc":"2.0","id":"@@1","method":"ping","m\u0065thod":"tools/call","params":{"name":"forbidden"}}"#)
    shelf.add(
      "two-ids", "P7 P12", "gives the id twice, once as null",
      #"{"jsonrpc":"2.0","id":"@@1","id":null,"method":"tools/call","params":{"name":"allowed"}}"#)
    shelf.add(
      "two-arguments", "P7", "gives the arguments twice",
      call(
        params: #"{"name":"allowed_path","arguments":{"path":"/srv/allowed"},"arguments":{"path":"/etc/shadow"}}"#))
    shelf.add(
      "two-paths", "P7", "gives an argument twice",
      call("allowed_path", #"{"path":"/srv/allowed","path":"/etc/shadow"}"#))
    shelf.add(
      "two-paths-reversed", "P7", "gives an argument twice, the forbidden one first",
      call("allowed_path", #"{"path":"/etc/shadow","path":"/srv/allowed"}"#))
    shelf.add(
      "two-paths-escaped", "P7", "gives an argument twice, once with an escape",
      call("allowed_path", #"{"path":"/srv/allowed","p\u0061th":"/etc/shadow"}"#))
    shelf.add(
      "two-paths-far", "P7", "gives an argument twice with a hundred others between",
      call(
        "allowed_path",
        #"{"path":"/srv/allowed","# + (0..<100).map { #""k\#($0)":0,"# }.joined() + #""path":"/etc/shadow"}"#))
    shelf.add(
      "two-amounts", "P7", "gives a number twice",
      call("allowed_path", #"{"path":"/srv/allowed","amount":1,"amount":501}"#))
    return shelf.attacks
  }

  static var foldedKeys: [Attack] {
    var shelf = Shelf(.foldedKeys)
    shelf.add(
      "capital-name", "P7", "adds `Name` beside `name`", call(params: #"{"name":"allowed","Name":"forbidden"}"#))
    shelf.add(
      "capital-name-first", "P7", "adds `NAME` before `name`",
      call(params: #"{"NAME":"forbidden","name":"allowed"}"#))
    shelf.add("capital-name-alone", "P7", "writes `Name` only", call(params: #"{"Name":"forbidden","arguments":{}}"#))
    shelf.add(
      "capital-method", "P7", "adds `Method` beside `method`",
      #"{"jsonrpc":"2.0","id":"@@1","method":"ping","Method":"tools/call","params":{"name":"forbidden"}}"#)
    shelf.add(
      "capital-params", "P7", "adds `Params` beside `params`",
      #"{"jsonrpc":"2.0","id":"@@1","method":"tools/call","params":{"name":"allowed"},"Params":{"name":"forbidden"}}"#)
    shelf.add(
      "long-s-params", "P7", "writes `params` with a long s",
      "{\"jsonrpc\":\"2.0\",\"id\":\"@@1\",\"method\":\"tools/call\",\"params\":{\"name\":\"allowed\"},\"param\u{17F}\":{\"name\":\"forbidden\"}}"
    )
    shelf.add(
      "long-s-escaped", "P7", "writes `params` with an escaped long s",
      #"{"jsonrpc":"2.0","id":"@@1","method":"tools/call","params":{"name":"allowed"},"param\u017f":{"name":"forbidden"}}"#
    )
    shelf.add(
      "capital-arguments", "P7", "adds `Arguments` beside `arguments`",
      call(
        params: #"{"name":"allowed_path","arguments":{"path":"/srv/allowed"},"Arguments":{"path":"/etc/shadow"}}"#))
    shelf.add(
      "long-s-arguments", "P7", "writes `arguments` with a long s",
      call(
        params:
          "{\"name\":\"allowed_path\",\"arguments\":{\"path\":\"/srv/allowed\"},\"argument\u{17F}\":{\"path\":\"/etc/shadow\"}}"
      ))
    shelf.add(
      "capital-id", "P7 P12", "adds `ID`: null beside `id`",
      #"{"jsonrpc":"2.0","id":"@@1","ID":null,"method":"tools/call","params":{"name":"allowed"}}"#)
    shelf.add(
      "capital-path", "P7", "adds `Path` beside `path`",
      call("allowed_path", #"{"path":"/srv/allowed","Path":"/etc/shadow"}"#))
    shelf.add(
      "capital-path-first", "P7", "adds `PATH` before `path`",
      call("allowed_path", #"{"PATH":"/etc/shadow","path":"/srv/allowed"}"#))
    shelf.add(
      "capital-amount", "P7 P14", "writes `Amount`, so that `amount` is missing",
      call("allowed_path", #"{"path":"/srv/allowed","Amount":501}"#))
    shelf.add(
      "capital-secret", "P7 P14", "writes `Secret`, so that `secret` is missing",
      call("allowed_path", #"{"path":"/srv/allowed","Secret":"x"}"#))
    shelf.add(
      "long-s-secret", "P7 P14", "writes `secret` with a long s",
      call("allowed_path", "{\"path\":\"/srv/allowed\",\"\u{17F}ecret\":\"x\"}"))
    shelf.add(
      "nul-name", "P7 P9", "adds `name` with NUL behind it",
      call(params: #"{"name":"allowed","name\u0000":"forbidden"}"#))
    shelf.add(
      "nul-name-text", "P7 P9", "adds `name` with NUL and more behind it",
      call(params: #"{"name\u0000x":"forbidden","name":"allowed"}"#))
    shelf.add(
      "nul-path", "P7 P9", "adds an argument with NUL behind its key",
      call("allowed_path", #"{"path":"/srv/allowed","path\u0000":"/etc/shadow"}"#))
    shelf.add(
      "nul-secret", "P7 P9", "writes `secret` with NUL behind it",
      call("allowed_path", #"{"path":"/srv/allowed","secret\u0000":"x"}"#))
    shelf.add(
      "dotless-uri", "P7 P17", "writes `uri` with an i without its dot",
      request("resources/read", "{\"uri\":\"file:///srv/allowed.txt\",\"ur\u{131}\":\"file:///etc/shadow\"}"))
    shelf.add(
      "dotted-id", "P7 P12", "writes `id` with a capital I with a dot",
      "{\"jsonrpc\":\"2.0\",\"id\":\"@@1\",\"\u{130}D\":null,\"method\":\"tools/call\",\"params\":{\"name\":\"allowed\"}}"
    )
    shelf.add(
      "folded-escape", "P7", "adds an escaped capital `Path`",
      call("allowed_path", #"{"path":"/srv/allowed","\u0050ath":"/etc/shadow"}"#))
    return shelf.attacks
  }

  static var headers: [Attack] {
    var shelf = Shelf(.headers)
    shelf.add(
      "header-name", "P13", "adds a member `Mcp-Name` to the message",
      #"{"jsonrpc":"2.0","id":"@@1","method":"tools/call","Mcp-Name":"forbidden","params":{"name":"allowed"}}"#)
    shelf.add(
      "header-method", "P13", "adds members `Mcp-Method` and `Mcp-Name` to a ping",
      #"{"jsonrpc":"2.0","id":"@@1","method":"ping","Mcp-Method":"tools/call","Mcp-Name":"forbidden"}"#)
    shelf.add(
      "header-method-params", "P13", "adds a member `Mcp-Method` to a ping with a call's params",
      #"{"Mcp-Method":"tools/call","jsonrpc":"2.0","id":"@@1","method":"ping","params":{"name":"forbidden"}}"#)
    shelf.add(
      "header-unknown", "P13 P17", "adds a member `Mcp-Method` that names an unknown method",
      #"{"jsonrpc":"2.0","id":"@@1","method":"ping","Mcp-Method":"vendor/act"}"#)
    return shelf.attacks
  }
}
