import Books
import Replica
import Store

/// Reports on goods between branches.
extension Engine {
    /// Goods of one shipment and item that nobody has on a shelf.
    struct OpenTransfer {
        let number: DocumentNumber
        let pair: String
        let item: String
        var transit: Int128 = 0
        var dispute: Int128 = 0
    }

    /// In the order of numbers and items. Accounts whose name holds no number are left out: a peer may
    /// post to any.
    func openTransfers() throws -> [OpenTransfer] {
        struct Key: Hashable {
            let number: DocumentNumber
            let item: String
        }
        var open: [Key: OpenTransfer] = [:]
        for root in ["transit/", "dispute/"] {
            for row in try store.balances(prefix: root) where row.commodity.hasPrefix("#") {
                let parts = row.account.split(separator: "/", maxSplits: 2).map(String.init)
                guard parts.count == 3, let number = DocumentNumber(parts[2]) else { continue }
                let item = String(row.commodity.dropFirst())
                let key = Key(number: number, item: item)
                var line = open[key] ?? OpenTransfer(number: number, pair: parts[1], item: item)
                if root == "transit/" {
                    line.transit += row.amount
                } else {
                    line.dispute += row.amount
                }
                open[key] = line
            }
        }
        return open.values.sorted { ($0.number, $0.item) < ($1.number, $1.item) }
    }

    /// What is known of a shipment: when and by whom it was sent, what both sides said.
    struct ShipmentFacts {
        var day: Day?
        var person: String?
        var notes: TransferNotes

        /// Without a day of its own a shipment is due after `TransferNotes.dueDays`.
        var due: Day? {
            notes.due ?? day.map { Day(number: $0.number &+ TransferNotes.dueDays) }
        }
    }

    func shipmentFacts(_ number: DocumentNumber) throws -> ShipmentFacts {
        let header = try store.transactions(of: number).first?.document
        return ShipmentFacts(
            day: header?.effectiveDate, person: header?.person,
            notes: TransferNotes(try store.events(of: TransferNotes.entity(number))))
    }

    func transfers(openOnly: Bool) throws -> Report {
        let (_, ledger) = try needLedger()
        var figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.transfers/1", title: "Transfers",
            columns: [
                .text("document", "Document"), .text("date", "Sent"), .text("pair", "Between"),
                .text("item", "Item"), .number("transit", "In transit"),
                .number("dispute", "In dispute"), .text("due", "Due"), .text("said", "Said of it"),
            ])
        var facts: [DocumentNumber: ShipmentFacts] = [:]
        for line in try openTransfers() {
            let known = try facts[line.number] ?? shipmentFacts(line.number)
            facts[line.number] = known
            report.rows.append([
                .text(line.number.description), .optional(known.day?.description),
                .text(line.pair), .text(line.item),
                try figures.quantity(line.transit, of: line.item),
                try figures.quantity(line.dispute, of: line.item),
                .optional(known.due?.description),
                .optional(try said(known.notes, line.item, &figures)),
            ])
        }
        guard !openOnly else { return report }
        for (header, scope) in try store.documents([.shipment], limit: Query.limitMax)
        where scope.hasPrefix("between/") {
            guard let number = header.number, facts[number] == nil else { continue }
            report.rows.append([
                .text(number.description), .text(header.effectiveDate.description),
                .text(String(scope.dropFirst(8))), .text("—"), .integer(0), .integer(0), .empty,
                .empty,
            ])
        }
        return report
    }

    private func said(
        _ notes: TransferNotes, _ item: String, _ figures: inout ReportWriter
    ) throws -> String? {
        var parts: [String] = []
        if let recall = notes.recall {
            parts.append("recalled by \(recall.person): \(recall.reason)")
        }
        if let claim = ItemCode(item).flatMap({ notes.claims[$0] }) {
            for (what, amount) in [
                ("short", claim.short), ("damaged", claim.damaged), ("returned", claim.returned),
                ("surplus", claim.surplus),
            ] where amount != 0 {
                parts.append("\(what) \(try figures.quantity(amount, of: item).plain)")
            }
        }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// What is late, in dispute or asked back.
    func transferExceptions(
        _ open: [OpenTransfer], on today: Day, _ figures: inout ReportWriter
    ) throws -> [[Report.Cell]] {
        var rows: [[Report.Cell]] = []
        var facts: [DocumentNumber: ShipmentFacts] = [:]
        for line in open {
            let known = try facts[line.number] ?? shipmentFacts(line.number)
            facts[line.number] = known
            let subject = "\(line.number) \(line.item)"
            let (transit, dispute) = (
                try figures.quantity(line.transit, of: line.item),
                try figures.quantity(line.dispute, of: line.item)
            )
            let sender = line.number.series.branch
            if line.dispute > 0 {
                rows.append([
                    .text("dispute"), .text(subject), dispute,
                    .text(
                        "at \(sender): `branchbook transfer settle \(line.number) "
                            + "\(line.item):\(dispute.plain)` with --found or --lost"),
                ])
            } else if line.dispute < 0 {
                rows.append([
                    .text("settled twice"), .text(subject), dispute,
                    .text("both branches say they have the goods: count both shelves"),
                ])
            }
            guard line.transit > 0 else { continue }
            if let recall = known.notes.recall {
                rows.append([
                    .text("recalled"), .text(subject), transit,
                    .text(
                        "\(recall.person) of \(sender) wants it back (\(recall.reason)): "
                            + "`branchbook transfer receive \(line.number) --returned "
                            + "\(line.item):\(transit.plain)`"),
                ])
            } else if let due = known.due, due < today {
                rows.append([
                    .text("overdue"), .text("\(subject), due \(due)"), transit,
                    .text(
                        "take it up with `branchbook transfer receive \(line.number)`, or ask "
                            + "\(known.person ?? "the sender") of \(sender)"),
                ])
            }
        }
        return rows
    }
}
