import Books
import Replica
import Store

/// Goods that came on the word of a paper, as long as the two branches do not agree on them.
extension Engine {
    func earlyExceptions(
        _ standing: Standing, _ figures: inout ReportWriter
    ) throws -> [[Report.Cell]] {
        var rows: [[Report.Cell]] = []
        for header in try store.earlyDocuments(limit: Query.limitMax) {
            guard let number = header.number, let link = header.link else { continue }
            let there = link.target.series.branch
            let open = try store.openEarly(number, from: there)
            for (item, open) in open.sorted(by: { $0.key < $1.key }) {
                rows.append([
                    .text("early"),
                    .text(
                        link.relation == .receives
                            ? "\(link.target) \(item)" : "\(number) \(item), of \(link.target)"),
                    try figures.quantity(open, of: item.text),
                    .text(
                        "\(header.person) took it up at \(number.series.branch) by its paper: "
                            + "connect \(there), whose entries are missing"),
                ])
            }
        }
        for number in try store.refundsNotBooked(limit: Query.limitMax) {
            guard let note = RefundNote(try store.events(of: RefundNote.entity(number))) else {
                continue
            }
            rows.append([
                .text("return not booked"), .text("\(number), of \(note.sale)"),
                figures.named(note.total, standing.ledger(of: number.series.branch)),
                .text(
                    "\(note.person) gave it back at \(number.series.branch). Was it returned before? "
                        + "At \(note.sale.series.branch): `branchbook transfer accept \(number)`"),
            ])
        }
        return rows
    }
}
