use std::io::Write as _;
use std::path::PathBuf;

use crate::support::{Project, Run, repository};

const CONTRACT: &str = r#"
title = "Khóa học"
sort = ["code"]

[[columns]]
name = "code"
title = "Mã"
type = "text"
required = true

[[columns]]
name = "name"
title = "Tên khóa học"
type = "text"

[[columns]]
name = "count"
title = "Số lượng"
type = "int"

[[columns]]
name = "rate"
title = "Tỷ lệ đạt"
type = "rate"

[[columns]]
name = "opened"
title = "Ngày mở"
type = "date"

[[columns]]
name = "in_time"
title = "Đúng hạn"
type = "bool"

[[columns]]
name = "cost"
title = "Kinh phí"
type = "decimal(18,2)"
"#;

const WANTED: &str = "code,name,count,rate,opened,in_time,cost\n\
    K01,Tin học cơ bản,12,1.013,2023-01-06,true,1500000.00\n\
    K02,\"Quản lý\nnhà nước\",7,0.455,2023-12-29,false,2000000.50\n\
    K03,Ngoại ngữ & tin học,30,1.0,2023-06-15,true,3500000.50\n";

fn project() -> Project {
    let project = Project::new();
    project.write("datasets/courses.toml", CONTRACT);
    project
}

fn fixture(name: &str) -> PathBuf {
    repository().join("tests/fixtures/formats").join(name)
}

fn import(project: &Project, file: &str, more: &[&str]) -> Run {
    project.run(&[&["import", "courses", "2023", file], more].concat())
}

fn rows(project: &Project) -> String {
    let sql = "select code, name, count, rate, opened, in_time, cost from courses order by code";
    project.run(&["query", "-c", sql, "--format", "csv"]).data().replace("\r\n", "\n")
}

/// Imports a file and returns what was said, after the rows have been compared.
#[track_caller]
fn import_well(file: &str, more: &[&str]) -> String {
    let project = project();
    let run = import(&project, file, more);
    assert_eq!(run.code, Some(0), "{file}: {run}");
    assert_eq!(rows(&project), WANTED, "{file}");
    run.stderr
}

#[test]
fn every_format_gives_the_same_rows() {
    let files = [
        ("xlsxwriter.xlsx", &["hidden rows", "hidden columns", "Nháp", "Trang trống"][..]),
        ("epoch_1904.xlsx", &["hidden rows"]),
        ("strict.xlsx", &[]),
        ("binary.xlsb", &["hidden rows", "tcvn3"]),
        ("biff8.xls", &["hidden rows", "tcvn3", "Nháp"]),
        ("biff5.xls", &["tcvn3"]),
        ("packed.ods", &["hidden rows", "tcvn3", "Nháp"]),
        ("flat.fods", &[]),
        ("excel_2003.xls", &["hidden rows", "tcvn3", "Nháp"]),
    ];
    for (name, wanted) in files {
        let said = import_well(fixture(name).to_str().unwrap(), &[]);
        for words in wanted {
            assert!(said.contains(words), "{name}: {words} is not in {said}");
        }
    }
}

#[test]
fn the_extension_says_nothing() {
    let project = project();
    std::fs::copy(fixture("packed.ods"), project.path("a.csv")).unwrap();
    import(&project, "a.csv", &[]).data();
    assert_eq!(rows(&project), WANTED);
}

#[test]
fn a_formula_without_a_result_is_a_bad_cell_with_its_address() {
    let run = import(&project(), fixture("not_computed.xlsx").to_str().unwrap(), &[]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("no stored result") && run.stderr.contains("G4"), "{run}");
}

#[test]
fn the_plan_tells_formulas_hidden_rows_and_sheets() {
    let file = fixture("xlsxwriter.xlsx");
    let run = import(&project(), file.to_str().unwrap(), &["--dry-run"]);
    let plan = run.stdout.replace(file.to_str().unwrap(), "xlsxwriter.xlsx");
    insta::assert_snapshot!(format!("{plan}--- stderr\n{}", run.stderr));
}

#[test]
fn cells_are_read_in_the_letters_of_their_fonts() {
    let project = project();
    import(&project, fixture("old_fonts.xlsx").to_str().unwrap(), &[]).data();
    let names = project.run(&["query", "-c", "select name from courses order by code"]).data();
    assert_eq!(names, "name\nTin học cơ bản\nQuản lý nhà nước\nNgoại ngữ\n");
}

