import ArgumentParser
import Books
import Engine

/// `CODE:QUANTITY`, with a price or cost behind `@`: `TEA:3`, `TEA:2.5@12.00`.
struct LineArgument: ExpressibleByArgument {
    let item: String
    let quantity: String
    let figure: String?

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), colon != argument.startIndex else {
            return nil
        }
        let figures = argument[argument.index(after: colon)...].split(
            separator: "@", omittingEmptySubsequences: false)
        guard (1...2).contains(figures.count), figures.allSatisfy({ !$0.isEmpty }) else {
            return nil
        }
        item = String(argument[..<colon])
        quantity = String(figures[0])
        figure = figures.count == 2 ? String(figures[1]) : nil
    }
}

/// `box=12`, with the price of one behind `@` and its barcode behind `#`.
struct PackArgument: ExpressibleByArgument {
    let change: PackChange

    init?(argument: String) {
        let code = argument.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let figures = code[0].split(
            separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = figures[0].split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        change = PackChange(
            name: String(parts[0]), quantity: String(parts[1]),
            price: figures.count == 2 ? String(figures[1]) : nil,
            barcode: code.count == 2 ? String(code[1]) : nil)
    }
}

struct ItemCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "item", abstract: "What the company trades in.",
        subcommands: [ItemAdd.self, ItemSet.self, ItemList.self, ItemShow.self, ItemMerge.self],
        defaultSubcommand: ItemList.self)
}

struct ItemFields: ParsableArguments {
    @Argument(help: "The item's code.") var code: String
    @Option(name: .long, help: "Its name.") var name: String?
    @Option(name: .long, help: "What one base unit is called.") var unit: String?
    @Option(name: .long, help: "Decimal places of quantities, 0 to 6.") var scale: Int?
    @Option(name: .long, help: "Sale price of a unit.") var price: String?
    @Option(name: .long, help: "Barcode.") var barcode: String?
    @Option(name: .long, help: "Percent of tax on sales.") var tax: String?
    @Option(name: .long, help: "goods or service.") var kind: String?
    @Option(name: .long, help: "On a shortage at the till: record or refuse.") var shortage: String?
    @Option(name: .long, help: "May it be sold: true or false.") var active: Bool?
    @Option(name: .long, help: "What kind of goods it is.") var category: String?
    @Option(
        name: .long,
        help: "A further unit, NAME=QUANTITY[@PRICE][#BARCODE]; may be repeated; 0 takes it away.")
    var pack: [PackArgument] = []
    @Option(name: .long, help: "How it is valued: average or fifo; fixed once it has moved.")
    var costing: String?
    @Option(
        name: .long, help: "How it is told apart: none, lot or serial; fixed once it has moved.")
    var tracking: String?

    var change: ItemChange {
        ItemChange(
            code: code, name: name, unit: unit, scale: scale, price: price, barcode: barcode,
            tax: tax, kind: kind, shortage: shortage, isActive: active, costing: costing,
            category: category, tracking: tracking, packs: pack.isEmpty ? nil : pack.map(\.change))
    }
}

struct ItemAdd: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "A new item.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var fields: ItemFields
    @OptionGroup var writing: WriteOptions
    func validate() throws {}
    func run() throws { try node.perform(.addItems([fields.change]), writing) }
}

struct ItemSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change what is said of an item.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var fields: ItemFields
    @OptionGroup var writing: WriteOptions
    func run() throws { try node.perform(.setItem(fields.change), writing) }
}

struct ItemList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Items, or those whose code or name holds a text.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Argument(help: "What to look for.") var search: String?
    @Option(name: .long, help: "Begin after this code.") var after: String?
    @Option(name: .long, help: "Rows.") var limit: Int = 100
    func run() throws {
        try node.query(.items(search: search, after: after, limit: limit), reading)
    }
}

struct ItemShow: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "One item.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Argument(help: "Its code.") var code: String
    func run() throws { try node.query(.item(code: code), reading) }
}

