//! A value merged over several rows or columns of data holds for all of them; a number is refused.

use std::fmt::Write as _;

use rust_xlsxwriter::{Format, Workbook};

use crate::support::{Project, Run, repository};

/// A cell of the form: its text, and how many rows and columns it is merged over.
type Spread = (&'static str, u32, u16);

const fn one(text: &'static str) -> Spread {
    (text, 1, 1)
}

/// The form: two courses that share a place and a day, one that spans two columns of days.
const FORM: &[&[Spread]] = &[
    &[one("STT"), one("Tên khóa"), one("Cơ sở đào tạo"), one("Từ ngày"), one("Đến ngày"), one("Số lượng")],
    &[
        one("1"),
        one("Tin học"),
        ("Trường Chính trị tỉnh", 3, 1),
        ("05/06/2023", 2, 1),
        one("09/06/2023"),
        one("12"),
    ],
    &[one("2"), one("Ngoại ngữ"), one("16/06/2023"), one("7")],
    &[one("3"), one("Kỹ năng"), ("29/12/2023", 1, 2), one("30")],
    &[one("4"), one("Pháp luật"), one("Sở Nội vụ"), one("01/03/2023"), one("02/03/2023"), one("5")],
    &[("Tổng cộng", 1, 5), one("54")],
];

const WANTED: &str = "course,provider,start_on,end_on,participants\n\
    Tin học,Trường Chính trị tỉnh,2023-06-05,2023-06-09,12\n\
    Ngoại ngữ,Trường Chính trị tỉnh,2023-06-05,2023-06-16,7\n\
    Kỹ năng,Trường Chính trị tỉnh,2023-12-29,2023-12-29,30\n\
    Pháp luật,Sở Nội vụ,2023-03-01,2023-03-02,5\n";

fn import(project: &Project, file: &str, more: &[&str]) -> Run {
    project.run(&[&["import", "training", "2023", file, "--synthetic", "--quiet"], more].concat())
}

fn rows(project: &Project) -> String {
    let sql = "select course, provider, start_on, end_on, participants from source.training order by _row";
    project.run(&["query", "-c", sql, "--format", "csv"]).data().replace("\r\n", "\n")
}

/// Walks over the cells of a form with the places that are left free by merged ones.
fn walk(form: &[&[Spread]], mut visit: impl FnMut(u32, u16, Spread)) {
    let mut taken = std::collections::HashSet::new();
    for (row, cells) in (0_u32..).zip(form) {
        let mut column = 0;
        for cell in *cells {
            while taken.contains(&(row, column)) {
                column += 1;
            }
            visit(row, column, *cell);
            let covered =
                (row..row + cell.1).flat_map(|row| (column..column + cell.2).map(move |at| (row, at)));
            taken.extend(covered);
        }
    }
}

fn write_xlsx(project: &Project, name: &str, form: &[&[Spread]]) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    walk(form, |row, column, (text, rows, columns)| {
        let number = text.parse::<f64>().ok();
        if (rows, columns) != (1, 1) {
            let (last_row, last_column) = (row + rows - 1, column + columns - 1);
            sheet.merge_range(row, column, last_row, last_column, text, &Format::new()).unwrap();
        }
        match number {
            Some(number) => sheet.write_number(row, column, number).unwrap(),
            None => sheet.write_string(row, column, text).unwrap(),
        };
    });
    workbook.save(project.path(name)).unwrap();
}

fn html(form: &[&[Spread]]) -> String {
    let mut text = "<html><body><table>".to_owned();
    for cells in form {
        text.push_str("<tr>");
        for (words, rows, columns) in *cells {
            write!(text, "<td rowspan={rows} colspan={columns}>{words}</td>").unwrap();
        }
        text.push_str("</tr>\n");
    }
    text + "</table></body></html>"
}

fn spreadsheetml(form: &[&[Spread]]) -> String {
    let mut text = "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
        xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"A\"><Table>"
        .to_owned();
    let mut last = None;
    walk(form, |row, column, (words, rows, columns)| {
        if last != Some(row) {
            text.push_str(if last.is_some() { "</Row><Row>" } else { "<Row>" });
            last = Some(row);
        }
        let kind = if words.parse::<f64>().is_ok() { "Number" } else { "String" };
        let (index, down, across) = (column + 1, rows - 1, columns - 1);
        write!(
            text,
            "<Cell ss:Index=\"{index}\" ss:MergeDown=\"{down}\" ss:MergeAcross=\"{across}\">\
             <Data ss:Type=\"{kind}\">{words}</Data></Cell>"
        )
        .unwrap();
    });
    text + "</Row></Table></Worksheet></Workbook>"
}

fn flat_ods(form: &[&[Spread]]) -> String {
    let mut text = "<?xml version=\"1.0\"?><office:document \
        xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
        xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
        xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
        office:mimetype=\"application/vnd.oasis.opendocument.spreadsheet\"><office:body>\
        <office:spreadsheet><table:table table:name=\"A\">"
        .to_owned();
    let (mut last, mut next) = (None, 0);
    walk(form, |row, column, (words, rows, columns)| {
        if last != Some(row) {
            text.push_str(if last.is_some() {
                "</table:table-row><table:table-row>"
            } else {
                "<table:table-row>"
            });
            (last, next) = (Some(row), 0);
        }
        for _ in next..column {
            text.push_str("<table:covered-table-cell/>");
        }
        write!(
            text,
            "<table:table-cell office:value-type=\"string\" table:number-rows-spanned=\"{rows}\" \
             table:number-columns-spanned=\"{columns}\"><text:p>{words}</text:p></table:table-cell>"
        )
        .unwrap();
        next = column + 1;
    });
    text + "</table:table-row></table:table></office:spreadsheet></office:body></office:document>"
}

