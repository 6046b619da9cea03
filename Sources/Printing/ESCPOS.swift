/// Commands of receipt printers (Epson ESC/POS Command Reference).
enum ESCPOS {
    private static let esc: UInt8 = 0x1b
    private static let gs: UInt8 = 0x1d

    /// `ESC @`: forget what the last document set.
    static let reset: [UInt8] = [esc, 0x40]
    /// `ESC a`
    static let centre: [UInt8] = [esc, 0x61, 1]
    static let left: [UInt8] = [esc, 0x61, 0]
    /// `ESC d 5`, past the knife, then `GS V 1`, which leaves a corner of the paper.
    static let feedAndCut: [UInt8] = [esc, 0x64, 5, gs, 0x56, 1]

    /// Dots that a column of the usual font is wide.
    static let columnDots = 12

    /// The printer draws the code itself: model 2, level L (`GS ( k`, functions 165, 167, 169, 180, 181).
    /// - Parameters:
    ///   - text: as `Symbol.qr` takes it, which is asked first: what it refuses is thrown.
    ///   - columns: width of the paper.
    /// - Returns: nil where the paper is too narrow; a printer would print nothing, and not say so.
    static func qr(_ text: String, columns: Int) throws(PrintingError) -> [UInt8]? {
        let modules = try Symbol.qr(text).width + 2 * Symbol.qrQuiet
        // 4 dots are half a millimetre; fewer than 3 are beyond the cameras of many phones.
        guard let dots = [4, 3].first(where: { modules * $0 <= columns * columnDots }) else {
            return nil
        }
        return select(0x41, [0x32, 0])
            + select(0x43, [UInt8(dots)])
            + select(0x45, [0x30])
            + select(0x50, [0x30] + Array(text.utf8))
            + select(0x51, [0x30])
    }

    /// `GS ( k`, the count of what follows in two bytes, 49 for QR, the function, its parameters.
    private static func select(_ function: UInt8, _ parameters: [UInt8]) -> [UInt8] {
        let count = parameters.count + 2
        precondition(count <= 0xffff, "\(count) bytes do not fit a command of two length bytes")
        return [gs, 0x28, 0x6b, UInt8(count & 0xff), UInt8(count >> 8), 0x31, function] + parameters
    }
}
