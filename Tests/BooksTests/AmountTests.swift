import Testing

@testable import Books

@Suite struct AmountTests {
    @Test(
        arguments: [
            ("0", 2, 0), ("12.5", 2, 1250), ("-12.50", 2, -1250), ("+7", 0, 7), ("1.500000", 1, 15),
            ("9223372036854775807", 0, .max), ("-9223372036854775808", 0, .min),
            ("-0.01", 2, -1), ("007", 0, 7),
        ] as [(String, Int, Int64)])
    func read(text: String, scale: Int, value: Int64) throws {
        #expect(try Amount.parse(text, scale: scale) == value)
        #expect(try Amount.parse(Amount.text(value, scale: scale), scale: scale) == value)
    }

    @Test(arguments: [
        "", "-", ".", "1.", ".5", "1.2.3", "1e5", "1,5", " 1", "١", "0x1", "--1", "nan",
    ])
    func refused(text: String) {
        #expect(throws: BooksError.notANumber(text)) { try Amount.parse(text, scale: 2) }
    }

    @Test func nothingIsRoundedOrWrappedSilently() {
        #expect(throws: BooksError.tooPrecise("1.005", scale: 2)) {
            try Amount.parse("1.005", scale: 2)
        }
        #expect(throws: BooksError.overflow) { try Amount.parse("92233720368547758.08", scale: 2) }
        #expect(throws: BooksError.overflow) { try Amount.parse("9223372036854775808", scale: 0) }
    }

    @Test(
        arguments: [
            (5, 1, 2, 3), (-5, 1, 2, -3), (4, 1, 3, 1), (5, 1, 3, 2), (-4, 1, 3, -1), (7, 0, 3, 0),
            (.max, .max, .max, .max), (.min, 1, 1, .min), (5, -1, 2, -3),
        ] as [(Int64, Int64, Int64, Int64)])
    func halvesGoAwayFromZero(value: Int64, part: Int64, whole: Int64, result: Int64) throws {
        #expect(try Amount.share(value, part, of: whole) == result)
    }

    @Test func aShareThatDoesNotFitIsAnError() {
        #expect(throws: BooksError.overflow) { try Amount.share(.max, 2, of: 1) }
    }

    @Test(
        arguments: [
            (0, 2, "0.00"), (-1, 2, "-0.01"), (1234, 0, "1234"), (.min, 6, "-9223372036854.775808"),
        ] as [(Int64, Int, String)])
    func written(value: Int64, scale: Int, text: String) {
        #expect(Amount.text(value, scale: scale) == text)
    }

    /// Whatever type a figure has, and however wide it is.
    @Test(arguments: 0...6)
    func oneFigureHasOneText(scale: Int) throws {
        var values: [Int64] = [.min, .max, 0]
        for power in [1, 9, 10, 99, 100, 101, 999_999, 1_000_000, 12_345_678_901] as [Int64] {
            values += [power, -power]
        }
        for value in values {
            let text = Amount.text(value, scale: scale)
            #expect(Amount.text(Int128(value), scale: scale) == text)
            #expect(Amount.text(Int(value), scale: scale) == text)
            #expect(try Amount.parse(text, scale: scale) == value)
            #expect(text.utf8.firstIndex(of: 0x2e) != nil || scale == 0)
        }
        let wide = Int128(Int64.max) * 10 + 5
        #expect(Amount.text(wide, scale: 2) == "922337203685477580.75")
        #expect(Amount.text(-wide, scale: 0) == "-92233720368547758075")
    }
}
