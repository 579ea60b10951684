internal import Glibc
internal import MCPWire
internal import System

/// A small MCP server of ours on standard input and output, with tools of every category.
package enum DemoServer {
  private static let longestLine = 4 << 20

  /// Serves until standard input ends or nobody reads the answers any more.
  ///
  /// - Returns: The status to exit with.
  package static func run() -> Int32 {
    Signals.ignoreBrokenPipes()
    var conversation = ServerConversation()
    var framer = LineFramer(limit: longestLine)
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(0, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count == 0 ? 0 : 1 }
      framer.feed(buffer.span.extracting(first: count))
      while let frame = framer.next() {
        // A client of ours sends no such line; to guess at its id would be no better than to end.
        guard case .line(let range) = frame else { return 1 }
        guard let answer = conversation.answer(Array(framer.bytes[range])) else { continue }
        if answer.milliseconds > 0 { usleep(answer.milliseconds * 1000) }
        guard StandardOutput.write(answer.line) else { return 0 }
      }
    }
  }
}
