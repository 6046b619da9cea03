import Books
import Engine
import Sodium

/// From an act of the plan to the request that a clerk makes, drawn from the act's own number.
extension People {
    func wish(_ act: Act, _ number: Int, mark: String = secretMark) -> Wish? {
        var draw = SeededRandom(seed: act.draw)
        let memo = "\(mark)\(number)"
        let branch = sites[act.site].branch
        let details = Details(memo: memo)
        let lines = Self.lines(&draw, large: [.receive, .order].contains(act.kind))
        func moves(_ sign: Int64) -> [Move] {
            lines.map { Move(branch: branch, item: $0.item, units: sign * $0.units) }
        }
        func typed(cost: String? = nil) -> [Line] {
            lines.map { Line(item: $0.item, quantity: "\($0.units)", cost: cost) }
        }
        func document(
            _ command: Command, _ moved: [Move], wait: Int = 0, to: Int? = nil, uses: Int? = nil,
            lines shown: [(item: String, units: Int64)]? = nil
        ) -> Wish {
            let patience = Milliseconds(wait > 0 ? 5_000 : 0)
            return Wish(
                request: .perform(command, wait: wait, waitMilliseconds: patience),
                site: act.site, act: number, kind: act.kind, moves: [(memo, moved)],
                waits: patience, lines: shown ?? lines, to: to, uses: uses)
        }
        switch act.kind {
        case .receive:
            let cost = "\(1 + draw.next() % 9).\(10 + draw.next() % 90)"
            return document(
                .receive(details, typed(cost: cost), supplier: "Supplier"), moves(1))
        case .receiveLate:
            var details = details
            details.date = yesterday
            // At what the first goods cost: it may change how old what was shipped is, and nothing else.
            return document(
                .receive(details, typed(cost: "1.20"), supplier: "Supplier"), moves(1))
        case .sendBack: return sendBack(act, details, &draw, document)
        case .count:
            // What it finds changes the shelf by what only the books know: its law is another.
            let counted = lines.map {
                Line(item: $0.item, quantity: "\($0.units * 7)")
            }
            let order = draw.next() % 4 == 0 ? CountOrder(location: Self.backRoom) : CountOrder()
            return document(
                .count(details, .now(order, counted)), [],
                lines: lines.map { ($0.item, $0.units * 7) })
        case .move:
            let isBack = draw.next() % 3 == 0
            var details = details
            details.location = isBack ? Self.backRoom : nil
            return document(
                .move(details, typed(), to: isBack ? LocationFacts.main : Self.backRoom), [])
        case .sell, .sellAndWait:
            var details = details
            details.party = "Customer-of-\(number)"
            if draw.next() % 6 == 0 { details.discount = "5%" }
            return document(
                .sell(details, typed(), tender: "cash"), moves(-1),
                wait: act.kind == .sellAndWait ? 1 + Int(draw.next() % 2) : 0)
        case .sellOut:
            // Whoever comes first has the last one.
            let line = Line(item: Self.items[0], quantity: "1")
            return document(
                .sell(details, [line], tender: "card"),
                [Move(branch: branch, item: Self.items[0], units: -1)],
                lines: [(Self.items[0], 1)])
        case .giveBack: return giveBack(act, details, &draw, document)
        case .ship:
            guard sites.count > 1 else { return nil }
            let drawn = (act.site + 1 + Int(draw.next() % UInt64(sites.count - 1))) % sites.count
            let other = act.to ?? drawn
            return document(
                .ship(details, typed(), to: sites[other].branch), moves(-1), to: other)
        case .arrive: return arrive(act, details, &draw, document)
        case .settle: return settle(act, details, &draw, document)
        case .repack:
            // Of one or two of the others; at a till they may be short, and then it is refused.
            let made = Self.items[5]
            let parts = lines.filter { $0.item != made }
            guard !parts.isEmpty else { return nil }
            let units = 1 + Int64(draw.next() % 3)
            return document(
                .repack(
                    details, parts.map { Line(item: $0.item, quantity: "\($0.units)") },
                    into: Line(item: made, quantity: "\(units)"), extra: nil),
                parts.map { Move(branch: branch, item: $0.item, units: -$0.units) }
                    + [Move(branch: branch, item: made, units: units)])
        case .writeOff: return document(.writeOff(details, typed()), moves(-1))
        case .find: return document(.find(details, typed(cost: "2.50")), moves(1))
        case .reverse: return reverse(act, details, &draw, document)
        case .order, .orderStep, .grant, .sellOnQuota, .deliver, .rights:
            return orderWish(act, number, details, lines, &draw, document)
        case .lots, .twins, .prices, .reorder, .close:
            return assortmentWish(act, number, details, &draw, document)
        case .money: return moneyWish(act, number, details, lines, &draw, document)
        case .revalue, .pay, .journal, .setItem, .importSales, .report:
            return office(act, number, details, &draw, document)
        }
    }

