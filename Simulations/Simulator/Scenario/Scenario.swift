/// A company, its lines, its days and what breaks, as people write it down: see `docs/scenarios.md`.
/// With a seed it becomes a plan. Law: one scenario and one seed have one plan.
package struct Scenario: Hashable, Sendable {
    package var title = ""
    package var about: [String] = []
    /// Midnight of day 0 in UTC, in milliseconds since 1970.
    package var begins: Milliseconds = Self.usualBegin
    package var lasts: Milliseconds = 0
    package var sites: [Site] = []
    package var lines: [PlanLine] = []
    package var latency: Milliseconds?
    package var bytesPerSecond: Int64?
    var work: [Work] = []
    var rushes: [Rush] = []
    var events: [Event] = []
    package var expectations: [Expectation] = []

    /// Monday, 2 November 2026.
    static let usualBegin: Milliseconds = 1_793_404_800_000

    static let sitesMax = 32
    static let lastsMax: Milliseconds = 400 * 86_400_000
    /// Lines of a file.
    package static let linesMax = 2_000
    /// Acts that one scenario may come to.
    package static let actsMax = 100_000
    package static let faultsMax = 10_000

    /// What some branches do in their opening hours.
    struct Work: Hashable {
        let line: Int
        let sites: [Int]
        /// Minutes of the day.
        let opens: Int
        let closes: Int
        let rates: [Rate]
    }

    struct Rate: Hashable {
        let kind: Act.Kind
        /// Thousandths of an act an hour and branch.
        let thousandths: Int
        let to: Int?
    }

    /// A time in which there is more to do.
    struct Rush: Hashable {
        let from: Milliseconds
        let until: Milliseconds
        /// Thousandths.
        let times: Int
        /// Empty for all.
        let sites: [Int]
    }

    /// Something of the calendar.
    struct Event: Hashable {
        let line: Int
        let at: Milliseconds
        let kind: Kind

        enum Kind: Hashable {
            case fault(Fault.Kind)
            /// Every one down for a while, one after another.
            case rolling([Int], down: Milliseconds, apart: Milliseconds, isUpgrade: Bool)
            /// At a call of the disk that the seed chooses.
            case disk(Int, Fault.DiskFailure, forGood: Bool, down: Milliseconds)
            /// All lines of one branch.
            case slowLines(Int, bytesPerSecond: Int64, lasts: Milliseconds)
            case connect([PlanLine])
        }
    }
}
