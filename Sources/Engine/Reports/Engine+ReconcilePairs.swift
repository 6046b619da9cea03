import Books
import Replica
import Store

/// What two branches book for each other, held against each other.
extension Engine {
    struct PairLine {
        let from: BranchCode
        let to: BranchCode
        let due: Int128
        let owed: Int128
    }

    /// What one branch is due is what the other owes, but for what is on its way between them.
    func pairDifferences(
        _ balances: [BranchCode: [Account: Store.Turnover]], _ standing: Standing,
        _ only: BranchCode?, on today: Day
    ) throws -> (differences: [Difference], lines: [PairLine]) {
        let held = Set(standing.keyring.scopes)
        func isRead(_ a: BranchCode, _ b: BranchCode) -> Bool {
            guard let pair = BranchPair(a, b) else { return false }
            return held.contains(.betweenMoney(pair)) && held.contains(.between(pair))
                && only.map { pair.contains($0) } ?? true
        }
        var due: [BranchPairKey: Int128] = [:]
        var owed: [BranchPairKey: Int128] = [:]
        for accounts in balances.values {
            for (account, turnover) in accounts {
                guard case .side(let owner, let other) = account.place, isRead(owner, other) else {
                    continue
                }
                // What one of the two carries as a foreign amount is held against the other's by that amount.
                let between = standing.between(owner, other)
                let net =
                    between == standing.currencies[owner]
                    ? turnover.net : try store.balance(of: account, .currency(between))
                if account.root == .dueFrom {
                    due[BranchPairKey(from: owner, to: other), default: 0] += net
                } else if account.root == .dueTo {
                    owed[BranchPairKey(from: other, to: owner), default: 0] -= net
                }
            }
        }
        let open = try openTransfers()
        let written = try store.lastWritten(standing.roster)
        var found: [Difference] = []
        var explained: [BranchPairKey: Int128] = [:]
        for value in try store.openValues() where isRead(value.sender, value.receiver) {
            let key = BranchPairKey(from: value.sender, to: value.receiver)
            explained[key, default: 0] += value.open
            let lines = open.filter { $0.number == value.shipment }
            if let row = try difference(of: value, lines, written, on: today) {
                found.append(row)
            }
        }
        for line in open
        where line.dispute != 0
            && !found.contains(where: { $0.subject.hasPrefix("\(line.number)") })
        {
            guard let pair = BranchPair(line.pair), isRead(pair.first, pair.second) else {
                continue
            }
            let facts = try shipmentFacts(line.number)
            found.append(
                disputed(
                    line.number, nil, facts, [line], pair.other(than: line.number.series.branch)))
        }
        for number in try store.refundsNotBooked(limit: Query.limitMax) {
            guard let note = RefundNote(try store.events(of: RefundNote.entity(number))) else {
                continue
            }
            let key = BranchPairKey(from: number.series.branch, to: note.sale.series.branch)
            guard isRead(key.from, key.to) else { continue }
            explained[key, default: 0] += note.total
            found.append(
                Difference(
                    check: "due", subject: "\(number), of \(note.sale)", amount: note.total,
                    ledger: try between(key.from, key.to),
                    cause: unheard(key.to, of: "\(number)", written),
                    person: note.person, since: note.day,
                    next: "at \(key.to): `branchbook transfer accept \(number)` if it is right"))
        }
        for open in try openCharges(written, standing, isRead: isRead) {
            explained[BranchPairKey(from: open.from, to: open.to), default: 0] += open.amount
            if let row = open.difference { found.append(row) }
        }
        found += try disputedCharges(standing, isRead: isRead)
        var lines: [PairLine] = []
        for key in Set(due.keys).union(owed.keys).sorted() {
            let (a, b) = (due[key] ?? 0, owed[key] ?? 0)
            if a != b {
                lines.append(PairLine(from: key.from, to: key.to, due: a, owed: b))
            }
            var rest = a - b - (explained[key] ?? 0)
            guard rest != 0 else { continue }
            if let pair = BranchPair(key.from, key.to) {
                for left in try chargesLeft(of: pair) where left.from == key.from {
                    rest -= left.amount
                    if let row = left.difference { found.append(row) }
                }
            }
            guard rest != 0 else { continue }
            found.append(
                Difference(
                    check: "due", subject: "\(key.from) and \(key.to)", amount: rest,
                    ledger: try between(key.from, key.to),
                    cause: "one of the two booked what the other did not",
                    next: "`branchbook ledger account due-from/\(key.from)/\(key.to)` beside "
                        + "`due-to/\(key.to)/\(key.from)`"))
        }
        return (found, lines)
    }

    /// What two branches owe each other is in it.
    private func between(_ a: BranchCode, _ b: BranchCode) throws -> Ledger {
        try needLedger().0.ledger(between: a, b)
    }

    private struct BranchPairKey: Hashable, Comparable {
        let from: BranchCode
        let to: BranchCode
        static func < (a: Self, b: Self) -> Bool { (a.from, a.to) < (b.from, b.to) }
    }

    /// Nil for goods that are on their way and not late.
    private func difference(
        of value: Store.OpenValue, _ lines: [OpenTransfer],
        _ written: [BranchCode: HybridTime], on today: Day
    ) throws -> Difference? {
        let facts = try shipmentFacts(value.shipment)
        if lines.contains(where: { $0.dispute != 0 }) {
            return disputed(value.shipment, value.open, facts, lines, value.receiver)
        }
        let isMoving = lines.contains { $0.transit > 0 }
        if isMoving {
            guard let due = facts.due, due < today else { return nil }
            return Difference(
                check: "transit", subject: "\(value.shipment)", amount: value.open,
                ledger: try between(value.sender, value.receiver),
                cause: unheard(value.receiver, of: "\(value.shipment)", written),
                person: facts.person, since: facts.day,
                next: "at \(value.receiver): `branchbook transfer receive \(value.shipment)`")
        }
        return Difference(
            check: "transit", subject: "\(value.shipment)", amount: value.open,
            ledger: try between(value.sender, value.receiver),
            cause: "\(value.receiver)'s keeper has not stated what came",
            person: facts.person, since: facts.day,
            next: "wait until the keeper of \(value.receiver) was connected")
    }

    private func disputed(
        _ number: DocumentNumber, _ value: Int128?, _ facts: ShipmentFacts, _ lines: [OpenTransfer],
        _ receiver: BranchCode
    ) -> Difference {
        let goods = lines.filter { $0.dispute != 0 }.map(\.item).joined(separator: ", ")
        let sender = number.series.branch
        return Difference(
            check: "transit", subject: "\(number) \(goods)", amount: value,
            ledger: try? between(sender, receiver),
            cause: "\(receiver) says that it came short, or sent it back",
            person: facts.person, since: facts.day,
            next: "at \(sender): `branchbook transfer settle \(number) …` with --found or --lost")
    }

    /// What a branch may not know, by when anything was heard of it last.
    func unheard(
        _ branch: BranchCode, of document: String, _ written: [BranchCode: HybridTime]
    ) -> String {
        guard branch != standing?.branch else {
            return "\(branch) has done nothing about \(document)"
        }
        guard let last = written[branch] else { return "\(branch) has not seen \(document)" }
        let time = Instant(milliseconds: last.milliseconds)
        let day = Day(time, utcOffsetMinutes: utcOffsetMinutes)
        let minutes =
            (time.milliseconds / 60_000 + Int64(utcOffsetMinutes)) % 1_440
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(branch) may not have seen \(document): last heard of "
            + "\(day) \(two(minutes / 60)):\(two(minutes % 60))"
    }
}
