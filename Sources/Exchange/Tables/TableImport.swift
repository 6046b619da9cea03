package import Books

/// What a table of another system holds.
package enum TableKind: String, CaseIterable, Codable, Sendable {
    case items, parties, prices, stock, receipts, counts
    /// A bank's statement.
    case bank
    /// What the books of a branch begin with; see `OpeningBalances`.
    case opening

    /// The fields, and whether each row has to have them.
    package var fields: [(name: String, isRequired: Bool)] {
        switch self {
        case .items:
            [
                ("code", true), ("name", false), ("unit", false), ("scale", false),
                ("price", false), ("barcode", false), ("tax", false), ("kind", false),
                ("shortage", false), ("costing", false), ("tracking", false), ("category", false),
            ]
        case .parties:
            [
                ("name", true), ("title", false), ("contact", false), ("tax-number", false),
                ("terms", false), ("lead-days", false), ("credit-limit", false),
                ("price-list", false),
            ]
        case .prices: [("item", true), ("price", true), ("from", false)]
        case .stock:
            [
                ("item", true), ("quantity", true), ("cost", false), ("location", false),
                ("lot", false), ("expiry", false),
            ]
        case .receipts:
            [
                ("document", true), ("supplier", true), ("item", true), ("quantity", true),
                ("cost", false), ("date", false), ("location", false), ("lot", false),
                ("expiry", false),
            ]
        case .bank:
            [
                ("date", true), ("amount", false), ("in", false), ("out", false), ("text", false),
                ("reference", false),
            ]
        case .counts: [("item", true), ("quantity", true), ("location", false)]
        case .opening:
            [
                ("account", true), ("amount", true), ("item", false), ("quantity", false),
                ("location", false), ("lot", false), ("expiry", false), ("party", false),
                ("document", false), ("date", false), ("due", false), ("currency", false),
                ("value", false),
            ]
        }
    }
}

