import Replica

extension Planner {
    static let itemsMax = 5_000

    func addItems(_ changes: [ItemChange], _ view: some BookView) throws -> Draft {
        try requireCatalog()
        try check(count: changes.count)
        guard changes.count <= Self.itemsMax else {
            throw Refusal(.tooManyLines, "at most \(Self.itemsMax) items are added at once")
        }
        var ops: [Operation] = []
        var codes: Set<ItemCode> = []
        for change in changes {
            let code = try Self.code(change.code)
            guard try view.item(code) == nil, codes.insert(code).inserted else {
                throw Refusal(
                    .itemExists, "there is an item \(code) already",
                    next: "change it with `branchbook item set`")
            }
            var whole = change
            whole.name = change.name ?? code.text
            whole.unit = change.unit ?? "pc"
            whole.scale = change.scale ?? 0
            ops += try writes(code, whole) { _ in [] }
            ops += try packs(code, whole, scale: whole.scale ?? 0, view)
        }
        return Draft(number: nil, parts: [Draft.Part(.catalog, ops)])
    }

    func setItem(_ change: ItemChange, _ view: some BookView) throws -> Draft {
        try requireCatalog()
        let code = try Self.code(change.code)
        guard let held = try view.item(code) else {
            throw Refusal(
                .unknownItem, "there is no item \(code)",
                next: "add it with `branchbook item add`")
        }
        if let scale = change.scale, scale != held.scale, try view.hasMoved(code) {
            throw Refusal(
                .scaleFixed, "\(code) has moved: its decimal places stay at \(held.scale)",
                next: "add a new item with the other scale")
        }
        if let costing = change.costing, costing != held.costing.rawValue, try view.hasMoved(code) {
            throw Refusal(
                .costingFixed, "\(code) has moved: it stays valued by \(held.costing.rawValue)",
                next: "add a new item with the other method")
        }
        if let tracking = change.tracking, tracking != held.tracking.rawValue,
            try view.hasMoved(code)
        {
            throw Refusal(
                .lotNeeded, "\(code) has moved: it stays told apart by \(held.tracking.rawValue)",
                next: "add a new item")
        }
        let entity = ItemFacts.entity(code)
        var ops = try writes(code, change) { try view.dots(entity: entity, attribute: $0) }
        ops += try packs(code, change, scale: change.scale ?? held.scale, view)
        guard !ops.isEmpty else { throw Refusal(.emptyDocument, "nothing was named to change") }
        return Draft(number: nil, parts: [Draft.Part(.catalog, ops)])
    }

    /// Two branches that were apart made one thing two items: new business is of the other from now on, and
    /// what is left of this one becomes the other at each branch, on the day that is named.
    func mergeItem(
        _ text: String, into other: String, on day: String?, _ view: some BookView
    ) throws -> Draft {
        try requireCatalog()
        let facts = try item(text, view)
        let entity = ItemFacts.entity(facts.code)
        guard !other.isEmpty else {
            return Draft(
                number: nil,
                parts: [
                    Draft.Part(
                        .catalog, [try set(entity, ItemFacts.Attribute.alias, .absent, view)])
                ])
        }
        let into = try item(other, view)
        guard into.code != facts.code, into.alias == nil else {
            throw Refusal(
                .badOption, "\(facts.code) cannot become \(into.code)",
                next: "name an item that is itself")
        }
        guard into.unit == facts.unit, into.scale == facts.scale, into.isService == facts.isService
        else {
            throw Refusal(
                .badOption, "\(facts.code) and \(into.code) are not counted alike",
                next: "make them one by `branchbook repack`")
        }
        let day = try day.map { try Self.day($0) } ?? today
        return Draft(
            number: nil,
            parts: [
                Draft.Part(
                    .catalog,
                    [
                        try set(entity, ItemFacts.Attribute.alias, .text(into.code.text), view),
                        try set(
                            entity, ItemFacts.Attribute.joined, .text(day.description), view),
                    ])
            ])
    }

    func requireCatalog() throws(Refusal) {
        guard grants.contains(.catalog) else {
            throw Refusal(.noGrant, "this node may not write the catalog")
        }
    }

    static func code(_ text: String) throws(Refusal) -> ItemCode {
        guard let code = ItemCode(text) else {
            throw Refusal(
                .badCode, "this is not an item's code",
                next: "use 1 to 64 bytes without control characters")
        }
        return code
    }

