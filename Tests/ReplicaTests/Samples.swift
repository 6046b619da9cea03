@testable import Replica
@testable import Sodium

/// A founder's keys and a log to write into, all from one seed.
struct Sample {
    var random: SeededRandom
    let signing: SigningKey
    let book: BookID
    let key: ScopeKey
    let name: LogName

    init(seed: UInt64, scope: Scope = .trade(BranchCode("HZ")!)) {
        random = SeededRandom(seed: seed)
        signing = SigningKey(random: &random)
        book = BookID(Digest(random.bytes(32))!)
        key = ScopeKey(scope: scope, key: SymmetricKey(random: &random), book: book)
        name = LogName(author: NodeID(signing.publicKey), incarnation: 1, scope: scope)
    }

    var writer: LogWriter { LogWriter(tip: LogTip(name, in: book), chapter: Chapter()) }

    /// `count` sales, one a commit; only the last and the checkpoints are signed.
    mutating func entries(_ count: Int) throws -> (run: [UInt8], tip: LogTip, entries: [Entry]) {
        var writer = self.writer
        var clock = HybridClock()
        var run: [UInt8] = []
        var entries: [Entry] = []
        for number in 1...count {
            let before = writer.tip
            let time = clock.next(at: Instant(milliseconds: 1_790_000_000_000 + Int64(number)))
            let entry = try writer.append(
                [.post(try sale(number))], at: .init(commit: UInt64(number), time: time),
                key: key, signing: signing, signs: number == count)
            run += RunCodec.encode(entry, after: before)
            entries.append(entry)
        }
        return (run, writer.tip, entries)
    }

    mutating func sale(_ number: Int) throws -> Transaction {
        let branch = BranchCode("HZ")!
        let item = ItemCode("A\(random.next() % 20)")!
        let quantity = Int64(random.next() % 9) + 1
        let cny = Commodity.currency(CurrencyCode("CNY")!)
        return try Transaction(
            DocumentHeader(
                kind: .sale,
                number: DocumentNumber(
                    series: Series("HZa")!, kind: .sale, year: 2026, running: UInt64(number)),
                effectiveDate: Day(year: 2026, month: 11, day: 24)!, person: "Lin"),
            [
                Posting(.stock(branch), .item(item), -quantity),
                Posting(.simple(.customer, branch), .item(item), quantity),
                Posting(.simple(.sales, branch), cny, -quantity * 885, item: item),
                Posting(.simple(.tax, branch), cny, -quantity * 115),
                Posting(.tender(branch, "cash"), cny, quantity * 1_000),
            ])
    }
}
