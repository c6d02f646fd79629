//! Imports the same texts in blocks of any size, and a generated year there and back.

use std::fmt::Write as _;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::util::display::array_value_to_string;
use proptest::prelude::*;

use super::examine::examine_exports;
use super::locate::locate;
use super::survey::Walk;
use super::tests::{WORDS, contract, fixture, read_rows, refusal, request, workspace};
use super::{ImportRequest, import};
use crate::error::{Error, Lang, Result};
use crate::source::{ReadOptions, read_exports};
use crate::store::{Scratch, Sorter};

/// Everything that an import gives: what it stores, or why it does not, and what it says.
fn outcome(dataset: &str, request: &ImportRequest, block_bytes: usize) -> Result<String> {
    let options = ReadOptions { block_bytes, ..ReadOptions::default() };
    let exports = read_exports(&request.files[0], &options)?;
    let keep = |layout| Some(Sorter::new(layout, Scratch::in_system()));
    let (plan, rows) = examine_exports(&contract(dataset), request, &exports, &Scratch::in_system, keep)?;
    let mut shown =
        format!("{:?}\n{:?}\n{:?}\n{:?}\n", plan.provenance, plan.rejects, plan.refusal, plan.warnings);
    if let Some(rows) = rows {
        let rows = rows.finish()?;
        let layout = Arc::clone(rows.layout());
        let batches: Vec<RecordBatch> = rows.map(|batch| layout.widen(&batch.unwrap()).unwrap()).collect();
        write!(shown, "{:?}", concat_batches(layout.wide(), &batches).unwrap()).unwrap();
    }
    Ok(shown)
}

fn shown(dataset: &str, request: &ImportRequest, block_bytes: usize) -> String {
    outcome(dataset, request, block_bytes).unwrap_or_else(|error: Error| error.render(Lang::En))
}

