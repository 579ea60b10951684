import Glibc
import Policy
import System
import Testing

extension RealThings {
  @Suite(.timeLimit(.minutes(1)))
  struct ChildTests {
    init() {
      Loop.startThread()
      Signals.ignoreBrokenPipes()
    }

    let environment = ["PATH": "/usr/bin:/bin"]

    @LoopActor private func run(
      _ command: ChildCommand, input: String = ""
    ) async throws -> (output: String, errors: String, exit: Child.Exit) {
      let child = try Child(command)
      let exited = Signalled<Child.Exit>()
      child.exited = { exited.send($0) }
      let stdin = try OutQueue(own: try require(child.takeInput()))
      stdin.write(bytes: input)
      stdin.closeWhenEmpty()
      let output = try require(child.takeOutput()).release()
      let errors = try require(child.takeErrors()).release()
      async let text = readAll(Descriptor(owning: output))
      async let complaints = readAll(Descriptor(owning: errors))
      let (first, second) = try await (text, complaints)
      return (String(decoding: first, as: UTF8.self), String(decoding: second, as: UTF8.self), await exited.next())
    }

    @Test("P72: what is written arrives whole and in order") @LoopActor func catEchoes() async throws {
      let text = String(repeating: "a line\n", count: 100_000)
      let result = try await run(ChildCommand(["cat"], environment: environment), input: text)
      #expect(result.output == text)
      #expect(result.exit == .code(0))
    }

    @Test(arguments: [("exit 0", Child.Exit.code(0)), ("exit 7", .code(7)), ("kill -USR1 $$", .signal(SIGUSR1))])
    @LoopActor func theExitIsTold(_ script: String, _ exit: Child.Exit) async throws {
      let result = try await run(ChildCommand(["sh", "-c", script], environment: environment))
      #expect(result.exit == exit)
    }

    @Test("P71: environment, arguments and folder arrive")
    @LoopActor func environmentArgumentsAndFolderArrive() async throws {
      let folder = try TemporaryFolder()
      let result = try await run(
        ChildCommand(
          ["sh", "-c", "pwd; echo \"$0|$1|$A\"; env | sort | grep -v -e PWD -e SHLVL -e _=", "zero", "one two"],
          environment: ["PATH": "/usr/bin:/bin", "A": "ä\n=", "": "x", "bad=key": "y"], directory: .path(folder.path)))
      #expect(result.output == "\(folder.path)\nzero|one two|ä\n=\n=\nA=ä\nPATH=/usr/bin:/bin\n")
      let open = try Descriptor.open(folder.path, O_RDONLY | O_DIRECTORY)
      let second = try await run(
        ChildCommand(["pwd"], environment: environment, directory: .descriptor(open.number)))
      #expect(second.output == "\(folder.path)\n")
    }

    @Test("P71: what is no text arrives as it is") @LoopActor func anyBytesArrive() async throws {
      var variables = ProcessEnvironment(entries: [
        Array("PATH=/usr/bin:/bin".utf8), [0x58, 0x3D, 0xFF], [0x5A, 0x3D, 0x31],
      ])
      variables.merge(["Z": "2", "Y": "3"])
      let script = Array("printf '%s|%s|%s|%s' \"$1\" \"$X\" \"$Y\" \"$Z\" | od -An -tx1".utf8)
      let result = try await run(
        ChildCommand([Array("sh".utf8), Array("-c".utf8), script, [], [0xFE, 0x80]], environment: variables))
      #expect(result.output == " fe 80 7c ff 7c 33 7c 32\n")
    }

    @Test("P70: a file that the child makes lacks the rights that it shall")
    @LoopActor func theFileMaskArrives() async throws {
      var command = ChildCommand(["sh", "-c", "umask"], environment: environment)
      command.fileMask = 0o137
      #expect(try await run(command).output == "0137\n")
    }

