import Books
import Replica
import Sodium
import Store

/// The pieces of an export and of an auditor's package: each bounded, in an order that is the same at every replica.
extension Engine {
    func handingOn(_ query: HandingOnQuery) throws -> Report {
        switch query {
        case .documents(let from, let to, let after, let byEntry):
            try handedDocuments(from: from, to: to, after: after, byEntry: byEntry)
        case .derived(let from, let to): try handedDerived(from: from, to: to)
        case .stock(let day, let after): try handedStock(at: day, after: after)
        case .parties(let after): try parties(search: nil, after: after)
        case .acts(let from, let to): try acts(from: from, to: to)
        case .notes(let from, let to, let after):
            try handedNotes(from: from, to: to, after: after)
        case .logs: try handedLogs()
        case .run(let log, let seq): try handedRun(log, from: seq)
        case .keys: try handedKeys()
        case .books: try digests()
        case .signature(let hash): try packageSignature(of: hash)
        }
    }

    /// Numbers in a page.
    private static let numbersPerPage = 1_000

    private func handedDocuments(
        from: String?, to: String?, after: String?, byEntry: Bool
    ) throws -> Report {
        _ = try needLedger()
        let (from, to) = (
            try from.map { try Planner.day($0) }, try to.map { try Planner.day($0) }
        )
        let (rows, next) = try store.documents(
            after: after ?? "", from: from, to: to, byEntry: byEntry,
            numbers: Self.numbersPerPage)
        var report = Report(
            schema: "branchbook.documents/1", title: "Documents",
            columns: [
                .text("document", "Document"), .text("kind", "Kind"), .text("date", "Date"),
                .text("ledger", "In the ledger on"), .text("person", "Person"),
                .text("party", "Party"), .text("relation", "Relation"), .text("about", "Of"),
                .text("memo", "Memo"), .text("source", "Source"), .text("key", "Key"),
            ])
        if byEntry {
            report.columns += [
                .text("scope", "Scope"), .text("log", "Log"), .number("seq", "Seq"),
                .text("hash", "Hash"),
            ]
        }
        for row in rows {
            var cells: [Report.Cell] = [
                .text(row.number), .text(row.kind.word), .text(row.day.description),
                .text(row.ledgerDay.description), .text(row.person), .optional(row.party),
                .optional(row.relation.map { "\($0)" }), .optional(row.target),
                .optional(row.memo), .optional(row.source), .optional(row.sourceKey),
            ]
            if byEntry {
                cells += [
                    .text(row.scope), .text(row.log), .integer(Int64(clamping: row.seq)),
                    .text(row.hash),
                ]
            }
            report.rows.append(cells)
        }
        if let next { report.facts.append(.init("next", "Next page after", .text(next))) }
        return report
    }

    private func handedDerived(from: String?, to: String?) throws -> Report {
        let (standing, ledger) = try needLedger()
        let (from, to) = (
            try from.map { try Planner.day($0) }, try to.map { try Planner.day($0) }
        )
        try foldCosts()
        let figures = ReportWriter(store, ledger)
        var sums: [String: (branch: String, amount: Int128)] = [:]
        func add(_ rows: [Store.DerivedRow], _ sign: Int128) {
            for row in rows {
                guard let branch = BranchCode(row.branch) else { continue }
                for (account, amount) in row.accounts(branch) {
                    sums[account, default: (row.branch, 0)].amount += sign * amount
                }
            }
        }
        add(try store.derived(upTo: to), 1)
        if let from { add(try store.derived(upTo: Day(number: from.number &- 1)), -1) }
        var report = Report(
            schema: "branchbook.derived/1", title: "Derived",
            columns: [
                .text("branch", "Branch"), .text("account", "Account"),
                .number("amount", "Amount"),
            ] + ledgerColumns(standing),
            facts: [
                .init("currency", "Currency", .text(ledger.currency.text)),
                .init("scale", "Scale", .integer(Int64(ledger.scale))),
            ])
        // A branch's together: they are one entry of a journal.
        for (account, sum) in sums.sorted(by: {
            ($0.value.branch, $0.key) < ($1.value.branch, $1.key)
        }) where sum.amount != 0 {
            guard let branch = BranchCode(sum.branch) else { continue }
            report.rows.append(
                [
                    .text(sum.branch), .text(account),
                    figures.money(sum.amount, standing.ledger(of: branch)),
                ] + ledgerCells(branch, standing))
        }
        return report
    }

