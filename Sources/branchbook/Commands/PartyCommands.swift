import ArgumentParser
import Books
import Engine

struct PartyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "party", abstract: "Customers and suppliers.",
        subcommands: [PartySet.self, PartyList.self, PartyStatement.self],
        defaultSubcommand: PartyList.self)
}

struct PartySet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Say something of a party; empty takes it away.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The name that documents have.") var name: String
    @Option(name: .long, help: "What they are called on paper.") var title: String?
    @Option(name: .long, help: "Where to reach them.") var contact: String?
    @Option(name: .long, help: "Their tax number.") var taxNumber: String?
    @Option(name: .long, help: "Days in which they pay, or are paid.") var terms: String?
    @Option(name: .long, help: "Days from an order until a supplier's goods come.")
    var leadDays: String?
    @Option(name: .long, help: "What a customer may owe at most, at all branches.")
    var creditLimit: String?
    @Option(
        name: .long,
        help:
            "A branch's part of the limit, BRANCH=AMOUNT, which it then gives without asking; may be repeated."
    )
    var creditShare: [String] = []
    @Option(name: .long, help: "The list that their prices are on.") var priceList: String?
    @Option(name: .long, help: "Do they buy or sell: true or false.") var active: Bool?
    @Option(name: .long, help: "The party that this one turned out to be.") var merge: String?
    @OptionGroup var writing: WriteOptions
    func run() throws {
        var shares: [String: String] = [:]
        for text in creditShare {
            let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2 else {
                throw ValidationError("\(text) is no share: write it as in HZ=20000")
            }
            shares[String(halves[0])] = String(halves[1])
        }
        try node.perform(
            .setParty(
                PartyChange(
                    name: name, title: title, contact: contact, taxNumber: taxNumber, terms: terms,
                    lead: leadDays, creditLimit: creditLimit, creditShares: shares,
                    priceList: priceList,
                    isActive: active, alias: merge)),
            writing)
    }
}

struct PartyList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Parties, or those whose name holds a text.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Argument(help: "What to look for.") var search: String?
    func run() throws { try node.query(.parties(search: search), reading) }
}

struct PartyStatement: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "statement",
        abstract: "A party's account over a span, as they are sent it (往来对账单).")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @OptionGroup var of: SideOptions
    @Argument(help: "The party.") var party: String
    @OptionGroup var span: SpanOptions
    @Option(name: .long, help: "One branch.") var branch: String?
    @Option(name: .long, help: "In which currency, as in USD; the book's own by default.")
    var currency: String?
    func run() throws {
        guard let from = span.days.from, let to = span.days.to else {
            throw ValidationError("give --month, or --from and --to")
        }
        try node.query(
            .partyStatement(
                of.side, party: party, branch: branch, from: from, to: to, currency: currency),
            reading)
    }
}

struct PricesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prices", abstract: "Price lists, with the days from which prices hold.",
        subcommands: [PricesSet.self, PricesUse.self, PricesShow.self, PricesList.self],
        defaultSubcommand: PricesList.self)
}

/// `TEA=9.00`, `TEA/box=100.00`; nothing behind the sign takes the item off the list.
struct PriceArgument: ExpressibleByArgument {
    let item: String
    let price: String

    init?(argument: String) {
        guard let sign = argument.lastIndex(of: "="), sign != argument.startIndex else {
            return nil
        }
        item = String(argument[..<sign])
        price = String(argument[argument.index(after: sign)...])
    }
}

struct PricesSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Prices of a list: CODE=PRICE, CODE/PACK=PRICE …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The list: small letters, digits and -.") var list: String
    @Argument(help: "CODE=PRICE or CODE/PACK=PRICE; CODE= takes it off.")
    var prices: [PriceArgument] = []
    @Option(name: .long, help: "The first day of these prices; today by default.")
    var from: String?
    @Option(name: .long, help: "What people call the list.") var title: String?
    @Option(name: .long, help: "Do its prices hold the tax: true or false.")
    var taxIncluded: Bool?
    @Option(name: .long, help: "The branch that writes the list from now on.")
    var owner: String?
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .setPrices(
                PriceListChange(
                    name: list, title: title, isTaxIncluded: taxIncluded, owner: owner,
                    prices: prices.map { .init(item: $0.item, price: $0.price, from: from) })),
            writing)
    }
}

struct PricesUse: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "use", abstract: "By which list a branch sells; no list: items' own prices.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The list.") var list: String = ""
    @Option(name: .long, help: "The branch.") var branch: String
    @OptionGroup var writing: WriteOptions
    func run() throws { try node.perform(.setBranchPrices(list, of: branch), writing) }
}

struct PricesShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "The prices of a list, all or those of a day.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Argument(help: "The list.") var list: String
    @Option(name: .long, help: "A day.") var at: String?
    func run() throws { try node.query(.prices(list: list, asAt: at), reading) }
}

struct PricesList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Price lists and who sells by them.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.priceLists, reading) }
}

struct ItemMerge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "From now on an item is another one; what is left of it becomes that one.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The item that goes.") var code: String
    @Option(name: .long, help: "The one that stays; empty: undo this.") var into: String
    @Option(name: .long, help: "The day on which what is left becomes that one; today by default.")
    var on: String?
    @OptionGroup var writing: WriteOptions
    func run() throws { try node.perform(.mergeItem(code, into: into, on: on), writing) }
}
