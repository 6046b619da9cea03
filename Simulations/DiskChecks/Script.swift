import Books
import Engine
import Sodium

/// One operation of the script that faults are put into.
enum Step {
    /// Requests of one batch: one transaction, one sync.
    case batch([Request])
    /// Nobody asked for anything for ten minutes: costs are folded.
    case idle
    case found
    /// The store is opened: migration of an empty file, recovery of a write-ahead log.
    case open
    /// The store is closed in order and opened again.
    case close
    /// The write-ahead log is moved into the database.
    case checkpoint

    var name: String {
        switch self {
        case .batch(let requests): "batch of \(requests.count)"
        case .idle: "idle"
        case .found: "found"
        case .open: "open"
        case .close: "close"
        case .checkpoint: "checkpoint"
        }
    }
}

/// A branch's days, drawn from a seed: what is asked next depends on what was acknowledged before.
struct Script {
    private var random: SeededRandom
    private var number = 0
    private var sales: [String] = []
    private var items: [String] = []
    private var hasBranch = false
    private let checkpointEvery: Int

    /// - Parameter checkpointEvery: operations between two checkpoints.
    init(seed: UInt64, checkpointEvery: Int = 50) {
        random = SeededRandom(seed: seed)
        self.checkpointEvery = max(checkpointEvery, 2)
    }

    private mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    private mutating func item() -> String { items[below(items.count)] }

    mutating func next() -> Step {
        defer { number += 1 }
        switch number {
        case 0: return .open
        case 1: return .found
        case 2: return .batch([.perform(newItems(), wait: 0, waitMilliseconds: 0)])
        case 3:
            hasBranch = true
            return .batch([
                .invite(
                    InvitationOrder(
                        branch: "GZ", branchName: "Guangzhou", readsAll: true,
                        addresses: ["gz:7700"]))
            ])
        default: break
        }
        if number % checkpointEvery == 0 { return .checkpoint }
        if number % checkpointEvery == checkpointEvery / 2 { return .open }
        switch below(40) {
        case 0: return .close
        case 1, 2: return .idle
        case 3: return .batch([.performAll((0..<3 + below(5)).map { _ in command() })])
        case 4, 5: return .batch((0..<2 + below(3)).map { _ in request() })
        default: return .batch([request()])
        }
    }

    private mutating func request() -> Request {
        .perform(command(), wait: 0, waitMilliseconds: 0)
    }

    /// What was acknowledged may be reversed or given back later.
    mutating func learn(_ documents: [String]) {
        for document in documents where document.contains("-S-") {
            sales.append(document)
            if sales.count > 100 { sales.removeFirst() }
        }
    }

    private mutating func newItems() -> Command {
        let changes = (0..<3).map { _ in
            let code = "ITEM\(items.count)"
            items.append(code)
            return ItemChange(
                code: code, name: "Item \(items.count)", price: "\(below(90) + 1).50",
                tax: below(2) == 0 ? "13" : nil)
        }
        return .addItems(changes)
    }

    private mutating func details() -> Details {
        let memo = below(3) == 0 ? String(repeating: "memo \(number) ", count: below(20)) : nil
        return Details(party: below(4) == 0 ? "CUSTOMER\(below(9))" : nil, memo: memo)
    }

    private mutating func lines(cost: Bool = false) -> [Line] {
        (0..<1 + below(3)).map { _ in
            Line(
                item: item(), quantity: "\(below(9) + 1)", cost: cost ? "\(below(30) + 1).25" : nil)
        }
    }

    private mutating func command() -> Command {
        switch below(20) {
        case 0: newItems()
        case 1: .setItem(ItemChange(code: item(), price: "\(below(90) + 1).00"))
        case 2..<6: .receive(details(), lines(cost: true), supplier: "SUPPLIER\(below(5))")
        case 6..<12: .sell(details(), lines(), tender: "cash")
        case 12: .ship(details(), lines(), to: "GZ")
        case 13: .writeOff(details(), lines())
        case 14:
            .giveBack(
                details(), [Line(item: item(), quantity: "1")], sale: nil, tender: "cash")
        case 15 where !sales.isEmpty: .reverse(details(), number: sales.removeLast())
        case 16:
            .pay(
                details(),
                Payment(
                    direction: .paid, party: "SUPPLIER\(below(5))", amount: "\(below(50) + 1).00",
                    through: "cash"))
        default: journal()
        }
    }

    private mutating func journal() -> Command {
        let amount = "\(below(500) + 1).00"
        return .journal(
            details(),
            [
                JournalLine(account: "expense/rent", amount: amount),
                JournalLine(account: "bank/main", amount: "-\(amount)"),
            ])
    }
}
