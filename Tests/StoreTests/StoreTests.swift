import Foundation
import GRDB
import Testing

@testable import Replica
@testable import Sodium
@testable import Store

/// Logs of two authors at two branches, cut into runs, with concurrent register writes.
private struct Book {
    let book: BookID
    let roster: Roster
    var runs: [[PreparedRun]] = []
    var keys: [Digest: ScopeKey] = [:]
    var last: LogID?

    static let hz = BranchCode("HZ")!
    static let item = Commodity.item(ItemCode("A")!)

    init(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let book = BookID(Digest(random.bytes(32))!)
        self.book = book
        let agreement = AgreementKey(random: &random).publicKey
        let signers = (0..<2).map { _ in SigningKey(random: &random) }
        let branches = [BranchCode("HZ")!, BranchCode("GZ")!]
        var steps: [Roster.Step] = []
        func add(_ act: RosterAct) {
            let number = UInt64(steps.count + 1)
            steps.append(
                .init(
                    time: HybridTime(raw: number), author: NodeID(signers[0].publicKey),
                    dot: Dot(log: LogID(.zero), seq: number, index: 0), act: act))
        }
        add(
            .found(
                Founding(
                    name: "Company", currency: CurrencyCode("CNY")!, scale: 2,
                    recovery: signers[0].publicKey, transport: agreement, box: agreement,
                    rosterEpoch: .zero)))
        for (signer, branch) in zip(signers, branches) {
            add(
                .admit(
                    Admission(
                        node: NodeID(signer.publicKey), name: branch.text, transport: agreement,
                        box: agreement, branch: branch, grants: [.catalog, .trade(branch)],
                        series: Series(branch: branch, letters: "a")!, invitation: nil)))
        }
        roster = Roster(steps)
        for (signer, branch) in zip(signers, branches) {
            for scope in [Scope.trade(branch), .catalog] {
                let key = ScopeKey(scope: scope, key: SymmetricKey(random.bytes(32))!, book: book)
                keys[key.epoch] = key
                let name = LogName(author: NodeID(signer.publicKey), incarnation: 1, scope: scope)
                var stream: [PreparedRun] = []
                var writer = LogWriter(tip: LogTip(name, in: book), chapter: Chapter())
                var commit: UInt64 = 0
                for _ in 0..<4 {
                    let (before, chapter) = (writer.tip, writer.chapter)
                    var bytes: [UInt8] = []
                    let count = Int(random.next() % 5) + 1
                    for number in 1...count {
                        commit += 1
                        let tip = writer.tip
                        let entry = try writer.append(
                            [Self.op(scope, branch, commit, &random)],
                            at: .init(
                                commit: commit,
                                time: HybridTime(milliseconds: Int64(commit), counter: 0)),
                            key: key, signing: signer, signs: number == count)
                        bytes += RunCodec.encode(entry, after: tip)
                    }
                    stream.append(
                        try PreparedRun(
                            verifying: bytes, after: before, chapter: chapter, key: { _ in key }))
                }
                runs.append(stream)
                last = writer.tip.id
            }
        }
    }

    private static func op(
        _ scope: Scope, _ branch: BranchCode, _ number: UInt64, _ random: inout SeededRandom
    ) throws -> Replica.Operation {
        guard case .trade = scope else {
            guard number % 3 != 0 else {
                return .append(
                    Event(
                        entity: "task/1", kind: "step", person: "Lin",
                        effectiveDate: Day(number: Int32(number))))
            }
            return .set(
                RegisterWrite(
                    entity: "item/A", attribute: "name", value: .text("\(branch)\(number)")))
        }
        // Every fourth op reaches for a shelf that is not the author's, and is void.
        let shelf = random.next() % 4 == 0 ? BranchCode("SH")! : branch
        let amount = Int64(random.next() % 9) + 1
        return .post(
            try Transaction(
                DocumentHeader(
                    kind: .sale,
                    number: DocumentNumber(
                        series: Series(branch: branch, letters: "a")!, kind: .sale, year: 2026,
                        running: number),
                    effectiveDate: Day(number: Int32(number)), person: "Lin"),
                [
                    Posting(.stock(shelf), item, -amount),
                    Posting(.simple(.customer, shelf), item, amount),
                ]))
    }

