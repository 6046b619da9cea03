import Foundation
import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// A book that an outsider makes again of raw entries and keys says what the nodes say.
@Suite struct AuditedBookTests {
    /// What a package holds, as a node gives it.
    private struct Raw {
        var book: BookID
        var keys: [ScopeKey]
        var logs: [(name: LogName, runs: [[UInt8]])]

        init(of node: TestNode) throws {
            let logs = try node.report(.handingOn(.logs))
            let text = try #require(logs.facts.first { $0.key == "book" }?.value.plain)
            let digest = try #require(Digest(hex: text))
            let book = BookID(digest)
            self.book = book
            keys = try node.report(.handingOn(.keys)).rows.map { row in
                let scope = try #require(Scope(row[0].plain))
                let epoch = try #require(Digest(hex: row[1].plain))
                let bytes = try #require(Hex.bytes(row[2].plain))
                return try #require(AuditedBook.key(of: scope, bytes, epoch: epoch, book: book))
            }
            self.logs = try logs.rows.map { row in
                let author = try #require(Digest(hex: row[2].plain))
                let incarnation = try #require(UInt64(row[3].plain))
                let scope = try #require(Scope(row[1].plain))
                let name = LogName(
                    author: NodeID(PublicKey(author)), incarnation: incarnation, scope: scope)
                var (runs, next) = ([[UInt8]](), Int64(1))
                let last = try #require(Int64(row[4].plain))
                while next <= last {
                    let run = try node.report(.handingOn(.run(log: row[0].plain, from: next)))
                    runs.append(try #require(Hex.bytes(run.rows[0][0].plain)))
                    next = try #require(Int64(run.facts[0].value.plain)) + 1
                }
                return (name, runs)
            }
        }

        func rebuilt(in folder: URL) throws -> AuditedBook {
            let path = folder.appending(path: "audit-\(UUID().uuidString).db").path
            let audited = try AuditedBook(Store(path: path), book: book, keys: keys)
            for (name, runs) in logs where name.scope == .roster {
                for run in runs { try audited.append(run, to: name) }
            }
            try audited.readRoster()
            for (name, runs) in logs where name.scope != .roster {
                for run in runs { try audited.append(run, to: name) }
            }
            audited.finish()
            return audited
        }
    }

    private static let queries: [Query] = [
        .digests, .members, .accounts(StatementFilter(from: "2026-11-01", to: "2026-11-30")),
        .journal(JournalFilter(limit: 10_000)), .periods(branch: nil), .lateEntries(limit: 100),
        .handingOn(.documents(from: nil, to: nil, after: nil, byEntry: true)),
        .handingOn(.derived(from: nil, to: nil)),
        .handingOn(.stock(at: "2026-12-31", after: nil)),
        .items(search: nil, after: nil, limit: 100), .handingOn(.parties(after: nil)),
        .cash(StatementFilter(from: "2026-11-01", to: "2026-11-30")), .transfers(openOnly: false),
        .handingOn(.acts(from: nil, to: nil)), .handingOn(.notes(from: nil, to: nil, after: nil)),
        .charges(branch: nil, openOnly: false, limit: 100), .charts,
    ]

    /// Three branches with transfers, charges, a close and a late sale, and one that was revoked while it went on trading.
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz", "sh"], seed: seed)
        let (hz, gz, sh) = (try network["hz"], try network["gz"], try network["sh"])
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00", tax: "13")]))
        try hz.perform(.setParty(PartyChange(name: "Hotel", terms: "30")))
        try hz.perform(.setPerson(PersonChange(name: "Wang", roles: ["bookkeeper"])))
        network.settle()
        func sell(_ node: TestNode, _ date: String) throws {
            try node.perform(
                .sell(
                    Details(date: date), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        }
        for node in [hz, gz, sh] {
            try node.perform(
                .receive(
                    Details(date: "2026-11-02"),
                    [Line(item: "TEA", quantity: "20", cost: "2.00")], supplier: "ACME"))
            try sell(node, "2026-11-03")
        }
        try hz.perform(
            .ship(Details(date: "2026-11-04"), [Line(item: "TEA", quantity: "4")], to: "GZ"))
        try hz.perform(
            .between(
                Details(date: "2026-11-04"),
                .charge(to: "GZ", account: "expense/rent", amount: "10.00")))
        network.settle()
        network.run(milliseconds: 300_000)
        for name in ["hz", "gz"] { network.sever("sh", name) }
        network.settle()
        try sell(sh, "2026-11-05")
        try hz.perform(.close(Details(), through: "2026-11-10", isYearEnd: false))
        let member = try hz.report(.members).rows.first { $0[2].plain == "SH" }
        let node = try #require(member?[0].plain)
        guard case .outcome = hz.ask(.revoke(node: node)) else {
            throw Refusal(.fault, "not revoked")
        }
        network.settle()
        return network
    }

    @Test func aRebuiltBookSaysTheSame() throws {
        let network = try company(seed: 350)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let audited = try Raw(of: hz).rebuilt(in: hz.folder)
        for query in Self.queries {
            let (own, theirs) = (try audited.report(query), try hz.report(query))
            #expect(own.rows == theirs.rows, "\(query)")
            #expect(!theirs.rows.isEmpty || theirs.schema == "branchbook.late/1", "\(query)")
        }
        // By another member's package as well.
        let other = try Raw(of: gz).rebuilt(in: gz.folder)
        #expect(
            try other.report(.accounts(StatementFilter())).rows
                == hz.report(.accounts(StatementFilter())).rows)
        // Entries that came after a cut are judged by it, in whatever order they are read.
        for name in ["hz", "gz"] { network.mend("sh", name) }
        network.settle()
        let later = try Raw(of: hz).rebuilt(in: hz.folder)
        for query in Self.queries {
            #expect(try later.report(query).rows == hz.report(query).rows, "\(query)")
        }
        #expect(try network.verify("hz").isSound)
    }

