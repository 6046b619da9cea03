import ArgumentParser
import Books
import Engine
import Node

struct OrderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order",
        abstract: "Orders from suppliers and of customers, requests to branches.",
        subcommands: [
            OrderPurchase.self, OrderSale.self, OrderRequest.self, OrderDraft.self,
            OrderWrite.self, OrderQuote.self, OrderSubmit.self, OrderApprove.self,
            OrderRefuse.self, OrderWithdraw.self, OrderPlace.self, OrderCancel.self,
            OrderReserve.self, OrderRelease.self, OrderClose.self, OrderShow.self, OrderList.self,
            OrderTolerance.self,
        ], defaultSubcommand: OrderList.self)
}

struct OrderFields: ParsableArguments {
    @Option(name: .long, help: "When the goods are expected, or up to when an offer holds.")
    var due: String?
    @Flag(name: .long, help: "Submit it at once.") var submit = false
    @OptionGroup var currency: CurrencyOptions

    func details(_ writing: WriteOptions) -> Details {
        var details = currency.details(writing.details())
        details.due = due
        return details
    }
}

struct OrderPurchase: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purchase", abstract: "Order from a supplier: CODE:QUANTITY[@UNITCOST] …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Lines: CODE:QUANTITY[@UNITCOST].") var lines: [LineArgument]
    @Option(name: .long, help: "The supplier.") var supplier: String
    @OptionGroup var fields: OrderFields
    @OptionGroup var writing: WriteOptions
    func run() throws {
        let lines = lines.map { Line(item: $0.item, quantity: $0.quantity, cost: $0.figure) }
        try node.perform(
            .order(
                fields.details(writing),
                .open(
                    OrderForm(
                        kind: .purchase, party: supplier, lines: lines, submits: fields.submit))),
            writing)
    }
}

struct OrderSale: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sale", abstract: "An order of a customer: CODE:QUANTITY[@PRICE] …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Lines: CODE:QUANTITY[@PRICE].") var lines: [LineArgument]
    @Option(name: .long, help: "The customer.") var customer: String
    @Flag(name: .long, help: "Prices hold the tax already.") var taxIncluded = false
    @OptionGroup var fields: OrderFields
    @OptionGroup var discounts: DiscountOptions
    @OptionGroup var writing: WriteOptions
    func validate() throws { try discounts.requireLines(lines) }
    func run() throws {
        let lines = lines.map {
            Line(
                item: $0.item, quantity: $0.quantity, price: $0.figure, isTaxIncluded: taxIncluded,
                discount: discounts.off($0.item))
        }
        var details = fields.details(writing)
        details.discount = discounts.discount
        try node.perform(
            .order(
                details,
                .open(
                    OrderForm(
                        kind: .sale, party: customer, lines: lines, submits: fields.submit))),
            writing)
    }
}

struct OrderRequest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request", abstract: "Ask another branch for goods: CODE:QUANTITY …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Lines: CODE:QUANTITY.") var lines: [LineArgument]
    @Option(name: .long, help: "The branch that has them.") var from: String
    @OptionGroup var fields: OrderFields
    @OptionGroup var writing: WriteOptions
    func run() throws {
        let lines = lines.map { Line(item: $0.item, quantity: $0.quantity) }
        try node.perform(
            .order(
                fields.details(writing),
                .open(
                    OrderForm(kind: .request, party: from, lines: lines, submits: fields.submit))),
            writing)
    }
}

struct OrderDraft: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "draft",
        abstract: "Drafts of all that `reorder` proposes, one for each supplier and branch.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.performAll(.draftOrders(writing.details()), json: writing.json)
    }
}

struct OrderWrite: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write",
        abstract: "Other lines, in place of all: CODE:QUANTITY[@FIGURE] …; to be approved anew.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The order.") var order: String
    @Argument(help: "Lines: CODE:QUANTITY[@UNITCOST or PRICE].") var lines: [LineArgument]
    @Option(name: .long, help: "What one unit of its currency is worth, where prices are turned.")
    var rate: String?
    @OptionGroup var discounts: DiscountOptions
    @OptionGroup var writing: WriteOptions
    func validate() throws { try discounts.requireLines(lines) }
    func run() throws {
        let lines = lines.map {
            Line(
                item: $0.item, quantity: $0.quantity, price: $0.figure, cost: $0.figure,
                discount: discounts.off($0.item))
        }
        var details = writing.details()
        details.discount = discounts.discount
        details.rate = rate
        try node.perform(.order(details, .write(order: order, lines)), writing)
    }
}

/// A step that names an order and nothing else.
protocol OrderStep: ParsableCommand {
    var node: NodeOptions { get }
    var order: String { get }
    var writing: WriteOptions { get }
    var act: OrderAct { get }
}

extension OrderStep {
    func run() throws { try node.perform(.order(writing.details(), act), writing) }
}

struct OrderQuote: OrderStep {
    static let configuration = CommandConfiguration(
        commandName: "quote", abstract: "The customer was told of it.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The order.") var order: String
    @OptionGroup var writing: WriteOptions
    var act: OrderAct { .quote(order: order) }
}