    @Test("P74: what is to be guarded is so without a trace") @LoopActor func aGuardGoesWithItsChild() async throws {
      _ = await eventually { Child.count == 0 }
      let before = openDescriptors()
      var command = ChildCommand(["cat"], environment: environment)
      command.isGuarded = true
      for _ in 0..<5 { #expect(try await run(command, input: "x").output == "x") }
      #expect(await eventually { Child.count == 0 })
      #expect(await eventually { openDescriptors() == before })
      errno = 0
      let left = waitpid(-1, nil, WNOHANG)
      #expect(left == -1 && errno == ECHILD)
    }

    @Test("P70: only three descriptors and clean signals arrive")
    @LoopActor func onlyThreeDescriptorsAndCleanSignalsArrive() async throws {
      let leak = try Descriptor.open("/dev/null", O_RDONLY)
      _ = fcntl(leak.number, F_SETFD, 0)
      let result = try await run(
        ChildCommand(
          [
            "sh", "-c",
            "ls /proc/self/fd | tr '\\n' ' '; echo; cat /proc/self/status | grep -e SigBlk -e SigIgn -e SigCgt | cut -f2",
          ],
          environment: environment))
      // `ls` itself has the folder open as 3.
      #expect(result.output == "0 1 2 3 \n" + String(repeating: "0000000000000000\n", count: 3))
    }

    @Test("P70: the child leads a group of its own and dies with its parent")
    @LoopActor func theChildLeadsItsOwnGroupAndDiesWithItsParent() async throws {
      let script = "import os,ctypes;n=ctypes.c_int();ctypes.CDLL(None).prctl(2,ctypes.byref(n));"
      let result = try await run(
        ChildCommand(
          ["python3", "-c", script + "print(os.getpid()==os.getpgrp(), n.value)"], environment: environment))
      #expect(result.output == "True 9\n")
    }

    struct Failure: Sendable, CustomTestStringConvertible {
      var words: [String]
      var directory = ChildCommand.Directory.inherited
      var code: Int32
      var part: String
      var testDescription: String { words.first ?? "nothing" }
    }

    @Test(arguments: [
      Failure(words: ["no-such-program-here"], code: ENOENT, part: "no folder of PATH has such a program"),
      Failure(words: ["/no/such/program"], code: ENOENT, part: "`/no/such/program`"),
      Failure(words: ["/etc/passwd"], code: EACCES, part: "Permission denied"),
      Failure(words: ["/tmp"], code: EACCES, part: "Permission denied"),
      Failure(
        words: ["cat"], directory: .path("/no/such/folder"), code: ENOENT, part: "in the folder `/no/such/folder`"),
      Failure(words: [], code: EINVAL, part: "a command is"),
      Failure(words: ["cat", "a\0b"], code: EINVAL, part: "a command is"),
    ])
    @LoopActor func aStartThatFailsSaysWhy(_ failure: Failure) throws {
      let before = openDescriptors()
      do {
        _ = try Child(ChildCommand(failure.words, environment: environment, directory: failure.directory))
        Issue.record("it started")
      } catch {
        #expect(error.code == failure.code)
        #expect("\(error)".contains(failure.part), "\(error)")
      }
      #expect(openDescriptors() == before)
    }

    @Test @LoopActor func aScriptWithoutItsFirstLineIsTheShells() async throws {
      let folder = try TemporaryFolder()
      try write("echo shell $1\n", to: folder("script"))
      Shell.chmod(folder("script"), 0o700)
      let result = try await run(
        ChildCommand(["script", "word"], environment: ["PATH": "/nowhere:\(folder.path):/bin"]))
      #expect(result.output == "shell word\n")
    }

    @Test("P74: a child that ignores everything is killed, and what it started")
    @LoopActor func aChildThatIgnoresEverythingIsKilled() async throws {
      let child = try Child(
        ChildCommand(
          ["sh", "-c", "trap '' TERM; sleep 1000 & echo $!; while :; do sleep 1000; done"], environment: environment))
      let exited = Signalled<Child.Exit>()
      child.exited = { exited.send($0) }
      let lines = Collected()
      let ready = Signalled<Void>()
      let stream = try InStream(
        own: try require(child.takeOutput()),
        received: {
          lines.append($0)
          if lines.text.contains("\n") { ready.send(()) }
        }, ended: { _ in })
      await ready.next()
      let grandchild = try #require(Int32(lines.text.dropLast()))
      #expect(isAlive(grandchild))
      let began = Clock.now()
      child.tearDown()
      #expect(await exited.next() == .signal(SIGKILL))
      let took = Clock.now().microseconds(since: began)
      #expect(took >= Teardown.afterInput + Teardown.afterTerminate)
      #expect(took < 20_000_000)
      #expect(await eventually { !isAlive(grandchild) })
      stream.close()
    }

    @Test("P74: a polite child ends with its input") @LoopActor func aPoliteChildEndsWithItsInput() async throws {
      let child = try Child(ChildCommand(["cat"], environment: environment))
      let exited = Signalled<Child.Exit>()
      child.exited = { exited.send($0) }
      child.tearDown()
      #expect(await exited.next() == .code(0))
    }

    @Test("P74: grandchildren end with their leader") @LoopActor func grandchildrenEndWithTheirLeader() async throws {
      // The leader ends when what it started is deaf to a polite word.
      let script = "sh -c 'trap \"\" TERM; echo $$; exec sleep 1000' & sleep 0.2"
      let child = try Child(ChildCommand(["sh", "-c", script], environment: environment))
      let output = try await readLine(from: try require(child.takeOutput()))
      let grandchild = try #require(Int32(output))
      #expect(await eventually { !isAlive(grandchild) })
      #expect(await eventually { Child.count == 0 })
    }

    @LoopActor private func readLine(from descriptor: consuming Descriptor) async throws -> String {
      let lines = Collected()
      let ready = Signalled<Void>()
      let stream = try InStream(
        own: descriptor,
        received: {
          lines.append($0)
          if lines.text.contains("\n") { ready.send(()) }
        }, ended: { _ in })
      await ready.next()
      stream.close()
      return String(lines.text.dropLast())
    }

    @Test @LoopActor func nothingIsLeftOpen() async throws {
      _ = try await run(ChildCommand(["true"], environment: environment))
      _ = await eventually { Child.count == 0 }
      let before = openDescriptors()
      for _ in 0..<20 { _ = try await run(ChildCommand(["true"], environment: environment)) }
      #expect(await eventually { Child.count == 0 })
      #expect(await eventually { openDescriptors() == before })
    }

    @Test func aDetachedChildIsInASessionOfItsOwnAndNotOurs() throws {
      let folder = try TemporaryFolder()
      let file = try Descriptor.open(folder("out"), O_WRONLY | O_CREAT)
      let pid = try Child.startDetached(
        ChildCommand(["sh", "-c", "sleep 5 & wait"], environment: environment), errors: file.number)
      defer { kill(-pid, SIGKILL) }
      #expect(getsid(pid) == pid)
      let stat = String(decoding: try SafeFile.read("/proc/\(pid)/stat", limit: 4096), as: UTF8.self)
      let fields = stat[(try #require(stat.lastIndex(of: ")")))...].split(separator: " ")
      #expect(Int32(fields[2]) != getpid())
    }

    @Test("P74: two seconds for the end of input, three more for SIGTERM, then SIGKILL") func theStepsOfAnEnd() {
      var teardown = Teardown()
      #expect(teardown.timerFired() == .nothing)
      #expect(teardown.begin() == .closeInput(patience: 2_000_000))
      #expect(teardown.begin() == .nothing)
      #expect(teardown.timerFired() == .terminate(patience: 3_000_000))
      #expect(teardown.timerFired() == .kill)
      #expect(teardown.timerFired() == .nothing)
      var hastened = Teardown()
      #expect(hastened.begin() == .closeInput(patience: 2_000_000))
      #expect(hastened.hasten() == .terminate(patience: 3_000_000))
      #expect(hastened.hasten() == .nothing)
      #expect(hastened.begin() == .nothing)
      #expect(hastened.timerFired() == .kill)
      var hurried = Teardown()
      #expect(hurried.hurry() == .kill)
      #expect(hurried.begin() == .nothing)
      var over = Teardown()
      over.exited()
      #expect(over.begin() == .nothing)
      #expect(over.hurry() == .nothing)
    }
  }
}
