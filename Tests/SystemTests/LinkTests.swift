import Glibc
import System
import Testing

extension RealThings {
  /// Which links to a file are followed when it is written.
  @Suite(.timeLimit(.minutes(1)))
  struct LinkTests {
    init() { Loop.startThread() }

    /// A folder of a program with a link into a folder of dotfiles.
    private func dotfiles(_ folder: borrowing TemporaryFolder) throws {
      Shell.mkdir(folder("config"))
      Shell.mkdir(folder("dotfiles"))
      try write("mine", to: folder("dotfiles/policy.json"))
      Shell.link("../dotfiles/policy.json", folder("config/policy.json"))
    }

    private func refusal(_ path: String) -> String? {
      do throws(SystemError) {
        switch try SafeFile.ownTarget(of: path) {
        case .file: return nil
        case .refused(let reason): return reason
        }
      } catch {
        return "\(error)"
      }
    }

    @Test func aLinkToAFileOfOurOwnIsFollowed() throws {
      let folder = try TemporaryFolder()
      try dotfiles(folder)
      let target = folder("config/../dotfiles/policy.json")
      #expect(try SafeFile.ownTarget(of: folder("config/policy.json")) == .file(target))
      #expect(try SafeFile.replace(target, with: Array("new".utf8), limit: 100) { $0 == Array("mine".utf8) })
      #expect(try SafeFile.read(folder("dotfiles/policy.json"), limit: 100) == Array("new".utf8))
      #expect(SafeFile.linkTarget(folder("config/policy.json")) == "../dotfiles/policy.json")
      // The new file was made beside the target, not beside the link.
      #expect(try SafeFile.names(in: folder("config")) == ["policy.json"])
      #expect(try SafeFile.names(in: folder("dotfiles")) == ["policy.json"])
    }

    @Test func aLinkToAFileThatIsNotThereYetIsFollowed() throws {
      let folder = try TemporaryFolder()
      try dotfiles(folder)
      Shell.rm(folder("dotfiles/policy.json"))
      #expect(refusal(folder("config/policy.json")) == nil)
      #expect(refusal(folder("config/none.json")) == nil)
    }

    @Test(arguments: ["config", "dotfiles", "between"], [0o020, 0o002])
    func aFolderThatOthersWriteIsNotTrusted(which: String, right: Int) throws {
      let folder = try TemporaryFolder()
      try dotfiles(folder)
      Shell.mkdir(folder("between"))
      Shell.rm(folder("config/policy.json"))
      Shell.link(folder("dotfiles/policy.json"), folder("between/policy.json"))
      Shell.link(folder("between/policy.json"), folder("config/policy.json"))
      #expect(refusal(folder("config/policy.json")) == nil)
      Shell.chmod(folder(which), 0o700 | mode_t(right))
      #expect(
        refusal(folder("config/policy.json"))
          == "chmod go-w `\(folder(which))` first: the link `\(folder("config/policy.json"))` leads through it, "
          + "and others can write there")
    }

    @Test(.enabled(if: getuid() == 0)) func whatIsAnotherUsersIsNotTouched() throws {
      let folder = try TemporaryFolder()
      try dotfiles(folder)
      Shell.give(folder("dotfiles/policy.json"), to: 12345)
      #expect(
        refusal(folder("config/policy.json"))
          == "it is a link to another user's file, `\(folder("config/../dotfiles/policy.json"))`: change that where it is made"
      )
      Shell.give(folder("dotfiles/policy.json"), to: 0)
      Shell.give(folder("dotfiles"), to: 12345)
      #expect(refusal(folder("config/policy.json"))?.hasSuffix("where another user can put another file") == true)
    }

    /// The folder of the program may be a link as a whole; and who writes to the folder of a plain file is its business.
    @Test func whatStaysInItsFolderIsNoLinkElsewhere() throws {
      let folder = try TemporaryFolder()
      Shell.mkdir(folder("real"))
      try write("mine", to: folder("real/v1.json"))
      Shell.link("v1.json", folder("real/policy.json"))
      Shell.link("real", folder("config"))
      Shell.chmod(folder("real"), 0o777)
      #expect(refusal(folder("config/policy.json")) == nil)
      #expect(refusal(folder("config/v1.json")) == nil)
      Shell.link("loop", folder("loop"))
      #expect(refusal(folder("loop")) != nil)
    }
  }
}
