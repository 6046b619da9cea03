import Sodium
import Store

@testable import Replica

/// What hostile members said, beneath valid signatures, in the tables of an honest node.
///
/// Laws: every run that verifies is stored; each scope sums to zero; the tables are what reading the
/// logs again makes of them; whatever was said, people get answers.
struct StoreTarget: FuzzTarget {
    static let name = "store"
    static let bytesMax = 2_048

    private let company: Company
    private let store: Store
    private let logs: [(start: LogTip, key: ScopeKey, author: Int)]

    init() throws {
        company = try Company()
        store = try Store(path: ":memory:")
        let (hz, gz) = (Company.branches[0], Company.branches[1])
        guard let pair = BranchPair(hz, gz) else { throw Company.Failure.sample }
        let scopes: [Scope] = [
            .trade(hz), .money(hz), .between(pair), .betweenMoney(pair), .catalog, .roster,
        ]
        var logs: [(start: LogTip, key: ScopeKey, author: Int)] = []
        for author in 0..<2 {
            for scope in scopes {
                let tip = LogTip(company.log(author, scope), in: company.book)
                logs.append((tip, try company.key(scope), author))
            }
        }
        self.logs = logs
    }

    func run(_ input: [UInt8]) throws {
        var input = Input(input)
        let (isReadAgain, isAsked) = (input.flag(), input.flag())
        var runs: [PreparedRun] = []
        var ends: [Int: (tip: LogTip, chapter: Chapter)] = [:]
        while !input.isAtEnd, runs.count < 32 {
            let place = input.choice(logs.count)
            let log = logs[place]
            let (tip, chapter) = ends[place] ?? (log.start, Chapter())
            let entry = entry(input.blob(), after: tip, log.key, by: log.author)
            let run = try PreparedRun(
                verifying: RunCodec.encode(entry, after: tip), after: tip, chapter: chapter,
                key: { $0 == log.key.epoch ? log.key : nil })
            ends[place] = (run.tip, run.chapter)
            runs.append(run)
        }
        try store.dryRun {
            for run in runs { try store.append([run], roster: company.roster) }
            if isReadAgain { try readAgain() }
            if isAsked { try ask() }
        }
    }

    private func entry(
        _ payload: [UInt8], after tip: LogTip, _ key: ScopeKey, by author: Int
    ) -> Entry {
        let bytes = payload.count + XChaCha.tagBytes
        let header = EntryHeader(
            rulesLevel: 1, log: tip.id, seq: tip.head.seq + 1, previous: tip.head.hash,
            commit: tip.commit + 1, part: 0, parts: 1,
            time: HybridTime(milliseconds: 1_790_000_000_000 + Int64(tip.head.seq), counter: 0),
            rosterHeads: [], references: [], epoch: key.epoch, ciphertextBytes: bytes,
            isCheckpoint: tip.mustCheckpoint(ciphertextBytes: bytes),
            salt: [UInt8](repeating: 5, count: EntryHeader.saltBytes))
        let entry = Entry(
            header: header, body: BodyCipher.seal(payload, header: header, key: key), signature: nil
        )
        return entry.signed(company.signing[author].sign(Entry.signedBytes(entry.hash)))
    }

    private func readAgain() throws {
        let imbalances = try store.imbalances()
        law(imbalances.isEmpty, "\(imbalances)")
        let before = try store.fingerprint()
        try store.rebuild(roster: company.roster) { scope, epoch in
            logs.first { $0.key.scope == scope && $0.key.epoch == epoch }?.key
        }
        let after = try store.fingerprint()
        let changed = before.keys.filter { before[$0] != after[$0] }.sorted()
        law(changed.isEmpty, "read again, these tables differ: \(changed)")
    }

    /// What people and the engine ask of the tables.
    private func ask() throws {
        while try store.refreshCosts(limit: 100) > 0 {}
        let differences = try store.poolDifferences()
        law(differences.isEmpty, "\(differences)")
        guard let currency = CurrencyCode("CNY") else { throw Company.Failure.sample }
        _ = try store.balances(of: currency, upTo: nil)
        _ = try store.balances(of: currency, upTo: Day(number: 20_000))
        _ = try store.derived(upTo: nil)
        _ = try store.balances(prefix: "")
        _ = try store.shortages(limit: 10)
        _ = try store.contested(limit: 10)
        _ = try store.voids()
        _ = try store.unvaluedArrivals(limit: 10)
        _ = try store.poolFaults()
        _ = try store.unmatchedBridges()
        for day in try store.days(from: nil, to: nil).prefix(8) { _ = try store.journal(on: day) }
        _ = try store.sales(from: nil, to: nil)
        _ = try store.newestEntries(scope: nil, limit: 10)
        _ = try store.items(search: nil, after: nil, limit: 10)
        _ = try store.registers(entity: "item/TEA")
        _ = try store.recorded(source: "till", key: "536365")
        _ = try store.roster(of: company.book)
    }

    func seeds() throws -> [[UInt8]] {
        var seeds: [[UInt8]] = []
        for place in logs.indices {
            seeds.append(
                try Script.bytes { script in
                    script.rest([UInt8(place & 1), UInt8(place >> 1 & 1)])
                    var chapter = Chapter()
                    for op in company.operations.prefix(7) {
                        guard let next = Payload.encode([op, op], chapter: chapter) else {
                            throw Company.Failure.sample
                        }
                        chapter = next.chapter
                        script.byte(place)
                        script.blob(next.bytes)
                    }
                })
        }
        let act = Payload.encode(Array(company.operations.suffix(4)), chapter: Chapter())
        seeds.append(
            Script.bytes {
                $0.rest([1, 1, 5])
                $0.blob(act?.bytes ?? [])
            })
        return seeds
    }
}
