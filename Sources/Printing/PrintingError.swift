/// Why a text cannot be drawn as a symbol.
package enum PrintingError: Error, Hashable, Sendable {
    case empty
    /// More characters than the symbol may carry here.
    case tooLong(Int, limit: Int)
    /// The symbol has no such character.
    case unknownCharacter(Unicode.Scalar)
    /// An EAN-13 has 12 digits and a check digit.
    case wrongDigitCount(Int)
    /// The last digit of an EAN-13 is not what the twelve before it ask for.
    case wrongCheckDigit(Int, expected: Int)
    /// zint said no to a text that keeps to the rules above; the code is one of `ZINT_ERROR_…`.
    case refused(code: Int32)
}
