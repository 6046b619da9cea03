import Books

/// Exit codes of sysexits(3), so that scripts can tell what kind of thing went wrong.
enum ExitStatus {
    static let ok: Int32 = 0
    static let data: Int32 = 65
    static let noInput: Int32 = 66
    static let unavailable: Int32 = 69
    static let software: Int32 = 70
    static let cantCreate: Int32 = 73
    static let inputOutput: Int32 = 74
    static let temporary: Int32 = 75
    static let noPermission: Int32 = 77
    static let configuration: Int32 = 78

    static func of(_ code: Refusal.Code) -> Int32 {
        switch code {
        case .badOption: 64
        case .noBook, .badFile: noInput
        case .locked, .waitedInVain, .ownLogBehind, .booksMoved: temporary
        case .readOnly, .bookExists, .folderNotEmpty: cantCreate
        case .diskFull, .storage: inputOutput
        case .secretExposed, .newerBook: configuration
        case .noPeer: unavailable
        case .fault, .damaged, .notVerified: software
        default: code.rawValue.hasPrefix("B03") ? noPermission : data
        }
    }
}
