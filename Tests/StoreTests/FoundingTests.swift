import Foundation
import Testing

@testable import Replica
@testable import Sodium
@testable import Store

/// A company is founded through the logs themselves: genesis, then the first roster entries.
@Suite struct FoundingTests {
    private let founder: SigningKey
    private let other: SigningKey
    private let agreement: AgreementPublicKey
    private let rosterKey: ScopeKey

    init() {
        var random = SeededRandom(seed: 21)
        founder = SigningKey(random: &random)
        other = SigningKey(random: &random)
        agreement = AgreementKey(random: &random).publicKey
        rosterKey = ScopeKey(rosterKey: SymmetricKey(random: &random))
    }

    private func genesis(by key: SigningKey, name: String, time: UInt64 = 1) throws -> PreparedRun {
        let log = LogName(author: NodeID(key.publicKey), incarnation: 1, scope: .roster)
        let founding = Founding(
            name: name, currency: CurrencyCode("CNY")!, scale: 2, recovery: other.publicKey,
            transport: agreement, box: agreement, rosterEpoch: rosterKey.epoch)
        return try written(
            [.found(founding)], log: log, book: .genesis, key: nil, signing: key, time: time)
    }

    private func written(
        _ acts: [RosterAct], log: LogName, book: BookID, key: ScopeKey?, signing: SigningKey,
        time: UInt64
    ) throws -> PreparedRun {
        var writer = LogWriter(tip: LogTip(log, in: book), chapter: Chapter())
        let before = writer.tip
        let entry = try writer.append(
            acts.map { .roster($0) }, at: .init(commit: 1, time: HybridTime(raw: time)),
            key: key, signing: signing, signs: true)
        return try PreparedRun(
            verifying: RunCodec.encode(entry, after: before), after: before, chapter: Chapter(),
            key: { _ in key })
    }

    private func withStores(_ body: ([Store]) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "branchbook-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body((0..<2).map { try Store(path: folder.appending(path: "\($0).db").path) })
    }

    @Test func theBookIsNamedAfterItsGenesis() throws {
        let genesis = try genesis(by: founder, name: "Company")
        let book = BookID(try #require(genesis.items.first).entry.hash)
        // The founder's clock stands before genesis: nothing counts less for it.
        let log = LogName(author: NodeID(founder.publicKey), incarnation: 1, scope: .roster)
        let hz = try #require(BranchCode("HZ"))
        let branch = BranchFacts(
            code: hz, name: "Hangzhou", entity: "Company", isHeadOffice: true,
            tradePairKey: agreement, moneyPairKey: agreement)
        let second = try written(
            [.addBranch(branch)], log: log, book: book, key: rosterKey, signing: founder, time: 1)
        // A second genesis by somebody else, older than ours, and a stranger's act.
        let pretender = try self.genesis(by: other, name: "Not the company")
        let strangersLog = LogName(author: NodeID(other.publicKey), incarnation: 1, scope: .roster)
        let strange = try written(
            [.nameKeeper(branch: hz, node: NodeID(other.publicKey))], log: strangersLog,
            book: book, key: rosterKey, signing: other, time: 9)
        let runs = [genesis, second, pretender, strange]
        try withStores { stores in
            for run in runs { try stores[0].append([run], roster: Roster()) }
            for run in runs.reversed() { try stores[1].append([run], roster: Roster()) }
            for store in stores {
                let roster = try store.roster(of: book)
                #expect(roster.founding?.name == "Company")
                #expect(roster.administrators == [NodeID(founder.publicKey)])
                #expect(roster.branches[hz]?.name == "Hangzhou")
                #expect(roster.keepers.isEmpty)
            }
            #expect(try stores[0].digest(of: .roster) == stores[1].digest(of: .roster))
            #expect(try stores[0].roster(of: BookID(.zero)).founding == nil)
        }
    }

    /// Both branches derive the key of what stands between them; a third cannot.
    @Test func aPairKeyIsDerivedByBothSides() throws {
        var random = SeededRandom(seed: 22)
        let (hz, gz, sh) = (
            AgreementKey(random: &random), AgreementKey(random: &random),
            AgreementKey(random: &random)
        )
        let book = BookID(Digest(random.bytes(32))!)
        let pair = try #require(BranchPair("GZ+HZ"))
        func key(_ own: AgreementKey, _ theirs: AgreementKey, money: Bool) throws -> ScopeKey {
            try ScopeKey(
                pair: pair, money: money, secret: own, other: theirs.publicKey, book: book)
        }
        #expect(try key(hz, gz, money: false) == key(gz, hz, money: false))
        #expect(try key(hz, gz, money: false) != key(hz, gz, money: true))
        #expect(try key(sh, gz, money: false) != key(hz, gz, money: false))
    }
}
