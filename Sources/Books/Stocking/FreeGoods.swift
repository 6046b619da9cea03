package import Replica

/// What a branch could sell or send away, as its node tells everybody: events of `free/<branch>` on the board, with
/// base units by item. The last in the log of the shelf's holder counts.
package enum FreeGoods {
    package static let kind = "said"
    package static let itemsPerEvent = Event.fieldsMax

    package static func branch(ofEntity entity: String) -> BranchCode? {
        guard entity.utf8.starts(with: Event.freePrefix.utf8) else { return nil }
        return BranchCode(entity.dropFirst(Event.freePrefix.count))
    }

    /// In events of a bounded size, in the order of items.
    package static func events(
        _ branch: BranchCode, _ figures: [ItemCode: Int64], person: String, day: Day
    ) -> [Event] {
        var rest = figures.sorted { $0.key < $1.key }[...]
        var events: [Event] = []
        while !rest.isEmpty {
            let part = rest.prefix(itemsPerEvent)
            rest = rest.dropFirst(part.count)
            events.append(
                Event(
                    entity: Event.freePrefix + branch.text, kind: kind, person: person,
                    effectiveDate: day,
                    fields: part.map {
                        Event.Field(Commodity.item($0.key).name, .integer($0.value))
                    }))
        }
        return events
    }

    /// Peers may write anything: what is no figure of an item is left out.
    package static func figures(_ event: Event) -> [(item: ItemCode, free: Int64)] {
        guard event.kind == kind else { return [] }
        return event.fields.compactMap { field in
            guard case .item(let item)? = Commodity(field.name), let free = field.value.integer
            else { return nil }
            return (item, free)
        }
    }

    /// Is a change worth telling before the day is over? Goods that come to an end, or come at all; and a
    /// tenth of what was said.
    package static func isNews(_ said: Int64, _ now: Int64) -> Bool {
        guard (said > 0) == (now > 0) else { return true }
        let (change, over) = now.subtractingReportingOverflow(said)
        return over || change.magnitude >= max(said.magnitude / 10, 1)
    }
}
