package import Replica

/// How an item stands in registers: the entity `item/<code>`, one attribute a fact.
extension ItemFacts {
    package enum Attribute {
        package static let name = "name", unit = "unit", scale = "scale", price = "price"
        package static let barcode = "barcode", tax = "tax", kind = "kind"
        package static let shortage = "shortage", active = "active", costing = "costing"
        package static let category = "category", alias = "is", joined = "joined"
        package static let tracking = "tracking"
        /// Before the name of a pack: base units in one, and the price of one.
        package static let pack = "pack:", packPrice = "pack-price:"
    }

    /// What a barcode of a pack is on: attribute `of`.
    package static func entity(barcode: String) -> String { "barcode/\(barcode)" }

    package static let barcodeOf = "of"

    private static func packs(_ values: [String: [Value]]) -> [String: Pack] {
        var packs: [String: Pack] = [:]
        for (attribute, shown) in values where attribute.hasPrefix(Attribute.pack) {
            guard let quantity = shown.last?.integer, quantity > 0 else { continue }
            let name = String(attribute.dropFirst(Attribute.pack.count))
            packs[name] = Pack(
                quantity: quantity,
                priceMillionths: values[Attribute.packPrice + name]?.last?.integer)
        }
        return packs
    }

    package static let prefix = "item/"

    package static func entity(_ code: ItemCode) -> String { prefix + code.text }

    package static func code(ofEntity entity: String) -> ItemCode? {
        guard entity.utf8.starts(with: prefix.utf8) else { return nil }
        return ItemCode(entity.dropFirst(prefix.utf8.count))
    }

    /// From the values that show. Where several do, the last in the registers' order is displayed and
    /// the attribute is contested. A value of another type than expected is passed over.
    package init(code: ItemCode, values: [String: [Value]]) {
        func last(_ attribute: String) -> Value? { values[attribute]?.last }
        let scale = last(Attribute.scale)?.integer ?? 0
        self.init(
            code: code, name: last(Attribute.name)?.text ?? code.text,
            unit: last(Attribute.unit)?.text ?? "pc",
            scale: Int(min(max(scale, 0), Int64(Amount.scaleMax))),
            priceMillionths: last(Attribute.price)?.integer,
            barcode: last(Attribute.barcode)?.text, packs: Self.packs(values),
            category: last(Attribute.category)?.text,
            taxMillionths: min(max(last(Attribute.tax)?.integer ?? 0, 0), Self.taxMillionthsMax),
            isService: last(Attribute.kind)?.text == "service",
            refusesShortage: last(Attribute.shortage)?.text == "refuse",
            isActive: last(Attribute.active)?.integer != 0,
            costing: Self.costing(last(Attribute.costing)),
            alias: last(Attribute.alias)?.text.flatMap { ItemCode($0) },
            contested: values.filter { Set($0.value).count > 1 }.map(\.key).sorted())
        joined = last(Attribute.joined)?.text.flatMap { Day($0) }
        tracking =
            last(Attribute.tracking)?.text.flatMap { Tracking(rawValue: $0) } ?? .none
    }

    package static func costing(_ value: Value?) -> CostPool.Method {
        value?.text.flatMap { CostPool.Method(rawValue: $0) } ?? .average
    }

    /// A rate of 1,000 %.
    package static let taxMillionthsMax: Int64 = 10_000_000
}
