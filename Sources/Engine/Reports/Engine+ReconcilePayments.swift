import Books
import Replica
import Store

/// Payments that may have been entered twice.
extension Engine {
    /// Days within which two equal payments of one party look like one.
    static let samePaymentDays: Int32 = 5
    /// Payments are looked at so far back.
    static let paymentsDays: Int32 = 92
    private static let answeredMax = 50

    /// Two payments of one party and one amount, close to each other; those of which somebody said that they are two are
    /// told beside the page.
    func paymentsTwice(
        _ standing: Standing, _ only: BranchCode?, _ today: Day
    ) throws -> (differences: [Difference], answered: [String]) {
        let since = Day(number: today.number &- Self.paymentsDays)
        let payments = try store.payments(since: since, standing.currencies)
        struct Key: Hashable {
            let party: String
            let root: Account.Root
            let commodity: String
            let amount: Int64
        }
        var groups: [Key: [Store.PaymentRow]] = [:]
        for payment in payments {
            guard let account = Account(payment.account), case .branch(let branch) = account.place,
                only == nil || branch == only
            else { continue }
            groups[
                Key(
                    party: account.rest, root: account.root, commodity: payment.commodity,
                    amount: payment.amount), default: []
            ].append(payment)
        }
        var found: [Difference] = []
        var answered: [String] = []
        for (key, group) in groups where key.amount != 0 {
            let ordered = group.sorted { ($0.day, $0.number) < ($1.day, $1.number) }
            for (first, second) in zip(ordered, ordered.dropFirst())
            where second.number != first.number
                && second.day.number - first.day.number <= Self.samePaymentDays
            {
                let said = try TwoPayments(second.number, first.number) {
                    try store.said(of: Talk.entity($0), standing.roster)
                }
                if let said {
                    answered.append(
                        "\(second.number) and \(first.number) are two payments, said \(said.person) on "
                            + "\(said.day): \(said.reason)")
                    continue
                }
                found.append(
                    Difference(
                        check: "payment twice", subject: "\(second.number) as \(first.number)",
                        amount: Int128(second.value.magnitude),
                        ledger: try own(second.number),
                        cause:
                            "\(key.party): the same amount \(second.day.number - first.day.number) "
                            + "days apart, by \(first.person) and \(second.person)",
                        person: second.person, since: second.day,
                        next: "if it is one: at \(second.number.series.branch) "
                            + "`branchbook reverse \(second.number)`; if they are two: "
                            + "`branchbook reconcile accept \(second.number) \(first.number)`"))
            }
        }
        answered.sort()
        let more = answered.count - Self.answeredMax
        if more > 0 {
            answered = answered.prefix(Self.answeredMax) + ["\(more) more payments are two."]
        }
        return (found.sorted { $0.subject < $1.subject }, answered)
    }
}
