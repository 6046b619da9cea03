import Books
import Engine
import Sodium

/// What people do with orders and with goods of other branches.
extension People {
    func orderWish(
        _ act: Act, _ number: Int, _ details: Details, _ lines: [(item: String, units: Int64)],
        _ draw: inout SeededRandom, _ document: Document
    ) -> Wish? {
        let branch = sites[act.site].branch
        // Not every act is with another branch: the draw that names it is looked at, and not taken.
        var peek = draw
        let other =
            (act.site + 1 + Int(peek.next() % UInt64(max(sites.count - 1, 1)))) % sites.count
        func typed(_ lines: [(item: String, units: Int64)]) -> [Line] {
            lines.map { Line(item: $0.item, quantity: "\($0.units)") }
        }
        let wanted = lines
        switch act.kind {
        case .order:
            if draw.next() % 3 == 0 {
                let lines = lines.map { Line(item: $0.item, quantity: "\($0.units)", cost: "1.20") }
                return said(
                    .order(
                        details,
                        .open(
                            OrderForm(
                                kind: .purchase, party: "Supplier", lines: lines, submits: true))),
                    act, number, wanted)
            }
            return said(
                .order(
                    details,
                    .open(
                        OrderForm(
                            kind: .sale, party: "Customer-of-\(number)", lines: typed(lines)))),
                act, number, lines)
        case .orderStep: return orderStep(act, number, details, &draw, document)
        case .grant:
            guard sites.count > 1 else { return nil }
            let seller = act.to ?? other
            return document(
                .quota(details, .grant(typed(lines), to: sites[seller].branch)), [], 0, seller, nil,
                nil)
        case .sellOnQuota:
            guard sites.count > 1, let line = lines.first else { return nil }
            var details = details
            details.party = "Customer-of-\(number)"
            // Most know what they may sell; some try something else.
            let known = grants.last { $0.seller == act.site }
            let knows = draw.next() % 4 != 0
            let shelf = act.to ?? (knows ? known?.shelf : nil) ?? other
            let sold = [(knows ? known?.item ?? line.item : line.item, min(line.units, 2))]
            return document(
                .quota(
                    details, .sell(typed(sold), from: sites[shelf].branch, tender: "cash")), [], 0,
                shelf, nil, sold)
        case .deliver:
            guard
                let place = orders.indices.first(where: {
                    orders[$0].shelf == act.site && orders[$0].stage != .over
                })
            else { return nil }
            return document(
                .quota(details, .deliver(order: orders[place].number, [])),
                orders[place].lines.map { Move(branch: branch, item: $0.item, units: -$0.units) },
                0, nil, place, orders[place].lines)
        case .rights: return rights(act, number, details, other, lines, &draw, document)
        default: return nil
        }
    }

    /// What leaves no document: the books have it as events.
    func said(
        _ command: Command, _ act: Act, _ number: Int, _ lines: [(item: String, units: Int64)],
        uses: Int? = nil
    ) -> Wish {
        Wish(
            request: .perform(command, wait: 0, waitMilliseconds: 0), site: act.site, act: number,
            kind: act.kind, moves: [], waits: 0, lines: lines, uses: uses)
    }

    private func orderStep(
        _ act: Act, _ number: Int, _ details: Details, _ draw: inout SeededRandom,
        _ document: Document
    ) -> Wish? {
        let open = orders.indices.filter {
            orders[$0].site == act.site && orders[$0].shelf == nil && orders[$0].stage != .over
        }
        guard !open.isEmpty else { return nil }
        let place = open[Int(draw.next() % UInt64(open.count))]
        let order = orders[place]
        var details = details
        let givesUp = draw.next() % 5 == 0
        if givesUp {
            return said(.order(details, .cancel(order: order.number)), act, number, [], uses: place)
        }
        if order.isPurchase {
            if !order.isApproved, draw.next() % 4 != 0 {
                details.person = Self.buyer
                return said(
                    .order(details, .approve(order: order.number, step: nil)), act, number, [],
                    uses: place)
            }
            guard order.stage == .placed else {
                return said(
                    .order(details, .place(order: order.number)), act, number, [], uses: place)
            }
            details.order = order.number
            return document(
                .receive(details, [], supplier: ""),
                order.lines.map {
                    Move(branch: sites[act.site].branch, item: $0.item, units: $0.units)
                }, 0, nil, place, order.lines)
        }
        // Goods are kept before or after the customer agreed.
        if !order.isKept, draw.next() % 2 == 0 {
            return document(
                .order(details, .reserve(order: order.number, [], atMost: draw.next() % 3 == 0)),
                [], 0, nil, place, order.lines)
        }
        guard order.stage == .placed else {
            return said(.order(details, .place(order: order.number)), act, number, [], uses: place)
        }
        details.order = order.number
        return document(
            .sell(details, [], tender: "cash"),
            order.lines.map {
                Move(branch: sites[act.site].branch, item: $0.item, units: -$0.units)
            }, 0, nil, place, order.lines)
    }

    private func rights(
        _ act: Act, _ number: Int, _ details: Details, _ other: Int,
        _ lines: [(item: String, units: Int64)], _ draw: inout SeededRandom, _ document: Document
    ) -> Wish? {
        guard sites.count > 1, let line = lines.first else { return nil }
        let name = sites[other].branch
        switch draw.next() % 4 {
        case 0:
            return document(
                .quota(details, .giveBack([Line(item: line.item, quantity: "1")], to: name)), [], 0,
                nil, nil, nil)
        case 1: return said(.quota(details, .reclaim([], of: name)), act, number, [])
        default:
            let open = orders.indices.filter {
                orders[$0].site == act.site && orders[$0].shelf != nil && orders[$0].stage != .over
            }
            guard let place = open.last else { return nil }
            return said(
                .order(details, .cancel(order: orders[place].number)), act, number, [], uses: place)
        }
    }
}
