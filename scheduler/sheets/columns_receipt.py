"""Headings of what comes back: the receipt of an upload (报送回执) and the filled-in hand-over list (发放登记表)."""

from __future__ import annotations

from scheduler.sheets.columns import Table, make_column

RECEIPT = Table("receipt", "报送回执", "Upload receipt", (
    make_column("batch", "报送批", "Batch", ("报送批号，如 2026Q2-001；可留空", "id of the batch; may stay empty"), "批次号", "批号", "batch id", text=True, width=14),
    make_column("number", "证书编号", "Certificate number", ("如报送表", "as in the sheet uploaded"), "证书号", "编号", "certificate no", "number", required=True, text=True, width=28),
    make_column("name", "姓名", "Name", ("可留空；同一编号有多本证书时用于辨认", "may stay empty; tells certificates of one number apart"), "持证人", text=True, width=12),
    make_column("trade", "工种", "Trade", ("可留空；同一编号有多本证书时用于辨认", "may stay empty; tells certificates of one number apart"), "工种/职业方向", "准操项目", text=True, width=24),
    make_column("result", "结果", "Result", ("接收或退回；尚无结果的留空", "接收 (accepted) or 退回 (rejected); empty while there is none"), "回执结果", "上报结果", "审核结果", "处理结果", "状态", "校验结果", "status", required=True, width=10),
    make_column("reason", "退回原因", "Reason", ("退回的须写明", "why, where it was rejected"), "原因", "失败原因", "错误信息", "说明", "备注", "message", width=40),
), ("回执", "receipt"), required=False)  # fmt: skip

HANDOVER = Table("handover", "发放登记表", "Hand-over list", (
    make_column("name", "姓名", "Name", ("持证人姓名", "name of the holder"), "持证人", required=True, text=True, width=12),
    make_column("document_kind", "证件类型", "Document type", ("", ""), "证件种类", width=14),
    make_column("document_no", "证件号码", "Document number", ("", ""), "身份证号", "身份证号码", "证件号", "id number", text=True, width=22),
    make_column("occupation", "职业", "Occupation", ("", ""), "职业名称", width=16),
    make_column("trade", "工种", "Trade", ("同一编号有多本证书时用于辨认", "tells certificates of one number apart"), "工种/职业方向", "准操项目", text=True, width=20),
    make_column("level", "技能等级", "Skill level", ("", ""), "职业技能等级", "等级", "level", width=8),
    make_column("number", "证书编号", "Certificate number", ("", ""), "证书号", "编号", "证号", "certificate no", "number", required=True, text=True, width=26),
    make_column("issued_on", "发证日期", "Date of issue", ("", ""), width=12),
    make_column("handed_over_on", "实际发放日期", "Handed over on", ("尚未发放的留空", "empty while it was not handed over"), "发放日期", "领取日期", "领证日期", width=13),
    make_column("way", "发放方式", "Way of hand-over", ("现场领取、代领、邮寄、单位代发等", "in person, by proxy, by courier, through the employer"), "领取方式", "way", width=12),
    make_column("receiver", "领取人", "Receiver", ("实际签收的人", "who signed for it"), "签收人", "领证人", text=True, width=12),
    make_column("phone", "联系电话", "Phone", ("", ""), "电话", "手机", "手机号", "手机号码", text=True, width=14),
    make_column("address", "地址", "Address", ("邮寄地址", "address of a courier"), "邮寄地址", "收件地址", text=True, width=26),
    make_column("courier_no", "快递单号", "Courier number", ("邮寄的必填", "compulsory for a courier"), "运单号", "邮寄单号", "tracking number", text=True, width=18),
    make_column("remark", "备注", "Remark", ("", ""), width=18),
), ("证书发放登记表", "发放清单", "handover"), required=False)  # fmt: skip