    typealias Document = (
        Command, [Move], Int, Int?, Int?, [(item: String, units: Int64)]?
    ) -> Wish

    private func giveBack(
        _ act: Act, _ details: Details, _ draw: inout SeededRandom, _ document: Document
    ) -> Wish? {
        if draw.next() % 3 == 0, let elsewhere = giveBackElsewhere(act, details, &draw, document) {
            return elsewhere
        }
        let sales = (papers[act.site] ?? []).indices.filter {
            let paper = papers[act.site]![$0]
            return paper.kind == .sell && !paper.isUsed
        }
        guard !sales.isEmpty else { return nil }
        let place = sales[Int(draw.next() % UInt64(sales.count))]
        let sale = papers[act.site]![place]
        guard let line = sale.lines.first else { return nil }
        let isKnown = draw.next() % 4 != 0
        if isKnown, draw.next() % 4 == 0 {
            let other = Self.items[4]
            return document(
                .exchange(
                    details, [Line(item: line.item, quantity: "1")], sale: sale.number,
                    for: [Line(item: other, quantity: "1")], tender: "cash"),
                [
                    Move(branch: sites[act.site].branch, item: line.item, units: 1),
                    Move(branch: sites[act.site].branch, item: other, units: -1),
                ], 0, nil, place, [(line.item, 1)])
        }
        return document(
            .giveBack(
                details, [Line(item: line.item, quantity: "1")], sale: isKnown ? sale.number : nil,
                tender: "cash"),
            [Move(branch: sites[act.site].branch, item: line.item, units: 1)], 0, nil,
            isKnown ? place : nil, [(line.item, 1)])
    }

    /// A customer of another branch, with its receipt; it may come again with it.
    private func giveBackElsewhere(
        _ act: Act, _ details: Details, _ draw: inout SeededRandom, _ document: Document
    ) -> Wish? {
        let receipts = papers.filter { $0.key != act.site }.sorted { $0.key < $1.key }
            .flatMap(\.value).filter { $0.kind == .sell && $0.claim != nil }
        guard !receipts.isEmpty else { return nil }
        let receipt = receipts[Int(draw.next() % UInt64(receipts.count))]
        guard let line = receipt.lines.first else { return nil }
        var details = details
        if line.item == Self.lotItem { details.lots = [lot(&draw)] }
        return document(
            .giveBack(
                details, [Line(item: line.item, quantity: "1")], sale: receipt.claim,
                tender: "cash"),
            [Move(branch: sites[act.site].branch, item: line.item, units: 1)], 0, nil, nil,
            [(line.item, 1)])
    }

