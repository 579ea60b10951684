/// Takes one message into the state and says what is to be done about it.
package func update(_ state: inout ConsoleState, _ message: ConsoleMessage) -> [ConsoleEffect] {
  []
}
