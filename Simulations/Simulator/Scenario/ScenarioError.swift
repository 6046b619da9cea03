/// Why a scenario cannot be read: which line, what is wrong with it, why, and what to do.
package struct ScenarioError: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1; 0 where it is about the file as a whole.
    package let line: Int
    package let what: String
    package let why: String
    package let next: String

    package init(line: Int, _ what: String, why: String, next: String) {
        self.line = line
        self.what = what
        self.why = why
        self.next = next
    }

    package var description: String { "line \(line): \(what)\n  why: \(why)\n  try: \(next)" }
}