    private func sendBack(
        _ act: Act, _ details: Details, _ draw: inout SeededRandom, _ document: Document
    ) -> Wish? {
        let receipts = (papers[act.site] ?? []).filter {
            [.receive, .receiveLate].contains($0.kind) && !$0.isUsed
        }
        guard !receipts.isEmpty else { return nil }
        let receipt = receipts[Int(draw.next() % UInt64(receipts.count))]
        guard let line = receipt.lines.first else { return nil }
        return document(
            .sendBack(
                details, [Line(item: line.item, quantity: "2")], receipt: receipt.number,
                supplier: nil),
            [Move(branch: sites[act.site].branch, item: line.item, units: -2)], 0, nil, nil,
            [(line.item, 2)])
    }

    private func arrive(
        _ act: Act, _ details: Details, _ draw: inout SeededRandom, _ document: Document
    ) -> Wish? {
        guard
            let place = shipments.indices.first(where: {
                shipments[$0].to == act.site && !shipments[$0].isTaken
            })
        else { return nil }
        let shipment = shipments[place]
        let branch = sites[act.site].branch
        var claim = draw.next() % 3 == 0 ? Int(draw.next() % 4) : nil
        // Who goes by the note takes up what came, whether the entries are here or not.
        let note = draw.next() % 2 == 0 ? shipment.claim : nil
        if note != nil { claim = nil }
        var missing: [(item: String, units: Int64)] = []
        var moves: [Move] = []
        let lines = shipment.lines.enumerated().map { index, line in
            var arrival = ArrivalLine(item: line.item, accepted: "\(line.units)")
            var came = line.units
            switch index == 0 ? claim : nil {
            case 0?, 1?:
                arrival.accepted = "\(line.units - 1)"
                if claim == 0 { arrival.short = "1" } else { arrival.returned = "1" }
                missing.append((line.item, 1))
                came -= 1
            case 2?:
                arrival.accepted = "\(line.units - 1)"
                arrival.damaged = "1"
            case 3?:
                arrival.surplus = "1"
                moves.append(Move(branch: branch, item: line.item, units: 1))
                moves.append(Move(branch: Self.nowhere, item: line.item, units: -1))
            default: break
            }
            moves.append(Move(branch: branch, item: line.item, units: came))
            return arrival
        }
        var details = details
        // Read off the box, for where nobody has told of it yet.
        if shipment.lines.contains(where: { $0.item == Self.lotItem }) {
            details.lots = [lot(&draw)]
        }
        var wish = document(
            .arrive(details, lines, shipment: note ?? shipment.number), moves, 0, nil, place,
            shipment.lines)
        wish.missing = missing
        return wish
    }

    /// Half of what is missing is found at the sender's, and half is gone.
    private func settle(
        _ act: Act, _ details: Details, _ draw: inout SeededRandom, _ document: Document
    ) -> Wish? {
        let open = shipments.indices.filter {
            shipments[$0].from == act.site && !shipments[$0].missing.isEmpty
        }
        guard !open.isEmpty else { return nil }
        let place = open[Int(draw.next() % UInt64(open.count))]
        let areLost = draw.next() % 2 == 0
        let missing = shipments[place].missing
        return document(
            .settle(
                details, missing.map { Line(item: $0.item, quantity: "\($0.units)") },
                shipment: shipments[place].number, areLost: areLost),
            missing.map {
                Move(
                    branch: areLost ? Self.nowhere : sites[act.site].branch, item: $0.item,
                    units: $0.units)
            }, 0, nil, place, missing)
    }

    private func reverse(
        _ act: Act, _ details: Details, _ draw: inout SeededRandom, _ document: Document
    ) -> Wish? {
        let own = papers[act.site] ?? []
        let places = own.indices.filter {
            !own[$0].isUsed
                && [.sell, .receive, .receiveLate, .writeOff, .find, .sendBack, .repack].contains(
                    own[$0].kind)
        }
        guard !places.isEmpty else { return nil }
        let place = places[Int(draw.next() % UInt64(places.count))]
        let undone = (intents[own[place].memo]?.moves ?? []).map {
            Move(branch: $0.branch, item: $0.item, units: -$0.units)
        }
        return document(
            .reverse(details, number: own[place].number), undone, 0, nil, place,
            own[place].lines)
    }

