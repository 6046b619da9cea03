import Books
import Replica
import Store

/// The company's legal entities, and at what goods go between branches.
extension Engine {
    func entities() throws -> Report {
        let standing = try needStanding()
        var report = Report(
            schema: "branchbook.entities/1", title: "Legal entities",
            columns: [
                .text("entity", "Entity"), .text("tax-number", "Tax number"),
                .text("address", "Address"), .text("currency", "Currency"),
                .text("chart", "Chart"), .text("branches", "Branches"),
                .text("contested", "Contested"),
            ])
        for (name, currency) in standing.roster.entities.sorted(by: { $0.key < $1.key }) {
            let facts = try entityFacts(name)
            let branches = try branches(ofEntity: name, standing).sorted()
            report.rows.append([
                .text(name), .optional(facts.taxNumber), .optional(facts.address),
                .text(currency.text), .optional(facts.chart),
                .text(branches.map(\.text).joined(separator: ", ")),
                facts.contested.isEmpty
                    ? .empty : .text(facts.contested.joined(separator: ", ")),
            ])
        }
        return report
    }

    func entityFacts(_ name: String) throws -> EntityFacts {
        EntityFacts(
            name: name, values: try store.registers(entity: EntityFacts.entity(name)))
    }

    /// - Throws: `Refusal.unknownEntity`.
    func branches(ofEntity name: String, _ standing: Standing) throws -> Set<BranchCode> {
        guard standing.roster.entities[name] != nil else {
            throw Refusal(
                .unknownEntity, "there is no legal entity \(name)",
                next: "see `branchbook entity list`")
        }
        return Set(standing.roster.branches.values.filter { $0.entity == name }.map(\.code))
    }

    /// Of every two branches of which anybody said it, and of those of two entities of which nobody did.
    func transferPrices() throws -> Report {
        let standing = try needStanding()
        var report = Report(
            schema: "branchbook.transfer-prices/1", title: "Prices of transfers",
            columns: [
                .text("from", "From"), .text("to", "To"), .text("price", "Price"),
                .text("taxed", "Taxed"), .text("contested", "Contested"),
            ])
        let branches = standing.roster.branches.values.sorted { $0.code < $1.code }
        for from in branches {
            for to in branches where to.code != from.code {
                let values = try store.values(
                    entity: TransferRule.entity(from: from.code, to: to.code),
                    attribute: TransferRule.attribute)
                let rule = values.last?.text.flatMap { TransferRule($0) }
                let isTaxed = from.entity != to.entity
                guard rule != nil || isTaxed else { continue }
                report.rows.append([
                    .text(from.code.text), .text(to.code.text), .optional(rule?.shown),
                    .flag(isTaxed), Set(values).count > 1 ? .flag(true) : .empty,
                ])
                guard report.rows.count < Query.limitMax else { return report }
            }
        }
        return report
    }
}
