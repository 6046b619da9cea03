import Testing

@testable import Replica
@testable import Sodium
@testable import Wire

/// What is signed on paper: one text for one claim, and nothing else is believed.
@Suite struct ClaimTests {
    private let key = SigningKey(seed: Array(repeating: 7, count: 32))

    private func claim(lines: Int = 2, random: inout SeededRandom) throws -> Claim {
        let book = BookID(try #require(Digest(random.bytes(32))))
        return Claim(
            book: book, number: try #require(DocumentNumber("HZa-S-2026-000017")),
            day: try #require(Day("2026-11-18")), isOnCredit: random.bytes(1)[0] & 1 == 1,
            receiver: random.bytes(1)[0] & 1 == 1 ? BranchCode("GZ") : nil,
            lines: try (0..<lines).map {
                Claim.Line(
                    item: try #require(ItemCode("ITEM-\(10 + $0)")),
                    quantity: Int64(random.bytes(1)[0]) + 1,
                    net: Int64(random.bytes(1)[0]) * 1_000_000_007)
            }, tax: Int64(random.bytes(1)[0]))
    }

    @Test(arguments: [1, 2, 3, 20] as [UInt64])
    func readsWhatItWrote(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let claim = try claim(random: &random)
        let text = try #require(claim.text(signedBy: key))
        #expect(Claim.isMeant(by: text) && !Claim.isMeant(by: claim.number.description))
        // Of capitals and digits alone: a QR code packs them densely.
        #expect(text.utf8.allSatisfy { (0x41...0x5a).contains($0) || (0x31...0x37).contains($0) })
        let groups = String(
            text.enumerated().flatMap { $0.offset % 5 == 4 ? [$0.element, " "] : [$0.element] })
        for spelling in [text, text.lowercased(), groups] {
            let read = try Claim.Unverified(spelling)
            #expect(read.claim == claim && read.isSigned(by: key.publicKey))
            #expect(!read.isSigned(by: SigningKey(seed: Array(repeating: 8, count: 32)).publicKey))
        }
    }

    /// Whatever is done to a claim, it throws, is not signed, or says the same.
    @Test func nothingElseIsBelieved() throws {
        var random = SeededRandom(seed: 5)
        let text = Array(try #require(try claim(random: &random).text(signedBy: key)).utf8)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        for place in text.indices.dropFirst(3) {
            var changed = text
            changed[place] = alphabet.first { $0 != text[place] }!
            let read = try? Claim.Unverified(String(decoding: changed, as: UTF8.self))
            #expect(read?.isSigned(by: key.publicKey) != true, "\(place)")
            let cut = String(decoding: text[..<place], as: UTF8.self)
            #expect((try? Claim.Unverified(cut))?.isSigned(by: key.publicKey) != true)
        }
        for _ in 0..<2_000 {
            let count = Int(random.bytes(1)[0])
            _ = try? Claim.Unverified(Claim.prefix + TextCode.base32.text(random.bytes(count)))
        }
        #expect(throws: WireError.self) {
            try Claim.Unverified(Claim.prefix + String(repeating: "A", count: 4_000))
        }
    }

    /// The longest one that is printed, in groups of five with blanks between them.
    @Test func blanksDoNotCount() throws {
        var random = SeededRandom(seed: 11)
        let text = try #require(try claim(lines: 40, random: &random).text(signedBy: key))
        #expect(text.utf8.count > 1_000)
        let groups = text.enumerated().map { "\($0.element)\($0.offset % 5 == 4 ? " " : "")" }
            .joined()
        #expect(try Claim.Unverified(groups).isSigned(by: key.publicKey))
    }

    @Test func whatIsTooLongHasNoText() throws {
        var random = SeededRandom(seed: 9)
        #expect(try claim(lines: 40, random: &random).text(signedBy: key) != nil)
        #expect(try claim(lines: 41, random: &random).text(signedBy: key) == nil)
        #expect(try claim(lines: 0, random: &random).text(signedBy: key) == nil)
    }

    /// RFC 4648, section 10, less the padding.
    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"),
        ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI"),
    ])
    func base32(plain: String, text: String) {
        #expect(TextCode.base32.text(Array(plain.utf8)) == text)
        #expect(TextCode.base32.bytes(text) == Array(plain.utf8))
        // A letter too many, or a bit that says nothing.
        #expect(text.isEmpty || TextCode.base32.bytes(text + "A") != Array(plain.utf8))
        #expect(TextCode.base32.bytes("MZ") == nil && TextCode.base32.bytes("M1") == nil)
    }
}
