/// A document for paper: receipt, invoice, delivery note. Every word is the caller's, in the reader's
/// language; names may be anybody's, and nothing in them is obeyed.
package struct PrintedPage: Hashable, Sendable {
    package struct Fact: Hashable, Sendable {
        package var label: String
        package var value: String

        package init(_ label: String, _ value: String) {
            self.label = label
            self.value = value
        }
    }

    package struct Line: Hashable, Sendable {
        package var name: String
        /// With its unit.
        package var quantity: String
        package var price: String?
        package var amount: String?

        package init(
            name: String, quantity: String, price: String? = nil, amount: String? = nil
        ) {
            self.name = name
            self.quantity = quantity
            self.price = price
            self.amount = amount
        }
    }

    /// A text to be scanned, as a QR code. Where `Symbol.qr` refuses it, or the paper is too narrow, the
    /// text itself stands there in groups.
    package struct Code: Hashable, Sendable {
        package var text: String
        package var caption: String

        package init(text: String, caption: String) {
            self.text = text
            self.caption = caption
        }
    }

    package var title: String
    /// Company, branch.
    package var heading: [String]
    /// Number, day, who.
    package var facts: [Fact]
    package var lines: [Line]
    package var totals: [Fact]
    package var notes: [String]
    /// Who signs: a caption for each empty box.
    package var signatures: [String]
    package var code: Code?
    /// The document's number, drawn as bars in HTML alone; on a roll it stands among the facts.
    package var barcode: String?
    /// For the page's `lang`, such as `zh`.
    package var language: String

    package init(
        title: String, heading: [String] = [], facts: [Fact] = [], lines: [Line] = [],
        totals: [Fact] = [], notes: [String] = [], signatures: [String] = [], code: Code? = nil,
        barcode: String? = nil, language: String
    ) {
        self.title = title
        self.heading = heading
        self.facts = facts
        self.lines = lines
        self.totals = totals
        self.notes = notes
        self.signatures = signatures
        self.code = code
        self.barcode = barcode
        self.language = language
    }
}
