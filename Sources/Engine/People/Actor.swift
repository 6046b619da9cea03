import Books
import Replica

/// In whose name a request is, and what their roles allow.
struct Actor: Sendable {
    let person: String
    let rights: Set<Right>
    /// How many days back their documents may be dated; nil: as far as books are open.
    let daysBack: Int32?
    /// Did they show a token, and not type their PIN?
    var isByToken = false

    func may(_ right: Right) -> Bool { rights.contains(right) }

    func require(_ right: Right?, _ what: String) throws(Refusal) {
        guard let right, !may(right) else { return }
        let roles = Role.allCases.filter { $0.rights.contains(right) }.map(\.rawValue)
        throw Refusal(
            .notAllowed, "\(person) may not \(what)",
            next: "ask somebody who is a \(roles.joined(separator: " or a "))")
    }
}

extension Right {
    /// What it is to do, after `may not`.
    var verb: String {
        switch self {
        case .sell: "sell"
        case .moveGoods: "move goods"
        case .buy: "order goods"
        case .book: "enter money"
        case .close: "close or open periods"
        case .describe: "describe items, parties and prices"
        case .people: "say who may do what"
        case .members: "change nodes and peers"
        case .seeCost: "see what goods cost"
        case .export: "take the books along"
        case .work: "take part in the work"
        }
    }
}