/// The table as text in Western letters that stand for the bytes of an old encoding.
fn old_text(header: &str, names: [&str; 3]) -> Vec<u8> {
    let rest = [
        "12;101,3%;06/01/2023;1;1500000",
        "7;45,5%;29/12/2023;0;2000000,5",
        "30;100%;15/06/2023;1;3500000,5",
    ];
    let lines = (1..).zip(names).zip(rest).map(|((at, name), rest)| format!("K0{at};{name};{rest}\n"));
    let text = format!("{header}\n{}", lines.collect::<String>());
    encoding_rs::WINDOWS_1252.encode(&text).0.into_owned()
}

#[test]
fn text_in_every_encoding_gives_the_same_rows() {
    let header = "Mã;Tên khóa học;Số lượng;Tỷ lệ đạt;Ngày mở;Đúng hạn;Kinh phí";
    let unicode = format!(
        "{header}\nK01;Tin học cơ bản;12;101,3%;06/01/2023;1;1500000\nK02;\"Quản lý\nnhà nước\";7;45,5%;29/12/2023;0;2000000,5\n\
         K03;Ngoại ngữ & tin học;30;100%;15/06/2023;1;3500000,5\n"
    );
    let utf16: Vec<u8> = unicode.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut cp1258 = Vec::new();
    for letter in unicodedata_nfd_tones(&unicode) {
        cp1258.extend_from_slice(&encoding_rs::WINDOWS_1258.encode(letter.encode_utf8(&mut [0; 4])).0);
    }
    let tcvn3 = old_text(
        "M·;Tªn khãa häc;Sè l\u{AD}îng;Tû lÖ ®¹t;Ngµy më;§óng h¹n;Kinh phÝ",
        ["Tin häc c¬ b¶n", "\"Qu¶n lý\nnhµ n\u{AD}íc\"", "Ngo¹i ng÷ & tin häc"],
    );
    let vni = old_text(
        "Maõ;Teân khoùa hoïc;Soá löôïng;Tyû leä ñaït;Ngaøy môû;Ñuùng haïn;Kinh phí",
        ["Tin hoïc cô baûn", "\"Quaûn lyù\nnhaø nöôùc\"", "Ngoaïi ngöõ & tin hoïc"],
    );
    let bom = [b"\xEF\xBB\xBF".as_slice(), unicode.as_bytes()].concat();
    for (name, bytes) in [
        ("utf-8", unicode.clone().into_bytes()),
        ("utf-8 with a mark", bom),
        ("utf-16le", utf16),
        ("windows-1258", cp1258),
        ("tcvn3", tcvn3.clone()),
        ("vni", vni),
    ] {
        let project = project();
        std::fs::write(project.path("a.txt"), bytes).unwrap();
        let run = import(&project, "a.txt", &[]);
        assert_eq!(run.code, Some(0), "{name}: {run}");
        assert_eq!(rows(&project), WANTED, "{name}");
        let plan = import(&project, "a.txt", &["--dry-run"]).data();
        assert!(name.starts_with("utf-8") || plan.contains(name), "{name}: {plan}");
    }
    // TCVN3 letters that reached a Unicode file as Western ones, and a user who names the encoding.
    let western = encoding_rs::WINDOWS_1252.decode(&tcvn3).0.into_owned();
    let project = project();
    project.write("a.csv", &western);
    let run = import(&project, "a.csv", &[]);
    assert!(run.stderr.contains("letters of tcvn3"), "{run}");
    assert_eq!(rows(&project), WANTED);
    std::fs::write(project.path("b.csv"), &tcvn3).unwrap();
    import(&project, "b.csv", &["--encoding", "abc"]).data();
    let wrong = import(&project, "b.csv", &["--encoding", "viscii"]);
    assert_eq!(wrong.code, Some(1), "{wrong}");
}

/// Splits tones off, as windows-1258 writes them, and keeps the letters that it has whole.
fn unicodedata_nfd_tones(text: &str) -> Vec<char> {
    use unicode_normalization::UnicodeNormalization as _;
    let mut out = Vec::new();
    for letter in text.chars() {
        let mut parts: Vec<char> = std::iter::once(letter).nfd().collect();
        let tone = parts.iter().position(|part| "\u{300}\u{301}\u{303}\u{309}\u{323}".contains(*part));
        let tone = tone.map(|at| parts.remove(at));
        out.extend(parts.into_iter().nfc());
        out.extend(tone);
    }
    out
}

#[test]
fn utf8_that_was_read_as_western_text_is_repaired_and_said() {
    let project = project();
    let twice = encoding_rs::WINDOWS_1252.decode("Sáng kiến".as_bytes()).0.into_owned();
    project.write("a.csv", &format!("Mã;Tên khóa học\nK01;{twice}\n"));
    let run = import(&project, "a.csv", &[]);
    assert!(run.stderr.contains("1 cells held UTF-8 read as Western text"), "{run}");
    assert!(project.run(&["query", "-c", "select name from courses"]).data().contains("Sáng kiến"));
    project.write("b.csv", "Mã;Tên khóa học\nK01;Nguy\u{FFFD}n\n");
    let run = import(&project, "b.csv", &[]);
    assert!(
        run.code == Some(1) && run.stderr.contains("letters were lost") && run.stderr.contains("B2"),
        "{run}"
    );
}

