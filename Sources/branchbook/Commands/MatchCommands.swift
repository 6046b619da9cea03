import ArgumentParser
import Books
import Engine

struct MatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "match",
        abstract: "What settles what on the accounts of customers and suppliers (核销).",
        subcommands: [
            MatchList.self, MatchPropose.self, MatchConfirm.self, MatchSet.self, MatchUndo.self,
        ], defaultSubcommand: MatchList.self)
}

/// Customers by default.
struct SideOptions: ParsableArguments {
    @Flag(name: .long, help: "Of suppliers, what is owed to them; of customers otherwise.")
    var payable = false
    var side: MatchSide { payable ? .payable : .receivable }
}

/// In which currency documents settle each other.
struct MatchCurrency: ParsableArguments {
    @Option(name: .long, help: "Of amounts in one currency, as in USD; by default any that fits.")
    var currency: String?

    func details(_ details: Details) -> Details {
        var details = details
        details.currency = currency
        return details
    }
}

struct MatchList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Documents that are not settled.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @OptionGroup var of: SideOptions
    @Argument(help: "One party; all where left out.") var party: String?
    @Option(name: .long, help: "One branch.") var branch: String?
    func run() throws {
        try node.query(.openItems(of.side, party: party, branch: branch), reading)
    }
}

struct MatchPropose: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "propose",
        abstract: "What may settle what: by reference, by amount, several together, the oldest.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @OptionGroup var of: SideOptions
    @Argument(help: "One party; all where left out.") var party: String?
    func run() throws { try node.query(.matchProposals(of.side, party: party), reading) }
}

struct MatchConfirm: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm", abstract: "Take what is proposed of a party.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var of: SideOptions
    @Argument(help: "The party.") var party: String
    @Option(
        name: .long, help: "Only what is proposed for this reason; may be repeated.")
    var why: [MatchProposal.How] = []
    @OptionGroup var currency: MatchCurrency
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .match(currency.details(writing.details()), .confirm(of.side, party: party, how: why)),
            writing)
    }
}

extension MatchProposal.How: ExpressibleByArgument {}

struct MatchSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "These documents settle each other.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var of: SideOptions
    @Argument(help: "The party.") var party: String
    @Argument(help: "Numbers, NUMBER=AMOUNT where not all of one is settled.")
    var documents: [String]
    @OptionGroup var currency: MatchCurrency
    @OptionGroup var writing: WriteOptions
    func run() throws {
        let parts = documents.map { text in
            let halves = text.split(separator: "=", maxSplits: 1).map(String.init)
            return MatchPart(
                document: halves.first ?? "", amount: halves.count == 2 ? halves[1] : nil)
        }
        try node.perform(
            .match(currency.details(writing.details()), .set(of.side, party: party, parts)), writing
        )
    }
}

struct MatchUndo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "What a match settled is open again.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The number of the match.") var document: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.match(writing.details(), .undo(number: document)), writing)
    }
}
