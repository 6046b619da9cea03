import ArgumentParser
import Books
import Engine

struct QuotaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quota", abstract: "Goods of one branch that another one may sell.",
        subcommands: [
            QuotaGrant.self, QuotaGive.self, QuotaAsk.self, QuotaReclaim.self, QuotaSell.self,
            QuotaDeliver.self, QuotaRefund.self, QuotaPropose.self, QuotaList.self,
        ], defaultSubcommand: QuotaList.self)
}

extension [LineArgument] {
    /// Goods without figures.
    var goods: [Line] { map { Line(item: $0.item, quantity: $0.quantity) } }
}

struct QuotaGrant: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant", abstract: "Let another branch sell goods of this one: CODE:QUANTITY …"
    )
    @OptionGroup var node: NodeOptions
    @Argument(help: "Lines: CODE:QUANTITY.") var lines: [LineArgument]
    @Option(name: .long, help: "The branch that sells them.") var to: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.quota(writing.details(), .grant(lines.goods, to: to)), writing)
    }
}

struct QuotaGive: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "give-back", abstract: "Rights that are not needed: CODE:QUANTITY …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Lines: CODE:QUANTITY.") var lines: [LineArgument]
    @Option(name: .long, help: "The branch that gave them.") var to: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.quota(writing.details(), .giveBack(lines.goods, to: to)), writing)
    }
}

struct QuotaAsk: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask", abstract: "Ask another branch for more: CODE:QUANTITY …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Lines: CODE:QUANTITY.") var lines: [LineArgument]
    @Option(name: .long, help: "The branch that has the goods.") var of: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.quota(writing.details(), .ask(lines.goods, of: of)), writing)
    }
}

struct QuotaReclaim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reclaim",
        abstract: "Ask for rights back that are not used; the other's node answers by itself.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Lines: CODE:QUANTITY; none means all.") var lines: [LineArgument] = []
    @Option(name: .long, help: "The branch that has them.") var of: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.quota(writing.details(), .reclaim(lines.goods, of: of)), writing)
    }
}

struct QuotaSell: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sell",
        abstract: "Sell what stands at another branch: CODE:QUANTITY[@PRICE] …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Lines: CODE:QUANTITY[@PRICE].") var lines: [LineArgument]
    @Option(name: .long, help: "The branch that has the goods.") var from: String
    @Option(name: .long, help: "Who gets them there.") var customer: String
    @Option(name: .long, help: "What takes the money: cash, card … or credit.")
    var tender: String = "cash"
    @Option(name: .long, help: "The day by which they are delivered; a week by default.")
    var due: String?
    @Flag(name: .long, help: "Prices hold the tax already.") var taxIncluded = false
    @OptionGroup var discounts: DiscountOptions
    @OptionGroup var writing: WriteOptions
    func validate() throws { try discounts.requireLines(lines) }
    func run() throws {
        var details = writing.details(party: customer)
        details.due = due
        details.discount = discounts.discount
        let lines = lines.map {
            Line(
                item: $0.item, quantity: $0.quantity, price: $0.figure, isTaxIncluded: taxIncluded,
                discount: discounts.off($0.item))
        }
        try node.perform(.quota(details, .sell(lines, from: from, tender: tender)), writing)
    }
}

struct QuotaDeliver: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliver",
        abstract: "Give a customer what another branch sold: all of the order, or CODE:QUANTITY …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The order.") var order: String
    @Argument(help: "Lines: CODE:QUANTITY.") var lines: [LineArgument] = []
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .quota(writing.details(), .deliver(order: order, lines.goods)), writing)
    }
}

struct QuotaRefund: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refund",
        abstract: "Pay back what was taken for goods of an order that ended.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The order.") var order: String
    @Option(name: .long, help: "What gives the money back.") var tender: String = "cash"
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .quota(writing.details(), .refund(order: order, tender: tender)), writing)
    }
}

struct QuotaPropose: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "propose",
        abstract: "What to grant, so that others can sell from a shelf for some days.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "Whose shelf; this branch's where it is left out.")
    var branch: String?
    @Option(name: .long, help: "For so many days to come.") var cover: Int = 14
    @Option(name: .long, help: "As was sold in so many days, today included.") var past: Int = 28
    func run() throws {
        try node.query(
            .quotaProposals(branch: branch, cover: cover, past: past), reading)
    }
}

struct QuotaList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Who may sell what from whose shelf.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "One branch.") var branch: String?
    func run() throws { try node.query(.quotas(branch: branch), reading) }
}