#[test]
fn words_and_dates_hold_for_every_row_and_column_in_all_formats() {
    let project = Project::new();
    write_xlsx(&project, "a.xlsx", FORM);
    project.write("a.html", &html(FORM));
    project.write("a.xml", &spreadsheetml(FORM));
    project.write("a.fods", &flat_ods(FORM));
    for name in ["merged.xls", "merged.xlsb", "merged.ods"] {
        std::fs::copy(repository().join("tests/fixtures/formats").join(name), project.path(name)).unwrap();
    }
    for file in ["a.xlsx", "a.html", "a.xml", "a.fods", "merged.xls", "merged.xlsb", "merged.ods"] {
        import(&project, file, &[]).data();
        assert_eq!(rows(&project), WANTED, "{file}");
    }
}

#[test]
fn a_merged_number_is_refused_with_the_region_in_both_languages() {
    let project = Project::new();
    let form: &[&[Spread]] = &[
        &[one("Tên khóa"), one("Số lượng"), one("Kinh phí")],
        &[one("Tin học"), one("12"), ("5000000", 2, 1)],
        &[one("Ngoại ngữ"), one("7")],
        &[one("Kỹ năng"), ("30", 1, 2)],
    ];
    write_xlsx(&project, "a.xlsx", form);
    insta::assert_snapshot!("merged_number_en", import(&project, "a.xlsx", &[]));
    insta::assert_snapshot!("merged_number_vi", import(&project, "a.xlsx", &["--lang", "vi"]));
    import(&project, "a.xlsx", &["--rejects", "loi.csv"]);
    insta::assert_snapshot!(
        "merged_number_rejects",
        std::fs::read_to_string(project.path("loi.csv")).unwrap()
    );
}

#[test]
fn a_number_in_a_region_of_one_row_belongs_to_that_row() {
    // Every record takes two rows of the sheet, and nothing stands in the second one.
    let project = Project::new();
    let form: &[&[Spread]] = &[
        &[one("Tên khóa"), one("Số lượng"), one("Cơ sở đào tạo")],
        &[("Tin học", 2, 1), ("12", 2, 1), ("Sở Nội vụ", 2, 1)],
        &[],
        &[("Ngoại ngữ", 2, 1), ("7", 2, 1), ("Sở Nội vụ", 2, 1)],
        &[],
    ];
    write_xlsx(&project, "a.xlsx", form);
    import(&project, "a.xlsx", &[]).data();
    let sql = "select course, participants from source.training order by _row";
    assert_eq!(project.run(&["query", "-c", sql]).data(), "course,participants\nTin học,12\nNgoại ngữ,7\n");
}

#[test]
fn a_last_row_whose_cells_are_nearly_all_merged_is_still_data() {
    let project = Project::new();
    let form: &[&[Spread]] = &[
        &[one("STT"), one("Tên khóa"), one("Nội dung đào tạo"), one("Cơ sở đào tạo"), one("Từ ngày")],
        &[("1", 2, 1), ("Tin học", 2, 1), ("Kỹ năng", 2, 1), ("Sở Nội vụ", 2, 1), one("05/06/2023")],
        &[one("06/07/2023")],
    ];
    write_xlsx(&project, "a.xlsx", form);
    import(&project, "a.xlsx", &[]).data();
    let sql = "select course, content, provider, start_on from source.training order by _row";
    let wanted = "course,content,provider,start_on\nTin học,Kỹ năng,Sở Nội vụ,2023-06-05\n\
        Tin học,Kỹ năng,Sở Nội vụ,2023-07-06\n";
    assert_eq!(project.run(&["query", "-c", sql]).data(), wanted);
}

#[test]
fn a_key_merged_over_two_rows_repeats_it_and_is_named_as_a_region() {
    let project = Project::new();
    let form: &[&[Spread]] = &[
        &[one("Số, ký hiệu"), one("Ngày ban hành"), one("Trích yếu")],
        &[("59/SKHCN-VP", 2, 1), one("31/01/2023"), one("a")],
        &[one("01/02/2023"), one("b")],
        &[one("80/SKHCN-VP"), one("08/02/2023"), one("c")],
        &[one("80/SKHCN-VP"), one("09/02/2023"), one("d")],
    ];
    write_xlsx(&project, "a.xlsx", form);
    let run = project.run(&["import", "documents", "2023", "a.xlsx", "--synthetic"]);
    assert_eq!(run.code, Some(1), "{run}");
    for cell in ["A2:A3: `59/SKHCN-VP`", "A4: `80/SKHCN-VP`", "A5: `80/SKHCN-VP`"] {
        assert!(run.stderr.contains(cell), "{cell}: {run}");
    }
}

#[test]
fn headings_and_cells_spread_over_columns_by_a_report_designer_are_one_column() {
    let project = Project::new();
    let form: &[&[Spread]] = &[
        &[("Tên khóa", 1, 2), one("Số lượng"), ("Cơ sở đào tạo", 1, 3)],
        &[("Tin học", 1, 2), one("12"), ("Sở Nội vụ", 1, 3)],
        &[("Ngoại ngữ", 1, 2), one("7"), ("Trường Chính trị", 1, 3)],
    ];
    write_xlsx(&project, "a.xlsx", form);
    project.write("a.html", &html(form));
    for file in ["a.xlsx", "a.html"] {
        import(&project, file, &[]).data();
        let sql = "select course, participants, provider from source.training order by _row";
        let wanted = "course,participants,provider\nTin học,12,Sở Nội vụ\nNgoại ngữ,7,Trường Chính trị\n";
        assert_eq!(project.run(&["query", "-c", sql]).data(), wanted, "{file}");
    }
}
