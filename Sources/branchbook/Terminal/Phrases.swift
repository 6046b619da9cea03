import ArgumentParser
import Foundation

/// Messages to people in English and Chinese; what has no translation stays English.
enum Phrases {
    /// By `--lang`, or else by the environment.
    static let isChinese: Bool = {
        if let asked = asked(CommandLine.arguments) { return asked == .zh }
        let environment = ProcessInfo.processInfo.environment
        let language =
            ["LC_ALL", "LC_MESSAGES", "LANG"].compactMap { environment[$0] }
            .first { !$0.isEmpty } ?? ""
        return language.hasPrefix("zh")
    }()

    enum Language: String, ExpressibleByArgument, CaseIterable { case en, zh }

    /// Read before the command is: what is wrong with the command is said in that language too.
    private static func asked(_ arguments: [String]) -> Language? {
        for (place, argument) in arguments.enumerated() {
            if argument.hasPrefix("--lang=") {
                return Language(rawValue: String(argument.dropFirst(7)))
            }
            guard argument == "--lang", arguments.indices.contains(place + 1) else { continue }
            return Language(rawValue: arguments[place + 1])
        }
        return nil
    }

    /// What is one of the program's own words in a column of kinds or states.
    static func translate(_ text: String, in column: String) -> String {
        ["kind", "state", "status", "relation", "line", "check", "measure"].contains(column)
            ? translate(text) : text
    }

    /// A sentence that begins with what kind of document it is about.
    static func translate(summary: String) -> String {
        guard isChinese else { return summary }
        let begins = documents.keys.filter { summary.hasPrefix($0 + " ") }.max {
            $0.count < $1.count
        }
        guard let begins else { return summary }
        return (documents[begins] ?? begins) + summary.dropFirst(begins.count)
    }

    static let documents = [
        "sale": "销售单", "return": "退货单", "receipt": "收货单", "shipment": "发货单", "arrival": "到货单",
        "write-off": "报损单", "find": "报溢单", "revaluation": "成本调整单", "payment": "收付款单",
        "journal entry": "记账凭证", "reversal": "冲销单", "statement": "计价说明",
        "return to supplier": "采购退货单",
        "stocktake": "盘点单", "move": "移库单", "repack": "组装拆分单", "purchase order": "采购订单",
        "sales order": "销售订单", "request": "要货单", "quota": "配额单", "till shift": "交班单",
        "close": "结账单", "invoice": "发票", "match": "核销单", "order": "订单", "task": "任务",
        "notice": "通知",
    ]

    /// States and kinds of exceptions, as they stand in tables.
    static let words = [
        "available": "可用", "quarantine": "待检", "damaged": "残次", "draft": "草稿", "quoted": "已报价",
        "submitted": "已提交", "refused": "已拒绝", "approved": "已批准", "placed": "已下单",
        "part done": "部分完成",
        "done": "已完成", "closed": "已关闭", "cancelled": "已取消", "open": "进行中", "posted": "已过账",
        "reversed": "已冲销", "undone": "已撤销", "unfit": "不成立", "standing": "有效",
        "shortage": "负库存", "overdue": "逾期在途", "dispute": "争议货物", "settled twice": "重复了结",
        "recalled": "已召回",
        "early": "先到货物", "return not booked": "未入账退货", "order waits": "待审批订单",
        "write-off waits": "待审批坏账",
        "order overdue": "逾期订单",
        "required return": "应退货物", "two versions": "两个版本", "placed as before": "按旧版下单",
        "not approved": "未经批准", "more than ordered": "超出订购", "no lot": "无批次货物", "expires": "临期或过期",
        "price below cost": "售价低于成本", "dead stock": "呆滞库存", "reorder": "低于最低库存",
        "credit limit": "超过信用额度",
        "merged item": "待并入商品", "contested": "有争议的资料", "void": "无效操作", "half a document": "半张单据",
        "cost": "成本错误", "value": "待计价", "unread": "待密钥", "fork": "分叉", "clock": "时钟可疑",
        "digest": "摘要不符",
        "stocktake waits": "待批准盘点", "revenue": "收入", "margin": "毛利", "turn": "库存周转率",
        "count-accuracy": "盘点准确率 %", "receivable-days": "应收账款天数",
        "count needed": "需要盘点", "written anew": "重写", "duplicate number": "单号重复",
    ]

