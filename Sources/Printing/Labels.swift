/// What is stuck on one item or shelf.
package struct Label: Hashable, Sendable {
    package var name: String
    /// The item's code.
    package var code: String
    package var price: String?
    /// What the bars say: an EAN-13, or any text of Code 128.
    package var barcode: String

    package init(name: String, code: String, price: String? = nil, barcode: String) {
        self.name = name
        self.code = code
        self.price = price
        self.barcode = barcode
    }
}

/// A sheet of labels, in their order.
package struct Labels: Hashable, Sendable {
    package var labels: [Label]

    package init(_ labels: [Label]) { self.labels = labels }

    /// As many to a row as the paper is wide. A barcode that cannot be drawn stands as its text alone.
    package func html(title: String, language: String) -> String {
        let cells = labels.map { label in
            let price = label.price.map { "<b>\(HTML.escaped($0))</b>" } ?? ""
            return "<section><h2>\(HTML.escaped(label.name))</h2>\(HTML.barcode(label.barcode))"
                + "<p><span>\(HTML.escaped(label.code))</span>\(price)</p></section>"
        }
        return HTML.page(
            title: title, language: language, style: Self.style,
            body: ["<main>"] + cells + ["</main>"])
    }

    /// Below each other, a rule after each; the barcode as a QR code, which a scanner takes as
    /// the bars, above its text: bars of characters would be too wide for a roll.
    /// Law: no line is wider than `columns`, which is taken as in `PrintedPage.text(columns:)`.
    package func text(columns: Int) -> String {
        let columns = PlainText.bounded(columns)
        return labels.flatMap { lines($0, columns) }.map { $0 + "\n" }.joined()
    }

    private func lines(_ label: Label, _ columns: Int) -> [String] {
        var lines = PlainText.wrapped(label.name, columns)
        lines += PlainText.spread(label.code, label.price ?? "", columns)
        lines += Symbol.blocks(of: label.barcode, columns) ?? []
        lines += PlainText.centred(label.barcode, columns)
        lines.append(String(repeating: "-", count: columns))
        return lines
    }

    private static let style = """
        body{font:12px/1.3 system-ui,"Noto Sans CJK SC",sans-serif;color:#000;background:#fff;margin:0}
        main{display:grid;grid-template-columns:repeat(auto-fill,minmax(60mm,1fr))}
        section{break-inside:avoid;overflow:hidden;overflow-wrap:anywhere;padding:3mm;
        outline:1px dashed #bbb}
        h2{font-size:1em;margin:0 0 1mm;max-height:2.6em;overflow:hidden}
        .bars{text-align:center}.bars svg{max-width:100%;height:14mm}
        p{display:flex;justify-content:space-between;align-items:baseline;gap:2mm;margin:1mm 0 0}
        b{font-size:1.4em;font-variant-numeric:tabular-nums}
        @page{margin:8mm}
        """
}
