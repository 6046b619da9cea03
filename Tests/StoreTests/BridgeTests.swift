import Foundation
import Testing

@testable import Replica
@testable import Sodium
@testable import Store

/// A shipment is one commit of two parts in two scopes; the bridge between them cancels.
@Suite struct BridgeTests {
    private let signer: SigningKey
    private let book: BookID
    private let roster: Roster
    private let hz = BranchCode("HZ")!
    private let pair = BranchPair("GZ+HZ")!
    private let item = Commodity.item(ItemCode("TEA")!)

    init() {
        var random = SeededRandom(seed: 31)
        signer = SigningKey(random: &random)
        book = BookID(random.digest())
        let agreement = AgreementKey(random: &random).publicKey
        let node = NodeID(signer.publicKey)
        let acts: [RosterAct] = [
            .found(
                Founding(
                    name: "Company", currency: CurrencyCode("CNY")!, scale: 2,
                    recovery: signer.publicKey, transport: agreement, box: agreement,
                    rosterEpoch: .zero)),
            .admit(
                Admission(
                    node: node, name: "HZ", transport: agreement, box: agreement, branch: hz,
                    grants: [.trade(hz)], series: Series("HZa")!, invitation: nil)),
        ]
        roster = Roster(
            zip(1..., acts).map { number, act in
                Roster.Step(
                    time: HybridTime(raw: number), author: node,
                    dot: Dot(log: LogID(.zero), seq: number, index: 0), act: act)
            })
    }

    private func part(_ part: UInt32, scope: Scope, _ postings: [Posting]) throws -> PreparedRun {
        let key = ScopeKey(
            scope: scope, key: SymmetricKey([UInt8](repeating: 7, count: 32))!, book: book)
        let name = LogName(author: NodeID(signer.publicKey), incarnation: 1, scope: scope)
        var writer = LogWriter(tip: LogTip(name, in: book), chapter: Chapter())
        let before = writer.tip
        let document = DocumentHeader(
            kind: .shipment, number: DocumentNumber("HZa-T-2026-000001"),
            effectiveDate: Day("2026-11-24")!, person: "Lin")
        let entry = try writer.append(
            [.post(try Transaction(document, postings))],
            at: .init(commit: 1, part: part, parts: 2, time: HybridTime(raw: UInt64(part) + 1)),
            key: key, signing: signer, signs: true)
        return try PreparedRun(
            verifying: RunCodec.encode(entry, after: before), after: before, chapter: Chapter(),
            key: { _ in key })
    }

    @Test func aBridgeCancelsWhenBothPartsAreThere() throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "branchbook-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try Store(path: folder.appending(path: "book.db").path)
        let transit = Account.transit(pair, "HZa-T-2026-000001")
        let leaves = try part(
            0, scope: .trade(hz),
            [
                Posting(.stock(hz), item, -5), Posting(.via(.between(pair)), item, 5),
            ])
        let travels = try part(
            1, scope: .between(pair),
            [
                Posting(.via(.trade(hz)), item, -5), Posting(transit, item, 5),
            ])
        try store.append([leaves], roster: roster)
        #expect(try store.unmatchedBridges() == [], "the other scope is not held: no judgement")
        try store.append([travels], roster: roster)
        #expect(try store.unmatchedBridges() == [])
        #expect(try store.halfDocuments(limit: 10) == [])
        #expect(try store.balance(of: transit, item, in: .between(pair)) == 5)
        #expect(try store.imbalances() == [])
    }

    @Test func partsThatDisagreeAreNamed() throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "branchbook-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try Store(path: folder.appending(path: "book.db").path)
        let leaves = try part(
            0, scope: .trade(hz),
            [
                Posting(.stock(hz), item, -5), Posting(.via(.between(pair)), item, 5),
            ])
        let travels = try part(
            1, scope: .between(pair),
            [
                Posting(.via(.trade(hz)), item, -4),
                Posting(.transit(pair, "HZa-T-2026-000001"), item, 4),
            ])
        try store.append([leaves, travels], roster: roster)
        #expect(try store.unmatchedBridges() == ["between/GZ+HZ trade/HZ #TEA 1"])
        #expect(try store.imbalances() == [], "each scope by itself sums to zero")
        let half = try #require(try store.halfDocuments(limit: 10).first)
        #expect(half.number == "HZa-T-2026-000001" && half.amount == 1 && half.person == "Lin")
        #expect(half.here == ["between/GZ+HZ", "trade/HZ"] && half.missing == [])
        #expect(try store.halfDocuments(limit: 0) == [])
    }
}
