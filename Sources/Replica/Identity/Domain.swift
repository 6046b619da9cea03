package import Wire

/// Every hash and signature has a prefix of its own, so that no bytes mean two things.
package enum Domain: String, CaseIterable, Sendable {
    case log = "branchbook log v1"
    case entry = "branchbook entry v1"
    case nonce = "branchbook nonce v1"
    case salt = "branchbook salt v1"
    case scopeKey = "branchbook scope key v1"
    case pairKey = "branchbook pair key v1"
    case root = "branchbook root v1"
    case row = "branchbook row v1"
    case claim = "branchbook claim v1"
    case package = "branchbook package v1"
    case recovery = "branchbook recovery v1"
    case said = "branchbook said v1"

    /// Starts with the prefix as length-prefixed text.
    package func writer() -> ByteWriter {
        var writer = ByteWriter(reserving: 160)
        writer.text(rawValue)
        return writer
    }
}
