import Foundation
import Testing

@testable import Replica
@testable import Sodium
@testable import Store

/// A value shows iff it is valid and no valid write supersedes it, in any order of arrival.
@Suite struct RegisterTests {
    private let signers: [SigningKey]
    private let book: BookID
    private let roster: Roster
    private let key: ScopeKey

    init() {
        var random = SeededRandom(seed: 41)
        let signers = (0..<3).map { _ in SigningKey(random: &random) }
        self.signers = signers
        book = BookID(random.digest())
        key = ScopeKey(scope: .catalog, key: SymmetricKey(random: &random), book: book)
        let agreement = AgreementKey(random: &random).publicKey
        let founder = NodeID(signers[0].publicKey)
        let hz = BranchCode("HZ")!
        var acts: [RosterAct] = [
            .found(
                Founding(
                    name: "Company", currency: CurrencyCode("CNY")!, scale: 2,
                    recovery: signers[0].publicKey, transport: agreement, box: agreement,
                    rosterEpoch: .zero))
        ]
        // The third is a stranger.
        for (signer, letters) in zip(signers.prefix(2), ["a", "b"]) {
            acts.append(
                .admit(
                    Admission(
                        node: NodeID(signer.publicKey), name: letters, transport: agreement,
                        box: agreement, branch: hz, grants: [.catalog],
                        series: Series(branch: hz, letters: letters)!, invitation: nil)))
        }
        roster = Roster(
            zip(1..., acts).map { number, act in
                Roster.Step(
                    time: HybridTime(raw: number), author: founder,
                    dot: Dot(log: LogID(.zero), seq: number, index: 0), act: act)
            })
    }

    /// One write an entry, each a run of its own.
    private func runs(_ signer: SigningKey, _ writes: [(String, [Dot])]) throws -> [PreparedRun] {
        let name = LogName(author: NodeID(signer.publicKey), incarnation: 1, scope: .catalog)
        var writer = LogWriter(tip: LogTip(name, in: book), chapter: Chapter())
        return try writes.enumerated().map { place, write in
            let number = UInt64(place + 1)
            let (tip, chapter) = (writer.tip, writer.chapter)
            let op = RegisterWrite(
                entity: "item/TEA", attribute: "name", value: .text(write.0),
                supersedes: write.1)
            let entry = try writer.append(
                [.set(op)], at: .init(commit: number, time: HybridTime(raw: number)), key: key,
                signing: signer, signs: true)
            return try PreparedRun(
                verifying: RunCodec.encode(entry, after: tip), after: tip, chapter: chapter,
                key: { _ in key })
        }
    }

    private func shown(_ runs: [PreparedRun]) throws -> Set<Value> {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "branchbook-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try Store(path: folder.appending(path: "book.db").path)
        for run in runs { try store.append([run], roster: roster) }
        return Set(try store.values(entity: "item/TEA", attribute: "name"))
    }

    @Test func concurrentWritesShowUntilSomebodyChooses() throws {
        let theirs = try runs(signers[1], [("绿茶", [])])
        let dots = [
            Dot(
                log: LogName(author: NodeID(signers[0].publicKey), incarnation: 1, scope: .catalog)
                    .id(in: book), seq: 1, index: 0),
            Dot(log: theirs[0].tip.id, seq: 1, index: 0),
        ]
        let ours = try runs(signers[0], [("Tea", []), ("Green tea", dots)])
        #expect(try shown([ours[0], theirs[0]]) == [.text("Tea"), .text("绿茶")])
        for order in [
            [ours[0], theirs[0], ours[1]], [ours[0], ours[1], theirs[0]],
            [theirs[0], ours[0], ours[1]],
        ] {
            #expect(try shown(order) == [.text("Green tea")])
        }
        let strange = try runs(signers[2], [("Mine", dots)])
        #expect(
            try shown([strange[0], ours[0], theirs[0]]) == [.text("Tea"), .text("绿茶")],
            "a void write supersedes nothing")
    }
}
