/// The amount of a row of a bank's statement: one column with a sign, or one for what came and one for what went, of which
/// many banks write `0.00` in the one that they do not use.
enum BankAmount {
    /// Why a row has no amount that could be read in one way; nil where it has.
    static func fault(amount: String?, came: String?, went: String?) -> String? {
        if let amount { return isNothing(amount) ? "the amount is nothing" : nil }
        switch (came.flatMap(something), went.flatMap(something)) {
        case (nil, nil): return "there is no amount"
        case (let came?, let went?): return "\(came) came and \(went) went in one line"
        default: return nil
        }
    }

    /// Below zero for what went.
    static func signed(amount: String?, came: String?, went: String?) -> String {
        if let amount { return amount }
        if let came = came.flatMap(something) { return came }
        guard let went = went.flatMap(something) else { return "" }
        return went.hasPrefix("-") ? String(went.dropFirst()) : "-" + went
    }

    private static func something(_ text: String) -> String? { isNothing(text) ? nil : text }

    /// A zero, however it is written.
    private static func isNothing(_ text: String) -> Bool {
        text.utf8.contains(UInt8(ascii: "0")) && text.utf8.allSatisfy { "+-0.,".utf8.contains($0) }
    }
}
