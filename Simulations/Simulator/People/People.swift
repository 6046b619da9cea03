import Books
import Engine
import Sodium

/// Clerks, bookkeepers and what they remember on paper: what they asked, what was confirmed to them,
/// and what goods are on the road. It is the only account of a run that the product did not write.
struct People {
    let sites: [Site]
    let seed: UInt64
    /// The day before the run's first, as a date: what is entered late.
    let yesterday: String
    private(set) var intents: [String: Intent] = [:]
    private(set) var acknowledged: [String: Acknowledged] = [:]
    private(set) var pending: [Asked: Pending] = [:]
    var shipments: [Shipment] = []
    var orders: [CustomerOrder] = []
    /// Drawers that were counted and are in use, by site.
    var shifts: [Int: String] = [:]
    /// The last close of each site's books, where it stands.
    var closes: [Int: String] = [:]
    /// Money that one branch sent another, as they told each other.
    var moneySent: [(number: String, to: String)] = []
    /// Who may sell what from whose shelf, as it was told on the telephone.
    var grants: [(shelf: Int, seller: Int, item: String)] = []
    var papers: [Int: [Paper]] = [:]
    private(set) var refusals: [Refusal.Code: Int] = [:]

    /// What a command moves, should it take effect: the whole of it, once.
    struct Intent {
        let site: Int
        let act: Int
        var moves: [Move]
        let isDocument: Bool
        var isExchange = false
        /// Goods between two branches.
        var isTransfer = false
    }

    struct Move: Hashable {
        let branch: String
        let item: String
        let units: Int64
    }

    struct Acknowledged {
        let number: String
        let machine: Int
        let at: Milliseconds
        var isExcused = false
    }

    struct Asked: Hashable, Comparable {
        let machine: Int
        let request: RequestID

        static func < (a: Self, b: Self) -> Bool {
            (a.machine, a.request) < (b.machine, b.request)
        }
    }

    struct Pending {
        let memos: [String]
        let at: Milliseconds
        let until: Milliseconds
        let kind: Act.Kind
        /// Until peers hold it, or a time is over.
        let waitsForPeers: Bool
    }

    /// Goods that left, as the delivery note has them.
    struct Shipment {
        let number: String
        let from: Int
        let to: Int
        let lines: [(item: String, units: Int64)]
        var isTaken = false
        /// In dispute: the sender looks for it.
        var missing: [(item: String, units: Int64)] = []
        /// The code on the delivery note, which goes along with the driver.
        var claim: String?
    }

    /// A document that its clerk holds a print of.
    struct Paper {
        let memo: String
        let number: String
        let kind: Act.Kind
        let lines: [(item: String, units: Int64)]
        var isUsed = false
        /// The code on the customer's receipt.
        var claim: String?
    }

    /// Customers and drivers have the code of what was printed.
    mutating func keep(claim: String, of number: String) {
        for place in shipments.indices where shipments[place].number == number {
            shipments[place].claim = claim
        }
        for (site, own) in papers {
            for place in own.indices where own[place].number == number {
                papers[site]?[place].claim = claim
            }
        }
    }

    /// What a customer ordered.
    struct CustomerOrder {
        let number: String
        let site: Int
        let lines: [(item: String, units: Int64)]
        var stage = Stage.written
        /// Of one that was sold on a quota: the branch that has the goods.
        var shelf: Int?

        var isKept = false
        /// From a supplier, and not of a customer; a buyer has to look at it.
        var isPurchase = false
        var isApproved = false

        enum Stage { case written, placed, over }
    }

    /// The schema of what a clerk prints.
    static let printed = "branchbook.paper/1"
    /// Who looks at purchases, by the workflow that the company has.
    static let buyer = "Buyer"
    static let items = (0..<6).map { "ITEM-\($0)" }
    /// A location that every branch has beside the one that is sold from.
    static let backRoom = "back"
    /// Where what came broken is put.
    static let brokenRoom = "broken"
    /// Where goods go that are gone, and come from that nobody sent: no shelf of any branch.
    static let nowhere = "nowhere"
    /// What stands in texts that only those with the key may read.
    static let secretMark = "memo-of-act-"

