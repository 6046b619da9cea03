import Testing

@testable import Replica
@testable import Sodium
@testable import Wire

/// The byte-exact vectors of `docs/protocol.md`: another implementation is written from them, so
/// they change only with the format.
@Suite struct VectorTests {
    private let author = SigningKey(seed: [UInt8](repeating: 1, count: 32))
    private let book = BookID(Digest([UInt8](repeating: 2, count: 32))!)
    private let secret = SymmetricKey([UInt8](repeating: 3, count: 32))!

    private func written() throws -> (entry: Entry, run: [UInt8]) {
        let hz = BranchCode("HZ")!
        let scope = Scope.trade(hz)
        let name = LogName(author: NodeID(author.publicKey), incarnation: 1, scope: scope)
        var writer = LogWriter(tip: LogTip(name, in: book), chapter: Chapter())
        let before = writer.tip
        let item = Commodity.item(ItemCode("TEA")!)
        let sale = try Transaction(
            DocumentHeader(
                kind: .sale, number: DocumentNumber("HZa-S-2026-000001"),
                effectiveDate: Day("2026-11-24")!, person: "Lin"),
            [
                Posting(.stock(hz), item, -3), Posting(.simple(.customer, hz), item, 3),
            ])
        let entry = try writer.append(
            [.post(sale)],
            at: .init(commit: 1, time: HybridTime(milliseconds: 1_795_000_000_000, counter: 0)),
            key: ScopeKey(scope: scope, key: secret, book: book), signing: author, signs: true)
        return (entry, RunCodec.encode(entry, after: before))
    }

    @Test func anEntryIsTheseBytes() throws {
        let (entry, run) = try written()
        let key = ScopeKey(scope: .trade(BranchCode("HZ")!), key: secret, book: book)
        let payload = try BodyCipher.open(entry, key: key)
        #expect(entry.header.log.description == Self.logID)
        #expect(key.epoch.description == Self.epoch)
        #expect(Hex.text(payload) == Self.payload)
        #expect(Hex.text(entry.header.bytes) == Self.header)
        #expect(Hex.text(entry.body) == Self.body)
        #expect(entry.hash.description == Self.hash)
        #expect(Hex.text(try #require(entry.signature).bytes) == Self.signature)
        #expect(Hex.text(run) == Self.run)
    }

    private static let logID = "7ecedb629cf1236f0dd47476b7c9fa42a3de40d0b2ef176875c8055e095a5112"
    private static let epoch = "ccb929e1d6503bed0409b1ff702348dafcec9fc649f0969b0e4ba6637ca6a3da"
    private static let payload: String =
        "05034c696e03485a610d73746f636b2f485a2f6d61696e04235445410b637573746f6d65722f485a"
        + "0101130101dac4020102ea0f01020003040500050406"
    private static let header: String =
        "0100017ecedb629cf1236f0dd47476b7c9fa42a3de40d0b2ef176875c8055e095a51120100000000"
        + "0000000000000000000000000000000000000000000000000000000001000101a1ee565e00000000"
        + "00ccb929e1d6503bed0409b1ff702348dafcec9fc649f0969b0e4ba6637ca6a3da4e88beb75ea6de"
        + "2942"
    private static let body: String =
        "4a212a45524d576c80e198f6564e4d3074800073cf36a599c627e22b0a068ed0efa9f5e4af1930e1"
        + "af9b5eca1471f670b32bcc23eeb8f5435a633ec93f47a1efe968676638343049cb180cc9a928"
    private static let hash = "e8df9c5815d7e2e1e5b90a96a9a8e6ab0edd6443e5318031d9fc4ba96a7bad06"
    private static let signature: String =
        "ba6d86c9060d72a87232e53b91550bb84fc77ac2a533ca51fff1ae86aca0f3c2901bcf3d6b05e05f"
        + "e36e517452647ce5f0539d3dfa8cbb6ac14eeabb530dac0a"
    private static let run: String =
        "1680bcd9f29e34000101ccb929e1d6503bed0409b1ff702348dafcec9fc649f0969b0e4ba6637ca6"
        + "a3da4e88beb75ea6de29424a212a45524d576c80e198f6564e4d3074800073cf36a599c627e22b0a"
        + "068ed0efa9f5e4af1930e1af9b5eca1471f670b32bcc23eeb8f5435a633ec93f47a1efe968676638"
        + "343049cb180cc9a928ba6d86c9060d72a87232e53b91550bb84fc77ac2a533ca51fff1ae86aca0f3"
        + "c2901bcf3d6b05e05fe36e517452647ce5f0539d3dfa8cbb6ac14eeabb530dac0a"
}