    /// Cost: what the branch of the page held at the day.
    private func handedStock(at text: String, after: String?) throws -> Report {
        let (standing, ledger) = try needLedger()
        let day = try Planner.day(text)
        let start = after.flatMap { text in
            text.firstIndex(of: "/").map { (text[..<$0], text[text.index(after: $0)...]) }
        }
        try foldCosts()
        var figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.stock-as-at/1", title: "Stock as at",
            columns: [
                .text("branch", "Branch"), .text("item", "Item"), .text("name", "Name"),
                .number("quantity", "On shelf"), .number("value", "Value"),
            ] + ledgerColumns(standing))
        for branch in branches(standing, nil) where start.map({ branch.text >= $0.0 }) ?? true {
            let mayShow = standing.keyring.scopes.contains(.money(branch))
            let values =
                mayShow ? try store.inventoryValues(of: branch, item: nil, upTo: day) : [:]
            var held: [String: Int128] = [:]
            for (shelf, amount) in try store.openings(
                branch: branch, item: nil, before: Day(number: day.number &+ 1))
            {
                held[shelf.item, default: 0] += amount
            }
            for item in Set(held.keys).union(values.keys).sorted() {
                if let start, branch.text == start.0, item <= start.1 { continue }
                guard held[item] ?? 0 != 0 || values[item] ?? 0 != 0 else { continue }
                guard report.rows.count < Query.limitMax else {
                    let last = report.rows[report.rows.count - 1]
                    report.facts.append(
                        .init(
                            "next", "Next page after", .text("\(last[0].plain)/\(last[1].plain)")))
                    return report
                }
                report.rows.append(
                    [
                        .text(branch.text), .text(item),
                        .optional(try ItemCode(item).flatMap { try itemName($0) }),
                        try figures.quantity(held[item] ?? 0, of: item),
                        mayShow
                            ? figures.money(values[item] ?? 0, standing.ledger(of: branch))
                            : .empty,
                    ] + ledgerCells(branch, standing))
            }
        }
        return report
    }
}

// MARK: What an auditor reads the books from

extension Engine {
    private func handedLogs() throws -> Report {
        let standing = try needStanding()
        // What this batch wrote has its signature before it is told of.
        try author?.seal(in: store)
        var report = Report(
            schema: "branchbook.logs/1", title: "Logs",
            columns: [
                .text("log", "Log"), .text("scope", "Scope"), .text("author", "Author"),
                .number("incarnation", "Incarnation"), .number("entries", "Entries"),
                .text("hash", "Hash"),
            ],
            facts: [.init("book", "Book", .text(standing.book.description))])
        for scope in try store.scopesHeld() {
            for (name, log, head) in try store.logs(in: scope) {
                report.rows.append([
                    .text(log.description), .text(scope.name), .text(name.author.description),
                    .integer(Int64(clamping: name.incarnation)),
                    .integer(Int64(clamping: head.seq)), .text(head.hash.description),
                ])
            }
        }
        return report
    }

    private static let runBytesMax = 128 * 1024

    private func handedRun(_ text: String, from seq: Int64) throws -> Report {
        _ = try needStanding()
        guard let digest = Digest(hex: text), let seq = UInt64(exactly: seq), seq > 0 else {
            throw Refusal(.badOption, "\(text) from \(seq) is no place in a log")
        }
        try author?.seal(in: store)
        let (bytes, last) = try store.run(
            of: LogID(digest), from: seq, bytesMax: Self.runBytesMax)
        var report = Report(
            schema: "branchbook.run/1", title: "Run", columns: [.text("bytes", "Bytes")])
        if !bytes.isEmpty {
            report.rows = [[.text(Hex.text(bytes))]]
            report.facts = [.init("last", "Seq", .integer(Int64(clamping: last)))]
        }
        return report
    }

    private func handedKeys() throws -> Report {
        let standing = try needStanding()
        var report = Report(
            schema: "branchbook.keys/1", title: "Keys",
            columns: [
                .text("scope", "Scope"), .text("epoch", "Epoch"), .text("key", "Key"),
            ])
        for scope in standing.keyring.scopes {
            for key in standing.keyring.keys(of: scope) {
                report.rows.append([
                    .text(scope.name), .text(key.epoch.description),
                    .text(Hex.text(key.key.bytes)),
                ])
            }
        }
        return report
    }

    private func packageSignature(of text: String) throws -> Report {
        let standing = try needStanding()
        guard let hash = Digest(hex: text) else {
            throw Refusal(.badOption, "\(text) is no hash")
        }
        let signature = credentials.signing.sign(AuditedBook.signedBytes(hash))
        return Report(
            schema: "branchbook.package-signature/1", title: "Signature",
            facts: [
                .init("node", "Node", .text(standing.node.description)),
                .init("signature", "Signature", .text(signature.description)),
            ])
    }
}