    /// What does not move goods, or many at once.
    private func office(
        _ act: Act, _ number: Int, _ details: Details, _ draw: inout SeededRandom,
        _ document: Document
    ) -> Wish? {
        let item = Self.items[Int(draw.next() % UInt64(Self.items.count))]
        let amount = "\(1 + draw.next() % 50).\(10 + draw.next() % 90)"
        switch act.kind {
        case .revalue:
            return document(.revalue(details, item: item, change: .by(amount)), [], 0, nil, nil, [])
        case .pay:
            let payment = Payment(
                direction: draw.next() % 2 == 0 ? .received : .paid, party: "Party",
                amount: amount, through: "cash")
            return document(.pay(details, payment), [], 0, nil, nil, [])
        case .journal:
            if draw.next() % 2 == 0 {
                let drawers = [TillAct.Drawer(name: "cash", amount: amount)]
                let till: TillAct =
                    shifts[act.site].map { .close(shift: $0, drawers) } ?? .open(drawers)
                return said(.till(Details(), till), act, number, [])
            }
            let lines = [
                JournalLine(account: "expense/rent", amount: amount),
                JournalLine(account: "bank/main", amount: "-\(amount)"),
            ]
            return document(.journal(details, lines), [], 0, nil, nil, [])
        case .setItem:
            return Wish(
                request: .perform(
                    .setItem(ItemChange(code: item, price: amount)), wait: 0, waitMilliseconds: 0),
                site: act.site, act: number, kind: act.kind, moves: [], waits: 0, lines: [])
        case .importSales: return importSales(act, number, &draw)
        case .report:
            let queries: [Query] = [
                .status, .balance(branch: nil, asAt: nil), .exceptions, .transfers(openOnly: true),
                .stock(branch: nil, item: nil, limit: 100), .peers,
            ]
            return Wish(
                request: .query(queries[Int(draw.next() % UInt64(queries.count))]),
                site: act.site, act: number, kind: act.kind, moves: [], waits: 0, lines: [])
        default: return nil
        }
    }

    /// A till's sales of a while; the file is read twice, and counts once.
    private func importSales(_ act: Act, _ number: Int, _ draw: inout SeededRandom) -> Wish {
        let branch = sites[act.site].branch
        // Two imports of one till begin with the same lines.
        let file = "till-\(branch)-\(draw.next() % 3)"
        let count = 3 + Int(draw.next() % 8)
        var commands: [Command] = []
        var moves: [(memo: String, moves: [Move])] = []
        for line in 1...count {
            let memo = "\(Self.secretMark)\(file).\(line)"
            let details = Details(
                memo: memo,
                external: .init(
                    source: "till", key: file, first: UInt32(line), last: UInt32(line)))
            let item = Self.items[line % Self.items.count]
            commands.append(
                .sell(details, [Line(item: item, quantity: "1")], tender: "card"))
            moves.append((memo, [Move(branch: branch, item: item, units: -1)]))
        }
        return Wish(
            request: .performAll(commands), site: act.site, act: number, kind: act.kind,
            moves: moves, waits: 0, lines: [])
    }

    /// One to three lines; some goods sell far better than others.
    private static func lines(
        _ draw: inout SeededRandom, large: Bool
    ) -> [(item: String, units: Int64)] {
        var found: [(item: String, units: Int64)] = []
        for _ in 0...(draw.next() % 3) {
            let place = min(
                draw.next() % UInt64(items.count), draw.next() % UInt64(items.count))
            let item = items[Int(place)]
            let units = large ? 10 + Int64(draw.next() % 60) : 1 + Int64(draw.next() % 5)
            if !found.contains(where: { $0.item == item }) { found.append((item, units)) }
        }
        return found
    }
}
