import Books
import Replica
import Store

/// Goods that are sold for less than they cost, and goods that nobody buys.
extension Engine {
    /// What neither came nor was sold for so many days is dead stock.
    static let deadDays: Int32 = 180

    /// Of branches whose costs are read here. Pools are to be folded before. Cost: a look at the pools and costs of
    /// each branch, and at the prices of what it has.
    func goodsAlerts(
        _ standing: Standing, on today: Day, _ ledger: Ledger, _ figures: inout ReportWriter
    ) throws -> [[Report.Cell]] {
        var rows: [[Report.Cell]] = []
        let last = Day(number: today.number &- Self.deadDays)
        for branch in branches(standing, nil)
        where standing.keyring.scopes.contains(.money(branch)) {
            let own = standing.ledger(of: branch)
            // Prices are said in the book's own currency; where no rate is known none is compared.
            let rate =
                own.isBook ? nil : try knownRate(of: own.currency, in: ledger, on: today)
            let list = try store.priceList(ofBranch: branch).map { try priceList($0) }
            let sold = try store.lastSales(of: branch)
            let came = try store.itemsComing(
                to: branch, from: Array(standing.roster.branches.keys), since: last)
            var dead = Int64(0)
            for (item, held) in try heldGoods(at: branch) {
                if sold[item].map({ $0 < last }) ?? true, !came.contains(item) { dead += 1 }
                guard let code = ItemCode(item),
                    let price = try netPrice(of: code, list, on: today),
                    own.isBook || rate != nil,
                    let worth = try? Amount.worth(
                        price.millionths, held.quantity, per: price.per, rate: rate,
                        scale: own.scale),
                    worth < held.value
                else { continue }
                rows.append([
                    .text("price below cost"), .text("\(branch) \(item)"),
                    figures.named(Int128(worth) - Int128(held.value), own),
                    .text(
                        list.map {
                            "set another price: `branchbook prices set \($0.name) \(item)=…`"
                        }
                            ?? "set another price: `branchbook item set \(item) --price …`"),
                ])
            }
            guard dead > 0 else { continue }
            rows.append([
                .text("dead stock"),
                .text("\(branch): items that neither came nor were sold in \(Self.deadDays) days"),
                .integer(dead),
                .text("`branchbook slow --branch \(branch) --days \(Self.deadDays)`"),
            ])
        }
        return rows
    }

    /// What a branch has of each item, and what that cost: without units for which no cost is known.
    private func heldGoods(
        at branch: BranchCode
    ) throws -> [(item: String, held: (quantity: Int64, value: Int64))] {
        var goods: [(item: String, quantity: Int128, value: Int128)] = []
        for row in try store.stock(branch: branch, item: nil, limit: Query.limitMax) {
            if goods.last?.item != row.item { goods.append((row.item, 0, 0)) }
            goods[goods.count - 1].quantity += row.onShelf - Int128(row.uncosted)
            goods[goods.count - 1].value += Int128(row.value ?? 0)
        }
        return goods.compactMap { line in
            guard line.quantity > 0, let quantity = Int64(exactly: line.quantity),
                let value = Int64(exactly: line.value)
            else { return nil }
            return (line.item, (quantity, value))
        }
    }

    private func priceList(_ name: String) throws -> PriceList {
        PriceList(name: name, values: try store.registers(entity: PriceList.entity(name)))
    }

    /// What a sale brings of a base unit, without tax: millionths for `per` units of the item's scale. Nil where it has
    /// no price.
    private func netPrice(
        of code: ItemCode, _ list: PriceList?, on day: Day
    ) throws -> (millionths: Int64, per: Int64)? {
        guard let facts = try facts(code), let per = Int64(exactly: Planner.power(facts.scale))
        else { return nil }
        if let list, let gross = try store.price(of: code, on: list.name, day) {
            guard list.isTaxIncluded else { return (gross, per) }
            let net = try Amount.divide(
                Int128(gross) * 1_000_000, by: 1_000_000 + Int128(facts.taxMillionths))
            return (net, per)
        }
        return facts.priceMillionths.map { ($0, per) }
    }
}
