extension PrintedPage {
    /// What `text(columns:)` says, for an ESC/POS printer that reads UTF-8; the code is drawn by the
    /// printer, or stands as text in groups where `Symbol.qr` refuses it or the paper is too narrow.
    /// Law: the bytes of names never hold a command.
    /// - Parameter columns: as in `text(columns:)`.
    package func escpos(columns: Int) -> [UInt8] {
        let columns = PlainText.bounded(columns)
        var bytes = ESCPOS.reset + Self.printed(roll(columns))
        if let code {
            bytes += Self.printed(PlainText.centred(code.caption, columns))
            if let symbol = try? ESCPOS.qr(code.text, columns: columns) {
                bytes += ESCPOS.centre + symbol + ESCPOS.left
            } else {
                bytes += Self.printed(Self.spelled(code, columns))
            }
        }
        return bytes + ESCPOS.feedAndCut
    }

    private static func printed(_ lines: [String]) -> [UInt8] {
        lines.flatMap { Array($0.utf8) + [0x0a] }
    }
}