struct Receive: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Goods from a supplier: CODE:QUANTITY@UNITCOST …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Lines: CODE:QUANTITY@UNITCOST; of an order none takes all that is left.")
    var lines: [LineArgument] = []
    @Option(name: .long, help: "Who delivered.") var supplier: String?
    @Option(name: .long, help: "The order that the goods are of.") var order: String?
    @OptionGroup var currency: CurrencyOptions
    @OptionGroup var writing: WriteOptions

    func validate() throws {
        guard order != nil || (supplier != nil && !lines.isEmpty) else {
            throw ValidationError("give lines and --supplier, or --order")
        }
    }

    func run() throws {
        var details = currency.details(writing.details())
        details.order = order
        try node.perform(
            .receive(
                details,
                lines.map { Line(item: $0.item, quantity: $0.quantity, cost: $0.figure) },
                supplier: supplier ?? ""), writing)
    }
}

struct Sell: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A sale: CODE:QUANTITY, or CODE:QUANTITY@PRICE …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Lines: CODE:QUANTITY[@PRICE]; of an order none takes all that is left.")
    var lines: [LineArgument] = []
    @Option(
        name: .long,
        help: "What takes the money: cash, card … or credit; in parts, card=20.00,cash.")
    var tender: String = "cash"
    @Option(name: .long, help: "The customer.") var customer: String?
    @Option(name: .long, help: "The order that the goods are of.") var order: String?
    @Flag(name: .long, help: "Prices hold the tax already.") var taxIncluded = false
    @OptionGroup var discounts: DiscountOptions
    @OptionGroup var currency: CurrencyOptions
    @OptionGroup var writing: WriteOptions

    func validate() throws {
        try discounts.requireLines(lines)
        guard order != nil || !lines.isEmpty else {
            throw ValidationError("give lines, or --order")
        }
    }

    func run() throws {
        var details = currency.details(writing.details(party: customer))
        details.order = order
        details.discount = discounts.discount
        try node.perform(
            .sell(
                details,
                lines.map { line in
                    Line(
                        item: line.item, quantity: line.quantity, price: line.figure,
                        isTaxIncluded: taxIncluded,
                        discount: discounts.off(line.item))
                }, tender: tender), writing)
    }
}

struct Return: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Goods that a customer brings back: CODE:QUANTITY …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Lines: CODE:QUANTITY[@PRICE].") var lines: [LineArgument]
    @Option(name: .long, help: "The number of the sale, or the code of its receipt.") var sale:
        String?
    @Option(name: .long, help: "What gives the money back.") var tender: String = "cash"
    @Option(name: .long, help: "The customer.") var customer: String?
    @Option(name: .long, help: "The currency of the sale, where the money goes back in it.")
    var currency: String?
    @OptionGroup var writing: WriteOptions
    func run() throws {
        var details = writing.details(party: customer)
        details.currency = currency
        try node.perform(
            .giveBack(
                details,
                lines.map { Line(item: $0.item, quantity: $0.quantity, price: $0.figure) },
                sale: sale, tender: tender), writing)
    }
}

struct Exchange: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Goods that come back for others: CODE:QUANTITY … --for CODE:QUANTITY …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "What comes back: CODE:QUANTITY[@PRICE].") var lines: [LineArgument]
    @Option(
        name: .customLong("for"), parsing: .upToNextOption,
        help: "What leaves: CODE:QUANTITY[@PRICE] ….")
    var others: [LineArgument]
    @Option(name: .long, help: "The number of the sale, or the code of its receipt.") var sale:
        String?
    @Option(name: .long, help: "What has the difference.") var tender: String = "cash"
    @Option(name: .long, help: "The customer.") var customer: String?
    @OptionGroup var writing: WriteOptions
    func run() throws {
        func typed(_ lines: [LineArgument]) -> [Line] {
            lines.map { Line(item: $0.item, quantity: $0.quantity, price: $0.figure) }
        }
        try node.perform(
            .exchange(
                writing.details(party: customer), typed(lines), sale: sale, for: typed(others),
                tender: tender), writing)
    }
}

struct SendBack: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sendback",
        abstract: "Goods that go back to their supplier: CODE:QUANTITY[@UNITCREDIT] …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Lines: CODE:QUANTITY[@UNITCREDIT].") var lines: [LineArgument]
    @Option(name: .long, help: "The number of the receipt they came with, if known.")
    var receipt: String?
    @Option(name: .long, help: "The supplier, where no receipt is named.") var supplier: String?
    @Option(name: .long, help: "The currency of the receipt, where it is another than the book's.")
    var currency: String?
    @OptionGroup var writing: WriteOptions
    func run() throws {
        var details = writing.details()
        details.currency = currency
        try node.perform(
            .sendBack(
                details,
                lines.map { Line(item: $0.item, quantity: $0.quantity, cost: $0.figure) },
                receipt: receipt, supplier: supplier), writing)
    }
}

