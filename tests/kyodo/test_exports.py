import csv
import io

from openpyxl import load_workbook

from kyodo.exports import Sheet, as_csv, as_excel, rows_as_csv, safe

NASTY = "=HYPERLINK(1)"


def test_the_wide_space_of_a_name_stays_and_control_signs_go() -> None:
    assert safe("山下\u3000花の会\x07") == "山下\u3000花の会"
    assert safe("\t\u3000=1+1") == "'=1+1"


def test_no_cell_of_a_list_is_a_formula() -> None:
    text = rows_as_csv(["+見出し", "数"], [[NASTY, -3], [None, 1.5]])

    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows == [["'+見出し", "数"], [f"'{NASTY}", "-3"], ["", "1.5"]]


def test_tables_stand_below_each_other_under_their_titles() -> None:
    text = as_csv("=報告", [Sheet("区ごと", ["区", "件数"], [["中区", 2]])])

    assert text == "\ufeff'=報告\r\n\r\n区ごと\r\n区,件数\r\n中区,2\r\n"


def test_a_workbook_has_a_sheet_for_each_table_and_no_formula() -> None:
    sheets = [Sheet("区/方法（件）", ["区", "=件数"], [[NASTY, 2]]), Sheet("月", ["月"], [])]

    book = load_workbook(io.BytesIO(as_excel("報告", sheets)))

    assert book.sheetnames == ["区 方法", "月"]
    cells = [cell for row in book["区 方法"].iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.value is not None] == [
        "報告 区/方法（件）",
        "区",
        "'=件数",
        f"'{NASTY}",
        2,
    ]
    assert all(cell.data_type != "f" for cell in cells)
