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
}
