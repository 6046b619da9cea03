import ArgumentParser
import Books
import Engine

struct CountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "count", abstract: "Stocktakes: what stands on a shelf, against the books.",
        subcommands: [
            CountOpen.self, CountEnter.self, CountShow.self, CountApprove.self, CountPost.self,
            CountCancel.self, CountPrice.self, CountNow.self, CountList.self,
        ], defaultSubcommand: CountList.self)
}

struct CountFields: ParsableArguments {
    @Option(name: .long, help: "A greater difference of an item is recounted or approved.")
    var tolerance: String?
    @Option(name: .long, help: "As well a difference worth more.") var toleranceValue: String?

    func order(
        _ writing: WriteOptions, items: [String] = [], categories: [String] = [],
        isBlind: Bool = false, uncounted: String = "keep"
    ) -> CountOrder {
        CountOrder(
            location: writing.location ?? LocationFacts.main, items: items,
            categories: categories, isBlind: isBlind, uncounted: uncounted,
            tolerance: tolerance, toleranceValue: toleranceValue)
    }
}

struct CountOpen: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "A new sheet, of the whole shelf, of some items, or of a category.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The items; none means all of the shelf.") var items: [String] = []
    @Option(name: .long, help: "Goods of a category as well; may be repeated.")
    var category: [String] = []
    @OptionGroup var fields: CountFields
    @Flag(name: .long, help: "Do not show what is expected before it is posted.") var blind = false
    @Option(name: .long, help: "Goods that nobody counted: keep or empty.")
    var uncounted: String = "keep"
    @OptionGroup var writing: WriteOptions
    func run() throws {
        let order = fields.order(
            writing, items: items, categories: category, isBlind: blind, uncounted: uncounted)
        try node.perform(.count(writing.details(), .open(order)), writing)
    }
}

struct CountEnter: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enter", abstract: "What was counted: CODE:QUANTITY …; counts add up.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The sheet.") var sheet: String
    @Argument(help: "Lines: CODE:QUANTITY.") var lines: [LineArgument]
    @Flag(name: .long, help: "Begin these items anew.") var recount = false
    @OptionGroup var writing: WriteOptions
    func run() throws {
        let lines = lines.map { Line(item: $0.item, quantity: $0.quantity) }
        try node.perform(
            .count(writing.details(), .enter(sheet: sheet, lines, isRecount: recount)), writing)
    }
}

struct CountApprove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Accept differences beyond the tolerance; by somebody who did not count them.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The sheet.") var sheet: String
    @Argument(help: "The items.") var items: [String]
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .count(writing.details(), .approve(sheet: sheet, items: items)), writing)
    }
}

struct CountPost: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "post", abstract: "Book the differences of a sheet.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The sheet.") var sheet: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.count(writing.details(), .post(sheet: sheet)), writing)
    }
}

struct CountCancel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Give up a sheet that was not posted.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The sheet.") var sheet: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.count(writing.details(), .cancel(sheet: sheet)), writing)
    }
}

struct CountPrice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "price",
        abstract: "Set what counted goods are worth, whatever they cost before: CODE@UNITCOST …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The sheet.") var sheet: String
    @Argument(help: "CODE@UNITCOST.") var prices: [String]
    @OptionGroup var writing: WriteOptions
    func run() throws {
        let lines = try prices.map { text in
            guard let at = text.lastIndex(of: "@"), at != text.startIndex else {
                throw ValidationError("“\(text)” is not CODE@UNITCOST")
            }
            return Line(
                item: String(text[..<at]), quantity: "0",
                cost: String(text[text.index(after: at)...]))
        }
        try node.perform(.count(writing.details(), .price(sheet: sheet, lines)), writing)
    }
}

struct CountNow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "now", abstract: "Open, count and post in one step: CODE:QUANTITY …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Lines: CODE:QUANTITY.") var lines: [LineArgument]
    @OptionGroup var fields: CountFields
    @OptionGroup var writing: WriteOptions
    func run() throws {
        let lines = lines.map { Line(item: $0.item, quantity: $0.quantity) }
        try node.perform(.count(writing.details(), .now(fields.order(writing), lines)), writing)
    }
}

struct CountShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "A sheet: expected, counted, difference.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Argument(help: "The sheet.") var sheet: String
    func run() throws { try node.query(.count(sheet: sheet), reading) }
}

struct CountList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Sheets.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Flag(name: .long, help: "Only those that are open.") var open = false
    func run() throws { try node.query(.counts(openOnly: open), reading) }
}
