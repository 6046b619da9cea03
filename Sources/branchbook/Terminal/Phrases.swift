import Foundation

/// Messages to people in English and Chinese; what has no translation stays English.
enum Phrases {
    static let isChinese: Bool = {
        let environment = ProcessInfo.processInfo.environment
        let language =
            ["LC_ALL", "LC_MESSAGES", "LANG"].compactMap { environment[$0] }
            .first { !$0.isEmpty } ?? ""
        return language.hasPrefix("zh")
    }()

    static func translate(_ text: String) -> String {
        isChinese ? chinese[text] ?? text : text
    }

    static let chinese: [String: String] = [
        "Trial balance": "试算平衡表", "Stock": "库存", "Journal": "日记账", "Items": "商品",
        "Peers": "对等节点", "Members": "成员", "Invitations": "邀请", "Log": "日志",
        "Exceptions": "待处理事项", "Transfers": "调拨", "Sales": "销售", "Verify": "核验",
        "State digests": "状态摘要", "Configuration": "配置", "Paths": "路径",
        "Account": "科目", "Debit": "借方", "Credit": "贷方", "Currency": "币种",
        "Branch": "分店", "Item": "商品", "Name": "名称", "On shelf": "在架数量",
        "Value": "金额", "Uncosted": "未计成本", "Unit": "单位", "Price": "单价",
        "Tax %": "税率 %", "Barcode": "条码", "Kind": "类别", "Contested": "有争议",
        "Date": "日期", "Document": "单据", "Commodity": "标的", "Amount": "数额",
        "Person": "经手人", "Party": "往来单位", "Memo": "摘要", "Node": "节点",
        "Series": "单据系列", "Roles": "角色", "State": "状态", "Address": "地址",
        "Book": "账簿", "Company": "公司", "Entries": "条目", "Scope": "范围", "Code": "编码",
        "Subject": "事项", "Figure": "数字", "What to do": "处理建议", "Check": "检查",
        "Result": "结果", "Detail": "说明", "Sound": "完好", "Documents": "单据数",
        "Revenue, net": "净收入", "Day": "日期", "To": "至", "yes": "是", "no": "否",
        "nothing": "无", "error": "错误", "next": "下一步", "Total": "合计",
        "Talks to peers": "与对等节点通信", "Administrator": "管理员",
        "held durably by": "已持久保存的节点数", "Between": "双方", "In transit": "在途",
        "In dispute": "争议中", "Sent": "发出",
    ]
}