struct OrderSubmit: OrderStep {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Ready to be looked at.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The order.") var order: String
    @OptionGroup var writing: WriteOptions
    var act: OrderAct { .submit(order: order) }
}

struct OrderApprove: OrderStep {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Take a step of its workflow, the next by default.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The order.") var order: String
    @Option(name: .long, help: "The step.") var step: String?
    @OptionGroup var writing: WriteOptions
    var act: OrderAct { .approve(order: order, step: step) }
}

struct OrderRefuse: OrderStep {
    static let configuration = CommandConfiguration(
        commandName: "refuse", abstract: "Refuse it, with a reason in --memo.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The order.") var order: String
    @OptionGroup var writing: WriteOptions
    var act: OrderAct { .refuse(order: order) }
}

struct OrderWithdraw: OrderStep {
    static let configuration = CommandConfiguration(
        commandName: "withdraw", abstract: "Take one's own approval back, with a reason in --memo.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The order.") var order: String
    @OptionGroup var writing: WriteOptions
    var act: OrderAct { .withdraw(order: order) }
}

struct OrderPlace: OrderStep {
    static let configuration = CommandConfiguration(
        commandName: "place", abstract: "The supplier was told, or the customer agreed.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The order.") var order: String
    @OptionGroup var writing: WriteOptions
    var act: OrderAct { .place(order: order) }
}

struct OrderCancel: OrderStep {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Give it up before goods moved, with a reason in --memo.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The order.") var order: String
    @OptionGroup var writing: WriteOptions
    var act: OrderAct { .cancel(order: order) }
}

struct OrderReserve: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reserve",
        abstract: "Keep goods for a customer's order: all that is outstanding, or CODE:QUANTITY …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The order.") var order: String
    @Argument(help: "Lines: CODE:QUANTITY.") var lines: [LineArgument] = []
    @Flag(name: .long, help: "What there is, where there is less.") var atMost = false
    @Option(name: .long, help: "The last day; the order's, or two weeks.") var until: String?
    @OptionGroup var writing: WriteOptions
    func run() throws {
        var details = writing.details()
        details.due = until
        let lines = lines.map { Line(item: $0.item, quantity: $0.quantity) }
        try node.perform(.order(details, .reserve(order: order, lines, atMost: atMost)), writing)
    }
}

struct OrderRelease: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Let goods go that were kept: all, or CODE:QUANTITY …")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The order.") var order: String
    @Argument(help: "Lines: CODE:QUANTITY.") var lines: [LineArgument] = []
    @OptionGroup var writing: WriteOptions
    func run() throws {
        let lines = lines.map { Line(item: $0.item, quantity: $0.quantity) }
        try node.perform(.order(writing.details(), .release(order: order, lines)), writing)
    }
}

struct OrderClose: OrderStep {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "No more goods of it are expected.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "The order.") var order: String
    @OptionGroup var writing: WriteOptions
    var act: OrderAct { .close(order: order) }
}

struct OrderShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "An order: its lines, its steps, what came of it.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Argument(help: "The order.") var order: String
    func run() throws { try node.query(.order(number: order), reading) }
}

struct OrderList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Orders of which something is to be done, or all.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "purchase, sale or request.") var kind: OrderForm.Kind?
    @Option(name: .long, help: "One branch.") var branch: String?
    @Flag(name: .long, help: "Also those that are over.") var all = false
    func run() throws {
        try node.query(
            .orders(OrderFilter(kind: kind, branch: branch, openOnly: !all)), reading)
    }
}

extension OrderForm.Kind: ExpressibleByArgument {}
extension Workflow.Kind: ExpressibleByArgument {}

struct WorkflowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workflow",
        abstract: "Who has to approve orders and differences of stocktakes.",
        subcommands: [WorkflowSet.self, WorkflowList.self], defaultSubcommand: WorkflowList.self)
}

struct WorkflowSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "The steps of a kind; what began keeps its own."
    )
    @OptionGroup var node: NodeOptions
    @Argument(help: "purchase, sale, request, count or debt.") var kind: Workflow.Kind
    @Option(
        name: .long,
        help: "NAME:ROLE[>AMOUNT][/DAYS], in order; may be repeated; none means nobody.")
    var step: [String] = []
    @OptionGroup var writing: WriteOptions
    func run() throws {
        try node.perform(.setWorkflow(WorkflowChange(kind: kind, steps: step)), writing)
    }
}

struct WorkflowList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The steps of all kinds of orders.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.workflows, reading) }
}

struct OrderTolerance: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tolerance",
        abstract:
            "How many percent a price may be from what was ordered before `reconcile` tells it.")
    @OptionGroup var node: NodeOptions
    @Argument(help: "Percent, as in 2.5; 0 at first.") var percent: String
    @Flag(name: .long, help: "Answer in JSON.") var json = false
    func run() throws {
        try node.perform(
            .perform(.setTolerance(percent), wait: 0, waitMilliseconds: 0), json: json)
    }
}