    /// One register write for each attribute that is named.
    private func writes(
        _ code: ItemCode, _ change: ItemChange, supersedes: (String) throws -> [Dot]
    ) throws -> [Operation] {
        var ops: [Operation] = []
        func write(_ attribute: String, _ value: Value) throws {
            let seen = try supersedes(attribute).prefix(RegisterWrite.supersedesMax)
            ops.append(
                .set(
                    RegisterWrite(
                        entity: ItemFacts.entity(code), attribute: attribute, value: value,
                        supersedes: Array(seen))))
        }
        typealias Attribute = ItemFacts.Attribute
        for (attribute, text, bytesMax) in [
            (Attribute.name, change.name, 200), (Attribute.unit, change.unit, 16),
            (Attribute.barcode, change.barcode, Self.barcodeBytesMax),
            (Attribute.category, change.category, 64),
        ] {
            guard let text else { continue }
            try Self.check(text, attribute, bytesMax)
            try write(attribute, .text(text))
        }
        if let scale = change.scale {
            guard (0...Amount.scaleMax).contains(scale) else {
                throw Refusal(.badOption, "quantities have 0 to 6 decimal places, not \(scale)")
            }
            try write(Attribute.scale, .integer(Int64(scale)))
        }
        if let price = change.price {
            let millionths = try Amount.parse(price, scale: 6)
            guard millionths >= 0 else { throw Refusal(.notPositive, "a price is not below zero") }
            try write(Attribute.price, .integer(millionths))
        }
        if let tax = change.tax {
            let millionths = try Amount.parse(tax, scale: 4)
            guard (0...ItemFacts.taxMillionthsMax).contains(millionths) else {
                throw Refusal(.badNumber, "\(tax) is not a rate of tax in percent")
            }
            try write(Attribute.tax, .integer(millionths))
        }
        if let kind = change.kind {
            guard ["goods", "service"].contains(kind) else {
                throw Refusal(.badOption, "an item is `goods` or a `service`, not \(kind)")
            }
            try write(Attribute.kind, .text(kind))
        }
        if let shortage = change.shortage {
            guard ["record", "refuse"].contains(shortage) else {
                throw Refusal(.badOption, "a shortage is to `record` or `refuse`, not \(shortage)")
            }
            try write(Attribute.shortage, .text(shortage))
        }
        if let costing = change.costing {
            guard CostPool.Method(rawValue: costing) != nil else {
                throw Refusal(
                    .badOption, "goods are valued by `average` or `fifo`, not \(costing)")
            }
            try write(Attribute.costing, .text(costing))
        }
        if let tracking = change.tracking {
            guard Tracking(rawValue: tracking) != nil else {
                throw Refusal(
                    .badOption, "goods are told apart by `lot`, `serial` or `none`, not \(tracking)"
                )
            }
            try write(Attribute.tracking, .text(tracking))
        }
        if let isActive = change.isActive {
            try write(Attribute.active, .integer(isActive ? 1 : 0))
        }
        return ops
    }

    /// What is said of an item's packs: base units, price, and whose a barcode is.
    private func packs(
        _ code: ItemCode, _ change: ItemChange, scale: Int, _ view: some BookView
    ) throws -> [Operation] {
        let changes = change.packs ?? []
        guard changes.count <= Self.packsMax else {
            throw Refusal(.tooManyLines, "an item has at most \(Self.packsMax) packs")
        }
        var ops: [Operation] = []
        func write(_ entity: String, _ attribute: String, _ value: Value) throws {
            ops.append(try set(entity, attribute, value, view))
        }
        let entity = ItemFacts.entity(code)
        for pack in changes {
            guard (1...16).contains(pack.name.utf8.count),
                let first = pack.name.first, !"+-.0123456789 ".contains(first),
                !pack.name.contains(" ")
            else {
                throw Refusal(
                    .badOption, "\(pack.name) is not the name of a pack",
                    next: "use a word such as box")
            }
            try Self.check(pack.name, "pack", 16)
            let quantity = try Amount.parse(pack.quantity, scale: scale)
            guard quantity >= 0 else {
                throw Refusal(.notPositive, "a \(pack.name) of \(pack.quantity) is none")
            }
            try write(
                entity, ItemFacts.Attribute.pack + pack.name,
                quantity == 0 ? .absent : .integer(quantity))
            if let price = pack.price {
                let millionths = try Amount.parse(price, scale: 6)
                guard millionths >= 0 else {
                    throw Refusal(.notPositive, "a price is not below zero")
                }
                try write(
                    entity, ItemFacts.Attribute.packPrice + pack.name, .integer(millionths))
            }
            if let barcode = pack.barcode {
                try Self.check(barcode, "barcode", Self.barcodeBytesMax)
                try write(
                    ItemFacts.entity(barcode: barcode), ItemFacts.barcodeOf,
                    .text(PackedItem(item: code, pack: pack.name).text))
            }
        }
        return ops
    }

    static let packsMax = 32
}
