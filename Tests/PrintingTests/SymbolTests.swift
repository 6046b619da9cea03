import Testing

@testable import Printing

/// What zint draws, read back without zint.
@Suite struct SymbolTests {
    // ISO/IEC 18004, table 7: characters of the alphanumeric mode that each version holds at level L.
    @Test(arguments: [
        (1, 21), (25, 21), (26, 25), (47, 25), (48, 29), (77, 29), (78, 33), (114, 33), (115, 37),
        (154, 37), (155, 41), (395, 57), (396, 61), (1_249, 97), (1_250, 101), (1_400, 105),
    ])
    func aCodeIsAsLargeAsItsTextAsks(characters: Int, side: Int) throws {
        let symbol = try Symbol.qr(String(repeating: "A", count: characters))
        #expect(symbol.width == side)
        #expect(symbol.height == side)
    }

    @Test(arguments: [1, 25, 60, 150, 399, 1_000, 1_400])
    func aCodeHasItsPatterns(characters: Int) throws {
        let symbol = try Symbol.qr(Samples.alphanumeric(characters, seed: UInt64(characters)))
        let far = symbol.width - 7
        for (left, top) in [(0, 0), (far, 0), (0, far)] {
            // The separator around it too: light, as is everything outside.
            for y in -1...7 {
                for x in -1...7 {
                    let ring = max(abs(x - 3), abs(y - 3))
                    #expect(
                        symbol[left + x, top + y] == (ring == 3 || ring < 2),
                        "corner \(left),\(top) at \(x),\(y)")
                }
            }
        }
        for place in 8..<far - 1 {
            #expect(symbol[place, 6] == place.isMultiple(of: 2))
            #expect(symbol[6, place] == place.isMultiple(of: 2))
        }
        #expect(symbol[8, symbol.height - 8], "the dark module")
    }

    @Test func everyCharacterOfTheModeIsDrawn() throws {
        let text = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
        #expect(text.count == 45)
        #expect(try Symbol.qr(text).width == 25)
    }

    @Test(arguments: [
        ("", PrintingError.empty),
        ("a", .unknownCharacter("a")),
        ("A\u{0}", .unknownCharacter("\u{0}")),
        ("A_B", .unknownCharacter("_")),
        ("茶", .unknownCharacter("茶")),
        // Not the ASCII letter, whatever it looks like.
        ("Å", .unknownCharacter("Å")),
        (String(repeating: "A", count: 1_401), .tooLong(1_401, limit: 1_400)),
    ])
    func whatNoCodeHoldsIsRefused(text: String, error: PrintingError) {
        #expect(throws: error) { try Symbol.qr(text) }
    }

    // From the standards and from packets on the shelf; the last one is a check digit of 0.
    static let ean13 = [
        "4006381333931", "5901234123457", "9780306406157", "0012345678905", "6901234567892",
        "9783161484100", "0000000000000",
    ]

    @Test(arguments: ean13)
    func barsOfAnEANGiveItsDigitsBack(digits: String) throws {
        let symbol = try Symbol.ean13(digits)
        #expect(symbol.height == 1)
        #expect(Samples.digits(of: symbol) == digits)
        #expect(try Symbol.ean13(String(digits.dropLast())) == symbol, "the check digit is added")
        #expect(try Symbol.barcode(digits) == symbol)
    }

    @Test(arguments: ean13)
    func oneWrongDigitIsSeen(digits: String) throws {
        let values = digits.utf8.map { Int($0) - 0x30 }
        for place in 0..<13 {
            var wrong = values
            wrong[place] = (wrong[place] + 1) % 10
            let text = wrong.map(String.init).joined()
            #expect(throws: PrintingError.self, "digit \(place)") { try Symbol.ean13(text) }
            #expect(try Symbol.barcode(text) == Symbol.code128(text))
        }
    }

    @Test(arguments: [
        ("", PrintingError.empty),
        ("40063813339", .wrongDigitCount(11)),
        ("40063813339311", .tooLong(14, limit: 13)),
        ("4006381333930", .wrongCheckDigit(0, expected: 1)),
        ("400638133393X", .unknownCharacter("X")),
        ("400638133+12", .unknownCharacter("+")),
        ("４００６３８１３３３９３", .unknownCharacter("４")),
    ])
    func whatIsNoEANIsRefused(text: String, error: PrintingError) {
        #expect(throws: error) { try Symbol.ean13(text) }
    }

    /// Of text without pairs of digits: 11 modules each for start, characters and check, 13 for stop.
    @Test(arguments: ["A", "Wikipedia", "HZ-a b~{}\\^", String(repeating: "x", count: 60)])
    func barsOfCode128StartAndStop(text: String) throws {
        let symbol = try Symbol.code128(text)
        #expect(symbol.height == 1)
        #expect(symbol.width == 11 * (text.count + 2) + 13)
        let bars = Samples.bars(of: symbol)
        #expect(bars.hasPrefix("11010010000"), "start B")
        #expect(bars.hasSuffix("1100011101011"), "stop")
    }

    @Test(arguments: [
        ("", PrintingError.empty),
        ("A\u{1b}B", .unknownCharacter("\u{1b}")),
        ("A\u{7f}", .unknownCharacter("\u{7f}")),
        ("é", .unknownCharacter("é")),
        (String(repeating: "x", count: 61), .tooLong(61, limit: 60)),
    ])
    func whatCode128MustNotSayIsRefused(text: String, error: PrintingError) {
        #expect(throws: error) { try Symbol.code128(text) }
    }

    /// Digits are drawn in pairs, and changing to pairs and back takes room too.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func sixtyCharactersAlwaysFit(seed: UInt64) throws {
        let letters = ["a", "12", "b", "3456", "c", "789012", "~", "345"]
        var text = ""
        for letter in Samples.alphanumeric(60, seed: seed).utf8 {
            text += letters[Int(letter) % (Int(seed) % 8 + 1)]
        }
        text = String(text.prefix(Symbol.code128CharactersMax))
        let symbol = try Symbol.code128(text)
        #expect(symbol.width <= 11 * (60 + 2) + 13, "seed \(seed): \(text)")
    }
}
