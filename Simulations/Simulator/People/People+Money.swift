import Books
import Engine
import Sodium

/// What bookkeepers do: debts and what settles them, invoices, charges between branches, other currencies, seals, and
/// what they tell each other.
extension People {
    static let debtor = "Debtor"
    static let foreign = "USD"

    func moneyWish(
        _ act: Act, _ number: Int, _ details: Details, _ lines: [(item: String, units: Int64)],
        _ draw: inout SeededRandom, _ document: Document
    ) -> Wish? {
        let branch = sites[act.site].branch
        var details = details
        let amount = "\(1 + draw.next() % 40).\(10 + draw.next() % 90)"
        func other() -> String? {
            guard sites.count > 1 else { return nil }
            let step = 1 + Int(draw.next() % UInt64(sites.count - 1))
            return sites[(act.site + step) % sites.count].branch
        }
        switch draw.next() % 15 {
        case 0, 1:
            details.party = Self.debtor
            if draw.next() % 3 == 0 { details.currency = Self.foreign }
            return document(
                .sell(
                    details, lines.map { Line(item: $0.item, quantity: "\($0.units)", price: "3") },
                    tender: "credit"),
                lines.map { Move(branch: branch, item: $0.item, units: -$0.units) }, 0, nil, nil,
                nil)
        case 2:
            if draw.next() % 3 == 0 { details.currency = Self.foreign }
            return document(
                .pay(
                    details,
                    Payment(
                        direction: .received, party: Self.debtor, amount: amount,
                        through: "bank:main")), [], 0, nil, nil, [])
        case 3:
            return said(
                .match(Details(), .confirm(.receivable, party: Self.debtor, how: [])), act, number,
                [])
        case 4:
            let sales = (papers[act.site] ?? []).filter { $0.kind == .sell }
            guard let sale = sales.last else { return nil }
            return said(
                .invoice(Details(), .issue(sales: [sale.number], code: "T\(number)")), act, number,
                [])
        case 5:
            return said(
                .invoice(
                    Details(),
                    .enter(
                        .init(
                            supplier: "Supplier", code: "S\(number)", net: amount, tax: "1.00",
                            account: "expense/rent"))), act, number, [])
        case 6:
            guard let to = other() else { return nil }
            return said(
                .between(
                    Details(memo: "part of the rent"),
                    .charge(to: to, account: "expense/rent", amount: amount)), act, number, [])
        case 7:
            guard let to = other() else { return nil }
            return said(
                .between(Details(), .settle(to: to, through: "bank:main", amount: amount)), act,
                number, [])
        case 8:
            guard let sent = moneySent.last(where: { $0.to == branch }) else { return nil }
            return said(
                .between(Details(), .accept(number: sent.number, through: "bank:main")), act,
                number, [])
        case 9:
            return said(
                .debt(
                    Details(memo: "they are gone"),
                    .writeOff(party: Self.debtor, amount: "0.\(1 + draw.next() % 9)")), act, number,
                [])
        case 10:
            return said(
                .setRate(
                    currency: Self.foreign, rate: "7.\(draw.next() % 90)", from: yesterday), act,
                number, [])
        case 11:
            return said(.currency(Details(), .revalue), act, number, [])
        case 13:
            guard let to = other() else { return nil }
            let rules = ["cost", "cost+20%", "cost+7.5%"]
            return said(
                .setTransferPrice(
                    from: branch, to: to, rule: rules[Int(draw.next() % UInt64(rules.count))]),
                act, number, [])
        case 12:
            return said(.seal(Details(), .seal(through: yesterday, absent: [])), act, number, [])
        default:
            return said(
                .work(
                    Details(),
                    draw.next() % 2 == 0
                        ? .open(TaskForm(text: "count again", owner: "Wang"))
                        : .post(text: "closed on Friday", branches: [])), act, number, [])
        }
    }
}
