/// Virtual milliseconds since a run began.
package typealias Milliseconds = Int64

/// A whole run before it runs: who there is, what people do, what breaks. Everything else follows
/// from the seed, so a plan is a bug report, and a smaller plan a better one.
package struct Plan: Codable, Hashable, Sendable {
    package var seed: UInt64
    package var lane: Lane
    /// The first is the founder's and head office.
    package var sites: [Site]
    /// Time in which people act and things break; afterwards all is healed.
    package var duration: Milliseconds
    package var acts: [Act]
    package var faults: [Fault]
    /// Lines that are not as the seed draws them.
    package var lines: [PlanLine]?
    /// What right clocks show when the work begins, in UTC since 1970; nil leaves it to the simulator.
    package var begins: Milliseconds?
    /// Between two looks at the laws that cost more than an event; nil is half a minute.
    package var lookEvery: Milliseconds?

    package init(
        seed: UInt64, lane: Lane, sites: [Site], duration: Milliseconds, acts: [Act] = [],
        faults: [Fault] = []
    ) {
        self.seed = seed
        self.lane = lane
        self.sites = sites
        self.duration = duration
        self.acts = acts
        self.faults = faults
    }
}

/// How much of the product runs.
package enum Lane: String, Codable, CaseIterable, Sendable {
    /// The real Noise channel, byte by byte, split anywhere.
    case full
    /// Messages pass whole and in the clear: more seeds in the same time.
    case fast
}

/// A branch with its node.
package struct Site: Codable, Hashable, Sendable {
    /// Of the branch: two to eight capital letters.
    package var branch: String
    /// A complete replica, or only what the branch is concerned with.
    package var readsAll: Bool
    /// Keeps every scope for others, although it cannot read them.
    package var relays: Bool
    package var clockSkew: Milliseconds
    /// Millionths by which the clock runs fast.
    package var clockDrift: Int64
    /// Units of each item on its shelf before the first day; nil is 40.
    package var stock: Int64?

    package init(
        _ branch: String, readsAll: Bool = true, relays: Bool = false,
        clockSkew: Milliseconds = 0, clockDrift: Int64 = 0, stock: Int64? = nil
    ) {
        self.branch = branch
        self.readsAll = readsAll
        self.relays = relays
        self.clockSkew = clockSkew
        self.clockDrift = clockDrift
        self.stock = stock
    }
}

/// The line between two sites.
package struct PlanLine: Codable, Hashable, Sendable {
    package var from: Int
    package var to: Int
    /// There is no line until a fault of the kind `connect` lays it: no heal brings it.
    package var isAbsent: Bool
    /// One way; nil as the seed draws it.
    package var latency: Milliseconds?
    package var bytesPerSecond: Int64?

    package init(
        _ from: Int, _ to: Int, isAbsent: Bool = false, latency: Milliseconds? = nil,
        bytesPerSecond: Int64? = nil
    ) {
        self.from = from
        self.to = to
        self.isAbsent = isAbsent
        self.latency = latency
        self.bytesPerSecond = bytesPerSecond
    }
}

/// One thing that a person does. Its details are drawn from `draw` when it happens, so taking another
/// act away leaves this one as it was.
package struct Act: Codable, Hashable, Sendable {
    package var at: Milliseconds
    package var site: Int
    package var kind: Kind
    package var draw: UInt64
    /// Where goods go; nil leaves it to the draw.
    package var to: Int?

    package enum Kind: String, Codable, CaseIterable, Sendable {
        case receive, sell, sellAndWait, sellOut, giveBack, ship, arrive, writeOff, find
        case revalue, pay, journal, reverse, setItem, importSales, report
        /// A receipt that is entered a day late; goods back to their supplier; a stocktake.
        case receiveLate, sendBack, count
        /// Goods to the back room, or from there; what became of goods that did not come.
        case move, settle
        /// Some goods become others.
        case repack
        /// What customers order: written; the next step of one.
        case order, orderStep
        /// Rights on goods that another branch may sell; a sale on them, its delivery, and what is given up
        /// or asked back.
        case grant, sellOnQuota, deliver, rights
        /// Goods that are told apart; two items that are one; price lists; drafts of what is to be ordered.
        case lots, twins, prices, reorder
        /// A branch's books up to the day before, closed, or open again.
        case close
        /// Debts, invoices, what branches owe each other, other currencies, seals, tasks.
        case money
    }

    package init(at: Milliseconds, site: Int, kind: Kind, draw: UInt64, to: Int? = nil) {
        self.to = to
        self.at = at
        self.site = site
        self.kind = kind
        self.draw = draw
    }
}
