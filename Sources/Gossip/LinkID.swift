/// One connection to a peer, for as long as it lasts; the shell counts them from 1 and reuses none.
package struct LinkID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let number: UInt64

    package init(_ number: UInt64) { self.number = number }

    package static func < (a: Self, b: Self) -> Bool { a.number < b.number }
    package var description: String { "link \(number)" }
}
