"""The numbers sheet (证书编号表): four columns, as numbers come back from whoever gives them. Headings only."""

from __future__ import annotations

from scheduler.sheets.columns import Table, make_column

NUMBERS = Table(
    "numbers",
    "证书编号表",
    "Certificate numbers",
    (
        make_column("name", "姓名", "Name", ("考生姓名，与报名信息一致", "name of the candidate, as entered"), "考生姓名", "candidate", required=True, text=True, width=12),
        make_column("document_no", "证件号码", "Document number", ("完整的证件号码，以文本填写", "the full document number, as text"), "身份证号", "身份证号码", "证件号", "document no", "id number", required=True, text=True, width=22),
        make_column("number", "证书编号", "Certificate number", ("发下的证书编号，以文本填写", "the number as given out, as text"), "证书号", "编号", "证号", "certificate no", "number", required=True, text=True, width=28),
        make_column("issued_on", "发证日期", "Date of issue", ("印在证书上的日期，如 2026-06-30", "the date printed on the certificate, such as 2026-06-30"), "证书日期", "打印日期", "证书打印日期", "签发日期", "date printed", "issued on", "date", required=True, width=14),
    ),
    ("编号表", "numbers"),
)  # fmt: skip
