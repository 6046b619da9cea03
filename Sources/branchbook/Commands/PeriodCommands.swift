import ArgumentParser
import Books
import Engine

struct PeriodCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "period",
        abstract: "Closing a branch's books (月结), what came too late, opening a period again.",
        subcommands: [
            PeriodList.self, PeriodCheck.self, PeriodClosing.self, PeriodReopen.self,
            PeriodLate.self,
            PeriodSeal.self, PeriodSeals.self,
        ],
        defaultSubcommand: PeriodList.self)
}

struct PeriodList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Closed periods, and who closed them.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "One branch.") var branch: String?
    func run() throws { try node.query(.periods(branch: branch), reading) }
}

struct PeriodCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "What has to be ended before the branch's books are closed up to a day.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The last day, as in 2026-11-30.") var through: String
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.closeCheck(through: through), reading) }
}

struct PeriodClosing: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close",
        abstract: "Close the branch's books up to a day that is over.",
        discussion: """
            What the goods of the period cost is frozen. What this node has not heard of by now, and is of the period,
            stands on the first open day once it comes; `branchbook period late` lists it.
            """)
    @OptionGroup var node: NodeOptions
    @Argument(help: "The last day, as in 2026-11-30.") var through: String
    @Flag(name: .long, help: "A year ends: what was earned and spent goes to equity/retained.")
    var yearEnd = false
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .close(writing.details(), through: through, isYearEnd: yearEnd), writing)
    }
}

struct PeriodReopen: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reopen", abstract: "Open the last closed period again; --memo says why.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The number of its close.") var document: String
    @OptionGroup var writing: WriteOptions
    func run() throws { try node.perform(.reopen(writing.details(), number: document), writing) }
}

struct PeriodLate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "late", abstract: "Documents that came too late for their period.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "Rows.") var limit: Int = 100
    func run() throws { try node.query(.lateEntries(limit: limit), reading) }
}

struct PeriodSeal: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal",
        abstract: "All branches have closed up to a day: nobody opens that again (封账).")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The last day, as in 2026-11-30.") var through: String
    @Option(
        name: .long,
        help: "A branch that has not closed and is left out; somebody else confirms.")
    var absent: [String] = []
    @Flag(name: .long, help: "Agree to a seal of somebody else that waits for it.") var confirm =
        false
    @Option(name: .long, help: "With --confirm: how its word in `period seals` begins.")
    var seal: String?
    @OptionGroup var writing: WriteOptions
    func validate() throws {
        guard !confirm || absent.isEmpty else {
            throw ValidationError("--confirm agrees to whoever was left out")
        }
        guard confirm || seal == nil else {
            throw ValidationError("--seal names what --confirm agrees to")
        }
    }
    func run() throws {
        try node.perform(
            .seal(
                writing.details(),
                confirm
                    ? .confirm(through: through, seal: seal)
                    : .seal(through: through, absent: absent)),
            writing)
    }
}

struct PeriodSeals: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seals", abstract: "What was sealed, without whom, by whom.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.seals, reading) }
}