    /// For a page that says in which language it is.
    static var language: String { isChinese ? "zh" : "en" }

    static func translate(_ text: String) -> String {
        isChinese ? chinese[text] ?? words[text] ?? documents[text] ?? text : text
    }

    static let chinese: [String: String] = [
        "Beside": "对比日", "Debit before": "上期借方", "Credit before": "上期贷方",
        "Closing before": "上期期末", "Overdue before": "上期逾期", "Sales before": "上期收入",
        "Tax on sales before": "上期销项税额", "Tax on purchases before": "上期进项税额",
        "To be paid before": "上期应纳税额", "Prepayments to suppliers": "预付账款",
        "adjustment": "调整",
        "What people did": "人员操作汇总", "How often": "次数", "First": "首次", "Last": "末次",
        "signed in": "登录",
        "ordered and received": "订购与收货", "received and invoiced": "收货与发票",
        "delivered, no invoice": "已交货未开票",
        "Charts of accounts": "科目表", "Chart of accounts": "科目表", "Rests on": "基于", "Codes": "科目数",
        "By default": "默认", "Line of the statements": "报表项目", "Selling expenses": "销售费用",
        "Administrative expenses": "管理费用", "Financial expenses": "财务费用", "chart": "科目表有误",
        "Charges between branches": "内部费用", "Booked there": "对方已入账", "in dispute": "有异议",
        "taken back": "已撤回", "not booked": "未入账", "Stands": "有效金额",
        "charge in dispute": "有异议的内部费用", "passed on": "转出费用",
        "Invoices": "发票", "Net": "不含税金额", "Debts given up": "坏账核销", "Tender": "收款方式", "Taken": "收款",
        "Settled": "已到账",
        "Fee": "手续费", "Bank statement": "银行对账单", "struck": "已划去", "Not booked": "未入账",
        "booked": "已入账",
        "May": "权限", "Days back": "可补录天数", "Signs in here": "在此登录", "Recurring entries": "定期凭证",
        "Sealed periods": "封账期间",
        "Absent": "缺席分店", "sealed": "已封账", "Closed by the seal": "由封账代结",
        "closed by a seal": "由封账代结", "closed beside a seal": "与封账并行结账",
        "role": "岗位不符", "back-dated": "日期倒签过久",
        "Audit log": "审计日志",
        "printed": "打印", "exported": "导出", "secret": "登录凭据", "roles": "岗位变更",
        "Open items": "未清项目", "Open": "未清", "Due on": "到期日", "What may settle what": "核销建议",
        "Why": "依据",
        "Paid by": "付款单", "Settles": "核销", "Statement of account": "往来对账单", "Charged": "应收应付",
        "Paid": "已付",
        "Tasks": "任务", "Owner": "负责人", "About": "关于", "Read in": "可见范围", "Done by": "完成人",
        "Notices": "通知", "For": "对象", "Read": "已读", "Not read": "未读", "Read on": "阅读日期",
        "Posted by": "发布人", "To do": "待办", "Targets": "目标",
        "Targets and what was reached": "目标完成情况",
        "Measure": "指标", "To be reached": "目标值", "Actual": "实际", "Reached, %": "完成率 %",
        "Published": "已公布",
        "League": "排行榜", "Rank": "名次",
        "Goods sent to branches": "内部调拨收入", "Cost of goods sent to branches": "内部调拨成本",
        "Legal entities": "法人", "Entity": "法人", "Chart": "科目表",
        "Prices of transfers": "调拨价", "Taxed": "计税",
        "Exchange rates": "汇率", "Other currencies": "外币", "Rate": "汇率", "Rate in": "计价币种",
        "Booked": "已记账",
        "Carried at": "折合本位币",
        "In another currency": "外币金额", "Currency exchange": "外币兑换", "Exchange gains": "汇兑收益",
        "Exchange losses": "汇兑损失", "account": "科目", "currency": "外币",
        "Opening balances": "期初余额", "File": "文件", "Books": "账簿", "quantity": "数量",
        "value of goods": "货值",
        "Cash flow": "现金流量表", "Agrees": "相符", "Cash at the beginning": "期初现金余额",
        "Cash at the end": "期末现金余额", "Received from customers": "销售商品收到的现金",
        "Paid to suppliers": "购买商品支付的现金", "Paid for expenses": "支付的费用", "Paid in taxes": "支付的税费",
        "Cash between branches": "内部往来现金", "Cash of capital": "投入与分配资本的现金", "Other cash": "其他现金收支",
        "Change of rates": "汇率变动对现金的影响",
        "Written at": "写入时间", "Hash before": "前一哈希", "Signature": "签名", "Verdict": "判定",
        "Commit": "提交号", "Part": "部分", "Relation": "关系", "Source": "来源系统", "Incarnation": "世代",
        "Run": "条目数据", "Keys": "密钥", "Epoch": "密钥期", "Audit": "审计核对", "manifest": "文件清单",
        "signature": "签名", "entries": "原始条目", "written": "已写入",
        "whoever has this package reads the books: keep it as you keep a key":
            "持有此文件包者可阅读全部账簿，请像保管密钥一样保管",
        "Heading": "项目", "Ageing": "账龄", "Ledger": "明细账",
        "closed twice": "重复结账", "opened though sealed": "封账后反结账", "match": "核销",
        "invoiced twice": "重复开票", "no invoice": "缺发票", "debt": "待核销坏账",
        "clearing": "待结算", "bank": "银行", "opened twice": "重复反结账",
        "Dated": "单据日期",
        "Tax on sales": "销项税额", "Tax on purchases": "进项税额", "To be paid": "应纳税额",
        "Reconciliation": "对账", "Reconciled, minutes ago": "对账于（分钟前）", "Likely cause": "可能原因",
        "Differences": "差异", "ledger": "账簿",
        "stock and ledger": "库存与账", "transit": "在途", "due": "往来", "money on its way": "在途资金",
        "drawer": "钱箱",
        "payment twice": "重复付款", "recorded twice": "重复记录", "reversed twice": "重复冲销",
        "gap in numbers": "断号", "late": "迟到单据",
        "beside a seal": "与封账并行", "Before the close": "结账前检查", "Holds up the close": "妨碍结账",
        "Ready to close": "可以结账",
        "Closed periods": "已结期间", "Through": "截至", "Closed on": "结账日", "Opened again": "重新打开",
        "Late entries": "迟到单据", "In the ledger on": "入账日",
        "Accounts": "科目余额表", "Profit and loss": "利润表", "Balance sheet": "资产负债表",
        "Before": "上期", "Balanced": "平衡",
        "Not due": "未到期", "1–30 days": "1–30 天", "31–60 days": "31–60 天", "61–90 days": "61–90 天",
        "Older": "90 天以上", "Oldest": "最早", "Overdue": "逾期",
        "Cash": "库存现金", "Bank": "银行存款", "Cards and other clearing": "其他货币资金", "Receivables": "应收账款",
        "Inventory": "库存商品", "Between branches, on its way": "内部在途", "Due from branches": "内部应收",
        "Shipments that no keeper has stated": "待计价发货", "Other assets": "其他资产", "Payables": "应付账款",
        "Customers' prepayments": "预收账款", "Taxes": "应交税费", "Due to branches": "内部应付",
        "Other liabilities": "其他负债", "Capital": "实收资本", "Profit of the period": "本年利润",
        "Translation difference": "外币报表折算差额",
        "Ledger in": "记账本位币",
        "Sales, net": "主营业务收入", "Other income": "营业外收入", "Cost of sales": "主营业务成本",
        "Purchase variance": "采购差异", "Revaluation of goods": "存货重估", "Goods written off": "存货损失",
        "Expenses": "管理费用", "Over-short of drawers": "现金长短款", "Rounding": "尾差",
        "Half a document": "半张单据", "Gross profit": "毛利", "Assets": "资产合计",
        "Liabilities and capital": "负债和所有者权益合计", "asset": "资产", "liability": "负债", "equity": "权益",
        "income": "收入", "expense": "费用", "total": "合计", "derived": "推算",
        "Trial balance": "试算平衡表", "Stock": "库存", "Journal": "日记账", "Items": "商品",
        "Peers": "对等节点", "Members": "成员", "Invitations": "邀请", "Log": "日志",
        "Exceptions": "待处理事项", "Transfers": "调拨", "Sales": "销售", "Verify": "核验",
        "State digests": "状态摘要", "Configuration": "配置", "Paths": "路径",
        "Account": "科目", "Debit": "借方", "Credit": "贷方", "Currency": "币种",
        "Branch": "分店", "Item": "商品", "Name": "名称", "On shelf": "在架数量",
        "Value": "金额", "Uncosted": "未计成本", "Unit": "单位", "Price": "单价",
        "Tax %": "税率 %", "Barcode": "条码", "Kind": "类别", "Contested": "有争议",
        "Date": "日期", "Document": "单据", "Commodity": "标的", "Amount": "数额",
        "Person": "经手人", "Seal": "封账号", "withdrawn": "已撤回", "Party": "往来单位", "Memo": "摘要",
        "Node": "节点",
        "Series": "单据系列", "Roles": "角色", "State": "状态", "Address": "地址",
        "Book": "账簿", "Company": "公司", "Entries": "条目", "Scope": "范围", "Code": "编码",
        "Subject": "事项", "Figure": "数字", "What to do": "处理建议", "Check": "检查",
        "Result": "结果", "Detail": "说明", "Sound": "完好", "Documents": "单据数",
        "Revenue, net": "净收入", "Day": "日期", "To": "至", "yes": "是", "no": "否",
        "nothing": "无", "error": "错误", "next": "下一步", "Total": "合计",
        "Talks to peers": "与对等节点通信", "Administrator": "管理员",
        "Administrators": "管理员", "Reads every branch": "可读所有分店", "Removes others": "可撤销他人",
        "held durably by": "已持久保存的节点数", "Between": "双方", "In transit": "在途",
        "In dispute": "争议中", "Sent": "发出", "Active": "启用", "Author": "作者",
        "Bytes": "字节", "Clock, ms": "时钟差（毫秒）", "Cost, derived": "推算成本",
        "Decimal places": "小数位数", "Derived": "推算", "Digest": "摘要",
        "Document parts": "单据部分数", "Documents and item batches": "单据与商品批次",
        "Environment": "环境变量", "From": "来源", "Frontier": "进度", "Hash": "哈希",
        "Held by": "持有者", "Invitation": "邀请", "It lacks": "对方缺少", "Key": "键",
        "Left out by --where": "被 --where 排除", "Lines": "行数", "Logs": "日志数",
        "Next page after": "下一页起点", "No book": "没有账簿", "Path": "路径",
        "Peers connected": "已连接节点", "Postings": "分录数", "Readable": "可读",
        "Received, B": "收到（字节）", "Sent, B": "发出（字节）",
        "Refuses a shortage": "拒绝缺货销售", "Round trip, ms": "往返（毫秒）",
        "Rows read": "读取行数", "Scale": "精度", "Seq": "序号", "Since, s": "持续（秒）",
        "Used by": "使用者", "Void ops": "无效操作", "Waiting": "等待中",
        "We lack": "我方缺少", "What": "内容", "Import": "导入",
        "Import, dry run: nothing was written": "试导入：未写入任何内容",
        "file = booked + adjusted + rejected": "文件 = 入账 + 调整 + 拒绝",
        "Stocktakes": "盘点单", "Location": "库位", "Expected": "账面数量",
        "Counted": "实盘数量", "Difference": "差异", "Counted by": "盘点人",
        "Recounts": "复盘次数", "Approved by": "批准人", "Opened by": "开单人",
        "Blind": "盲盘", "Uncounted goods": "未盘商品", "Costing": "计价方法",
        "Category": "分类", "Packs": "包装", "Locations": "库位", "Status": "状态",
        "To be ordered": "补货清单", "Coming": "在途", "Minimum": "最低库存", "Target": "目标库存",
        "Maximum": "最高库存", "To order": "建议数量", "Margin": "毛利率", "Cost": "成本", "Profit": "毛利",
        "Net profit": "净利润", "Retained earnings": "利润分配（未分配利润）",
        "Month": "月份", "Hour": "时段",
        "Customer": "客户", "Goods movement": "进销存", "Opening": "期初", "Bought": "采购", "Sold": "销售数量",
        "From branches": "调入", "To branches": "调出", "Adjusted": "调整", "Moved": "移库",
        "Closing": "期末", "Quantity": "数量", "Balance": "结存", "Due": "应到日期", "Said of it": "说明",
        "Orders": "订单", "Waits for": "等待", "On order": "已订", "Ordered": "订购", "Done": "已完成",
        "Outstanding": "未完成", "Worth": "金额", "Version": "版本", "Offered by": "报价人",
        "Submitted by": "提交人", "Refused by": "拒绝人", "Approval taken back by": "撤回批准人",
        "Placed by": "下单人", "Closed by": "关闭人", "Cancelled by": "取消人", "Workflows": "审批流程",
        "Step": "步骤", "Role": "岗位", "Above": "金额超过", "Days": "天数", "People": "人员",
        "Reserved": "预留", "Free": "可用数量", "Kept until": "预留至",
        "Where every unit is": "货在何处", "Came in": "净购入", "Went out": "净售出", "Unaccounted": "去向不明",
        "Parties": "往来单位", "Title": "全称", "Contact": "联系方式", "Tax number": "税号",
        "Terms, days": "账期（天）", "Lead, days": "到货期（天）",
        "Credit limit": "信用额度", "Owes": "欠款", "Price list": "价目表", "Price lists": "价目表",
        "Is now": "已并入",
        "Tax included": "含税", "Branches": "分店", "Kept by": "维护分店",
        "Till shifts": "交班", "Drawers": "钱箱", "Drawer": "钱箱",
        "Lots": "批次", "Lot": "批次", "Expires": "有效期至", "Days left": "剩余天数",
        "Purchases": "采购汇总", "Supplier": "供应商", "Unit cost": "单位成本", "Slow stock": "滞销库存",
        "Last sold": "最近销售",
        "Days ago": "天前",
        "Promised": "已许", "Quotas": "配额", "Shelf of": "货在", "Sold by": "由其销售", "Granted": "已授予",
        "On its way": "在途权利", "May be sold": "可售", "Sold, not delivered": "已售未交", "Asked for": "申请",
        "Deputy": "代理人", "Until": "截止", "Since": "起始", "Brought in": "导入数量",
        "Known before": "此前已有", "Line": "行号", "Reason": "原因", "Refused": "拒绝行数",
        "Quotas to top up": "配额补充建议", "Days of cover": "可售天数", "To grant": "建议授予",
        "Sold since": "销售起始日", "To last, days": "需覆盖天数", "Stock as at": "库存（截至某日）",
        "Receipt": "收据", "Refund": "退款单", "Delivery note": "送货单", "Labels": "标签", "Of": "原单据",
        "Handed over": "交货人签字", "Received": "收货人签字", "Claim": "凭证码", "Reversed": "已冲销",
        "Receive with this code": "凭此码收货", "Return at any branch with this code": "凭此码可在任何分店退货",
        "This document was reversed": "本单据已冲销", "cash": "现金", "card": "银行卡", "credit": "赊账",
        "wechat": "微信", "alipay": "支付宝", "voucher": "代金券", "Tax": "税额",
        "Free at the branches": "各分店可用数量",
        "Age of stock": "库龄", "Known at": "认知时点", "Bookmarks": "时点书签", "Made": "标记日期",
    ]
}
