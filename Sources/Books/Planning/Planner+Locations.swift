import Replica

extension Planner {
    /// Names a new location, or says something else of one.
    func setLocation(_ change: LocationChange, _ view: some BookView) throws -> Draft {
        try requireTrade()
        let name = try Self.name(change.name, "location")
        typealias Attribute = LocationFacts.Attribute
        let entity = LocationFacts.entity(branch, name)
        let held = try view.location(branch, name)
        var ops: [Operation] = []
        func write(_ attribute: String, _ value: Value) throws {
            ops.append(try set(entity, attribute, value, view))
        }
        if let status = change.status ?? (held == nil ? GoodsStatus.available.rawValue : nil) {
            guard GoodsStatus(rawValue: status) != nil else {
                throw Refusal(
                    .badOption, "goods are not \(status)",
                    next: "use one of "
                        + GoodsStatus.allCases.map(\.rawValue).joined(separator: ", "))
            }
            guard name != LocationFacts.main || status == GoodsStatus.available.rawValue else {
                throw Refusal(
                    .badOption, "goods on \(name) are available", next: "name another location")
            }
            try write(Attribute.status, .text(status))
        }
        if let title = change.title {
            try Self.check(title, "title", 64)
            try write(Attribute.title, .text(title))
        }
        if let isActive = change.isActive {
            if !isActive { try requireEmpty(name, view) }
            try write(Attribute.active, .integer(isActive ? 1 : 0))
        }
        guard !ops.isEmpty else { throw Refusal(.emptyDocument, "nothing was named to change") }
        return Draft(number: nil, parts: [Draft.Part(.trade(branch), ops)])
    }

    private func requireEmpty(_ name: String, _ view: some BookView) throws {
        guard name != LocationFacts.main else {
            throw Refusal(.badOption, "every branch has the location \(name)")
        }
        let left = Set(
            try view.accounts(on: .stock(branch, name)).flatMap { try view.items(on: $0) }
        ).sorted()
        guard left.isEmpty else {
            throw Refusal(
                .locationHoldsGoods,
                "\(name) still holds \(left.prefix(5).map(\.text).joined(separator: ", "))"
                    + (left.count > 5 ? " and \(left.count - 5) more" : ""),
                next: "move them with `branchbook move`, or count it")
        }
    }

    /// What a document does with goods at its location.
    enum GoodsUse {
        /// To customers: from available goods alone.
        case sale
        case leaving, coming, counting
    }

    /// The shelf that a document is about.
    func shelf(_ location: String?, for use: GoodsUse, _ view: some BookView) throws -> Account {
        let name = try Self.name(location ?? LocationFacts.main, "location")
        guard let facts = try view.location(branch, name) else {
            throw Refusal(
                .unknownLocation, "\(branch) has no location \(name)",
                next: "name it first with `branchbook location set \(name)`")
        }
        switch use {
        case .sale where facts.status != .available:
            throw Refusal(
                .notForSale, "goods on \(name) are \(facts.status.rawValue)",
                next: "move what may be sold with `branchbook move`")
        case .coming where !facts.isActive:
            throw Refusal(
                .unknownLocation, "\(name) is not in use any more",
                next: "take another location, or set it active")
        case .sale, .leaving, .coming, .counting: break
        }
        return .stock(branch, name)
    }

    /// The shelf as people call it: the branch, and its location where that is not `main`.
    func name(of shelf: Account) -> String {
        let main = Account.stock(branch)
        return shelf == main ? branch.text : String(shelf.name.dropFirst("stock/".count))
    }

    /// Goods go from one location of the branch to another; what they cost stays as it is. Refused where
    /// the first lacks them.
    func move(
        _ details: Details, _ lines: [Line], to other: String, _ view: some BookView
    ) throws -> Draft {
        try requireTrade()
        try check(count: lines.count)
        let from = try shelf(details.location, for: .leaving, view)
        let to = try shelf(other, for: .coming, view)
        // Goods that were of no lot are given one where they stand.
        guard from != to || !details.lots.isEmpty else {
            throw Refusal(
                .badOption, "the goods are on \(other) already",
                next: "name the location they leave with --location")
        }
        var document = DocumentBuilder(try header(.move, details, view))
        var wanted: [(facts: ItemFacts, quantity: Int64)] = []
        for line in lines {
            let goods = try goods(line, view)
            try requireStock(goods.facts)
            guard from != to || goods.facts.tracking != .none else {
                throw Refusal(
                    .lotNeeded, "\(goods.facts.code) is not told apart by lots",
                    next: "name the location it leaves with --location")
            }
            wanted.append((goods.facts, goods.quantity))
            try document.move(
                .trade(branch), goods.quantity, of: .item(goods.facts.code), from: from, to: to)
        }
        try requireOnShelf(
            wanted, on: from, day: document.header.effectiveDate, isDated: details.date != nil,
            next: "move what is left, or count the shelf", view)
        return try document.draft()
    }
}
