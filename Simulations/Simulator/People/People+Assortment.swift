import Books
import Engine
import Sodium

/// What people do with goods that are told apart, with two items that turn out to be one, and with price lists and
/// what is to be ordered.
extension People {
    /// Told apart by lots.
    static let lotItem = "ITEM-LOT"
    /// Made at two branches, of one thing.
    static let twins = ["TWIN-0", "TWIN-1"]
    static let allItems = items + [lotItem] + twins

    /// What an item is in the end: the twins are one.
    static func known(as item: String) -> String { twins.contains(item) ? twins[0] : item }

    func assortmentWish(
        _ act: Act, _ number: Int, _ details: Details, _ draw: inout SeededRandom,
        _ document: Document
    ) -> Wish? {
        switch act.kind {
        case .lots: return lots(act, details, &draw, document)
        case .twins: return twins(act, number, details, &draw, document)
        case .prices: return prices(act, number, &draw)
        case .reorder:
            return Wish(
                request: .draftOrders(details), site: act.site, act: number, kind: act.kind,
                moves: [], waits: 0, lines: [])
        case .close:
            if let close = closes[act.site], draw.next() % 3 == 0 {
                return said(.reopen(details, number: close), act, number, [])
            }
            return said(.close(details, through: yesterday, isYearEnd: false), act, number, [])
        default: return nil
        }
    }

    /// One of a few lots; the first may not be sold any more.
    func lot(_ draw: inout SeededRandom, quantity: Int64? = nil) -> LotChoice {
        let place = draw.next() % 4
        return LotChoice(
            item: Self.lotItem, code: "L\(place)",
            expiry: place == 0 ? yesterday : "2099-0\(place)-28",
            quantity: quantity.map { "\($0)" })
    }

    private func lots(
        _ act: Act, _ details: Details, _ draw: inout SeededRandom, _ document: Document
    ) -> Wish? {
        let branch = sites[act.site].branch
        var details = details
        let few = 1 + Int64(draw.next() % 5)
        func line(_ units: Int64, cost: String? = nil) -> [Line] {
            [Line(item: Self.lotItem, quantity: "\(units)", cost: cost)]
        }
        func moved(_ units: Int64) -> [Move] {
            [Move(branch: branch, item: Self.lotItem, units: units)]
        }
        var wish: Wish
        switch draw.next() % 8 {
        case 0, 1, 2:
            let units = 10 + Int64(draw.next() % 30)
            details.lots = [lot(&draw, quantity: few), lot(&draw)]
            wish = document(
                .receive(details, line(units, cost: "1.50"), supplier: "Supplier"), moved(units),
                0, nil, nil, [(Self.lotItem, units)])
            wish.kind = .receive
        case 3, 4, 5:
            details.party = "Customer-of-\(act.at)"
            wish = document(
                .sell(details, line(few), tender: "cash"), moved(-few), 0, nil, nil,
                [(Self.lotItem, few)])
            wish.kind = .sell
        case 6:
            guard sites.count > 1 else { return nil }
            let other = (act.site + 1 + Int(draw.next() % UInt64(sites.count - 1))) % sites.count
            wish = document(
                .ship(details, line(few), to: sites[other].branch), moved(-few), 0, other, nil,
                [(Self.lotItem, few)])
            wish.kind = .ship
        default:
            wish = document(
                .move(details, line(few), to: Self.backRoom), [], 0, nil, nil,
                [(Self.lotItem, few)])
            wish.kind = .move
        }
        return wish
    }

    /// Each branch has its own twin until somebody says that they are one; some say it the other way about.
    private func twins(
        _ act: Act, _ number: Int, _ details: Details, _ draw: inout SeededRandom,
        _ document: Document
    ) -> Wish? {
        let branch = sites[act.site].branch
        let (own, other) = (Self.twins[act.site % 2], Self.twins[1 - act.site % 2])
        let units = 1 + Int64(draw.next() % 9)
        var wish: Wish
        switch draw.next() % 6 {
        case 0, 1:
            wish = document(
                .receive(
                    details, [Line(item: own, quantity: "\(units)", cost: "2.\(10 + units)")],
                    supplier: "Supplier"), [Move(branch: branch, item: own, units: units)], 0, nil,
                nil, [(own, units)])
            wish.kind = .receive
        case 2, 3:
            wish = document(
                .sell(details, [Line(item: own, quantity: "\(units)")], tender: "cash"),
                [Move(branch: branch, item: own, units: -units)], 0, nil, nil, [(own, units)])
            wish.kind = .sell
        case 4: return said(.mergeItem(other, into: own, on: nil), act, number, [])
        default: return said(.mergeItem(own, into: "", on: nil), act, number, [])
        }
        return wish
    }

    /// Each branch keeps a list; it sells by its own or by the first one's.
    private func prices(_ act: Act, _ number: Int, _ draw: inout SeededRandom) -> Wish? {
        func list(_ site: Int) -> String { "list-\(sites[site].branch.lowercased())" }
        guard draw.next() % 3 != 0 else {
            return said(
                .setBranchPrices(
                    list(draw.next() % 2 == 0 ? act.site : 0), of: sites[act.site].branch),
                act, number, [])
        }
        let item = Self.allItems[Int(draw.next() % UInt64(Self.allItems.count))]
        // Some write into another's list, and are refused.
        let site = draw.next() % 5 == 0 ? 0 : act.site
        return said(
            .setPrices(
                PriceListChange(
                    name: list(site), isTaxIncluded: draw.next() % 2 == 0,
                    prices: [
                        .init(
                            item: item, price: "\(2 + draw.next() % 9).00",
                            from: draw.next() % 2 == 0 ? yesterday : nil)
                    ])),
            act, number, [])
    }
}
