/// Sales that look like a company's, from a seed: a few items sell most, Saturdays are strong, some
/// invoices are cancelled. Law: the rows are a function of the arguments.
package struct SampleSales: Sendable {
    private var state: UInt64
    private let branches: [String]
    private let days: Int
    private let firstDay: Int

    package static let items = 40
    package static let columns = [
        "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice",
        "CustomerID", "Branch",
    ]

    /// - Parameter firstDay: days since 1970-01-01.
    package init(seed: UInt64, branches: [String], firstDay: Int, days: Int) {
        state = seed ^ 0x9e37_79b9_7f4a_7c15
        self.branches = branches
        self.firstDay = firstDay
        self.days = max(1, days)
    }

    package struct Item: Hashable, Sendable {
        package let code: String
        package let name: String
        /// Cents.
        package let price: Int
        package let cost: Int
    }

    /// What is traded: a function of the number alone.
    package static func item(_ number: Int) -> Item {
        let kinds = [
            "Longjing tea", "Oolong tea", "Teapot", "Cup", "Tray", "Tin", "Whisk", "Kettle",
        ]
        let price = 300 + (number * 7_919) % 9_700
        let kind = kinds[number % kinds.count]
        return Item(
            code: "T\(pad(number + 1, 3))", name: "\(kind) \(number / kinds.count + 1)",
            price: price, cost: price * 55 / 100)
    }

    /// The rows of `count` invoices of one branch.
    package mutating func rows(branch: String, count: Int, invoiceStart: Int) -> [[String]] {
        var rows: [[String]] = []
        for invoice in 0..<count {
            let day = date()
            let number = "\(branch)\(pad(invoiceStart + invoice, 6))"
            let customer = random(3) == 0 ? "K\(pad(random(400) + 1, 4))" : ""
            var lines: [[String]] = []
            for _ in 0..<(1 + random(4)) {
                let item = Self.item(popular())
                lines.append([
                    number, item.code, item.name, "\(1 + random(3))", day,
                    "\(item.price / 100).\(Self.pad(item.price % 100, 2))", customer, branch,
                ])
            }
            rows += lines
            // One in forty comes back, whole.
            if !customer.isEmpty, random(13) == 0 {
                rows += lines.map { line in
                    var line = line
                    line[0] = "C" + line[0]
                    line[3] = "-" + line[3]
                    return line
                }
            }
        }
        return rows
    }

    /// The nth most popular item sells about 1/n of the first.
    private mutating func popular() -> Int {
        let weights = (1...Self.items).map { 10_000 / $0 }
        var pick = random(weights.reduce(0, +))
        for (item, weight) in weights.enumerated() {
            if pick < weight { return item }
            pick -= weight
        }
        return 0
    }

    private mutating func date() -> String {
        let weight = [10, 9, 9, 10, 13, 20, 15]
        while true {
            let day = firstDay + random(days)
            // 1970-01-01 was a Thursday.
            if random(20) < weight[(day + 3) % 7] { return Self.text(day) }
        }
    }

    /// The civil date of a day number (H. Hinnant, days_from_civil).
    static func text(_ day: Int) -> String {
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let year = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        let civilMonth = month < 10 ? month + 3 : month - 9
        let civilYear = year + era * 400 + (civilMonth <= 2 ? 1 : 0)
        return "\(civilYear)-\(pad(civilMonth, 2))-\(pad(dayOfYear - (153 * month + 2) / 5 + 1, 2))"
    }

    private static func pad(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private func pad(_ number: Int, _ digits: Int) -> String { Self.pad(number, digits) }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    private mutating func random(_ below: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ (mixed >> 31)) % UInt64(max(1, below)))
    }
}