#[test]
fn an_encoding_that_cannot_be_told_is_asked_for() {
    let project = project();
    std::fs::write(project.path("a.csv"), b"M\xE4;Ten\n1;x\n").unwrap();
    insta::assert_snapshot!(import(&project, "a.csv", &[]));
    insta::assert_snapshot!(import(&project, "a.csv", &["--encoding", "utf-99", "--lang", "vi"]));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut packer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        packer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        packer.write_all(bytes).unwrap();
    }
    packer.finish().unwrap().into_inner()
}

#[test]
fn compressed_files_archives_and_standard_input_are_read() {
    let workbook = std::fs::read(fixture("strict.xlsx")).unwrap();
    let project = project();
    std::fs::write(project.path("a.gz"), gzip(&workbook)).unwrap();
    import(&project, "a.gz", &[]).data();
    assert_eq!(rows(&project), WANTED);

    let half = "Mã;Tên khóa học\nK09;Lớp thêm\n".as_bytes();
    let archive =
        zip(&[("Quý 1/a.xlsx", &workbook), ("b.csv", half), ("__MACOSX/._b.csv", b"x"), ("Thumbs.db", b"x")]);
    std::fs::write(project.path("nam.zip"), archive).unwrap();
    import(&project, "nam.zip", &[]).data();
    let sql = "select _file, count(*) n from source.courses group by 1 order by 1";
    let counts = project.run(&["query", "-c", sql]).data();
    assert_eq!(counts, "_file,n\nnam.zip/Quý 1/a.xlsx,3\nnam.zip/b.csv,1\n");

    let run = project.run_with(&["import", "courses", "2023", "-"], "Mã;Tên khóa học\nK07;Từ ống\n");
    assert_eq!(run.code, Some(0), "{run}");
    assert!(project.run(&["query", "-c", "select code from courses"]).data().contains("K07"));
}

#[test]
fn what_is_no_table_is_refused_by_what_it_is() {
    let project = project();
    std::fs::create_dir(project.path("thu_muc")).unwrap();
    let inner = zip(&[("a.csv", b"a;b")]);
    let rar = b"Rar!\x1A\x07\x01\x00".to_vec();
    for (name, bytes) in [
        ("bao_cao.docx", zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>")])),
        (
            "bao_cao.odt",
            zip(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<x/>")]),
        ),
        ("trinh_chieu.pptx", zip(&[("[Content_Types].xml", b"<Types/>"), ("ppt/presentation.xml", b"<p/>")])),
        ("bao_cao.pdf", b"%PDF-1.7\n%\xE2\xE3".to_vec()),
        ("anh.xlsx", b"\x89PNG\r\n\x1A\n\0\0".to_vec()),
        ("nen.rar", rar),
        ("long.zip", zip(&[("b.zip", &inner)])),
        ("rong.csv", Vec::new()),
        ("khac.xml", b"<?xml version=\"1.0\"?><root/>".to_vec()),
    ] {
        std::fs::write(project.path(name), bytes).unwrap();
    }
    let mut said = String::new();
    for name in [
        "thu_muc",
        "bao_cao.docx",
        "bao_cao.odt",
        "trinh_chieu.pptx",
        "bao_cao.pdf",
        "anh.xlsx",
        "nen.rar",
        "long.zip",
        "rong.csv",
        "khac.xml",
    ] {
        for lang in ["en", "vi"] {
            let run = import(&project, name, &["--lang", lang]);
            assert_eq!(run.code, Some(1), "{name}: {run}");
            said.push_str(&run.stderr);
        }
    }
    insta::assert_snapshot!(said);
}

#[test]
fn sheets_are_named_by_globs_also_hidden_ones() {
    let project = project();
    let file = fixture("xlsxwriter.xlsx");
    let run = import(&project, file.to_str().unwrap(), &["--sheet", "nhap"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(project.run(&["query", "-c", "select name from courses"]).data().contains("không được đọc"));
}

#[test]
fn the_option_synthetic_does_not_swallow_the_file() {
    let project = project();
    project.write("a.csv", "Mã;Tên khóa học\nK01;a\n");
    project.run(&["import", "courses", "2023", "--synthetic", "a.csv"]).data();
    let run = project.run(&["import", "courses", "2023", "--synthetic=name", "a.csv"]);
    assert_eq!(run.code, Some(0), "{run}");
}
