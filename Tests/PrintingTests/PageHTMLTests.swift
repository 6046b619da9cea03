import Testing

@testable import Printing

/// Pages hold nothing but what was escaped, and ask for nothing.
@Suite struct PageHTMLTests {
    private static func hostile(_ field: String) -> String {
        "\"><script>\(field)</script>'&"
    }
    private static func escaped(_ field: String) -> String {
        "&quot;&gt;&lt;script&gt;\(field)&lt;/script&gt;&#39;&amp;"
    }

    private static let page = PrintedPage(
        title: hostile("title"), heading: [hostile("company"), hostile("branch")],
        facts: [.init(hostile("fact"), hostile("factvalue"))],
        lines: [
            .init(
                name: hostile("name"), quantity: hostile("quantity"), price: hostile("price"),
                amount: hostile("amount"))
        ],
        totals: [.init(hostile("total"), hostile("totalvalue"))], notes: [hostile("note")],
        signatures: [hostile("signature")],
        code: .init(text: hostile("code"), caption: hostile("caption")),
        barcode: hostile("barcode"), language: hostile("language"))

    @Test(arguments: [
        "title", "company", "branch", "fact", "factvalue", "name", "quantity", "price", "amount",
        "total", "totalvalue", "note", "signature", "caption", "barcode", "language",
    ])
    func everyFieldOfAPageIsEscaped(field: String) {
        let html = Self.page.html()
        #expect(html.contains(Self.escaped(field)))
        #expect(!html.contains(Self.hostile(field)))
    }

    @Test func aCodeThatCannotBeDrawnIsEscapedInGroups() {
        #expect(Self.page.html().contains("<code>&quot;&gt;&lt;sc ript&gt; code&lt; /scri"))
    }

    @Test(arguments: ["title", "language", "name", "code", "price", "barcode"])
    func everyFieldOfALabelIsEscaped(field: String) {
        let label = Label(
            name: Self.hostile("name"), code: Self.hostile("code"),
            price: Self.hostile("price"), barcode: Self.hostile("barcode"))
        let html = Labels([label]).html(
            title: Self.hostile("title"), language: Self.hostile("language"))
        #expect(html.contains(Self.escaped(field)))
        #expect(!html.contains(Self.hostile(field)))
    }

    /// A mark that joins a quote into one character must not take it past the escaping.
    @Test func combiningMarksHideNothing() {
        #expect(HTML.escaped("\"\u{301}<\u{338}") == "&quot;\u{301}&lt;\u{338}")
        #expect(HTML.escaped("a\u{0}\u{1b}\u{202e}b") == "a   b")
    }

    @Test(arguments: Samples.awkward)
    func nothingIsFetchedAndNothingRuns(text: String) {
        let label = Label(name: text, code: text, price: text, barcode: text)
        let html =
            Samples.page(text).html() + Labels([label]).html(title: text, language: text)
        for word in ["<script", "<link", "<img", "src=", "href=", "url(", "@import"] {
            #expect(!html.contains(word), "\(word)")
        }
        #expect(html.matches(of: /https?:/).count == html.matches(of: /xmlns="http:/).count)
        #expect(html.contains("default-src 'none'"))
    }

    @Test func codeAndBarcodeAreDrawn() throws {
        var page = PrintedPage(title: "Receipt", language: "zh")
        #expect(!page.html().contains("<svg"))
        page.code = .init(text: "HZ-17", caption: "Scan")
        #expect(page.html().contains(try Symbol.qr("HZ-17").svg(module: 3, quiet: 4)))
        page.barcode = "HZ-17"
        #expect(page.html().contains(try Symbol.code128("HZ-17").svg(module: 2, quiet: 11)))
        page.barcode = "茶"
        #expect(page.html().contains("<div class=\"bars\"><div>茶</div></div>"))
    }

    @Test func columnsThatNoLineFillsAreLeftOut() {
        var page = PrintedPage(
            title: "Note", lines: [.init(name: "Tea", quantity: "2 kg")], language: "en")
        #expect(page.html().contains("<tr><td>Tea</td><td class=\"n\">2 kg</td></tr>"))
        page.lines.append(.init(name: "Cup", quantity: "1", amount: "3.00"))
        #expect(
            page.html().contains(
                "<tr><td>Tea</td><td class=\"n\">2 kg</td><td class=\"n\"></td></tr>"))
    }

    @Test func aLabelOfAnEANHasItsBars() throws {
        let labels = Labels([
            Label(name: "Tea", code: "TEA", price: "12.00", barcode: "4006381333931"),
            Label(name: "Cup", code: "CUP", barcode: "CUP-1"),
        ])
        let html = labels.html(title: "Labels", language: "en")
        #expect(html.contains(try Symbol.ean13("4006381333931").svg(module: 2, quiet: 11)))
        #expect(html.contains(try Symbol.code128("CUP-1").svg(module: 2, quiet: 11)))
        #expect(html.matches(of: /<section>/).count == 2)
        let rule = String(repeating: "-", count: 16)
        #expect(
            labels.text(columns: 16)
                == "Tea\nTEA        12.00\n 4006381333931\n\(rule)\nCup\nCUP\n     CUP-1\n\(rule)\n"
        )
        // Where there is room a scanner can read it.
        let code = try #require(try Symbol.qr("4006381333931").halfBlocks(columns: 32))
        let roll = labels.text(columns: 32).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            Array(roll[2..<2 + code.count].map { $0.trimmingPrefix { $0 == " " } })
                == code.map { $0.trimmingPrefix { $0 == " " } })
    }
}
