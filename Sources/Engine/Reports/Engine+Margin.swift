import Books
import Replica
import Store

/// What was earned on what was sold.
extension Engine {
    /// Sales less returns: quantity, revenue, cost, profit and margin, by what is asked for.
    func margin(_ filter: MarginFilter) throws -> Report {
        let only = try alike(filter.branch)
        let item = try filter.item.map { try Self.itemCode($0) }
        let (from, to) = (try Planner.day(filter.from), try Planner.day(filter.to))
        let dimensions = try filter.by.map { text in
            guard let dimension = MarginDimension(rawValue: text) else {
                throw Refusal(
                    .badOption, "sales are not told by \(text)",
                    next: "use "
                        + MarginDimension.allCases.map(\.rawValue).joined(separator: ", "))
            }
            return dimension
        }
        guard !dimensions.isEmpty, Set(dimensions).count == dimensions.count else {
            throw Refusal(.badOption, "name what the sales are to be told by, each once")
        }
        try foldCosts()
        var lines = MarginLines(dimensions)
        var categories: [String: String] = [:]
        for branch in branches(only) {
            var query = Store.SoldQuery(branch: branch, from: from, to: to)
            query.item = item
            query.byItem = dimensions.contains(.item) || dimensions.contains(.category)
            query.cut =
                dimensions.contains(.day) ? .day : dimensions.contains(.month) ? .month : .whole
            query.byHour = dimensions.contains(.hour)
            query.byCustomer = dimensions.contains(.customer)
            query.utcOffsetMinutes = Int64(utcOffsetMinutes)
            query.withWriteOffs = filter.withWriteOffs
            try lines.add(try store.sold(query), of: branch) { item in
                if let known = categories[item] { return known }
                let category = try category(item)
                categories[item] = category
                return category
            }
        }
        lines.finish(limit: bounded(filter.limit))
        return try marginReport(
            lines, dimensions, only.ledger, notes: scopesMissing(only))
    }

    private func category(_ item: String) throws -> String {
        guard let code = ItemCode(item) else { return "" }
        let values = try store.values(
            entity: ItemFacts.entity(code), attribute: ItemFacts.Attribute.category)
        return values.last?.text ?? ""
    }

    private func marginReport(
        _ lines: MarginLines, _ dimensions: [MarginDimension], _ ledger: Ledger,
        notes: [String]
    ) throws -> Report {
        var figures = ReportWriter(store, ledger)
        // Units of several items have no sum.
        let item = dimensions.firstIndex(of: .item)
        var report = Report(
            schema: "branchbook.margin/1", title: "Margin",
            columns: dimensions.map { .text($0.rawValue, $0.label) } + [
                .number("quantity", "Quantity"), .number("revenue", "Revenue, net"),
                .number("cost", "Cost"), .number("profit", "Profit"),
                .number("margin", "Margin"), .number("uncosted", "Uncosted"),
            ])
        let sum = lines.sum
        if let item { try figures.learn(lines.lines.lazy.map { $0.place[item] }) }
        for (place, line) in lines.lines {
            let code = item.map { place[$0] }
            report.rows.append(
                place.map { .text($0) } + [
                    try code.map { try figures.quantity(line.quantity, of: $0) } ?? .empty,
                    figures.money(line.revenue), figures.money(line.cost),
                    line.revenueCosted == 0 && line.uncosted != 0
                        ? .empty : figures.money(line.profit), Self.margin(line),
                    line.uncosted == 0
                        ? .empty
                        : try code.map { try figures.quantity(line.uncosted, of: $0) }
                            ?? .text("yes"),
                ])
        }
        report.facts = [
            .init("currency", "Currency", .text(ledger.currency.text)),
            .init("revenue", "Revenue, net", figures.money(sum.revenue)),
            .init("cost", "Cost", figures.money(sum.cost)),
            .init("profit", "Profit", figures.money(sum.profit)),
            .init("margin", "Margin", Self.margin(sum)),
        ]
        if lines.count > lines.lines.count {
            report.notes.append("Only the first \(lines.lines.count) rows are shown.")
        }
        report.notes += notes
        return report
    }

    /// Profit of revenue, four decimal places, half away from zero; nothing where nothing was taken.
    private static func margin(_ row: Store.SoldRow) -> Report.Cell {
        guard row.revenueCosted != 0 else { return .empty }
        let (product, over) = row.profit.multipliedReportingOverflow(by: 20_000)
        guard !over else { return .empty }
        let doubled = product / row.revenueCosted
        let rounded = (doubled + (doubled < 0 ? -1 : 1)) / 2
        return .decimal(Amount.text(rounded, scale: 4))
    }
}

/// What sales may be told by.
enum MarginDimension: String, CaseIterable {
    case branch, item, category, day, month, hour, customer

    var label: String {
        switch self {
        case .branch: "Branch"
        case .item: "Item"
        case .category: "Category"
        case .day: "Day"
        case .month: "Month"
        case .hour: "Hour"
        case .customer: "Customer"
        }
    }
}
