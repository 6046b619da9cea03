import Replica
import Sodium

/// One branch's sales as an author wrote them: one entry a sale, one line, four postings, 4,000 items.
struct SalesLog {
    let book: BookID
    let name: LogName
    let key: ScopeKey
    let roster: Roster
    let tip: LogTip
    let runs: [[UInt8]]
    /// Bytes on the wire beside the payload, per entry.
    let overheadBytes: Double

    init(sales: Int, batch: Int) throws {
        var random = SeededRandom(seed: 1)
        let signer = SigningKey(random: &random)
        let hz = BranchCode("HZ")!
        book = BookID(random.digest())
        name = LogName(author: NodeID(signer.publicKey), incarnation: 1, scope: .trade(hz))
        key = ScopeKey(scope: name.scope, key: SymmetricKey(random: &random), book: book)
        roster = Self.roster(name.author, hz, AgreementKey(random: &random).publicKey)
        var writer = LogWriter(tip: LogTip(name, in: book), chapter: Chapter())
        var runs: [[UInt8]] = []
        var payload = 0
        for start in stride(from: 0, to: sales, by: batch) {
            let end = min(start + batch, sales)
            var bytes: [UInt8] = []
            for number in start..<end {
                let before = writer.tip
                let entry = try writer.append(
                    [.post(try Self.sale(number, hz, &random))],
                    at: .init(
                        commit: UInt64(number + 1),
                        time: HybridTime(
                            milliseconds: 1_795_000_000_000 + Int64(number) * 700, counter: 0)),
                    key: key, signing: signer, signs: number == end - 1)
                payload += entry.body.count - XChaCha.tagBytes
                bytes += RunCodec.encode(entry, after: before)
            }
            runs.append(bytes)
        }
        self.runs = runs
        tip = writer.tip
        overheadBytes = Double(runs.reduce(0) { $0 + $1.count } - payload) / Double(sales)
    }

    private static func roster(
        _ node: NodeID, _ branch: BranchCode, _ agreement: AgreementPublicKey
    ) -> Roster {
        let acts: [RosterAct] = [
            .found(
                Founding(
                    name: "Company", currency: CurrencyCode("CNY")!, scale: 2, recovery: node.key,
                    transport: agreement, box: agreement, rosterEpoch: .zero)),
            .admit(
                Admission(
                    node: node, name: "HZ", transport: agreement, box: agreement, branch: branch,
                    grants: [.trade(branch)], series: Series(branch: branch, letters: "a")!,
                    invitation: nil)),
        ]
        return Roster(
            zip(1..., acts).map { number, act in
                Roster.Step(
                    time: HybridTime(raw: number), author: node,
                    dot: Dot(log: LogID(.zero), seq: number, index: 0), act: act)
            })
    }

    private static func sale(
        _ number: Int, _ branch: BranchCode, _ random: inout SeededRandom
    ) throws -> Transaction {
        let item = ItemCode("A\(random.next() % 4_000)")!
        let quantity = Int64(random.next() % 9) + 1
        let cny = Commodity.currency(CurrencyCode("CNY")!)
        return try Transaction(
            DocumentHeader(
                kind: .sale,
                number: DocumentNumber(
                    series: Series(branch: branch, letters: "a")!, kind: .sale, year: 2026,
                    running: UInt64(number + 1)),
                effectiveDate: Day(number: 20_781 + Int32(number / 5_000)), person: "Lin"),
            [
                Posting(.stock(branch), .item(item), -quantity),
                Posting(.simple(.customer, branch), .item(item), quantity),
                Posting(.simple(.sales, branch), cny, -quantity * 1_000, item: item),
                Posting(.tender(branch, "cash"), cny, quantity * 1_000),
            ])
    }
}
