import Testing

@testable import Books

/// Texts by their bytes.
@Suite struct TextBytesTests {
    /// The vectors of the algorithm's authors, and one of our own keys: what is written never changes.
    @Test(
        arguments: [
            ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c),
            ("foobar", 0x8594_4171_f739_67e8),
        ] as [(String, UInt64)])
    func hashes(text: String, hash: UInt64) { #expect(text.fnv1a == hash) }

    @Test(arguments: [
        ("Hotel", 5, "Hotel"), ("Hotel", 4, "Hote"), ("龙井茶", 7, "龙井"), ("龙井", 2, ""),
        ("e\u{301}x", 2, ""),
        ("e\u{301}x", 3, "e\u{301}"), ("", 3, ""), ("abc", 0, ""),
    ])
    func wholeCharacters(text: String, most: Int, kept: String) {
        #expect(text.cut(toBytes: most) == kept)
    }

    @Test func whatIsNotWantedTakesNoRoom() {
        #expect("a\u{7}b\u{1b}c".cut(toBytes: 2) { $0.isLetter } == "ab")
        #expect(Planner.cut("a\u{7}b\u{9b}c龙", 4) == "abc")
    }
}
