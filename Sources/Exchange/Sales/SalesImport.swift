package import Books
package import Replica
import Wire

/// Turns the rows of a sales file into commands, in the order of the file and in bounded memory.
///
/// Loop: `read` records until `isFull`, then `take` commands, have the books execute them, `settle`
/// each, write away `takeRejects()`; at the end of the file `finish`, and go on taking until `take`
/// gives nothing while nothing is unsettled. The key of a line is (source, invoice, ordinal), where the
/// ordinal counts all rows of the invoice, wanted or not, refused or not: a second run, or one with
/// other conditions, names each line as the first did.
///
/// Laws: commands are a function of the rows, the rules and the outcomes; when all is settled,
/// `totals.isBalanced`; no line is part of two commands that were accepted.
package struct SalesImport: Sendable {
    /// A command to execute.
    package struct Step: Sendable {
        package let id: UInt64
        package let command: Command
    }

    /// What became of a command.
    package enum Outcome: Sendable {
        /// With the number of the document. Nil where there is none, or in a dry run.
        case recorded(number: String?)
        /// The books hold these lines of the invoice already. What is left of the command comes
        /// again as new ones. An empty list means: all of it.
        case alreadyRecorded([ClosedRange<UInt32>], number: String? = nil)
        case refused(Refusal)
    }

    package private(set) var totals = ImportTotals()
    /// The same by the value of the column `branch`, in the order of their first row.
    package private(set) var groups: [(name: String, totals: ImportTotals)] = []
    /// Rows read, blank ones left aside.
    package private(set) var rowsRead = 0

    let rules: SalesRules
    let reader: SalesRowReader

    var queue: [SalesRun] = []
    /// Runs at the head of `queue` that have been taken.
    var queueTaken = 0
    var open: SalesRun?
    var queuedLines = 0
    var pending: [UInt64: SalesRun] = [:]
    var pendingItems: [UInt64: [ItemChange]] = [:]
    var newItems: [ItemChange] = []
    /// Items to be added again, after one of a batch was there already.
    var retriedItems: [[ItemChange]] = []
    var sales: SaleIndex
    var nextID: UInt64 = 1

    private var rejects: [ImportReject] = []
    private var ordinals: [ExactText: UInt32] = [:]
    private var seenItems: Set<ItemCode>
    private var groupIndex: [ExactText: Int] = [:]

    static let queueLinesMax = 4_096
    static let rejectsMax = 1_024
    static let itemsPerCommand = 200
    static let groupsMax = 1_000

    /// `header` is the first record of the file. `knownItems` are in the book already and are not
    /// added; where the caller does not know, the books' refusals teach it.
    package init(
        _ mapping: SalesMapping, rules: SalesRules, header: CSVRecord,
        knownItems: Set<ItemCode> = []
    ) throws(Refusal) {
        guard (1...ExternalReference.bytesMax).contains(rules.source.utf8.count) else {
            throw Refusal(
                .badMapping, "the name of a source has 1 to \(ExternalReference.bytesMax) bytes")
        }
        let scales = 0...Amount.scaleMax
        guard scales.contains(rules.quantityScale), scales.contains(rules.ledger.scale) else {
            throw Refusal(.badMapping, "scales are 0 to \(Amount.scaleMax)")
        }
        guard rules.linesMax > 0 else { throw Refusal(.badMapping, "a document without lines") }
        self.rules = rules
        reader = SalesRowReader(
            columns: try SalesColumns(mapping, header: header), rules: rules)
        seenItems = knownItems
        sales = SaleIndex(capacity: rules.salesKeptMax)
    }

    /// Time to `take`: reading on is allowed, and costs memory.
    package var isFull: Bool {
        queuedLines >= Self.queueLinesMax || rejects.count >= Self.rejectsMax
    }

    /// The refused rows since the last call.
    package mutating func takeRejects() -> [ImportReject] {
        defer { rejects = [] }
        return rejects
    }

    // MARK: Reading

    /// The next record after the header. Throws only where the file as a whole is beyond the limits;
    /// what was read before stays good.
    package mutating func read(_ record: CSVRecord) throws(Refusal) {
        if record.isBlank, reader.columns.count > 1 { return }
        rowsRead += 1
        let invoice = reader.columns.text(.invoice, in: record) ?? ""
        let ordinal = try count(invoice)
        guard record.problem != nil || reader.columns.isWanted(record) else {
            totals.leftOutLines += 1
            return
        }
        let group = self.group(of: record)
        var amount: Int64?
        let row: SalesRow
        do {
            try check(record, invoice: invoice)
            let figures = try reader.figures(record)
            amount = figures.amount
            row = try reader.row(
                record, figures: figures, invoice: invoice, ordinal: ordinal, group: group)
        } catch {
            if amount == nil { tally(group) { $0.unreadableLines += 1 } }
            tally(group) { $0.file.add(amount ?? 0) }
            reject(record.line, invoice, error, group: group, amount: amount ?? 0)
            return
        }
        // Before the row counts: an import that ends here balances all the same.
        try meet(row)
        tally(group) { $0.file.add(row.amount) }
        place(row, of: ExactText(invoice))
    }

    /// The end of the file.
    package mutating func finish() { closeRun() }

    private mutating func count(_ invoice: String) throws(Refusal) -> UInt32 {
        guard !invoice.isEmpty else { return 0 }
        let key = ExactText(invoice)
        let ordinal = ordinals[key, default: 0]
        guard ordinal < .max, ordinal > 0 || ordinals.count < rules.invoicesMax else {
            throw Refusal(
                .badFile, "more than \(rules.invoicesMax) invoices in one file",
                next:
                    "cut the file between invoices, and import the pieces with sources of their own"
            )
        }
        ordinals[key] = ordinal + 1
        return ordinal + 1
    }

    private func check(_ record: CSVRecord, invoice: String) throws(Refusal) {
        if let problem = record.problem {
            switch problem {
            case .tooWide: throw Refusal(.tooWide, problem.description)
            case .notUTF8: throw Refusal(.badText, problem.description)
            case .strayQuote, .unterminatedQuote, .fieldTooLong, .recordTooLong:
                throw Refusal(.badFile, problem.description)
            }
        }
        guard record.fields.count == reader.columns.count else {
            throw Refusal(
                .badFile,
                "the row has \(record.fields.count) columns, the header \(reader.columns.count)")
        }
        guard (1...ExternalReference.bytesMax).contains(invoice.utf8.count) else {
            throw Refusal(
                .badText, "an invoice's number has 1 to \(ExternalReference.bytesMax) bytes")
        }
    }

    /// Sees to it that the row's item is there before its first use. Its name is the first description.
    /// Throws where the file has too many, and has then changed nothing.
    private mutating func meet(_ row: SalesRow) throws(Refusal) {
        guard row.kind != .journal else { return }
        guard !seenItems.contains(row.code) else {
            name(row)
            return
        }
        guard seenItems.count < rules.itemsMax else {
            throw Refusal(.badFile, "more than \(rules.itemsMax) items in one file")
        }
        seenItems.insert(row.code)
        newItems.append(
            ItemChange(
                code: row.code.text, name: row.description.isEmpty ? nil : row.description,
                scale: rules.quantityScale, kind: row.isService ? "service" : "goods"))
    }

    /// An item that waits to be added, and had no description in its first row, takes the next one.
    private mutating func name(_ row: SalesRow) {
        guard !row.description.isEmpty, !newItems.isEmpty else { return }
        let code = ExactText(row.code.text)
        if let index = newItems.firstIndex(where: { $0.name == nil && ExactText($0.code) == code })
        {
            newItems[index].name = row.description
        }
    }

    private mutating func place(_ row: SalesRow, of invoice: ExactText) {
        let key = row.customer.map {
            SaleIndex.Key(
                customer: ExactText($0), code: row.code, quantity: row.quantity, price: row.price)
        }
        let sale = row.kind == .giveBack ? key.flatMap { sales.take($0) } : nil
        if open?.accepts(row, invoice: invoice, sale: sale, linesMax: rules.linesMax) == true {
            open?.rows.append(row)
        } else {
            closeRun()
            open = SalesRun(
                id: newID(), invoice: invoice, kind: row.kind, day: row.day,
                customer: row.customer, sale: sale, rows: [row])
        }
        if row.kind == .sale, let key, let id = open?.id { sales.add(key, sale: id) }
        queuedLines += 1
    }

    private mutating func closeRun() {
        if let run = open { queue.append(run) }
        open = nil
    }

    mutating func newID() -> UInt64 {
        defer { nextID += 1 }
        return nextID
    }

    // MARK: Counting

    private mutating func group(of record: CSVRecord) -> Int {
        let name = reader.columns.text(.branch, in: record) ?? ""
        if let index = groupIndex[ExactText(name)] { return index }
        if groups.count == Self.groupsMax { return groups.count - 1 }
        let isLast = groups.count == Self.groupsMax - 1
        groups.append((isLast ? "(others)" : name, ImportTotals()))
        groupIndex[ExactText(name)] = groups.count - 1
        return groups.count - 1
    }

    mutating func tally(_ group: Int, _ change: (inout ImportTotals) -> Void) {
        change(&totals)
        change(&groups[group].totals)
    }

    mutating func reject(
        _ line: Int, _ invoice: String, _ refusal: Refusal, group: Int, amount: Int64
    ) {
        tally(group) { $0.rejected.add(amount) }
        rejects.append(
            ImportReject(
                line: line, invoice: invoice.prefix(bytesMax: ExternalReference.bytesMax),
                code: refusal.code.rawValue, reason: refusal.what))
    }
}