fn written(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

#[test]
fn sample_exports_give_the_same_whatever_the_size_of_the_blocks() {
    let samples = [
        ("dossiers", 2020, "so_theo_doi_ho_so_2020.csv"),
        ("targets", 2024, "chi_tieu_2024.csv"),
        ("figures", 2023, "so_lieu_bao_cao_2023.csv"),
        ("documents", 2023, "van_ban_2023.csv"),
    ];
    for (dataset, year, name) in samples {
        let request = request(year, &fixture(name));
        let whole = shown(dataset, &request, usize::MAX >> 1);
        assert!(whole.contains("RecordBatch"), "{whole}");
        for block_bytes in [1, 100, 1000, 10_000] {
            assert_eq!(shown(dataset, &request, block_bytes), whole, "{name} in blocks of {block_bytes}");
        }
    }
}

/// Groups, totals, a header that a page repeats, damaged rows, quotes over lines, a signature.
const FORM: &str = "SỔ THEO DÕI HỒ SƠ NĂM 2023;;;\n(Từ ngày 01/01/2023 đến ngày 14/12/2023);;;\n\n\
    STT;Mã hồ sơ;Ngày tiếp nhận;Lệ phí\nI;Lĩnh vực Sở hữu trí tuệ: 3 hồ sơ;;\n1;a;01/02/2023;1.000\n\
    2;\"b\nb\";02/02/2023;\"2.500\"\n\n3;c;03/02/2023;-\nCộng;3;;3.500\nSTT;Mã hồ sơ;Ngày tiếp nhận;Lệ phí\n\
    II;Khoa học và công nghệ (2 hồ sơ);;\n1;d;04/02/2023;\n2;\"đ \"\"đ\"\"\";05/02/2023;4\n\
    Tổng cộng: 5 hồ sơ;;;3.504\n\n;;Nghệ An, ngày 20 tháng 12 năm 2023;\n;;GIÁM ĐỐC;\n\n";

#[test]
fn a_printed_form_in_text_is_understood_in_blocks_of_any_size() {
    let file = written(FORM);
    let request = request(2023, file.path());
    let whole = shown("dossiers", &request, 1 << 20);
    assert!(whole.contains("rows: 5") && whole.contains("None"), "{whole}");
    assert!(whole.contains(r#""blank": 3"#) && whole.contains(r#""footer": 2"#), "{whole}");
    for block_bytes in 1..FORM.len() {
        assert_eq!(shown("dossiers", &request, block_bytes), whole, "blocks of {block_bytes}");
    }
}

#[test]
fn rejected_rows_are_in_the_totals_only_if_they_refuse_the_import() {
    let text = |total: &str| {
        format!(
            "Mã hồ sơ;Ngày tiếp nhận;Lệ phí\na;01/02/2023;1\nb;31/02/2023;2\nc;03/02/2023;3\nTổng cộng;;{total}\n"
        )
    };
    let plan = |total: &str, allow_rejects: usize| {
        let file = written(&text(total));
        let request = ImportRequest { allow_rejects, ..request(2023, file.path()) };
        super::plan_import(&contract("dossiers"), &request).unwrap()
    };
    // The export agrees with itself: only the bad cell is complained of.
    let refused = plan("6", 0);
    assert_eq!(refused.control_totals[0].computed, "6");
    let said = refused.refusal.unwrap().render(Lang::En);
    assert!(said.contains("not dates") && !said.contains("the total"), "{said}");
    // Without the row the rows do not give the total, which has to be allowed, too.
    let short = plan("6", 1);
    assert_eq!(short.control_totals[0].computed, "4");
    assert!(short.refusal.unwrap().render(Lang::En).contains("stated as 6, and the rows give 4"));
    assert!(plan("4", 1).refusal.is_none());
}

#[test]
fn a_row_that_is_left_out_repeats_no_key() {
    let text = "Mã hồ sơ;Ngày tiếp nhận\na;01/02/2023\na;31/02/2023\n";
    let file = written(text);
    let request = ImportRequest { allow_rejects: 1, ..request(2023, file.path()) };
    assert!(super::plan_import(&contract("dossiers"), &request).unwrap().refusal.is_none());
}

#[test]
fn many_bad_cells_and_many_repeats_are_counted_and_the_first_are_named() {
    let mut text = "Mã hồ sơ;Ngày tiếp nhận\n".to_owned();
    for number in 0..3000 {
        writeln!(text, "x{number};31/02/2023").unwrap();
    }
    let said = refusal("dossiers", 2023, &text);
    assert!(said.contains("(3000 in all)") && said.contains("… 2990 more places"), "{said}");
    assert!(said.contains("B2: `31/02/2023`") && said.contains("B11:") && !said.contains("B12:"), "{said}");
    let later = text.replace("31/02", "02/02");
    let twice = text.replace("31/02", "01/02") + later.split_once('\n').unwrap().1;
    let said = refusal("dossiers", 2023, &twice);
    assert!(said.contains("A2: `x0`") && said.contains("A3002: `x0`"), "{said}");
    assert!(said.contains("… 5990 more places"), "{said}");
}

/// A register of sixty dossiers with a line between two of them.
fn register_with(line: &str, above: usize) -> String {
    let mut text = "STT;Mã hồ sơ;Ngày tiếp nhận;Lệ phí\n".to_owned();
    for number in 1..=60 {
        if number == above {
            writeln!(text, "{line}").unwrap();
        }
        writeln!(text, "{number};H{number};{:02}/02/2023;1.250", number % 28 + 1).unwrap();
    }
    text
}

#[test]
fn what_no_sample_shows_is_found_when_the_rows_are_converted() {
    let lines = [
        "I;Lĩnh vực Sở hữu trí tuệ;;",
        "Cộng;2;;2.500",
        "STT;Mã hồ sơ;Ngày tiếp nhận;Lệ phí",
        "61;H61;01/02/2023;2,500.75",
        "61;H61;31/02/2023;1.250",
        ";;;",
        ";một dòng chữ;;",
    ];
    for line in lines {
        for above in [2, 7, 31, 58, 60] {
            let file = written(&register_with(line, above));
            let request = request(2023, file.path());
            let whole = shown("dossiers", &request, 1 << 20);
            for block_bytes in [1, 60, 90] {
                assert_eq!(shown("dossiers", &request, block_bytes), whole, "{line} above {above}");
            }
        }
    }
}

#[test]
fn of_long_exports_of_a_system_only_some_blocks_are_walked_before() {
    let is_presumed = |text: &str, block_bytes: usize| {
        let file = written(text);
        let options = ReadOptions { block_bytes, ..ReadOptions::default() };
        let exports = read_exports(file.path(), &options).unwrap();
        let located = locate(&exports[0].sheets[0], &contract("dossiers"), "a.csv", Walk::Once);
        located.unwrap().unwrap().is_presumed
    };
    assert!(is_presumed(&register_with("61;H61;01/02/2023;-", 30), 1));
    assert!(!is_presumed(&register_with("61;H61;01/02/2023;-", 30), 1 << 20), "one block is all");
    assert!(
        !is_presumed(&(register_with("", 0) + "Tổng cộng;60;;75.000\n"), 1),
        "the last block is looked at"
    );
}

/// A dossier as it is written and as it is stored.
#[derive(Debug, Clone)]
struct Dossier {
    field: usize,
    minutes: i64,
    fee: Option<u32>,
    note: String,
}

const FIELDS: [(&str, &str); 3] = [
    ("Năng lượng nguyên tử", "atomic_energy"),
    ("KH&CN", "science_technology"),
    ("SHTT", "intellectual_property"),
];

fn dossiers() -> impl Strategy<Value = Vec<Dossier>> {
    let dossier =
        (0..FIELDS.len(), 0..525_600_i64, proptest::option::of(0..9_999_999_u32), "[aếđ\"\n; ,]{0,6}");
    let dossier = dossier.prop_map(|(field, minutes, fee, note)| Dossier { field, minutes, fee, note });
    proptest::collection::vec(dossier, 1..60)
}

fn time(minutes: i64) -> chrono::NaiveDateTime {
    let start = chrono::NaiveDate::from_ymd_opt(2023, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap();
    start + chrono::TimeDelta::minutes(minutes)
}

/// Writes a year in the Vietnamese way: day first, dots in amounts, quotes where they are needed.
fn write_export(dossiers: &[Dossier]) -> String {
    let mut text = "Mã hồ sơ;Lĩnh vực;Ngày tiếp nhận;Lệ phí;Tên TTHC\n".to_owned();
    for (number, dossier) in dossiers.iter().enumerate() {
        let fee = dossier.fee.map_or_else(
            || "-".to_owned(),
            |fee| crate::vietnamese::print::format_number(f64::from(fee), 0, Lang::Vi),
        );
        let (field, at) = (FIELDS[dossier.field].0, time(dossier.minutes).format("%d/%m/%Y %H:%M"));
        let note = format!("\"x{}x\"", dossier.note.replace('"', "\"\""));
        writeln!(text, "H{number};{field};{at};{fee};{note}").unwrap();
    }
    text
}

fn stored(rows: &RecordBatch) -> Vec<Vec<String>> {
    let columns = ["dossier_code", "field", "received_at", "fee", "procedure_name"];
    let value = |name: &&str, row| array_value_to_string(rows.column_by_name(name).unwrap(), row).unwrap();
    (0..rows.num_rows()).map(|row| columns.iter().map(|name| value(name, row)).collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_generated_year_written_and_read_again_equals_its_input(dossiers in dossiers()) {
        let file = written(&write_export(&dossiers));
        let (_folder, workspace) = workspace();
        let report = import(&workspace, &contract("dossiers"), &request(2023, file.path())).unwrap();
        let mut wanted: Vec<(&str, i64, usize)> =
            dossiers.iter().enumerate().map(|(number, dossier)| (FIELDS[dossier.field].1, dossier.minutes, number)).collect();
        wanted.sort_unstable();
        let wanted: Vec<Vec<String>> = wanted
            .into_iter()
            .map(|(field, minutes, number)| {
                let Dossier { fee, note, .. } = &dossiers[number];
                let fee = fee.map_or_else(String::new, |fee| format!("{fee}.00"));
                let at = time(minutes).format("%Y-%m-%dT%H:%M:%S").to_string();
                vec![format!("H{number}"), field.to_owned(), at, fee, format!("x{note}x")]
            })
            .collect();
        prop_assert_eq!(stored(&read_rows(&report.published.path)), wanted);
    }

    #[test]
    fn any_arrangement_of_office_words_gives_the_same_in_blocks_of_any_size(
        rows in proptest::collection::vec(proptest::collection::vec(proptest::sample::select(WORDS), 0..7), 0..30),
        block_bytes in 1_usize..80,
    ) {
        let lines: Vec<String> = rows.iter().map(|cells| cells.join(";")).collect();
        let file = written(&lines.join("\n"));
        for dataset in ["dossiers", "staffing"] {
            let request = ImportRequest { allow_rejects: 2, ..request(2023, file.path()) };
            prop_assert_eq!(shown(dataset, &request, block_bytes), shown(dataset, &request, 1 << 20));
        }
    }
}