    /// The same at a copy of a disk: as long, to the byte.
    static let copyMark = "memo+of+act-"

    /// A local answer takes at most so long.
    static let answerMilliseconds: Milliseconds = 1_000

    init(sites: [Site], seed: UInt64, yesterday: String) {
        self.yesterday = yesterday
        self.sites = sites
        self.seed = seed
    }

    mutating func forgetPapers(of number: String) {
        for place in shipments.indices where shipments[place].number == number {
            shipments[place].isTaken = true
            shipments[place].missing = []
        }
        for place in orders.indices where orders[place].number == number {
            orders[place].stage = .over
        }
        for (site, own) in papers {
            for place in own.indices where own[place].number == number {
                papers[site]?[place].isUsed = true
            }
        }
    }

    func name(at site: Int) -> String { "Clerk of \(sites[site].branch)" }

    mutating func asked(
        _ machine: Int, _ request: RequestID, _ wish: Wish, at now: Milliseconds
    ) {
        for (memo, moves) in wish.moves {
            var intent = Intent(
                site: wish.site, act: wish.act, moves: moves, isDocument: wish.kind != .setItem)
            switch wish.request {
            case .perform(.exchange, _, _): intent.isExchange = true
            case .perform(.ship, _, _), .perform(.arrive, _, _), .perform(.settle, _, _):
                intent.isTransfer = true
            default: break
            }
            intents[memo] = intent
        }
        pending[Asked(machine: machine, request: request)] = Pending(
            memos: wish.moves.map(\.memo), at: now,
            // A clock that was set back goes at half speed.
            until: now + Self.answerMilliseconds + 2 * wish.waits, kind: wish.kind,
            waitsForPeers: wish.waits > 0)
    }

    /// The process died: nobody knows what became of what was asked of it.
    mutating func died(_ machine: Int) {
        for asked in pending.keys where asked.machine == machine { pending[asked] = nil }
    }

    /// The first question of a machine that waits for longer than it should.
    func overdue(at now: Milliseconds) -> (asked: Asked, pending: Pending)? {
        pending.sorted { $0.key < $1.key }.first { $0.value.until < now }
            .map { ($0.key, $0.value) }
    }

    /// - Returns: nil for a reply that nobody waits for.
    mutating func heard(
        _ machine: Int, _ request: RequestID, _ reply: Reply, at now: Milliseconds
    ) -> Pending? {
        guard let asked = pending.removeValue(forKey: Asked(machine: machine, request: request))
        else { return nil }
        func confirm(_ memo: String, _ outcome: Outcome) {
            acknowledged[memo] = Acknowledged(number: outcome.subject, machine: machine, at: now)
        }
        switch reply {
        case .outcome(let outcome):
            if let memo = asked.memos.first { confirm(memo, outcome) }
        case .outcomes(let results):
            for (memo, result) in zip(asked.memos, results) {
                switch result {
                case .done(let outcome): confirm(memo, outcome)
                case .refused(let refusal): refusals[refusal.code, default: 0] += 1
                }
            }
        case .refused(let refusal): refusals[refusal.code, default: 0] += 1
        case .report, .progress: break
        }
        return asked
    }

    /// The machine was set back: what only it knew is lost, and its clerk knows that.
    mutating func excuse(_ memo: String) { acknowledged[memo]?.isExcused = true }
}

/// What one act asks of a node.
struct Wish {
    let request: Request
    let site: Int
    let act: Int
    var kind: Act.Kind
    let moves: [(memo: String, moves: [People.Move])]
    let waits: Milliseconds
    /// The lines, for the clerk's paper.
    let lines: [(item: String, units: Int64)]
    /// A shipment's other side.
    var to: Int?
    /// The paper or shipment that this uses up.
    var uses: Int?
    /// Of a shipment: what goes into dispute with it.
    var missing: [(item: String, units: Int64)] = []
}
