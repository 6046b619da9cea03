import Testing

@testable import Printing

/// Rolls of paper: nothing is wider than they are, and nothing in a name is obeyed.
@Suite struct PageTextTests {
    @Test(arguments: [
        ("", 0), ("ab", 2), ("龙井", 4), ("e\u{301}", 1), ("🍵", 2), ("🚀", 2), ("🇨🇳", 2), ("ﾊ", 1),
        ("（", 2), ("한", 2), ("█", 1), ("\u{200b}", 0), ("⌚", 2),
    ])
    func columns(text: String, columns: Int) {
        #expect(PlainText.columns(of: text) == columns)
    }

    @Test(arguments: [
        ("green tea", 9, ["green tea"]), ("green tea", 8, ["green", "tea"]),
        ("greentea", 5, ["green", "tea"]), ("a greentea", 5, ["a", "green", "tea"]),
        ("龙井绿茶", 5, ["龙井", "绿茶"]), ("  a   b ", 9, ["a b"]), ("", 9, []), (" ", 9, []),
        ("a\nb\u{1b}c", 9, ["a b c"]),
    ])
    func wrapping(text: String, columns: Int, lines: [String]) {
        #expect(PlainText.wrapped(text, columns) == lines)
    }

    /// Two blanks between them at least, or lines of their own.
    @Test(arguments: [
        ("ab", "12345", 9, ["ab  12345"]), ("ab", "12345", 8, ["ab", "   12345"]),
        ("", "12", 8, ["      12"]), ("ab", "", 8, ["ab"]), ("", "", 8, []),
        ("green tea", "1", 8, ["green", "tea", "       1"]), ("龙井", "1", 8, ["龙井   1"]),
    ])
    func spreading(label: String, value: String, columns: Int, lines: [String]) {
        #expect(PlainText.spread(label, value, columns) == lines)
    }

    static let rolls = [16, 32, 48, 80]

    @Test(arguments: Samples.awkward)
    func noLineIsWiderThanThePaper(text: String) {
        let label = Label(name: text, code: text, price: text, barcode: text)
        for columns in Self.rolls {
            let page = Samples.page(text).text(columns: columns)
            for line in (page + Labels([label]).text(columns: columns)).split(separator: "\n") {
                #expect(PlainText.columns(of: String(line)) <= columns, "\(columns): \(line)")
            }
        }
    }

    /// What is left when blanks are taken away is what was put in: wrapping loses nothing.
    @Test(arguments: Samples.awkward)
    func nothingOfANameIsLost(text: String) {
        func scalars(_ text: String) -> [Unicode.Scalar] {
            PlainText.harmless(text).unicodeScalars.filter { $0 != " " }
        }
        for columns in Self.rolls {
            #expect(
                scalars(PlainText.wrapped(text, columns).joined(separator: " ")) == scalars(text))
        }
    }

    @Test(arguments: Samples.awkward)
    func theOnlyControlCharacterIsTheLineFeed(text: String) {
        for scalar in Samples.page(text).text(columns: 32).unicodeScalars where scalar != "\n" {
            #expect(
                scalar.properties.generalCategory != .control
                    && !(0x202a...0x202e ~= scalar.value) && !(0x2066...0x2069 ~= scalar.value),
                "U+\(String(scalar.value, radix: 16))")
        }
    }

    @Test(arguments: [(Int.min, 16), (0, 16), (Int.max, 255)])
    func widthsBeyondTheAllowedAreBroughtToThem(asked: Int, columns: Int) {
        let page = Samples.page("Tea")
        #expect(page.text(columns: asked) == page.text(columns: columns))
    }

    @Test func aReceiptReads() {
        let page = PrintedPage(
            title: "Receipt", heading: ["Tea House", "West Lake"],
            facts: [.init("Number", "HZ-17"), .init("Day", "2026-03-01")],
            lines: [
                .init(
                    name: "Green tea from the high mountains", quantity: "2 kg", price: "12.50",
                    amount: "25.00"),
                .init(name: "龙井茶", quantity: "1 箱"),
                .init(name: "Cup", quantity: "1000000 pcs", price: "1000.00", amount: "1000000000"),
            ],
            totals: [.init("Total", "1000000025.00")], notes: ["Thank you"],
            signatures: ["Received by"], code: .init(text: "not a code", caption: "Scan"),
            language: "en")
        let expected = """
                   Tea House
                   West Lake
                    Receipt
            Number             HZ-17
            Day           2026-03-01
            ------------------------
            Green tea from the high
            mountains
               2 kg x 12.50  25.00
            龙井茶
                                1 箱
            Cup
               1000000 pcs x 1000.00
                          1000000000
            ------------------------
            Total      1000000025.00
            Thank you
            Received by


            ________________________
                      Scan
            not a code

            """
        let lines = page.text(columns: 24).split(separator: "\n", omittingEmptySubsequences: false)
        let wanted = expected.split(separator: "\n", omittingEmptySubsequences: false)
        for (line, wanted) in zip(lines, wanted) {
            #expect(line.drop { $0 == " " } == wanted.drop { $0 == " " })
        }
        #expect(lines.count == wanted.count)
        // Right-aligned: these lines end at the edge of the paper.
        for end in ["25.00", "1 箱", "x 1000.00", "1000000000", "HZ-17"] {
            #expect(
                lines.contains {
                    $0.hasSuffix(end) && PlainText.columns(of: String($0)) == 24
                }, "\(end)")
        }
    }

    @Test func aCodeIsDrawnWhereItFitsAndSpelledWhereItDoesNot() throws {
        var page = PrintedPage(title: "Receipt", language: "en")
        let text = Samples.alphanumeric(60, seed: 1).replacing(" ", with: "0")
        page.code = .init(text: text, caption: "Scan")
        let blocks = try #require(try Symbol.qr(text).halfBlocks(columns: 48))
        #expect(blocks[0].count == 33)
        let drawn = page.text(columns: 48)
        #expect(
            drawn.contains(blocks.map { String(repeating: " ", count: 7) + $0 + "\n" }.joined()))
        #expect(!drawn.contains(text.prefix(5)))

        let spelled = page.text(columns: 32)
        #expect(!spelled.contains("█"))
        #expect(spelled.contains("Scan\n" + text.prefix(5) + " "))
        let groups = spelled.split(separator: "\n").drop { !$0.contains("Scan") }.dropFirst()
        #expect(groups.joined().replacing(" ", with: "") == text)
        #expect(groups.allSatisfy { $0.split(separator: " ").allSatisfy { $0.count == 5 } })
    }

    @Test func aCodeThatCannotBeDrawnIsSpelledToo() {
        var page = PrintedPage(title: "Receipt", language: "en")
        page.code = .init(text: String(repeating: "A", count: 1_401), caption: "Scan")
        for columns in Self.rolls {
            #expect(page.text(columns: columns).filter { $0 == "A" }.count == 1_401)
        }
        #expect(page.html().filter { $0 == "A" }.count == 1_401)
        #expect(page.escpos(columns: 48).filter { $0 == 0x41 }.count == 1_401)
    }
}
