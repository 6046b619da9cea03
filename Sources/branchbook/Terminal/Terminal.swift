import Engine
import Foundation
import Printing

/// Results go to standard output, talk to standard error; colour only on a terminal, and never with
/// `NO_COLOR`.
enum Terminal {
    static let isOutputTerminal = isatty(STDOUT_FILENO) == 1
    static let isTalkTerminal = isatty(STDERR_FILENO) == 1

    /// Columns of the terminal; 0 where the output is none: nothing is cut then.
    /// Columns for a table; 0 cuts nothing: into a file or a pipe goes everything, unless `COLUMNS` was
    /// exported.
    static let width: Int = {
        let wanted = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
        guard isOutputTerminal else { return wanted ?? 0 }
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 {
            return Int(size.ws_col)
        }
        return wanted ?? 80
    }()

    static let hasColour: Bool = {
        let environment = ProcessInfo.processInfo.environment
        return isOutputTerminal && (environment["NO_COLOR"] ?? "").isEmpty
            && environment["TERM"] != "dumb"
    }()

    static func bold(_ text: String) -> String { hasColour ? "\u{1b}[1m\(text)\u{1b}[0m" : text }

    static func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    static func talk(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// A line that the next one replaces; nothing where nobody watches.
    static func progress(_ text: String) {
        guard isTalkTerminal else { return }
        write("\r\u{1b}[K" + text, to: STDERR_FILENO)
    }

    /// Count, rate and what is left, where anything takes longer than a second.
    static func progress(_ progress: ProgressCount, since start: Date) {
        let seconds = Date().timeIntervalSince(start)
        guard seconds > 1, progress.done > 0 else { return }
        var text =
            "\(progress.done) \(progress.unit), \(Int(Double(progress.done) / seconds)) a second"
        if let total = progress.total, total > 0 {
            let left = seconds * (Double(total) / Double(progress.done) - 1)
            text += ", \(progress.done * 100 / total) %, \(Int(max(0, left))) s left"
        }
        self.progress(text)
    }

    static func endProgress() {
        guard isTalkTerminal else { return }
        write("\r\u{1b}[K", to: STDERR_FILENO)
    }

    static func write(_ text: String, to descriptor: Int32) {
        write(Array(text.utf8), to: descriptor)
    }

    /// Everything, or the process ends: a reader that went away wants no more.
    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { exit(descriptor == STDOUT_FILENO ? 74 : 70) }
            start += count
        }
    }

    /// Columns that a text takes.
    static func columns(_ text: String) -> Int { PlainText.columns(of: text) }

    /// The text without anything that a terminal would obey.
    static func plain(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{fffd}" : $0 }))
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f...0x9f) ~= scalar.value
            || (0x202a...0x202e) ~= scalar.value || (0x2066...0x2069) ~= scalar.value
    }
}
