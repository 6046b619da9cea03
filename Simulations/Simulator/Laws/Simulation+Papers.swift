import Books
import Engine
import Replica
import Store

/// Receipts and delivery notes that are shown where nobody has heard of the document.
extension Simulation {
    /// Nothing that came early waits for what is here.
    func checkEarlyGoods() throws {
        for machine in nodes {
            guard let engine = machine.engine,
                let site = BranchCode(plan.sites[machine.site].branch)
            else { continue }
            for header in try engine.store.earlyDocuments(limit: 1_000) {
                guard let number = header.number, number.series.branch == site,
                    let link = header.link
                else { continue }
                let about = try engine.store.transactions(about: number)
                let open = try engine.store.openEarly(number, from: link.target.series.branch)
                let shipments = [link.target] + about.compactMap(\.document.number)
                for shipment in Set(shipments).sorted() where shipment.kind == .shipment {
                    guard let pair = BranchPair(site, shipment.series.branch),
                        let item = try engine.store.items(
                            on: .transit(pair, shipment.description)
                        ).first(where: { open[$0] != nil })
                    else { continue }
                    throw Violation(
                        .papersAreKept, at: now,
                        "\(item) of \(shipment) came with \(number), and is in transit still, at "
                            + machine.name, machines: [machine.index])
                }
            }
        }
        record.checked(.papersAreKept, at: now)
    }

    /// A shipment is taken up, and a sale returned, before the other branch's entries come; then they come.
    func checkPapers() throws {
        let here = nodes[Int(plan.seed % UInt64(nodes.count))]
        let there = nodes[Int((plan.seed + 1) % UInt64(nodes.count))]
        let branch = plan.sites[there.site].branch
        guard branch != plan.sites[here.site].branch else { return }
        let memo = "\(People.secretMark)papers"
        let line = [Line(item: "ITEM-2", quantity: "2", cost: "1.20")]
        let many = [Line(item: "ITEM-2", quantity: "500", cost: "1.20")]
        _ = try say(.find(Details(memo: memo), many), at: here)
        let shipment = try say(.ship(Details(memo: memo), line, to: branch), at: here)
        let came = [ArrivalLine(item: "ITEM-2", accepted: "2")]
        let note = try claim(shipment, at: here)
        let early = try say(
            .arrive(Details(memo: memo), came, shipment: note), at: there)
        let sale = try say(.sell(Details(memo: memo), line, tender: "cash"), at: here)
        let receipt = try claim(sale, at: here)
        let refund = try say(
            .giveBack(Details(memo: memo), line, sale: receipt, tender: "cash"), at: there)
        try advance(until: now + 2 * Self.newsWithin)
        for document in [early, refund] { try demandMatched(document, at: there) }
        try checkEarlyGoods()
        guard let engine = here.engine, let number = DocumentNumber(refund) else { return }
        guard
            try engine.store.transactions(about: number).contains(where: {
                $0.document.kind == .shipment
            })
        else {
            throw Violation(
                .papersAreKept, at: now, "\(refund) is not booked at \(here.name)",
                machines: [here.index])
        }
    }

    private func claim(_ number: String, at machine: Machine) throws -> String {
        if case .report(let report) = try ask(.query(.paper(number: number)), of: machine),
            let claim = report.facts.first(where: { $0.key == "claim" })
        {
            return claim.value.plain
        }
        throw Violation(
            .commandsAnswer, at: now, "\(machine.name) prints no code on \(number)",
            machines: [machine.index])
    }

    private func demandMatched(_ number: String, at machine: Machine) throws {
        guard let engine = machine.engine, let document = DocumentNumber(number) else { return }
        let own = try engine.store.transactions(of: document)
        guard let sender = own.first?.document.link?.target.series.branch else { return }
        let open = try engine.store.openEarly(document, from: sender)
        let sum = open.values.reduce(0, +)
        guard sum != 0 else { return }
        throw Violation(
            .papersAreKept, at: now, "\(sum) of \(number) stand early at \(machine.name)",
            machines: [machine.index])
    }
}
