package import Replica

/// Goods of one item of a receipt that an invoice is for, where it is not for all of the receipt.
package struct InvoicePart: Hashable, Sendable {
    package let receipt: DocumentNumber
    package let item: ItemCode
    /// Base units, above zero.
    package let units: Int64
    /// What was booked for them, in minor units of the invoice's currency.
    package let booked: Int64
    /// Base units that had gone back when it was entered.
    package let back: Int64

    package static let partsMax = 200
    /// Text of one field at most; a line of it is some 160 bytes long.
    private static let bytesMax = Value.bytesMax - 256

    init(receipt: DocumentNumber, item: ItemCode, units: Int64, booked: Int64, back: Int64) {
        self.receipt = receipt
        self.item = item
        self.units = units
        self.booked = booked
        self.back = back
    }

    /// Neither a number nor an item's code holds a control character.
    private var text: String {
        [receipt.description, item.text, String(units), String(booked), String(back)]
            .joined(separator: "\t")
    }

    /// Nil where it makes no sense: any peer may have written it.
    private init?(_ line: Substring) {
        let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard parts.count == 5, let receipt = DocumentNumber(parts[0]),
            let item = ItemCode(parts[1]), let units = Int64(parts[2]), units > 0,
            let booked = Int64(parts[3]), let back = Int64(parts[4])
        else { return nil }
        self.init(receipt: receipt, item: item, units: units, booked: booked, back: back)
    }

    /// As fields of an event hold them.
    static func fields(_ parts: [InvoicePart], named name: String) -> [Event.Field] {
        var texts: [String] = []
        for part in parts {
            if let last = texts.last, last.utf8.count < bytesMax {
                texts[texts.count - 1] = last + "\n" + part.text
            } else {
                texts.append(part.text)
            }
        }
        return texts.enumerated().map { .init(name + String($0 + 1), .text($1)) }
    }

    static func parts(_ event: Event, named name: String) -> [InvoicePart] {
        event.fields.lazy.filter { $0.name.utf8.starts(with: name.utf8) }
            .compactMap(\.value.text).flatMap { text in
                text.split(separator: "\n").compactMap { InvoicePart($0) }
            }
    }
}

/// Units of a receipt, by item: what came, what went back, and what its supplier's invoices took. A function of the documents
/// and the invoices that stand.
package struct InvoicedUnits: Sendable {
    package struct Item: Sendable {
        package var came = Int128(0)
        package var back = Int128(0)
        package var invoiced = Int128(0)
        /// By invoices that are for all of it.
        fileprivate var whole = Int128(0)
        /// By invoices of parts, by what had gone back when they were entered.
        fileprivate var parts: [Int64: Int128] = [:]

        /// What is on no invoice.
        package var open: Int128 { max(came - back - invoiced, 0) }

        /// Was more invoiced at any step than had come, less what had gone back by then? Cost: by the number of steps.
        package var isOverdone: Bool {
            guard came > 0 else { return false }
            var sum = whole
            if sum > came { return true }
            for (before, units) in parts.sorted(by: { $0.key < $1.key }) {
                sum += units
                if sum + min(max(Int128(before), 0), max(back, 0)) > came { return true }
            }
            return false
        }
    }

    package private(set) var items: [ItemCode: Item] = [:]

    /// - Parameter returns: the transactions by which goods of it went back, and that stand.
    /// - Parameter invoices: those of the receipt that stand.
    package init(
        _ receipt: DocumentNumber, came: [Transaction], returns: [Transaction],
        _ invoices: [Invoice]
    ) {
        for (place, transactions) in [came, returns].enumerated() {
            for posting in transactions.flatMap(\.postings) where posting.account.root == .stock {
                guard case .item(let code) = posting.commodity else { continue }
                let amount = Int128(posting.amount)
                if place == 0 {
                    items[code, default: Item()].came += amount
                } else {
                    items[code, default: Item()].back -= amount
                }
            }
        }
        for invoice in invoices where invoice.side == .received {
            guard !invoice.isWhole(of: receipt) else {
                for code in Array(items.keys) {
                    let came = items[code]?.came ?? 0
                    items[code]?.invoiced += came
                    items[code]?.whole += came
                }
                continue
            }
            for part in invoice.parts where part.receipt == receipt {
                var item = items[part.item] ?? Item()
                item.invoiced += Int128(part.units)
                item.parts[part.back, default: 0] += Int128(part.units)
                items[part.item] = item
            }
        }
    }

    /// Items of which more is invoiced than came, in order.
    package var overdone: [ItemCode] {
        items.filter { $0.value.isOverdone }.map(\.key).sorted()
    }
}
