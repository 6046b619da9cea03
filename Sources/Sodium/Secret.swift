/// A value that must not show itself in logs, crash messages, `dump` or string interpolation.
///
/// Secrets live in ordinary memory and are not wiped: a process that can be read is lost anyway,
/// and Swift copies values where it likes.
package protocol Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
}

extension Secret {
    package var description: String { "\(Self.self)(redacted)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
