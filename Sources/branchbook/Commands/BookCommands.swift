import ArgumentParser
import Books
import Engine

struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Postings in the order of their days.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "One branch.") var branch: String?
    @Option(name: .long, help: "An account, or the beginning of one.") var account: String?
    @Option(name: .long, help: "One item.") var item: String?
    @Option(name: .long, help: "First day.") var from: String?
    @Option(name: .long, help: "Last day.") var to: String?
    @Option(name: .long, help: "One document.") var document: String?
    @Option(name: .long, help: "The key that the page before gave.") var after: String?
    @Option(name: .long, help: "Rows.") var limit: Int = 100
    func run() throws {
        try node.query(
            .journal(
                JournalFilter(
                    branch: branch, account: account, item: item, from: from, to: to,
                    document: document, after: after, limit: limit)), reading)
    }
}

struct Balance: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The trial balance.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "Of these branches alone; may be repeated.") var branch: [String] =
        []
    @Option(name: .long, help: "Of the branches of this legal entity.") var entity: String?
    @Option(name: .long, help: "At the end of a day.") var at: String?
    @OptionGroup var compared: ComparedDayOptions
    func validate() throws { try compared.require(at, "--at") }
    func run() throws {
        let group = BalanceGroup(
            branches: branch, entity: entity, compareTo: compared.day(before: at))
        try node.query(.balance(branch: nil, asAt: at, of: group), reading)
    }
}

struct Stock: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What stands on the shelves, and what it is worth.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "One branch.") var branch: String?
    @Option(name: .long, help: "One item.") var item: String?
    @Option(name: .long, help: "Rows.") var limit: Int = 100
    @Option(name: .long, help: "At the end of this day, all locations together.")
    var asAt: String?
    func run() throws {
        if let asAt {
            try node.query(
                .stockAsAt(branch: branch, item: item, day: asAt, limit: limit), reading)
            return
        }
        try node.query(.stock(branch: branch, item: item, limit: limit), reading)
    }
}

struct Lots: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lots and serial numbers on the shelves, what expires first in front.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "One branch.") var branch: String?
    @Option(name: .long, help: "One item.") var item: String?
    @Option(name: .long, help: "Only what expires within so many days.") var within: Int?
    func run() throws {
        try node.query(.lots(branch: branch, item: item, within: within), reading)
    }
}

struct Age: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "How long goods have been there, in spans of days.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(help: "One branch.") var branch: String?
    @Option(name: .long, help: "At the end of this day; now by default.") var asAt: String?
    func run() throws { try node.query(.stockAge(branch: branch, asAt: asAt), reading) }
}

struct Board: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What is free at every branch, as they tell everybody.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(help: "Of one item.") var item: String?
    func run() throws { try node.query(.board(item: item), reading) }
}

struct Units: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Where every unit is that ever came: the branches side by side.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "One item.") var item: String?
    @Option(name: .long, help: "At the end of this day; now by default.") var asAt: String?

    func run() throws { try node.query(.units(item: item, asAt: asAt), reading) }
}

struct Reorder: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What is to be ordered, or moved away.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "One branch.") var branch: String?
    @Flag(name: .long, help: "Also what there is enough of.") var all = false
    func run() throws {
        try node.query(.reorder(branch: branch, all: all), reading)
    }
}

struct Movement: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Opening, what came, what left, closing (进销存).")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "First day.") var from: String
    @Option(name: .long, help: "Last day.") var to: String
    @Option(name: .long, help: "One branch.") var branch: String?
    @Option(name: .long, help: "One item.") var item: String?
    @Option(name: .long, help: "Rows: whole, month or day.") var by: String = "whole"
    @Flag(name: .long, help: "A row for each location.") var locations = false
    @Option(name: .long, help: "Rows at most.") var limit: Int = 1_000
    func run() throws {
        try node.query(
            .movement(
                MovementFilter(
                    branch: branch, item: item, from: from, to: to, by: by, byLocation: locations,
                    limit: limit)), reading)
    }
}

struct StockCard: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card", abstract: "Every move of an item at a branch, with the balance.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Argument(help: "The item's code.") var item: String
    @Option(name: .long, help: "The branch.") var branch: String
    @Option(name: .long, help: "First day.") var from: String
    @Option(name: .long, help: "Last day.") var to: String
    @Option(name: .long, help: "One location.") var location: String?
    @Option(name: .long, help: "Rows at most.") var limit: Int = 1_000
    func run() throws {
        try node.query(
            .card(
                CardFilter(
                    branch: branch, item: item, from: from, to: to, location: location,
                    limit: limit)), reading)
    }
}

struct Margin: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What was earned on what was sold.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "First day.") var from: String
    @Option(name: .long, help: "Last day.") var to: String
    @Option(
        name: .long,
        help: "branch, item, category, day, month, hour, customer: one, or several with commas.")
    var by: String = "item"
    @Option(name: .long, help: "One branch.") var branch: String?
    @Option(name: .long, help: "One item.") var item: String?
    @Flag(name: .long, help: "Count what was written off as cost.") var withWriteoffs = false
    @Option(name: .long, help: "Rows at most.") var limit: Int = 1_000
    func run() throws {
        try node.query(
            .margin(
                MarginFilter(
                    by: by.split(separator: ",").map(String.init), branch: branch, item: item,
                    from: from, to: to, withWriteOffs: withWriteoffs, limit: limit)),
            reading)
    }
}

struct Purchases: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What came from suppliers, less what went back, by supplier and item.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "First day.") var from: String
    @Option(name: .long, help: "Last day.") var to: String
    @Option(name: .long, help: "One branch.") var branch: String?
    func run() throws {
        try node.query(.purchases(branch: branch, from: from, to: to), reading)
    }
}

struct SlowStock: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slow", abstract: "Goods of which none was sold for a while.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "For so many days.") var days: Int = 60
    @Option(name: .long, help: "One branch.") var branch: String?
    @Option(name: .long, help: "At the end of this day; now by default.") var asAt: String?

    func run() throws {
        try node.query(.slowStock(branch: branch, days: days, asAt: asAt), reading)
    }
}

struct SalesReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sales", abstract: "What each branch sold.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(name: .long, help: "One branch.") var branch: String?
    @Option(name: .long, help: "First day.") var from: String?
    @Option(name: .long, help: "Last day.") var to: String?
    @Flag(name: .long, help: "A row a day.") var daily = false
    func run() throws {
        try node.query(
            .sales(branch: branch, from: from, to: to, byDay: daily), reading)
    }
}

struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "One document: postings, cost, and what links to it.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Argument(help: "Its number.") var document: String
    @Flag(name: .long, help: "The signed entries that it stands in, verified now.")
    var entries = false
    func run() throws {
        try node.query(
            entries ? .entries(number: document) : .document(number: document), reading)
    }
}

struct Bookmarks: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Moments by whose knowledge reports can be asked for again, with --known-at.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Option(help: "Rows at most.") var limit: Int = 100
    func run() throws { try node.query(.bookmarks(limit: limit), reading) }
}

struct Exceptions: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Facts that need a person, each with what to do.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    func run() throws { try node.query(.exceptions, reading) }
}
