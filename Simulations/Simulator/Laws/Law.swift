/// What must hold, numbered. `docs/laws.md` has a sentence for each; a test holds the two together.
package enum Law: Int, Codable, CaseIterable, Sendable {
    // Safety.
    case equalStates = 1
    case acknowledgedStays = 2
    case acknowledgedSpreads = 3
    case onceEach = 4
    case zeroSums = 5
    case factsStay = 6
    case noOverdraft = 7
    case oneShelfOneHolder = 8
    case goodsInOnePlace = 9
    case bridgesCancel = 10
    case nothingWaits = 11
    case ownFrontierStays = 12
    case durableBeforePublished = 13
    case noNonceTwice = 14
    case nothingReadable = 15
    case bounded = 16
    case projectionIsRebuild = 17
    case sameBooks = 18
    case survivesFaults = 19
    case noStranger = 20
    case faultsAreTold = 21
    case holdersHold = 22
    case commitsAreWhole = 23
    case forgeriesAreRefused = 24
    case dismissedIsOut = 25
    case rightsHold = 26
    case rosterIsItsActs = 27
    case lastWriteShows = 28
    case valuesAreStated = 29
    case costIsAverage = 30
    case countsStand = 39
    case nothingOpenNothingOwed = 40
    case rightsAreKept = 42
    case reservationsEnd = 43
    case papersAreKept = 44
    case closedStays = 45

    // Liveness.
    case converges = 31
    case commandsAnswer = 32
    case queuesShrink = 33
    case slowHurtsNobody = 34
    case quietWhenEqual = 35
    case comesBack = 36
    case newsTravel = 37
    case peersCompare = 38

    // The run itself.
    case repeats = 41

    package var sentence: String {
        switch self {
        case .equalStates:
            "Equal frontier, roster and rules level of a scope mean an equal digest."
        case .acknowledgedStays: "An acknowledged document is on its author after any crash."
        case .acknowledgedSpreads:
            "An acknowledged document is at every node that reads its scope after the heal."
        case .onceEach: "Every command takes effect once or not at all, whole, at every node."
        case .zeroSums: "Every scope sums to zero for every commodity, and balances are sums."
        case .factsStay: "An entry that was seen at a place of a log is never another."
        case .noOverdraft:
            "A shelf goes below zero only by a marked shortage; no shipment, move or repack takes what is not there."
        case .oneShelfOneHolder: "Only its holder posts to a shelf: nothing is sold by two nodes."
        case .goodsInOnePlace: "A transfer's goods are in exactly one place."
        case .bridgesCancel: "Bridges between two scopes are zero wherever both are held."
        case .nothingWaits:
            "No log waits for anything but a roster entry, a key or a newer rules level."
        case .ownFrontierStays:
            "A node's own frontier never goes back without a new incarnation."
        case .durableBeforePublished: "No entry is published before it is durable at its author."
        case .noNonceTwice: "No key meets a nonce twice with another payload, clones included."
        case .nothingReadable:
            "No plaintext and no key is in any byte on the wire or in a relay's files."
        case .bounded: "Queues, links and buffers stay within their bounds."
        case .projectionIsRebuild: "A projection equals its rebuild; chains and signatures hold."
        case .sameBooks: "Nodes that hold the same entries tell the same books."
        case .survivesFaults:
            "A crash or a failing disk never damages a directory: it opens, and is sound."
        case .noStranger: "Nobody without a key of the book, or with a recording, gets an answer."
        case .faultsAreTold: "A node whose disk failed stops and says so; it never goes on."
        case .holdersHold: "A peer that is said to hold a document holds it durably."
        case .commitsAreWhole:
            "A command has one number, its parts are each there once, and later ones are later."
        case .forgeriesAreRefused:
            "An entry that its author did not sign, or that breaks the rules of logs, is refused."
        case .dismissedIsOut:
            "What a revoked node wrote above its cut counts nowhere, and it hears nothing more."
        case .rightsHold:
            "Nobody posts where the roster gives no right, and a key opens its own scope alone."
        case .rosterIsItsActs: "A roster depends on its acts, and not on their order."
        case .lastWriteShows:
            "A register shows one value where nobody wrote beside the last to write."
        case .valuesAreStated: "Keepers state what all goods between branches are worth, once."
        case .costIsAverage:
            "Goods are worth their moving average, or the first in go out first, rounded once; no goods are worth nothing."
        case .nothingOpenNothingOwed:
            "Two branches between whom no goods are under way or in dispute owe each other the same, but for charges and money that the other has not booked."
        case .rightsAreKept:
            "What a branch granted is what it keeps for others, and no right is used twice."
        case .reservationsEnd:
            "Goods are kept for orders that want them, and for nobody else."
        case .papersAreKept:
            "Goods that came on the word of a paper are matched with the entries once these are there, and booked where they were sold."
        case .closedStays:
            "A closed period's figures stay, whatever comes late: it stands after the close."
        case .countsStand:
            "A shelf holds what a count found, and what comes late below it does not change it."
        case .converges: "After the heal all nodes hold the same entries within 15 minutes."
        case .commandsAnswer: "A local command is answered, alone or not, within a second."
        case .queuesShrink: "What a reachable peer lacks shrinks until nothing is lacking."
        case .slowHurtsNobody: "One slow or hostile peer delays the others by at most double."
        case .quietWhenEqual: "Nodes that hold the same are quiet: 100 bytes a minute and link."
        case .comesBack: "A node that lost its database comes back from its peers."
        case .newsTravel:
            "Where nothing is broken news are everywhere, and a broken link is back, in 5 seconds."
        case .peersCompare: "Peers compare what they hold also when nothing happens."
        case .repeats: "The same plan has the same trace in every process."
        }
    }
}

/// A law that did not hold: ends the run.
package struct Violation: Error, Codable, Hashable, Sendable {
    package let law: Law
    package let at: Milliseconds
    package let what: String
    package let machines: [Int]

    package init(_ law: Law, at: Milliseconds, _ what: String, machines: [Int] = []) {
        self.law = law
        self.at = at
        self.what = what
        self.machines = machines
    }
}
