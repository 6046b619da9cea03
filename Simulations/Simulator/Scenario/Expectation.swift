/// Something that a scenario demands beyond the laws, with the law or the figure it is about.
package struct Expectation: Hashable, Sendable {
    package let line: Int
    /// As it stands in the file.
    package let text: String
    package let kind: Kind

    package enum Kind: Hashable, Sendable {
        /// All equal so soon after the heal.
        case equalWithin(Milliseconds)
        /// Every node, after every fault that ended before the run did.
        case catchUpWithin(Milliseconds)
        case bytesAtMost(Int64)
        /// Thousandths of a copy for each entry that a node needed.
        case copiesAtMost(Int64)
        /// A minute and link, in each direction.
        case quietAtMost(Int64)
        case confirmedAtLeast(Int)
        case refusedAtMost(Int)
        /// So many thousandths of all entries are at each node within a time.
        case delivered(thousandths: Int, within: Milliseconds)
        case noException(String)
        case anException(String)
        case reach(Marker)
        /// Trial balances of complete replicas, as at a day.
        case reportsAgree(asAt: String)
        /// Deliveries among all others, against the same run without the slow lines of this site.
        case slowDelaysAtMost(Int, thousandths: Int64)

        var runsAnother: Bool {
            if case .slowDelaysAtMost = self { return true }
            return false
        }
    }

    /// How each kind is written; `docs/scenarios.md` has them all.
    package static let forms = [
        "equal within DURATION after the heal",
        "catch up within DURATION after each fault",
        "bytes at most SIZE",
        "copies at most NUMBER",
        "quiet at most SIZE a minute",
        "confirmed at least NUMBER",
        "refused at most NUMBER",
        "NUMBER% delivered within DURATION",
        "no exception of kind KIND",
        "an exception of kind KIND",
        "reach MARKER",
        "reports as at YYYY-MM-DD agree",
        "slow CODE delays others at most NUMBER times",
    ]

    /// The law that it makes stricter, or asks for.
    package var law: Law? {
        switch kind {
        case .equalWithin, .catchUpWithin, .delivered: .converges
        case .quietAtMost: .quietWhenEqual
        case .reportsAgree: .sameBooks
        case .slowDelaysAtMost: .slowHurtsNobody
        case .bytesAtMost, .copiesAtMost, .confirmedAtLeast, .refusedAtMost, .noException,
            .anException, .reach:
            nil
        }
    }
}