    var scopes: [Scope] { [.catalog, .trade(BranchCode("HZ")!), .trade(BranchCode("GZ")!)] }

    func key(_ scope: Scope, _ epoch: Digest) -> ScopeKey? { keys[epoch] }

    /// The streams merged at random: each log in its order, the logs in any.
    func shuffled(_ random: inout SeededRandom) -> [PreparedRun] {
        var rest = runs
        var merged: [PreparedRun] = []
        while !rest.isEmpty {
            let place = Int(random.next() % UInt64(rest.count))
            merged.append(rest[place].removeFirst())
            if rest[place].isEmpty { rest.remove(at: place) }
        }
        return merged
    }
}

@Suite struct StoreTests {
    private func withDirectory<T>(_ body: (String) throws -> T) throws -> T {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(
            "branchbook-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: path) }
        return try body(path.path)
    }

    @Test(arguments: 0..<12 as Range<UInt64>)
    func replicasThatHoldTheSameHoldTheSame(seed: UInt64) throws {
        try withDirectory { directory in
            let book = try Book(seed: seed)
            var random = SeededRandom(seed: seed + 1_000)
            let ordered = try Store(path: directory + "/ordered.db")
            try ordered.append(book.runs.flatMap { $0 }, roster: book.roster)
            for number in 0..<3 {
                let replica = try Store(path: directory + "/\(number).db")
                var waiting = book.shuffled(&random)
                while !waiting.isEmpty {
                    let batch = waiting.prefix(Int(random.next() % 3) + 1)
                    try replica.append(Array(batch), roster: book.roster)
                    waiting.removeFirst(batch.count)
                }
                for scope in book.scopes {
                    #expect(try replica.digest(of: scope) == ordered.digest(of: scope))
                    #expect(try replica.digest(of: scope) != .zero)
                    #expect(try replica.frontier(of: scope) == ordered.frontier(of: scope))
                }
                // Every table, not the digests alone.
                #expect(try replica.fingerprint() == ordered.fingerprint())
                #expect(try replica.imbalances() == [])
                #expect(try replica.integrity() == "ok")
            }
        }
    }

    /// Seed 568 of the simulator's fast lane: blobs counted by their length, so a flipped digest was
    /// nothing to `verify`.
    @Test func aFingerprintTellsWhatIsInABlob() throws {
        try withDirectory { directory in
            let book = try Book(seed: 1)
            let store = try Store(path: directory + "/book.db")
            try store.append(book.runs.flatMap { $0 }, roster: book.roster)
            let before = try store.fingerprint()
            try store.queue.inDatabase { db in
                try db.execute(sql: "UPDATE digest SET sum = zeroblob(32)")
                try db.execute(
                    sql: "UPDATE register SET value = CAST(upper(hex(value)) AS BLOB)")
            }
            let after = try store.fingerprint()
            let changed = before.filter { after[$0.key] != $0.value }.map(\.key).sorted()
            #expect(changed == ["digest", "register"])
        }
    }

    private func withStore(_ body: (Store, Book) throws -> Void) throws {
        try withDirectory { directory in
            let book = try Book(seed: 1)
            let store = try Store(path: directory + "/book.db")
            try store.append(book.runs.flatMap { $0 }, roster: book.roster)
            try body(store, book)
        }
    }

    /// A flipped byte made a row of this list that could be read and not deleted, and `verify` never
    /// ended.
    @Test func foldingEndsWhereAPoolStaysOnTheList() throws {
        try withStore { store, _ in
            try store.queue.inDatabase { db in
                try db.execute(
                    sql: """
                        INSERT OR IGNORE INTO pool_dirty SELECT 'HZ', id FROM name LIMIT 1;
                        CREATE TRIGGER stays BEFORE DELETE ON pool_dirty
                        BEGIN SELECT RAISE(IGNORE); END
                        """)
            }
            #expect(throws: StoreError.damaged("pool_dirty")) { try store.refreshCosts() }
        }
    }

    /// SQLite may end a transaction by itself; what follows is not kept without the rest.
    @Test func nothingFollowsATransactionThatHasEnded() throws {
        try withStore { store, _ in
            var refused: StoreError?
            do {
                try store.transact {
                    try store.access { db in try db.execute(sql: "ROLLBACK") }
                    try store.set("kept", "alone")
                }
            } catch let error as StoreError {
                refused = error
            }
            #expect(refused == .sqlite(code: 4, message: "the transaction has ended"))
            #expect(try store.setting("kept") == nil)
            try store.transact { try store.set("kept", "whole") }
            #expect(try store.setting("kept") == "whole")
        }
    }

    /// GRDB's subscripts trap here.
    @Test func aValueOfAnotherTypeIsDamage() throws {
        try withStore { store, _ in
            #expect {
                try store.access { db in
                    let row = try #require(try Row.fetchOne(db, sql: "SELECT NULL"))
                    _ = try row.at(0) as Data
                }
            } throws: { error in
                if case StoreError.damaged = error { true } else { false }
            }
        }
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func aRebuildChangesNothing(seed: UInt64) throws {
        try withDirectory { directory in
            let book = try Book(seed: seed)
            let store = try Store(path: directory + "/book.db")
            try store.append(book.runs.flatMap { $0 }, roster: book.roster)
            let before = try dump(store)
            let digests = try book.scopes.map { try store.digest(of: $0) }
            try store.rebuild(roster: book.roster, bytesMax: 600, key: book.key)
            #expect(try dump(store) == before)
            #expect(try book.scopes.map { try store.digest(of: $0) } == digests)
        }
    }

    private func dump(_ store: Store) throws -> [String] {
        try store.queue.inDatabase { db in
            try Schema.projections.flatMap { table in
                try Row.fetchAll(db, sql: "SELECT * FROM \(table)").map { "\(table) \($0)" }
            }
        }
    }

    /// A run that was served is the run that was received, whatever the credit.
    @Test(arguments: [1, 300, 100_000])
    func aServedRunVerifiesAtAPeer(bytesMax: Int) throws {
        try withDirectory { directory in
            let book = try Book(seed: 5)
            let giver = try Store(path: directory + "/giver.db")
            let taker = try Store(path: directory + "/taker.db")
            try giver.append(book.runs.flatMap { $0 }, roster: book.roster)
            for stream in book.runs {
                let tip = try #require(stream.last).tip
                var at = LogTip(tip.name, in: book.book)
                var chapter = Chapter()
                while at.head.seq < tip.head.seq {
                    let (bytes, _) = try giver.run(
                        of: tip.id, from: at.head.seq + 1, bytesMax: bytesMax)
                    let run = try PreparedRun(
                        verifying: bytes, after: at, chapter: chapter,
                        key: { book.keys[$0] })
                    try taker.append([run], roster: book.roster)
                    let held = try #require(try taker.state(of: tip.id))
                    (at, chapter) = (held.tip, held.chapter)
                    #expect(at == run.tip)
                }
            }
            for scope in book.scopes {
                #expect(try giver.digest(of: scope) == taker.digest(of: scope))
            }
        }
    }

    @Test func aRepeatedOrEarlyRunIsRefusedWhole() throws {
        try withDirectory { directory in
            let book = try Book(seed: 6)
            let store = try Store(path: directory + "/book.db")
            let stream = book.runs[0]
            let other = book.runs[1][0]
            #expect(throws: StoreError.notNext(held: 0)) {
                try store.append([other, stream[1]], roster: book.roster)
            }
            #expect(try store.state(of: other.tip.id) == nil, "all of a batch or none")
            try store.append([stream[0]], roster: book.roster)
            let digest = try store.digest(of: stream[0].tip.name.scope)
            #expect(throws: StoreError.notNext(held: stream[0].tip.head.seq)) {
                try store.append([stream[0]], roster: book.roster)
            }
            #expect(try store.digest(of: stream[0].tip.name.scope) == digest)
        }
    }

    @Test func concurrentWritesBothShow() throws {
        try withDirectory { directory in
            let book = try Book(seed: 7)
            let store = try Store(path: directory + "/book.db")
            try store.append(book.runs.flatMap { $0 }, roster: book.roster)
            let shown = try store.values(entity: "item/A", attribute: "name")
            let written = book.runs.flatMap { $0 }.flatMap(\.items).count {
                if case .success(.set)? = $0.ops?.first { true } else { false }
            }
            #expect(shown.count == written && written > 1)
        }
    }

    @Test func aBookIsThereAfterReopening() throws {
        try withDirectory { directory in
            let book = try Book(seed: 8)
            let path = directory + "/book.db"
            let tip = try #require(book.runs[0].last).tip
            try Store(path: path).append(book.runs.flatMap { $0 }, roster: book.roster)
            let again = try Store(path: path)
            #expect(try again.state(of: tip.id)?.tip == tip)
        }
    }

    @Test func aNewerFileIsRefused() throws {
        try withDirectory { directory in
            let path = directory + "/book.db"
            try Store(path: path).queue.inDatabase {
                try $0.execute(sql: "PRAGMA user_version = 99")
            }
            #expect(throws: StoreError.newer(found: 99, known: Schema.version)) {
                _ = try Store(path: path)
            }
        }
    }

    /// Two honest transactions of the greatest amount do not fit in 64 bits: nothing wraps.
    @Test func balancesAreWiderThanAmounts() throws {
        try withDirectory { directory in
            var random = SeededRandom(seed: 9)
            let signer = SigningKey(random: &random)
            let book = try Book(seed: 9)
            let name = LogName(
                author: NodeID(signer.publicKey), incarnation: 1, scope: .trade(Book.hz))
            let agreement = AgreementKey(random: &random).publicKey
            let admission = Admission(
                node: name.author, name: "HZ", transport: agreement, box: agreement,
                branch: Book.hz, grants: [.trade(Book.hz)], series: Series("HZz")!,
                invitation: nil)
            let founding = Founding(
                name: "Company", currency: CurrencyCode("CNY")!, scale: 2,
                recovery: signer.publicKey, transport: agreement, box: agreement,
                rosterEpoch: .zero)
            let acts: [RosterAct] = [.found(founding), .admit(admission)]
            let roster = Roster(
                zip(1..., acts).map { number, act in
                    Roster.Step(
                        time: HybridTime(raw: number), author: name.author,
                        dot: Dot(log: LogID(.zero), seq: number, index: 0), act: act)
                })
            let key = ScopeKey(
                scope: name.scope, key: SymmetricKey(random: &random), book: book.book)
            var writer = LogWriter(tip: LogTip(name, in: book.book), chapter: Chapter())
            let (tip, chapter) = (writer.tip, writer.chapter)
            var bytes: [UInt8] = []
            for number in 1...3 as ClosedRange<UInt64> {
                let before = writer.tip
                let transaction = try Transaction(
                    DocumentHeader(
                        kind: .statement, number: nil, effectiveDate: Day(number: 1), person: "Lin"),
                    [
                        Posting(.stock(Book.hz), Book.item, -.max),
                        Posting(.simple(.customer, Book.hz), Book.item, .max),
                    ])
                let entry = try writer.append(
                    [.post(transaction)], at: .init(commit: number, time: HybridTime(raw: number)),
                    key: key, signing: signer, signs: number == 3)
                bytes += RunCodec.encode(entry, after: before)
            }
            let run = try PreparedRun(
                verifying: bytes, after: tip, chapter: chapter, key: { _ in key })
            let store = try Store(path: directory + "/book.db")
            try store.append([run], roster: roster)
            let sum = 3 * Int128(Int64.max)
            #expect(
                try store.balance(
                    of: .simple(.customer, Book.hz), Book.item, in: name.scope) == sum)
            #expect(try store.balance(of: .stock(Book.hz), Book.item, in: name.scope) == -sum)
            #expect(try store.imbalances() == [])
        }
    }
}
