import CZint

/// Dark and light modules: a square (QR), or one row of bars (`height` 1). Without its quiet zone.
package struct Symbol: Hashable, Sendable {
    package let width: Int
    package let height: Int
    /// Row by row, true where dark.
    private let modules: [Bool]

    /// Of a QR code: 105 modules square at most.
    package static let qrCharactersMax = 1_400
    /// zint draws no more; 695 modules wide at most.
    package static let code128CharactersMax = 60

    package var isBars: Bool { height == 1 }

    /// True where dark; light everywhere outside, as the quiet zone is.
    package subscript(x: Int, y: Int) -> Bool {
        guard 0..<width ~= x, 0..<height ~= y else { return false }
        return modules[y * width + x]
    }
}

extension Symbol {
    /// A QR code of level L, or of a higher level where the same size carries it.
    /// - Parameter text: of `0-9A-Z $%*+-./:`, the alphanumeric mode (ISO/IEC 18004, 7.4.4).
    package static func qr(_ text: String) throws(PrintingError) -> Symbol {
        let bytes = try checked(text, limit: qrCharactersMax) { isAlphanumeric($0) }
        return try Symbol(BARCODE_QRCODE, bytes, level: 1)
    }

    /// Bars of Code 128.
    /// - Parameter text: printable ASCII. A control character would be a key that the scanner presses.
    package static func code128(_ text: String) throws(PrintingError) -> Symbol {
        let bytes = try checked(text, limit: code128CharactersMax) { 0x20...0x7e ~= $0.value }
        return try Symbol(BARCODE_CODE128, bytes)
    }

    /// The 95 modules of an EAN-13.
    /// - Parameter digits: 12, or 13 of which the last is the check digit.
    package static func ean13(_ digits: String) throws(PrintingError) -> Symbol {
        let bytes = try checked(digits, limit: 13) { 0x30...0x39 ~= $0.value }
        guard bytes.count >= 12 else { throw .wrongDigitCount(bytes.count) }
        let values = bytes.map { Int($0) - 0x30 }
        let expected = checkDigit(after: values.prefix(12))
        if values.count == 13, values[12] != expected {
            throw .wrongCheckDigit(values[12], expected: expected)
        }
        return try Symbol(BARCODE_EANX, bytes)
    }

    /// An EAN-13 where the text is one, Code 128 otherwise.
    package static func barcode(_ text: String) throws(PrintingError) -> Symbol {
        if text.utf8.count == 13, let symbol = try? ean13(text) { return symbol }
        return try code128(text)
    }

    /// Weights 1 and 3 in turn from the left (GS1 General Specifications, 7.9).
    private static func checkDigit(after digits: ArraySlice<Int>) -> Int {
        let sum = digits.enumerated().reduce(0) { sum, digit in
            sum + digit.element * (digit.offset.isMultiple(of: 2) ? 1 : 3)
        }
        return (10 - sum % 10) % 10
    }

    private static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9", "A"..."Z", " ", "$", "%", "*", "+", "-", ".", "/", ":": true
        default: false
        }
    }

    private static func checked(
        _ text: String, limit: Int, _ isKnown: (Unicode.Scalar) -> Bool
    ) throws(PrintingError) -> [UInt8] {
        guard !text.isEmpty else { throw .empty }
        for scalar in text.unicodeScalars where !isKnown(scalar) {
            throw .unknownCharacter(scalar)
        }
        // Every known character is ASCII: a byte each.
        guard text.utf8.count <= limit else { throw .tooLong(text.utf8.count, limit: limit) }
        return Array(text.utf8)
    }
}

extension Symbol {
    /// zint keeps a row in 144 bytes, the first module in the lowest bit of the first one.
    private static let rowBytes = 144

    /// - Parameter level: of error correction, 1 (L) to 4 (H); -1 where the symbol has none.
    private init(
        _ symbology: Int32, _ bytes: [UInt8], level: Int32 = -1
    ) throws(PrintingError) {
        guard let symbol = ZBarcode_Create() else { throw .refused(code: ZINT_ERROR_MEMORY) }
        defer { ZBarcode_Delete(symbol) }
        symbol.pointee.symbology = symbology
        symbol.pointee.option_1 = level
        let answer = ZBarcode_Encode(symbol, bytes, Int32(bytes.count))
        guard answer < ZINT_ERROR else { throw .refused(code: answer) }
        let (width, height) = (Int(symbol.pointee.width), Int(symbol.pointee.rows))
        self.width = width
        self.height = height
        modules = withUnsafeBytes(of: &symbol.pointee.encoded_data) { rows in
            (0..<width * height).map { place in
                let (y, x) = place.quotientAndRemainder(dividingBy: width)
                return rows[y * Self.rowBytes + x / 8] >> (x % 8) & 1 == 1
            }
        }
    }
}