/// Reads the rows of a table and makes commands of them: one a row, or one for the rows of a document. What was
/// brought in before is refused as recorded, or changes nothing.
package struct TableImport: Sendable {
    /// A command, and the lines of the file that it is of.
    package struct Step: Sendable {
        package let command: Command
        package let lines: ClosedRange<Int>
        /// Where each of its rows begins.
        package let rows: [Int]

        package init(command: Command, lines: ClosedRange<Int>, rows: [Int]) {
            self.command = command
            self.lines = lines
            self.rows = rows
        }
    }

    package struct Fault: Hashable, Sendable {
        package let lines: ClosedRange<Int>
        package let code: String
        package let reason: String
        package let next: String

        package init(lines: ClosedRange<Int>, _ refusal: Refusal) {
            self.lines = lines
            (code, reason, next) = (refusal.code.rawValue, refusal.what, refusal.next)
        }
    }

    struct Row: Sendable {
        let line: Int
        let values: [String: String]
        /// Of a cut-over: its figures and days can be entered.
        var isReadable = true
        subscript(_ field: String) -> String? { values[field] }
    }

    /// Rows of one document, or of one part of a list.
    package static let rowsMax = 500

    private let kind: TableKind
    /// Names the file in every key.
    private let source: String
    /// The list that prices are of, or the bank whose statement it is.
    private let list: String?
    private let person: String?
    /// Of a bank's statement; the book's own where nil.
    private let currency: String?
    /// Of a cut-over: the last day of the old books.
    private let date: String?
    /// Of a cut-over: what all rows come to.
    package private(set) var proof: OpeningProof?
    private var places: [String: Int] = [:]
    private var group: [Row] = []
    private var groups = 0
    /// Lines of a bank's statement by what they say.
    private var alike: [BankRow: Int] = [:]
    /// Of a cut-over: rows that have one key.
    private var keyed: [String: Int] = [:]
    /// Of a cut-over: what rows are of that cannot be entered, and where the first of each stands.
    private var spoilt: [String: Int] = [:]
    package private(set) var rowsRead = 0
    package private(set) var steps: [Step] = []
    package private(set) var faults: [Fault] = []

    /// - Parameter map: field to column; a field that is not named is the column of its own name.
    package init(
        _ kind: TableKind, header: CSVRecord, map: [String: String], source: String,
        list: String? = nil, currency: String? = nil, person: String? = nil, date: String? = nil,
        proof: OpeningProof? = nil
    ) throws(Refusal) {
        self.date = date
        self.proof = proof
        self.kind = kind
        self.source = source
        self.list = list
        self.currency = currency
        self.person = person
        guard kind != .prices || list != nil else {
            throw Refusal(.badMapping, "prices are of a list", next: "name it with --list")
        }
        guard kind != .bank || list != nil else {
            throw Refusal(.badMapping, "a statement is of a bank", next: "name it with --bank")
        }
        if let unknown = map.keys.sorted().first(where: { name in
            !kind.fields.contains { $0.name == name }
        }) {
            throw Refusal(
                .badMapping, "there is no field “\(unknown)” in a table of \(kind.rawValue)",
                next: "fields are \(kind.fields.map(\.name).joined(separator: ", "))")
        }
        for (field, isRequired) in kind.fields {
            let column = map[field] ?? field
            let place = header.fields.firstIndex {
                map[field] == nil
                    ? $0.lowercased() == column : $0.utf8.elementsEqual(column.utf8)
            }
            if let place {
                places[field] = place
            } else if isRequired || map[field] != nil {
                throw Refusal(
                    .badMapping, "the file has no column “\(column)”",
                    next: "name the one that it has: --map \(field)=COLUMN")
            }
        }
    }

    package mutating func read(_ record: CSVRecord) {
        guard !record.isBlank else { return }
        rowsRead += 1
        func refuse(_ reason: String) {
            faults.append(
                Fault(lines: record.line...record.line, Refusal(.badFile, reason)))
            proof?.addUnread()
        }
        if let problem = record.problem { return refuse(problem.description) }
        var values: [String: String] = [:]
        for (field, place) in places where place < record.fields.count {
            let text = record.fields[place].trimmed
            if !text.isEmpty { values[field] = text }
        }
        var row = Row(line: record.line, values: values)
        for (field, isRequired) in kind.fields where isRequired && values[field] == nil {
            spoil(row)
            return refuse("there is no \(field)")
        }
        if kind == .bank, let refusal = BankAmount.fault(row) {
            faults.append(Fault(lines: row.line...row.line, refusal))
            return
        }
        if kind == .opening {
            if let line = spoilt[openingKey(of: row)] {
                return refuse("put line \(line) right first: it is of the same")
            }
            if let reason = OpeningBalances.fault(row, upTo: date) {
                spoil(row)
                return refuse(reason)
            }
        }
        if let hasFigures = proof?.add(row) {
            row.isReadable = hasFigures && OpeningBalances.hasDays(row)
            if !row.isReadable { spoil(row) }
        }
        if let first = group.first, !belongs(row, with: first) { finishGroup() }
        group.append(row)
        if group.count == Self.rowsMax || isAlone { finishGroup() }
    }

    /// No more rows.
    package mutating func finish() { finishGroup() }

    /// Takes the commands that are ready.
    package mutating func take() -> [Step] {
        defer { steps = [] }
        return steps
    }

    package mutating func takeFaults() -> [Fault] {
        defer { faults = [] }
        return faults
    }

    // MARK: Groups

    private var isAlone: Bool { [.items, .parties, .opening].contains(kind) }

    private func belongs(_ row: Row, with first: Row) -> Bool {
        switch kind {
        case .items, .parties, .opening: false
        case .prices, .bank: true
        case .stock, .counts: row["location"] == first["location"]
        case .receipts:
            ["document", "supplier", "date", "location"].allSatisfy { row[$0] == first[$0] }
        }
    }

    private mutating func finishGroup() {
        guard let first = group.first, let last = group.last else { return }
        groups += 1
        steps.append(
            Step(
                command: command(first), lines: first.line...last.line, rows: group.map(\.line)))
        group = []
    }

    private mutating func command(_ first: Row) -> Command {
        switch kind {
        case .items:
            return .putItem(
                ItemChange(
                    code: first["code"] ?? "", name: first["name"], unit: first["unit"],
                    scale: first["scale"].flatMap { Int($0) }, price: first["price"],
                    barcode: first["barcode"], tax: first["tax"], kind: first["kind"],
                    shortage: first["shortage"], costing: first["costing"],
                    category: first["category"], tracking: first["tracking"]))
        case .parties:
            return .setParty(
                PartyChange(
                    name: first["name"] ?? "", title: first["title"], contact: first["contact"],
                    taxNumber: first["tax-number"], terms: first["terms"], lead: first["lead-days"],
                    creditLimit: first["credit-limit"], priceList: first["price-list"],
                    // A party that is only named is known from now on.
                    isActive: first.values.count == 1 ? true : nil))
        case .prices:
            return .setPrices(
                PriceListChange(
                    name: list ?? "",
                    prices: group.map {
                        .init(item: $0["item"] ?? "", price: $0["price"] ?? "", from: $0["from"])
                    }))
        case .stock: return .find(details(first, memo: "opening stock"), lines)
        case .receipts:
            return .receive(details(first), lines, supplier: first["supplier"] ?? "")
        case .bank:
            return .bank(
                Details(person: person, currency: currency),
                .lines(bank: list ?? "", group.map { bankRow($0) }))
        case .opening:
            var details = details(first, memo: OpeningBalances.memo(first))
            details.external = openingKey(first)
            return OpeningBalances.command(first, details, on: date)
        case .counts:
            return .count(
                details(first),
                .now(CountOrder(location: first["location"] ?? LocationFacts.main), lines))
        }
    }

    private mutating func bankRow(_ row: Row) -> BankRow {
        var line = BankRow(
            date: row["date"] ?? "", amount: BankAmount.signed(row), text: row["text"] ?? "",
            reference: row["reference"])
        line.ordinal = alike[line, default: 0] + 1
        alike[
            BankRow(
                date: line.date, amount: line.amount, text: line.text, reference: line.reference),
            default: 0] += 1
        return line
    }

    /// What stands behind a row that cannot be entered, and is of the same, waits: when that one is put right, or taken
    /// out, each has the place in which it is entered then.
    private mutating func spoil(_ row: Row) {
        guard kind == .opening else { return }
        let key = openingKey(of: row)
        spoilt[key] = spoilt[key] ?? row.line
    }

    private func openingKey(of row: Row) -> String {
        let account = OpeningBalances.account(row)
        return OpeningBalances.key(row, account: proof?.full(account) ?? account)
    }

    /// By what a row is of, and not by where it stands: what is taken out of the file, or put right, changes no other
    /// row's key. Rows that are of the same are told apart in their order; one that cannot be entered takes no place.
    private mutating func openingKey(_ row: Row) -> Details.External {
        let key = openingKey(of: row)
        var line = UInt32.max
        if row.isReadable {
            keyed[key, default: 0] += 1
            line = UInt32(clamping: keyed[key, default: 0])
        }
        return .init(source: source, key: key, first: line, last: line)
    }

    private var lines: [Line] {
        group.map {
            Line(item: $0["item"] ?? "", quantity: $0["quantity"] ?? "", cost: $0["cost"])
        }
    }

    private func details(_ first: Row, memo: String? = nil) -> Details {
        // A document's key is its own; of a list it is where in the file the rows stand.
        let key = first["document"] ?? "\(kind.rawValue) \(groups)"
        return Details(
            date: first["date"], person: person, memo: memo, location: first["location"],
            lots: group.compactMap { row in
                row["lot"].map {
                    LotChoice(
                        item: row["item"] ?? "", code: $0, expiry: row["expiry"],
                        quantity: row["quantity"])
                }
            },
            external: .init(
                source: source, key: key, first: 1, last: UInt32(clamping: group.count)))
    }
}

extension String {
    /// Without blanks at either end.
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}
