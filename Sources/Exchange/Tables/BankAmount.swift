import Books

/// What came or went by a row of a bank's statement: one column with a sign, or one for what came and one for what went,
/// of which many banks write `0.00` or `-` in the one that they do not use.
enum BankAmount {
    private static let fields = ["amount", "in", "out"]

    /// Why a row is none; nil for one that may be tried.
    static func fault(_ row: TableImport.Row) -> Refusal? {
        if let date = row["date"] {
            do { _ = try Planner.day(date) } catch { return error }
        }
        for field in fields {
            guard let figure = moved(row, field) else { continue }
            do {
                _ = try Amount.parse(figure, scale: Amount.scaleMax)
            } catch .notANumber {
                return Refusal(
                    .badNumber, "\(figure) is not a decimal number",
                    next: "write amounts with a point and without separators, as in 1234.50")
            } catch {
                // Which places an amount may have is known where the currency is.
                continue
            }
        }
        let (came, went) = (moved(row, "in"), moved(row, "out"))
        guard moved(row, "amount") != nil || came != nil || went != nil else {
            return Refusal(
                .badFile,
                fields.contains { row[$0] != nil } ? "nothing came or went" : "there is no amount",
                next: "leave the row out, or say how much")
        }
        if let came, let went {
            return Refusal(
                .badFile, "\(came) came and \(went) went in one row", next: "make two rows of it")
        }
        return nil
    }

    /// Below zero where money went.
    static func signed(_ row: TableImport.Row) -> String {
        if let figure = moved(row, "amount") ?? moved(row, "in") { return figure }
        guard let figure = moved(row, "out") else { return "" }
        if figure.hasPrefix("-") { return String(figure.dropFirst()) }
        return "-" + (figure.hasPrefix("+") ? String(figure.dropFirst()) : figure)
    }

    /// What stands there, unless it is a zero, however that is written.
    private static func moved(_ row: TableImport.Row, _ field: String) -> String? {
        row[field].flatMap { figure in
            figure.utf8.allSatisfy { "+-0., ".utf8.contains($0) } ? nil : figure
        }
    }
}
