import Books
import Replica
import Store

/// Goods that one legal entity sold to another by sending them: their tax invoices.
extension Engine {
    private static let entitySaleDays: Int32 = 31
    private static let entitySalesMax = 200

    /// Shipments to another legal entity without a tax invoice, where the branch issues some for such; and invoices of
    /// something else than what the other is charged now. Of the last 92 days.
    func entitySaleDifferences(
        _ standing: Standing, _ only: BranchCode?, _ today: Day
    ) throws -> [Difference] {
        guard standing.roster.entities.count > 1, try store.hasTransferPrices() else { return [] }
        var invoices: [DocumentNumber: Invoice] = [:]
        var issuers: Set<BranchCode> = []
        for invoice in try store.invoices() where invoice.stands && invoice.side == .issued {
            for document in invoice.documents where document.kind == .shipment {
                invoices[document] = invoice
                issuers.insert(document.series.branch)
            }
        }
        guard !issuers.isEmpty else { return [] }
        func entity(_ branch: BranchCode) -> String? { standing.roster.branches[branch]?.entity }
        let charged = try store.chargedTransfers()
        var sums: [DocumentNumber: Int128] = [:]
        for sale in charged { sums[sale.shipment] = sale.net + sale.tax }
        var found: [Difference] = []
        for sale in charged {
            let (from, invoice) = (sale.shipment.series.branch, invoices[sale.shipment])
            guard issuers.contains(from), entity(from) != entity(sale.receiver),
                only == nil || from == only, found.count < Self.entitySalesMax
            else { continue }
            let facts = try shipmentFacts(sale.shipment)
            guard let day = facts.day, day.number >= today.number &- Self.paymentsDays else {
                continue
            }
            if let invoice {
                let now = invoice.documents.reduce(Int128(0)) { $0 + (sums[$1] ?? 0) }
                guard now != Int128(invoice.net) + Int128(invoice.tax),
                    invoice.documents.first == sale.shipment
                else { continue }
                found.append(
                    Difference(
                        check: "invoice", subject: "\(invoice.code) of \(sale.shipment)",
                        amount: now - Int128(invoice.net) - Int128(invoice.tax),
                        ledger: standing.ledger(of: from),
                        cause: "what \(sale.receiver) is charged changed after the invoice",
                        person: invoice.person, since: invoice.day,
                        next: "`branchbook invoice redden \(invoice.number) --code CODE`, and "
                            + "issue one of what it is now"))
            } else if day.number < today.number &- Self.entitySaleDays, sale.net + sale.tax != 0 {
                found.append(
                    Difference(
                        check: "no invoice",
                        subject: "\(sale.shipment) to \(entity(sale.receiver) ?? "")",
                        amount: sale.net + sale.tax, ledger: standing.ledger(of: from),
                        cause: "goods went to another legal entity, and no tax invoice was issued",
                        person: facts.person, since: day,
                        next: "at \(from): `branchbook invoice issue \(sale.shipment) --code CODE`")
                )
            }
        }
        return found
    }
}
