import Testing

@testable import Sodium

/// The transcript of `docs/protocol-channel.md`, computed with Python's `hashlib` and `hmac` and
/// libsodium's primitives alone, from which a second implementation can be written.
@Suite struct ChannelVectorTests {
    static let preamble = "42424b31010196466bec7985f0fd61852ddcc212079d"
    static let messages = [
        "003079a631eede1bf9c98f12032cdeadd0e7a079398fc786b88cc846ec89af85a51a"
            + "660c8c295f1914838de632393ac4945e",
        "0060675dd574ed7789310b3d2e7681f3790b466c773b1521fecf36577958371ea52f"
            + "4b50d2d0014fcf31f92fc24190ea9962b761874b5d9f98a34c452fe930da2747"
            + "96661df935b778f66e00e01628829a6132d7baf532649a29c7e516daf2488233",
        "00409a634d7334449be8e0a51d09c785de70a0ebf151bd3d11db13ca7b96d327aba9"
            + "ea0a694bec994a17c4b78c3bcc86c636aeaef085b4b196ffd721c66d507bfe26",
    ]
    static let hash =
        "311df870ec8801a8bad9531fd814587383f58b442aaf08e3f3340b4cab7c504e"
        + "0d0f881a92d395ee9cd584d2e643a50b50f5da2319575179180452033623b35c"
    /// Record number, initiator's bytes, responder's bytes; each carries the message `07`.
    static let records: [(number: Int, initiator: String, responder: String)] = [
        (
            0, "0015295ab82aed2fff0cbe412ee2c68bcea815d9a7c399",
            "00153c58194d8db831581130abf6896878ef8851449b71"
        ),
        (
            999, "0015b0d300d05221a7c7e9004416647324e44473d14c9f",
            "0015626ebb83696023f6635d084733b879cdc09460c0b6"
        ),
        (
            1000, "001540c2974a91b49b1bad709fbd0841689be1381bb37a",
            "001512716135766bc4e34e268acbba8c2f72d70453f0cc"
        ),
        (
            1999, "00154dc16519fb9ac7c2e27477cccac8ee3040267f647e",
            "00152f20cac287c2c291d0916dd4eea4a8fb64d240082c"
        ),
        (
            2000, "00159ddf5eb59e7301a8ecf32e0a141cb7728bc6917c00",
            "0015f972697a8c74e0218b757325cfa4ca6a53560c1498"
        ),
    ]

    @Test func handshakeIsTheWrittenOne() throws {
        let (pair, messages) = try Pair.established()
        #expect(Hex.text(messages[0]) == Self.preamble + Self.messages[0])
        #expect(Hex.text(messages[1]) == Self.messages[1])
        #expect(Hex.text(messages[2]) == Self.messages[2])
        #expect(pair.responder.handshakeHash.map { Hex.text($0) } == Self.hash)
    }

    @Test func recordsAndRekeysAreTheWrittenOnes() throws {
        var (pair, _) = try Pair.established()
        for number in 0...2000 {
            let there = try pair.initiator.seal([7])
            let back = try pair.responder.seal([7])
            if let written = Self.records.first(where: { $0.number == number }) {
                #expect(Hex.text(there) == written.initiator, "record \(number)")
                #expect(Hex.text(back) == written.responder, "record \(number)")
            }
            #expect(try pair.responder.receive(there).events == [.message([7])])
            #expect(try pair.initiator.receive(back).events == [.message([7])])
        }
        #expect(pair.initiator.counters == .init(recordsSent: 2001, recordsReceived: 2001))
    }

    @Test func invitationKeyIsTheWrittenOne() {
        let key = PresharedKey(invitationSecret: counting(from: 0, count: 16), book: Pair.book)
        #expect(
            Hex.text(key.bytes)
                == "ddec2636c7a004f3dfd5de20293b8e3724b8277c433b83b80f790657760ffbee")
    }

    /// The page and the program say the same.
    @Test func pageHoldsTheVectors() throws {
        let page = try Vectors.protocolPage()
        let joined = page.filter { !$0.isWhitespace }
        for text in [Self.preamble, Self.hash] + Self.messages { #expect(joined.contains(text)) }
        for record in Self.records {
            #expect(joined.contains(record.initiator) && joined.contains(record.responder))
        }
        for domain in Domain.allCases { #expect(page.contains("`\(domain.rawValue)`")) }
        #expect(page.contains("ddec2636c7a004f3dfd5de20293b8e3724b8277c433b83b80f790657760ffbee"))
        #expect(page.contains("190078"))
    }
}
