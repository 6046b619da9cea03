import Testing

@testable import Printing

/// Bytes for a receipt printer.
@Suite struct ESCPOSTests {
    private func page(code: String?) -> PrintedPage {
        PrintedPage(
            title: "Receipt", lines: [.init(name: "龙井", quantity: "1")],
            code: code.map { .init(text: $0, caption: "Scan") }, language: "en")
    }

    @Test func aPageIsResetTextFeedAndCut() {
        let page = page(code: nil)
        #expect(
            page.escpos(columns: 32)
                == [0x1b, 0x40] + Array(page.text(columns: 32).utf8)
                + [0x1b, 0x64, 5, 0x1d, 0x56, 1])
    }

    @Test func theCodeIsFiveCommands() {
        let bytes = page(code: "HZ-17").escpos(columns: 32)
        let expected: [UInt8] =
            [0x1b, 0x61, 1]  // centred
            + [0x1d, 0x28, 0x6b, 4, 0, 0x31, 0x41, 0x32, 0]  // model 2
            + [0x1d, 0x28, 0x6b, 3, 0, 0x31, 0x43, 4]  // four dots a module
            + [0x1d, 0x28, 0x6b, 3, 0, 0x31, 0x45, 0x30]  // level L
            + [0x1d, 0x28, 0x6b, 8, 0, 0x31, 0x50, 0x30] + Array("HZ-17".utf8)
            + [0x1d, 0x28, 0x6b, 3, 0, 0x31, 0x51, 0x30]  // print
            + [0x1b, 0x61, 0]
            + [0x1b, 0x64, 5, 0x1d, 0x56, 1]
        #expect(Array(bytes.suffix(expected.count)) == expected)
        let caption = Array((String(repeating: " ", count: 14) + "Scan\n").utf8)
        #expect(Array(bytes.dropLast(expected.count).suffix(caption.count)) == caption)
    }

    /// The count is of the parameters that follow it: three and the text, low byte first.
    @Test(arguments: [(252, 255, 0), (253, 0, 1), (1_400, 0x7b, 5)])
    func theLengthOfALongCodeHasTwoBytes(characters: Int, low: UInt8, high: UInt8) throws {
        let text = String(repeating: "A", count: characters)
        let bytes = try #require(try ESCPOS.qr(text, columns: 48))
        let store: [UInt8] = [0x1d, 0x28, 0x6b, low, high, 0x31, 0x50, 0x30]
        let start = try #require(bytes.firstRange(of: store)?.lowerBound)
        #expect(bytes[(start + store.count)...].prefix { $0 == 0x41 }.count == characters)
        #expect(bytes.count == 9 + 8 + 8 + store.count + characters + 8)
    }

    // (characters, columns, dots a module): 384 dots on 32 columns, 576 on 48.
    @Test(arguments: [
        (938, 32, 4), (939, 32, 3), (1_400, 32, 3), (1_400, 48, 4), (154, 16, 4), (155, 16, 3),
        (335, 16, 3), (336, 16, nil),
    ])
    func aWideCodeHasSmallerModulesOrNone(characters: Int, columns: Int, dots: UInt8?) throws {
        let bytes = try ESCPOS.qr(String(repeating: "A", count: characters), columns: columns)
        // The last byte of the second command.
        #expect(bytes?[16] == dots)
    }

    @Test func whatNoCodeHoldsIsThrownAndSpelledOnThePage() {
        let long = String(repeating: "A", count: 1_401)
        #expect(throws: PrintingError.tooLong(1_401, limit: 1_400)) {
            try ESCPOS.qr(long, columns: 48)
        }
        for text in [long, "lower case", "\u{1d}V\u{0}", ""] {
            let page = page(code: text)
            #expect(
                page.escpos(columns: 48)
                    == [0x1b, 0x40] + Array(page.text(columns: 48).utf8)
                    + [0x1b, 0x64, 5, 0x1d, 0x56, 1])
        }
    }

    @Test(arguments: [
        "\u{1b}@\u{1d}V\u{0}\u{10}\u{4}x", "a\u{1b}\u{70}\u{0}\u{19}\u{fa}b", "\u{1c}p\u{1}\u{0}",
    ])
    func aNameSendsNoCommands(name: String) {
        let clean = String(
            String.UnicodeScalarView(name.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
        for columns in PageTextTests.rolls {
            let bytes = Samples.page(name).escpos(columns: columns)
            #expect(bytes == Samples.page(clean).escpos(columns: columns))
            #expect(!bytes.dropFirst(2).dropLast(6).contains { $0 < 0x20 && $0 != 0x0a })
        }
    }
}
