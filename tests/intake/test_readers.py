"""Raw exports of every kind a client sends, read into text tables."""

import gzip
import zipfile
from datetime import date, datetime

import duckdb
import pandas as pd
import pytest
import xlsxwriter

from opsmodel.errors import IntakeError
from opsmodel.intake.reading import archives
from opsmodel.intake.reading.readers import read_folder

HEADER = "订单号,下单时间,实付金额,所属门店,备注"
ROW_1 = "0001,2024-03-05 14:03,12.50,S1,好"
ROW_2 = "0002,2024-03-06 09:30,¥1200,S2,"
LINES = [
    ("0001", "2024-03-05 14:03", "12.50", "S1", "好", 2),
    ("0002", "2024-03-06 09:30", "¥1200", "S2", None, 3),
]


@pytest.fixture
def con():
    return duckdb.connect()


def only(folder, con):
    (sheet,) = read_folder(folder, con)
    return sheet, rows(con, sheet.table)


def rows(con, table):
    return con.execute(f"SELECT * FROM {table} ORDER BY _line").fetchall()


def rejected(con):
    return con.execute("SELECT file, line, text, reason FROM rejected ORDER BY file, line").fetchall()


def write(folder, name, text, encoding="utf-8"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_usual_encoding_and_line_ending_gives_the_same_rows(tmp_path, con, encoding, ending):
    text = ending.join([HEADER, ROW_1, ROW_2.replace("¥", "￥")]) + ending
    write(tmp_path, "a.csv", text, encoding)
    sheet, found = only(tmp_path, con)
    assert sheet.headers == HEADER.split(",")
    assert found == [LINES[0], ("0002", "2024-03-06 09:30", "￥1200", "S2", None, 3)]
    assert rejected(con) == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_usual_delimiter_is_seen(tmp_path, con, delimiter):
    write(tmp_path, "a.txt", "\n".join([HEADER, ROW_1, ROW_2]).replace(",", delimiter))
    assert only(tmp_path, con)[1] == LINES


def test_a_comma_inside_a_tab_separated_cell_splits_nothing(tmp_path, con):
    write(tmp_path, "a.tsv", "订单号\t备注\n1\ta,b,c\n2\td,e,f\n")
    assert only(tmp_path, con)[1] == [("1", "a,b,c", 2), ("2", "d,e,f", 3)]


def test_the_encoding_is_reported(tmp_path, con):
    write(tmp_path, "a.csv", f"{HEADER}\n{ROW_1}\n", "gbk")
    assert only(tmp_path, con)[0].encoding == "gb18030"


def test_lines_are_counted_across_titles_blank_lines_and_quoted_line_breaks(tmp_path, con):
    text = (
        f'2024年订单,,,,\n\n{HEADER}\n1,x,"1,0",S1,"two\nlines"\n\n,,,,\n2,x,2,S1,"a ""b"""\n3,x,3,S1,z\n\n\n'
    )
    write(tmp_path, "a.csv", text)
    sheet, found = only(tmp_path, con)
    assert found == [
        ("1", "x", "1,0", "S1", "two\nlines", 4),
        ("2", "x", "2", "S1", 'a "b"', 8),
        ("3", "x", "3", "S1", "z", 9),
    ]
    assert sheet.n_titles == 1
    assert sheet.n_rows == 3
    assert rejected(con) == []


def test_rows_that_do_not_fit_the_header_are_set_aside_with_their_line(tmp_path, con):
    text = f'{HEADER}\n{ROW_1}\n2,short\n3,x,3,S1,z,too,many\n4,"a"b"c",4,S1,z\n'
    text += '5,x,5,S1,z,,\n6,x,6,S1,"open\n7,x,7,S1,z\n'
    write(tmp_path, "a.csv", text)
    _, found = only(tmp_path, con)
    assert [(row[0], row[-1]) for row in found] == [("0001", 2), ("5", 6), ("7", 8)]
    assert rejected(con) == [
        ("a.csv", 3, "2,short", "2 columns instead of 5"),
        ("a.csv", 4, "3,x,3,S1,z,too,many", "7 columns instead of 5"),
        ("a.csv", 5, '4,"a"b"c",4,S1,z', "a quote that neither opens nor closes a cell"),
        ("a.csv", 7, '6,x,6,S1,"open', "a quote is opened and not closed"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_totals_and_repeated_headers_are_set_aside(tmp_path, con, encoding):
    text = f"{HEADER}\n{ROW_1}\n{HEADER}\n{ROW_1}\n合计,,25.00,,\n,总计：,25.00,,\n"
    write(tmp_path, "a.csv", text, encoding)
    _, found = only(tmp_path, con)
    assert [row[-1] for row in found] == [2, 4]
    assert [(line, reason) for _, line, _, reason in rejected(con)] == [
        (3, "the header once more"),
        (5, "totals row"),
        (6, "totals row"),
    ]


def test_a_totals_row_alone_sends_a_clean_file_the_careful_way(tmp_path, con):
    write(tmp_path, "a.csv", f"{HEADER}\n{ROW_1}\nGrand Total,,12.50,,\n")
    assert only(tmp_path, con)[1] == LINES[:1]
    assert [line for _, line, _, _ in rejected(con)] == [3]


def test_a_delimiter_at_the_end_of_every_line_makes_a_column_without_a_header(tmp_path, con):
    write(tmp_path, "a.csv", "订单号,金额,\n1,2,\n3,4,\n")
    sheet, found = only(tmp_path, con)
    assert sheet.headers == ["订单号", "金额", ""]
    assert found == [("1", "2", None, 2), ("3", "4", None, 3)]


def workbook(path):
    book = xlsxwriter.Workbook(path)
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    whole_day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("订单")
    sheet.merge_range(0, 0, 0, 3, "某某母婴 2024 年 3 月订单报表")
    sheet.write_row(2, 0, ["订单号", "下单时间", "实付金额(元)", "会员号"])
    sheet.write(3, 0, 10001)
    sheet.write_datetime(3, 1, datetime(2024, 3, 5, 14, 3), moment)
    sheet.write_row(3, 2, [0.1 + 0.2, "007"])
    sheet.write(5, 0, "10002")
    sheet.write_datetime(5, 1, datetime(2024, 3, 6), whole_day)
    sheet.write_row(5, 2, [12, 123456789012345678])
    sheet.write_row(6, 0, ["合计", "", 12.3])
    book.add_worksheet("空")
    stores = book.add_worksheet("门店")
    stores.write_row(0, 0, ["门店编号", "门店名称"])
    stores.write_row(1, 0, ["S1", "南京西路店"])
    book.close()


def test_every_sheet_of_a_workbook_is_read_below_its_titles_and_above_its_totals(tmp_path, con):
    workbook(tmp_path / "b.xlsx")
    orders, stores = read_folder(tmp_path, con)
    assert (orders.sheet, orders.headers) == ("订单", ["订单号", "下单时间", "实付金额(元)", "会员号"])
    assert rows(con, orders.table) == [
        ("10001", "2024-03-05 14:03:00", "0.3", "007", 4),
        ("10002", "2024-03-06", "12", "1.23456789012346e+17", 6),
    ]
    assert (stores.sheet, rows(con, stores.table)) == ("门店", [("S1", "南京西路店", 2)])
    assert rejected(con) == [("b.xlsx!订单", 7, "合计\t\t12.3\t", "totals row")]


def test_a_workbook_is_known_by_its_content_whatever_its_name(tmp_path, con):
    workbook(tmp_path / "b.csv")
    assert [sheet.sheet for sheet in read_folder(tmp_path, con)] == ["订单", "门店"]


def test_text_that_is_named_xls_is_read_as_text(tmp_path, con):
    write(tmp_path, "a.xls", "\n".join([HEADER, ROW_1, ROW_2]).replace(",", "\t"), "gb18030")
    assert only(tmp_path, con)[1][0] == LINES[0]


def test_parquet_keeps_instants_and_row_numbers(tmp_path, con):
    frame = pd.DataFrame(
        {
            "order id": ["007", None],
            "created_at": pd.to_datetime(["2024-03-05 14:03", "2024-03-06 00:00"]),
            "paid at": pd.to_datetime(["2024-03-05 14:03", "2024-03-06 00:00"]).tz_localize("Asia/Shanghai"),
            "day": [date(2024, 3, 5), None],
            "amount": [12.5, None],
        }
    )
    frame.to_parquet(tmp_path / "a.parquet")
    sheet, found = only(tmp_path, con)
    assert sheet.headers == list(frame.columns)
    assert found == [
        ("007", "2024-03-05 14:03:00", "2024-03-05T06:03:00Z", "2024-03-05", "12.5", 1),
        (None, "2024-03-06 00:00:00", "2024-03-05T16:00:00Z", None, None, 2),
    ]


def test_members_of_a_zip_are_read_under_their_chinese_names(tmp_path, con):
    workbook(tmp_path / "inner.xlsx")
    with zipfile.ZipFile(tmp_path / "z.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "inner.xlsx", "表/b.xlsx")
        archive.writestr("../../订单.csv", f"{HEADER}\n{ROW_1}\n".encode("gbk"))
        archive.writestr("__MACOSX/._b.csv", b"junk")
        archive.writestr("表/.DS_Store", b"junk")
    (tmp_path / "inner.xlsx").unlink()
    found = read_folder(tmp_path, con)
    assert [(sheet.file, sheet.sheet) for sheet in found] == [
        ("z.zip!../../订单.csv", ""),
        ("z.zip!表/b.xlsx", "订单"),
        ("z.zip!表/b.xlsx", "门店"),
    ]
    assert not (tmp_path.parent.parent / "订单.csv").exists()


def test_member_names_written_in_gbk_are_read_back(tmp_path, con):
    path = write(tmp_path, "z.zip", b"")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("AAAA.csv", f"{HEADER}\n{ROW_1}\n")
    path.write_bytes(path.read_bytes().replace(b"AAAA.csv", "订单.csv".encode("gbk")))
    assert only(tmp_path, con)[0].file == "z.zip!订单.csv"


def test_a_gzipped_export_is_read_like_a_plain_one(tmp_path, con):
    write(tmp_path, "订单.csv.gz", gzip.compress(f"{HEADER}\n{ROW_1}\n".encode("gbk")))
    sheet = only(tmp_path, con)[0]
    assert (sheet.file, rows(con, sheet.table)) == ("订单.csv.gz!订单.csv", LINES[:1])


def test_hidden_lock_and_temporary_files_are_passed_over(tmp_path, con):
    write(tmp_path, "a.csv", f"{HEADER}\n{ROW_1}\n")
    for name in ("~$a.xlsx", ".DS_Store", "__MACOSX/b.csv", "Thumbs.db", "c.csv.crdownload", ".hidden/d.csv"):
        write(tmp_path, name, b"junk")
    assert only(tmp_path, con)[0].file == "a.csv"


def test_files_in_folders_are_read_in_the_order_of_their_paths(tmp_path, con):
    for name in ("b/orders [1].csv", "a.csv", "b/a'b.csv"):
        write(tmp_path, name, f"{HEADER}\n{ROW_1}\n")
    found = read_folder(tmp_path, con)
    assert [sheet.file for sheet in found] == ["a.csv", "b/a'b.csv", "b/orders [1].csv"]
    assert all(rows(con, sheet.table) == LINES[:1] for sheet in found)


def encrypted_zip(folder):
    path = write(folder, "z.zip", b"")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", f"{HEADER}\n{ROW_1}\n")
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(raw))


BAD = {
    "is empty": lambda f: write(f, "a.csv", b""),
    "holds no table": lambda f: write(f, "a.csv", b"\xef\xbb\xbf\n  \n\n" + b"\n" * 600),
    "has a header and no rows": lambda f: write(f, "a.csv", HEADER + "\n"),
    "is not text in UTF-8 nor GB18030": lambda f: write(f, "a.csv", b"a,b\n1,\xff\xff\n"),
    "is not text in UTF-8": lambda f: write(f, "a.csv", f"{HEADER}\n{ROW_1}\n".encode() + b"\xd6\xd0,1\n"),
    "is not text in UTF-16": lambda f: write(f, "a.csv", "a,b\n1,2\n".encode("utf-16") + b"x"),
    "is of an unknown kind": lambda f: write(f, "a.docx", b"hello"),
    "is a web page": lambda f: write(f, "a.xls", b"<html><table></table></html>"),
    "cannot be read as an Excel workbook": lambda f: write(f, "a.xlsx", b"PK\x03\x04 broken"),
    "cannot be read as Parquet": lambda f: write(f, "a.parquet", b"PAR1 broken PAR1"),
    "a.zip cannot be unpacked": lambda f: write(f, "a.zip", b"PK\x03\x04 broken"),
    "a.csv.gz cannot be unpacked": lambda f: write(f, "a.csv.gz", gzip.compress(b"a,b\n1,2\n")[:-9]),
    "is protected with a password": encrypted_zip,
    "there is no export": lambda f: write(f, ".gitkeep", b""),
}


@pytest.mark.parametrize("wrong", BAD)
def test_a_file_that_cannot_be_read_is_named_in_a_three_line_error(tmp_path, con, wrong):
    BAD[wrong](tmp_path)
    with pytest.raises(IntakeError, match=wrong) as caught:
        read_folder(tmp_path, con)
    assert len(str(caught.value).splitlines()) == 3


def test_the_line_of_a_bad_byte_is_named(tmp_path, con):
    write(tmp_path, "a.csv", f"{HEADER}\n{ROW_1}\n{ROW_1}\n".encode() + b"\xd6\xd0,1\n")
    with pytest.raises(IntakeError, match="in line 4 "):
        read_folder(tmp_path, con)


def exploding_zip(folder):
    with zipfile.ZipFile(folder / "z.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * (1 << 22))


def exploding_gzip(folder):
    write(folder, "a.csv.gz", gzip.compress(b"0" * (1 << 22)))


@pytest.mark.parametrize("pack", [exploding_zip, exploding_gzip])
def test_an_archive_that_explodes_is_stopped(tmp_path, con, monkeypatch, pack):
    monkeypatch.setattr(archives, "_FREE_BYTES", 1 << 16)
    pack(tmp_path)
    with pytest.raises(IntakeError, match="suspiciously large"):
        read_folder(tmp_path, con)


def test_the_order_of_a_hundred_thousand_rows_is_kept_and_every_line_counted(tmp_path, con):
    lines = [f"{n},2024-03-05,{n % 97}.50,S{n % 7},x" for n in range(200_000)]
    write(tmp_path, "a.csv", "\n".join([HEADER, *lines]) + "\n")
    sheet, _ = only(tmp_path, con)
    wrong = con.execute(f"SELECT count(*) FROM {sheet.table} WHERE c0::BIGINT + 2 <> _line").fetchall()
    assert (sheet.n_rows, wrong) == (200_000, [(0,)])


def test_scratch_is_left_empty(tmp_path, con):
    (tmp_path / "raw").mkdir()
    (tmp_path / "scratch").mkdir()
    write(tmp_path / "raw", "a.csv", f"{HEADER}\n{ROW_1}\n", "gbk")
    read_folder(tmp_path / "raw", con, tmp_path / "scratch")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_fully_quoted_gbk_export_with_a_giant_line_is_read(tmp_path, con):
    quoted = [",".join(f'"{cell}"' for cell in row.split(",")) for row in (HEADER, "1,x,1,S1,好")]
    giant = "2,x,2,S1," + "长" * 1_200_000
    write(tmp_path, "a.csv", "\n".join([*quoted, giant, "3,x,3,S1,"]), "gbk")
    _, found = only(tmp_path, con)
    assert [(row[0], row[-1]) for row in found] == [("1", 2), ("3", 4)]
    assert [(line, reason) for _, line, _, reason in rejected(con)] == [(3, "longer than 1000000 characters")]