    @Test func whatIsNotWhatWasSignedIsNoBook() throws {
        let hz = try TestNode.founder(seed: 351)
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        for _ in 0..<3 {
            try hz.perform(.sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        }
        let raw = try Raw(of: hz)
        let trade = try #require(
            raw.logs.firstIndex { if case .trade = $0.name.scope { true } else { false } })
        // Any byte of it: refused, or a signature that a later one of the run stands for, and nothing else of the book.
        let digests = try raw.rebuilt(in: hz.folder).report(.digests).rows
        let run = raw.logs[trade].runs[0]
        var refused = 0
        for place in stride(from: 0, to: run.count, by: max(run.count / 40, 1)) {
            var changed = raw
            changed.logs[trade].runs[0][place] ^= 1
            do {
                #expect(
                    try changed.rebuilt(in: hz.folder).report(.digests).rows == digests,
                    "byte \(place)")
            } catch { refused += 1 }
        }
        #expect(refused > 20)
        // A log under another name, and a key of another scope or epoch.
        var renamed = raw
        renamed.logs[trade].name = LogName(
            author: raw.logs[trade].name.author, incarnation: 9, scope: raw.logs[trade].name.scope)
        #expect(throws: (any Error).self) { try renamed.rebuilt(in: hz.folder) }
        let key = try #require(raw.keys.first { $0.scope == raw.logs[trade].name.scope })
        #expect(
            AuditedBook.key(
                of: .catalog, key.key.bytes, epoch: key.epoch, book: raw.book) == nil)
        #expect(
            AuditedBook.key(
                of: key.scope, [UInt8](repeating: 7, count: 32), epoch: key.epoch, book: raw.book)
                == nil)
        #expect(AuditedBook.key(of: key.scope, [1], epoch: key.epoch, book: raw.book) == nil)
        // Without its key a scope stays sealed: its documents are missed, and nothing is made up.
        var sealed = raw
        sealed.keys.removeAll { $0.scope == key.scope }
        let audited = try sealed.rebuilt(in: hz.folder)
        #expect(try audited.engine.store.waiting().map(\.scope) == [key.scope.name])
        #expect(try audited.report(.digests).rows != hz.report(.digests).rows)
    }

    /// Only a node of the book signs its package, and only this manifest.
    @Test func aSignatureIsOfOneManifest() throws {
        let hz = try TestNode.founder(seed: 352)
        let audited = try Raw(of: hz).rebuilt(in: hz.folder)
        let hash = Blake2b.hash256(Array("manifest".utf8))
        let report = try hz.report(.handingOn(.signature(of: hash.description)))
        let bytes = try #require(Hex.bytes(report.facts[1].value.plain))
        let signature = try #require(Signature(bytes))
        let node = hz.engine.credentials.node
        #expect(report.facts[0].value.plain == node.description)
        #expect(audited.isSigned(hash, by: node, signature))
        #expect(!audited.isSigned(Blake2b.hash256([]), by: node, signature))
        let stranger = try TestNode.founder(seed: 353)
        #expect(!audited.isSigned(hash, by: stranger.engine.credentials.node, signature))
        let theirs = stranger.engine.credentials.signing.sign(AuditedBook.signedBytes(hash))
        #expect(!audited.isSigned(hash, by: stranger.engine.credentials.node, theirs))
        for wrong in ["", "xx", "00"] {
            #expect(throws: Refusal.self) {
                try hz.report(.handingOn(.signature(of: wrong)))
            }
        }
    }
}
