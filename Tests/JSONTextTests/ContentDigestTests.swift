import JSONText
import Testing

struct ContentDigestTests {
  /// The examples of FIPS 180-4, and nothing.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
  ])
  func namesArgumentsBySHA256(_ text: String, _ digest: String) {
    #expect(ContentDigest(ofArguments: Array(text.utf8).span).hexadecimal == digest)
  }

  /// Those of RFC 7693, for 32 bytes.
  @Test(arguments: [
    ("", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"),
    ("abc", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"),
  ])
  func namesContentByBLAKE2b(_ text: String, _ digest: String) {
    #expect(ContentDigest(of: Array(text.utf8)).hexadecimal == digest)
  }
}
