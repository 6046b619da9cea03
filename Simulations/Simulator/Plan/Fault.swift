/// Something that breaks at a time, and mends by itself after the time it names.
package struct Fault: Codable, Hashable, Sendable {
    package var at: Milliseconds
    package var kind: Kind

    package init(at: Milliseconds, kind: Kind) {
        self.at = at
        self.kind = kind
    }

    package indirect enum Kind: Codable, Hashable, Sendable {
        // The network.
        case cut(Int, Int, lasts: Milliseconds, Manner)
        case isolate(Int, lasts: Milliseconds, Manner)
        /// These sites on one side, all others on the other.
        case split([Int], lasts: Milliseconds, Manner)
        /// All but through this site: it bridges two halves.
        case bridge(by: Int, [Int], lasts: Milliseconds)
        /// A set of sites cut off one by one, and mended in another order.
        case swizzle([Int], draw: UInt64, lasts: Milliseconds)
        case flap(Int, Int, times: Int, period: Milliseconds)
        /// Connections between the two end, and both learn of it.
        case drop(Int, Int)
        /// Connections end, and only the second learns of it.
        case halfOpen(Int, Int)
        case slow(Int, Int, bytesPerSecond: Int64, lasts: Milliseconds)
        /// What was recorded between the two is played to the second again.
        case replay(Int, Int)
        /// A stranger connects and sends bytes.
        case stranger(Int, draw: UInt64)

        // Machines and disks.
        case powerCut(Int, Loss, down: Milliseconds)
        /// Power goes in the middle of a batch, at this call of the disk from now on.
        case powerCutAtCall(Int, calls: UInt64, Loss, down: Milliseconds)
        /// The process dies after the batch is durable and before anybody is told.
        case killUntold(Int, down: Milliseconds)
        case restart(Int, down: Milliseconds)
        /// A newer program, whose entries older ones store and do not read.
        case upgrade(Int, down: Milliseconds)
        case diskFails(Int, DiskFailure, calls: UInt64, forGood: Bool, down: Milliseconds)
        /// Syncs are reported and not done; at the end power is cut.
        case lyingDisk(Int, lasts: Milliseconds, Loss)
        case flipBit(Int, draw: UInt64, down: Milliseconds)
        /// The files and keys as they are now are put back after `later`.
        case restoreBackup(Int, later: Milliseconds, down: Milliseconds)
        /// A copy of the disk runs at a second site for a while.
        case clone(Int, lasts: Milliseconds)
        /// The database is gone, the keys are not.
        case loseDisk(Int, down: Milliseconds)
        /// The machine is gone for good: nobody mends it, and the company goes on without.
        case die(Int)
        /// A line is laid where there was none.
        case connect(Int, Int)

        // Clocks.
        case clockStep(Int, Milliseconds)
        case clockFreeze(Int, lasts: Milliseconds)
        case clockDrift(Int, millionths: Int64, lasts: Milliseconds)
        /// The machine restarts with its clock this much earlier.
        case bootBackwards(Int, Milliseconds, down: Milliseconds)
    }

    /// How a cable is cut.
    package enum Manner: String, Codable, CaseIterable, Sendable {
        /// Connections are reset at once.
        case reset
        /// Bytes wait; nobody is told, and they arrive when it mends.
        case hold
        /// As `hold`, from the first to the second only.
        case oneWay
    }

    /// What becomes of writes that were not synced when power goes.
    package enum Loss: String, Codable, CaseIterable, Sendable {
        case drop, keep, tear, reorder
    }

    package enum DiskFailure: String, Codable, CaseIterable, Sendable {
        case read, write, sync, full, short
    }
}

extension Fault.Kind {
    /// The kind without its figures: what coverage counts.
    package var name: String {
        let text = "\(self)"
        return String(text.prefix { $0 != "(" })
    }

    /// The names of the kinds that a swarm draws: a night's runs must have had them all. `die` and
    /// `connect` stand in scenarios alone.
    package static let names = [
        "cut", "isolate", "split", "bridge", "swizzle", "flap", "drop", "halfOpen", "slow",
        "replay", "stranger", "powerCut", "powerCutAtCall", "killUntold", "restart", "upgrade",
        "diskFails",
        "lyingDisk", "flipBit", "restoreBackup", "clone", "loseDisk", "clockStep", "clockFreeze",
        "clockDrift", "bootBackwards",
    ]

    /// The sites concerned, the machine's own first.
    package var sites: [Int] {
        switch self {
        case .cut(let a, let b, _, _), .flap(let a, let b, _, _), .drop(let a, let b),
            .halfOpen(let a, let b), .slow(let a, let b, _, _), .replay(let a, let b),
            .connect(let a, let b):
            [a, b]
        case .split(let sites, _, _), .bridge(_, let sites, _), .swizzle(let sites, _, _): sites
        case .isolate(let a, _, _), .stranger(let a, _), .powerCut(let a, _, _),
            .powerCutAtCall(let a, _, _, _), .killUntold(let a, _), .restart(let a, _),
            .upgrade(let a, _),
            .diskFails(let a, _, _, _, _), .lyingDisk(let a, _, _), .flipBit(let a, _, _),
            .restoreBackup(let a, _, _), .clone(let a, _), .loseDisk(let a, _),
            .clockStep(let a, _), .clockFreeze(let a, _), .clockDrift(let a, _, _),
            .bootBackwards(let a, _, _), .die(let a):
            [a]
        }
    }

    /// What a run may lose for it: the product need not survive a disk that lies.
    package var breaksPromises: Bool {
        switch self {
        case .lyingDisk, .flipBit, .restoreBackup, .clone, .loseDisk, .die: true
        default: false
        }
    }
}