struct WriteOff: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "writeoff", abstract: "Goods that are gone: CODE:QUANTITY …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Lines: CODE:QUANTITY.") var lines: [LineArgument]
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .writeOff(
                writing.details(), lines.map { Line(item: $0.item, quantity: $0.quantity) }),
            writing)
    }
}

struct Find: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Goods that were found: CODE:QUANTITY …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Lines: CODE:QUANTITY[@UNITCOST].") var lines: [LineArgument]
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .find(
                writing.details(),
                lines.map { Line(item: $0.item, quantity: $0.quantity, cost: $0.figure) }),
            writing)
    }
}

struct Revalue: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change what an item's stock is worth, or what a receipt cost.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The item's code.") var item: String
    @Option(name: .long, parsing: .unconditional, help: "Add this much value; negative takes it.")
    var by: String?
    @Option(name: .long, help: "Make the unit cost this.") var unitCost: String?
    @Option(name: .long, help: "With --by: the receipt that cost more or less.") var receipt:
        String?
    @OptionGroup var writing: WriteOptions

    func run() throws {
        let change: Revaluation
        switch (by, unitCost, receipt) {
        case (let by?, nil, nil): change = .by(by)
        case (nil, let cost?, nil): change = .unitCost(cost)
        case (let by?, nil, let receipt?): change = .of(receipt: receipt, by: by)
        default: throw ValidationError("give --by, or --unit-cost, or --by with --receipt")
        }
        try node.perform(.revalue(writing.details(), item: item, change: change), writing)
    }
}

struct Spread: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Freight or duty on a receipt, shared out over its goods.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "How much.") var amount: String
    @Option(name: .long, help: "The receipt.") var receipt: String
    @Option(name: .long, help: "By what the goods were worth, or how many: value or quantity.")
    var by: SpreadBasis = .value
    @Option(name: .long, help: "Who is owed for it.") var party: String
    @OptionGroup var currency: CurrencyOptions
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(
            .spread(
                currency.details(writing.details(party: party)), receipt: receipt, amount: amount,
                basis: by), writing)
    }
}

extension SpreadBasis: ExpressibleByArgument {}

struct Pay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Money to a supplier or from a customer.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "How much.") var amount: String
    @Option(name: .long, help: "The supplier we pay.") var to: String?
    @Option(name: .long, help: "The customer who pays us.") var from: String?
    @Option(name: .long, help: "A drawer such as cash, or bank:NAME.") var through: String = "cash"
    @Option(name: .long, help: "A document that it settles; may be repeated.")
    var settles: [String] = []
    @OptionGroup var currency: CurrencyOptions
    @OptionGroup var writing: WriteOptions

    func run() throws {
        let payment: Payment
        switch (to, from) {
        case (let party?, nil):
            payment = Payment(
                direction: .paid, party: party, amount: amount, through: through, settles: settles)
        case (nil, let party?):
            payment = Payment(
                direction: .received, party: party, amount: amount, through: through,
                settles: settles)
        default: throw ValidationError("give --to or --from")
        }
        try node.perform(.pay(currency.details(writing.details()), payment), writing)
    }
}

struct Post: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A general journal entry: ACCOUNT=AMOUNT …, debits positive, sum zero.",
        discussion: """
            An amount of another currency is 100.00USD@7.2 at a rate, 100.00USD@@720.00 for an amount of the book's own.
            """)
    @OptionGroup var node: NodeOptions
    @Argument(
        parsing: .allUnrecognized,
        help: "Lines such as expense/rent=100 bank/main=-100.") var lines: [String]
    @OptionGroup var writing: WriteOptions

    func run() throws {
        let parsed = try lines.map { line in
            guard let equals = line.lastIndex(of: "="), equals != line.startIndex else {
                throw ValidationError("“\(line)” is not ACCOUNT=AMOUNT")
            }
            return JournalLine(
                account: String(line[..<equals]),
                amount: String(line[line.index(after: equals)...]))
        }
        try node.perform(.journal(writing.details(), parsed), writing)
    }
}

struct Reverse: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Undo a document by its opposite, once.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The document's number.") var document: String
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.reverse(writing.details(), number: document), writing)
    }
}
