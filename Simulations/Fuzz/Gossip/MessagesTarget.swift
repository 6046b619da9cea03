import Gossip
import Replica
import Wire

/// What peers say after the channel, one message after the other over one link, so that the short
/// numbers of logs build on each other.
///
/// Laws: one message, one spelling; what a reader took up as numbers of logs, a writer that read the
/// same would have given.
struct MessagesTarget: FuzzTarget {
    static let name = "messages"
    static let allocationMegabytesMax = 4

    init() {}

    func run(_ input: [UInt8]) {
        var input = Input(input)
        var (reading, writing) = (LogAliases(), LogAliases())
        while !input.isAtEnd {
            let bytes = input.blob()
            do throws(WireError) {
                let message = try Message(bytes, &reading)
                law(message.bytes(&writing) == bytes, "\(message.kind) has a second spelling")
                law(bytes.count <= message.kind.bytesMax, "\(message.kind) is too long")
            } catch {
                // A link that sent such bytes ends; those of a newcomer are read without numbers.
                readAsNewcomer(bytes)
                return
            }
        }
    }

    private func readAsNewcomer(_ bytes: [UInt8]) {
        if let request = try? JoinRequest(bytes) {
            law(request.bytes == bytes, "a request to join has a second spelling")
        }
        if let accept = try? JoinAccept(bytes) {
            law(accept.bytes == bytes, "an acceptance has a second spelling")
        }
        if let refusal = try? JoinRefusal(bytes) {
            law(refusal.bytes == bytes, "a refusal to join has a second spelling")
        }
    }

    func seeds() throws -> [[UInt8]] {
        let company = try Company()
        var aliases = LogAliases()
        let messages = company.messages.map { $0.bytes(&aliases) }
        let all = Script.bytes { script in for bytes in messages { script.blob(bytes) } }
        var single = [all]
        for message in company.messages {
            var aliases = LogAliases()
            single.append(Script.bytes { $0.blob(message.bytes(&aliases)) })
        }
        return single + company.joinMessages.map { bytes in Script.bytes { $0.blob(bytes) } }
    }
}
