//! Imports the sample exports into temporary workspaces and compares with what they must give.

use std::path::{Path, PathBuf};

use std::sync::Arc;

use chrono::DateTime;
use datafusion::arrow::array::{Array, ArrayRef, RecordBatch};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::util::display::array_value_to_string;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::ListingOptions;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use datafusion::prelude::SessionContext;
use serde_json::Value as Json;

use super::{ImportPlan, ImportRequest, import, plan_import};
use crate::contract::{Contract, parse_contract};
use crate::error::Lang;
use crate::progress::silent;
use crate::store::{Author, ControlTotal, Origin, Synthetic, read_history, read_provenance};
use crate::workspace::Workspace;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(super) fn contract(name: &str) -> Contract {
    let file = format!("datasets/{name}.toml");
    parse_contract(name, &file, &std::fs::read_to_string(root().join(&file)).unwrap()).unwrap()
}

pub(super) fn fixture(name: &str) -> PathBuf {
    root().join("tests/fixtures/exports").join(name)
}

pub(super) fn request(year: i32, file: &Path) -> ImportRequest {
    ImportRequest {
        year,
        files: vec![file.to_owned()],
        sheets: Vec::new(),
        period: None,
        as_of: None,
        encoding: None,
        allow_rejects: 0,
        allow_control_mismatch: false,
        synthetic: Synthetic::All,
        key: None,
        author: Author { operator: None, now: DateTime::from_timestamp(1_700_000_000, 0).unwrap() },
        progress: silent(),
    }
}

pub(super) fn workspace() -> (tempfile::TempDir, Workspace) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("datasets")).unwrap();
    let workspace = Workspace::open(folder.path()).unwrap();
    (folder, workspace)
}

fn plan_text(dataset: &str, year: i32, text: &str) -> ImportPlan {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    plan_import(&contract(dataset), &request(year, file.path())).unwrap()
}

/// Imports a text and reads the file of its year.
fn stored_rows(dataset: &str, year: i32, text: &str) -> RecordBatch {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let (_folder, workspace) = workspace();
    let report = import(&workspace, &contract(dataset), &request(year, file.path())).unwrap();
    read_rows(&report.published.path)
}

pub(super) fn read_rows(path: &Path) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(path).unwrap()).unwrap();
    let schema = Arc::clone(reader.schema());
    let batches: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
    concat_batches(&schema, &batches).unwrap()
}

pub(super) fn refusal(dataset: &str, year: i32, text: &str) -> String {
    plan_text(dataset, year, text).refusal.unwrap().render(Lang::En)
}

fn expected() -> Vec<Json> {
    let text = std::fs::read_to_string(fixture("expected.json")).unwrap();
    let mut json: Json = serde_json::from_str(&text).unwrap();
    serde_json::from_value(json["files"].take()).unwrap()
}

#[test]
fn every_sample_export_gives_its_rows_and_skips_the_rest() {
    let (_folder, workspace) = workspace();
    for file in expected() {
        let name = file["file"].as_str().unwrap();
        let year = i32::try_from(file["year"].as_i64().unwrap()).unwrap();
        let contract = contract(file["dataset"].as_str().unwrap());
        let report = import(&workspace, &contract, &request(year, &fixture(name))).unwrap();
        let mut skipped = report.plan.rows_by_kind.clone();
        skipped.shift_remove("detail");
        let wanted: indexmap::IndexMap<String, u64> =
            serde_json::from_value(file["skipped"].clone()).unwrap();
        assert_eq!(skipped, wanted, "{name}");
        assert_eq!(report.plan.rows, file["rows"].as_u64().unwrap(), "{name}");
        assert_eq!(
            read_provenance(&workspace, &report.published.path).unwrap(),
            report.plan.provenance,
            "{name}"
        );
    }
}

#[test]
fn every_check_of_the_samples_holds_over_the_written_parquet() {
    let (_folder, workspace) = workspace();
    for file in expected() {
        let year = i32::try_from(file["year"].as_i64().unwrap()).unwrap();
        let contract = contract(file["dataset"].as_str().unwrap());
        import(&workspace, &contract, &request(year, &fixture(file["file"].as_str().unwrap()))).unwrap();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let session = SessionContext::new();
        let datasets =
            ["dossiers", "staffing", "training", "autonomy", "procedures", "documents", "figures", "targets"];
        for name in datasets {
            let options = ListingOptions::new(Arc::new(ParquetFormat::default()))
                .with_file_extension(".parquet")
                .with_table_partition_cols(vec![("year".to_owned(), DataType::Int32)]);
            let folder = workspace.dataset_folder(name);
            let schema = Some(contract(name).file_schema());
            session
                .register_listing_table(name, folder.to_str().unwrap(), options, schema, None)
                .await
                .unwrap();
        }
        for file in expected() {
            for check in file["checks"].as_array().unwrap() {
                let sql = check["sql"].as_str().unwrap();
                let batches = session.sql(sql).await.unwrap().collect().await.unwrap();
                let found: Vec<Vec<Json>> = batches.iter().flat_map(rows_of).collect();
                let wanted: Vec<Vec<Json>> = serde_json::from_value(check["rows"].clone()).unwrap();
                let wanted = plain(wanted);
                // `online_level` is text, and the list of expectations writes its levels as numbers.
                let found = as_numbers_where_wanted(found, &wanted);
                assert_eq!(found, wanted, "{}: {sql}", file["file"]);
            }
        }
    });
}

/// Values as JSON: numbers as floats, everything else as text, empty text as null.
fn rows_of(batch: &RecordBatch) -> Vec<Vec<Json>> {
    let cell = |array: &ArrayRef, row: usize| {
        if array.is_null(row) {
            return Json::Null;
        }
        let text = array_value_to_string(array, row).unwrap();
        let is_number = array.data_type().is_numeric();
        if is_number { Json::from(text.parse::<f64>().unwrap()) } else { Json::from(text) }
    };
    let rows =
        (0..batch.num_rows()).map(|row| batch.columns().iter().map(|array| cell(array, row)).collect());
    plain(rows.collect())
}

fn as_numbers_where_wanted(found: Vec<Vec<Json>>, wanted: &[Vec<Json>]) -> Vec<Vec<Json>> {
    let convert = |(row, cells): (usize, Vec<Json>)| {
        let convert_cell = |(column, cell): (usize, Json)| {
            let is_wanted = wanted.get(row).and_then(|row| row.get(column)).is_some_and(Json::is_number);
            let number = cell.as_str().filter(|_| is_wanted).and_then(|text| text.parse::<f64>().ok());
            number.map_or(cell, Json::from)
        };
        cells.into_iter().enumerate().map(convert_cell).collect()
    };
    found.into_iter().enumerate().map(convert).collect()
}

fn plain(rows: Vec<Vec<Json>>) -> Vec<Vec<Json>> {
    let plain = |value: Json| match value {
        Json::Number(number) => Json::from(number.as_f64().unwrap()),
        Json::String(text) if text.is_empty() => Json::Null,
        other => other,
    };
    rows.into_iter().map(|row| row.into_iter().map(plain).collect()).collect()
}

#[test]
fn the_same_input_changes_nothing_and_another_option_gives_another_revision() {
    let (_folder, workspace) = workspace();
    let contract = contract("staffing");
    let request = request(2023, &fixture("bien_che_2023.xlsx"));
    let first = import(&workspace, &contract, &request).unwrap();
    let path = &first.published.path;
    let (bytes, written) =
        (std::fs::read(path).unwrap(), std::fs::metadata(path).unwrap().modified().unwrap());
    let again = import(&workspace, &contract, &request).unwrap();
    assert!(first.published.is_new && !again.published.is_new);
    assert_eq!(std::fs::metadata(path).unwrap().modified().unwrap(), written);
    let other = ImportRequest { synthetic: Synthetic::None, ..request.clone() };
    let other = import(&workspace, &contract, &other).unwrap();
    let revision = &first.plan.provenance.revision;
    assert_eq!(other.published.replaced.as_ref(), Some(revision));
    assert_ne!(&other.plan.provenance.revision, revision);
    let kept = crate::store::revision_file(&workspace, "staffing", 2023, revision);
    assert_eq!(std::fs::read(kept).unwrap(), bytes);
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    assert_eq!(read_history(&workspace).unwrap().lines.len(), 2);
    import(&workspace, &contract, &request).unwrap();
    assert_eq!(std::fs::read(path).unwrap(), bytes);
}

#[test]
fn the_words_of_an_export_give_its_period_and_as_of_date() {
    let plan =
        plan_import(&contract("dossiers"), &request(2023, &fixture("so_theo_doi_ho_so_2023.xlsx"))).unwrap();
    assert_eq!(plan.period.to.to_string(), "2023-12-14");
    assert_eq!(plan.period.origin, Origin::Export);
    // The end of a period that the export states is its as-of date.
    assert_eq!((plan.as_of.date.to_string().as_str(), plan.as_of.origin), ("2023-12-14", Origin::Export));
    let plan = plan_import(&contract("staffing"), &request(2023, &fixture("bien_che_2023.xlsx"))).unwrap();
    assert_eq!((plan.as_of.date.to_string().as_str(), plan.as_of.origin), ("2023-12-14", Origin::Export));
    let error =
        plan_import(&contract("staffing"), &request(2021, &fixture("bien_che_2023.xlsx"))).unwrap_err();
    assert!(error.render(Lang::En).contains("not 2021"));
}

#[test]
fn totals_of_sheets_groups_and_blocks_are_compared() {
    let plan =
        plan_import(&contract("dossiers"), &request(2023, &fixture("so_theo_doi_ho_so_2023.xlsx"))).unwrap();
    let stated: Vec<(&str, Option<&str>)> =
        plan.control_totals.iter().map(|total| (total.stated.as_str(), total.column.as_deref())).collect();
    assert_eq!(stated, [("66", None), ("18", None), ("65", None), ("149", None), ("95800000", Some("fee"))]);
    let plan = plan_import(&contract("staffing"), &request(2023, &fixture("bien_che_2023.xlsx"))).unwrap();
    assert_eq!(plan.control_totals.len(), 12);
    assert!(plan.control_totals.iter().all(ControlTotal::agrees));
    let plan =
        plan_import(&contract("dossiers"), &request(2022, &fixture("so_theo_doi_ho_so_2022.xls"))).unwrap();
    assert_eq!(plan.control_totals.len(), 2);
}

#[test]
fn a_total_that_the_rows_do_not_give_refuses_the_import() {
    let text = "STT;Tên khóa;Số lượng;Kinh phí\n1;A;2;1.000.000\n2;B;3;500.000\nTổng cộng;;6;1.500.000\n";
    let shown = refusal("training", 2023, text);
    assert!(shown.contains("the total of `participants` is stated as 6, and the rows give 5"), "{shown}");
    assert!(shown.contains("C4"), "{shown}");
}

#[test]
fn a_repeated_key_refuses_the_import_and_names_both_cells() {
    let shown = refusal("documents", 2023, "Số, ký hiệu;Ngày ban hành\n1/A;01/02/2023\n1/A;02/02/2023\n");
    assert!(shown.contains("rows repeat the key `symbol`"), "{shown}");
    assert!(shown.contains("A2: `1/A`") && shown.contains("A3: `1/A`"), "{shown}");
}

#[test]
fn bad_cells_are_named_and_can_be_left_out_up_to_a_number() {
    let text = "Số, ký hiệu;Ngày ban hành\n1/A;31/02/2023\n2/A;02/02/2023\n";
    let shown = refusal("documents", 2023, text);
    assert!(shown.contains("B2: `31/02/2023`"), "{shown}");
    assert!(shown.contains("column `issued_on` has cells that are not dates (1 in all)"), "{shown}");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let request = ImportRequest { allow_rejects: 1, ..request(2023, file.path()) };
    let plan = plan_import(&contract("documents"), &request).unwrap();
    assert!(plan.refusal.is_none());
    assert_eq!((plan.rows, plan.rejects.len(), plan.rejects[0].row), (1, 1, 2));
}

#[test]
fn an_unknown_category_lists_the_known_labels() {
    let shown = refusal("training", 2023, "Tên khóa;Số lượng;Đơn vị tính\nA;1;đoàn\n");
    assert!(shown.contains("C2: `đoàn`") && shown.contains("`lượt`, `người`"), "{shown}");
}

#[test]
fn a_missing_column_lists_the_headings_found() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "Mã hồ sơ;Ngày đến;Ngày hẹn trả\nx;01/01/2023;02/01/2023\n").unwrap();
    let error = plan_import(&contract("dossiers"), &request(2023, file.path())).unwrap_err();
    let shown = error.render(Lang::En);
    assert!(shown.contains("lacks column `received_at`") && shown.contains("`Ngày đến`"), "{shown}");
}

#[test]
fn personal_cells_are_masked_in_complaints_and_need_a_key() {
    let text = "Mã hồ sơ;Số CCCD;Ngày tiếp nhận\nx;40000000001;01/01/2023\n";
    let shown = refusal("dossiers", 2023, text);
    assert!(shown.contains("B2: `***`") && !shown.contains("40000000001"), "{shown}");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text.replace("4000", "04000")).unwrap();
    let real = ImportRequest { synthetic: Synthetic::None, ..request(2023, file.path()) };
    assert!(
        plan_import(&contract("dossiers"), &real).unwrap_err().render(Lang::En).contains("there is no key")
    );
    let keyed = ImportRequest { key: Some(b"k".to_vec()), ..real };
    assert!(plan_import(&contract("dossiers"), &keyed).unwrap().refusal.is_none());
}

#[test]
fn what_can_be_read_two_ways_is_refused() {
    let rate = |value: &str| format!("Tên đơn vị;Nhóm;Mức tự bảo đảm (%)\nA;2;{value}\n");
    assert!(refusal("autonomy", 2023, &rate("1,013")).contains("percentages or fractions"));
    assert!(plan_text("autonomy", 2023, &rate("45,6")).refusal.is_none());
    let money = |value: &str| format!("Tên khóa|Số lượng|Kinh phí\nA|1|{value}\n");
    assert!(refusal("training", 2023, &money("150,000")).contains("decimal mark"));
    assert!(plan_text("training", 2023, &money("150.000")).refusal.is_none());
    let days = |value: &str| format!("Mã TTHC;Tên TTHC;Thời hạn giải quyết\n1.000250;A;{value}\n");
    assert!(refusal("procedures", 2023, &days("16 giờ làm việc")).contains("another unit"));
    assert!(
        plan_text("procedures", 2023, &days("10 ngày làm việc kể từ ngày nhận đủ hồ sơ")).refusal.is_none()
    );
}

#[test]
fn a_stated_unit_of_money_scales_the_amounts() {
    let text = "Tên khóa;Số lượng;Kinh phí (triệu đồng)\nA;1;1,5\nTổng cộng;1;1,5\n";
    let plan = plan_text("training", 2023, text);
    assert!(plan.refusal.is_none());
    assert_eq!(plan.control_totals.last().unwrap().computed, "1500000");
}

#[test]
fn a_damaged_row_inside_the_data_is_complained_about_not_skipped() {
    let shown = refusal(
        "documents",
        2023,
        "Số, ký hiệu;Ngày ban hành;Trích yếu\n1/A;01/02/2023;a\n;02/02/2023;b\n2/A;;c\n",
    );
    assert!(shown.contains("column `symbol` has cells that are empty"), "{shown}");
}

#[cfg(unix)]
#[test]
fn a_link_in_the_workspace_is_refused_and_nothing_is_written() {
    let (folder, workspace) = workspace();
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("datasets/staffing")).unwrap();
    let error = import(&workspace, &contract("staffing"), &request(2023, &fixture("bien_che_2023.xlsx")))
        .unwrap_err();
    assert!(error.render(Lang::En).contains("is a link"));
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[test]
fn group_rows_give_values_that_no_cell_holds_and_their_counts_are_checked() {
    let html = |count: u32| {
        format!(
            "<table><tr><th>STT</th><th>Mã hồ sơ</th><th>Ngày tiếp nhận</th></tr>
             <tr><td>I</td><td colspan=2>Lĩnh vực Sở hữu trí tuệ: {count} hồ sơ</td></tr>
             <tr><td>1</td><td>a</td><td>01/02/2023</td></tr><tr><td>2</td><td>b</td><td>02/02/2023</td></tr>
             <tr><th>STT</th><th>Mã hồ sơ</th><th>Ngày tiếp nhận</th></tr>
             <tr><td>II</td><td colspan=2>Khoa học và công nghệ (1 hồ sơ)</td></tr>
             <tr><td>1</td><td>c</td><td>03/02/2023</td></tr></table>"
        )
    };
    let plan = plan_text("dossiers", 2023, &html(2));
    assert!(plan.refusal.is_none(), "{:?}", plan.refusal);
    let rows = stored_rows("dossiers", 2023, &html(2));
    let field = rows.column_by_name("field").unwrap();
    let fields: Vec<String> = (0..3).map(|row| array_value_to_string(field, row).unwrap()).collect();
    assert_eq!(fields, ["intellectual_property", "intellectual_property", "science_technology"]);
    assert_eq!(plan.rows_by_kind["header"], 2);
    assert!(refusal("dossiers", 2023, &html(3)).contains("stated as 3, and the rows give 2"));
}

#[test]
fn a_header_of_two_rows_in_text_is_joined_without_merged_cells() {
    let text = "BIÊN CHẾ;;;;;;\nTT;Tên đơn vị;Công chức;;;Viên chức;\n;;Giao;Có mặt;Chưa sử dụng;Giao;Có mặt\n\
                1;Văn phòng;5;4;1;;\n2;Trung tâm;;;;7;7\n";
    let plan = plan_text("staffing", 2023, text);
    assert!(plan.refusal.is_none(), "{:?}", plan.refusal);
    assert_eq!((plan.rows, plan.rows_by_kind["header"]), (2, 2));
    let columns = &plan.files[0].sheets[0].columns;
    assert_eq!(columns[6].heading, "Viên chức → Có mặt");
    assert_eq!(columns[6].block.as_deref(), Some("public_employee"));
}

#[test]
fn the_level_of_a_procedure_tells_its_scheme() {
    let text = "Mã TTHC;Tên TTHC;Mức độ\n1.000250;A;3\n1.000251;B;Toàn trình\n";
    let rows = stored_rows("procedures", 2023, text);
    let value = |name: &str, row| array_value_to_string(rows.column_by_name(name).unwrap(), row).unwrap();
    assert_eq!((value("level_scheme", 0), value("online_level", 0)), ("nd43".to_owned(), "3".to_owned()));
    assert_eq!((value("level_scheme", 1), value("online_level", 1)), ("nd42".to_owned(), "full".to_owned()));
}

#[test]
fn a_file_of_another_dataset_is_not_taken() {
    let error = plan_import(&contract("dossiers"), &request(2023, &fixture("van_ban_2023.csv"))).unwrap_err();
    assert!(error.render(Lang::En).contains("no row looks like the header of `dossiers`"), "{error:?}");
}

#[test]
fn rates_and_amounts_in_english_are_read_where_the_column_proves_it() {
    let text = "Tên khóa|Số lượng|Kinh phí\nA|1|1,500\nB|1|1,250,000.50\n";
    let plan = plan_text("training", 2023, text);
    assert!(plan.refusal.is_none(), "{:?}", plan.refusal);
    let rows = stored_rows("training", 2023, text);
    let cost = rows.column_by_name("cost").unwrap();
    assert_eq!(array_value_to_string(cost, 0).unwrap(), "1500.00");
    let mixed = "Tên khóa|Số lượng|Kinh phí\nA|1|1.500\nB|1|1,250,000.50\nC|1|1.250.000,5\n";
    assert!(refusal("training", 2023, mixed).contains("C2: `1.500`"));
}

#[test]
fn decomposed_letters_are_the_same_letters() {
    use unicode_normalization::UnicodeNormalization as _;
    let text = "Từ ngày 01/01/2023 đến ngày 14/12/2023;;\nSố, ký hiệu;Ngày ban hành;Trích yếu\n1/A;29 tháng 12 năm 2022;Kế hoạch\n";
    let decomposed: String = text.nfd().collect();
    let plan = plan_text("documents", 2023, &decomposed);
    assert_eq!(plan.period.origin, Origin::Export);
    let rows = stored_rows("documents", 2023, &decomposed);
    let subject = rows.column_by_name("subject").unwrap();
    assert_eq!(array_value_to_string(subject, 0).unwrap(), "Kế hoạch");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn any_arrangement_of_office_words_is_planned_or_refused(
        rows in proptest::collection::vec(proptest::collection::vec(proptest::sample::select(WORDS), 0..7), 0..12),
    ) {
        let lines: Vec<String> = rows.iter().map(|cells| cells.join(";")).collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), lines.join("\n")).unwrap();
        for dataset in ["dossiers", "staffing", "autonomy"] {
            drop(plan_import(&contract(dataset), &request(2023, file.path())));
        }
    }
}

pub(super) const WORDS: &[&str] = &[
    "",
    "STT",
    "Mã hồ sơ",
    "Lĩnh vực",
    "Ngày tiếp nhận",
    "Lệ phí (triệu đồng)",
    "Tên đơn vị",
    "Công chức",
    "Giao",
    "Có mặt",
    "Mức tự bảo đảm (%)",
    "I",
    "II.",
    "1",
    "(2)",
    "Tổng cộng",
    "Cộng: 3 hồ sơ",
    "Sở hữu trí tuệ (1 hồ sơ)",
    "01/02/2023",
    "1.250",
    "45,6%",
    "-",
    "Nghệ An, ngày 14 tháng 12 năm 2023",
    "Từ ngày 01/01/2023 đến ngày 14/12/2023",
    "\"a\nb\"",
    "<table>",
    "Ghi chú",
];

#[test]
fn several_exports_of_a_year_follow_each_other() {
    let first = tempfile::NamedTempFile::new().unwrap();
    let second = tempfile::NamedTempFile::new().unwrap();
    let text = |from: &str, to: &str, symbol: &str| {
        format!("Từ ngày {from} đến ngày {to};\nSố, ký hiệu;Trích yếu\n{symbol};a\n")
    };
    std::fs::write(first.path(), text("01/01/2023", "30/06/2023", "1/A")).unwrap();
    std::fs::write(second.path(), text("01/07/2023", "31/12/2023", "2/A")).unwrap();
    let files = vec![first.path().to_owned(), second.path().to_owned()];
    let request = ImportRequest { files, ..request(2023, first.path()) };
    let plan = plan_import(&contract("documents"), &request).unwrap();
    assert!(plan.refusal.is_none());
    assert_eq!(plan.rows, 2);
    assert_eq!(
        (plan.period.from.to_string().as_str(), plan.period.to.to_string().as_str()),
        ("2023-01-01", "2023-12-31")
    );
}

#[test]
fn complaints_are_said_in_vietnamese_too() {
    let plan = plan_text("documents", 2023, "Số, ký hiệu;Ngày ban hành\n1/A;31/02/2023\n");
    let shown = plan.refusal.unwrap().render(Lang::Vi);
    assert!(shown.contains("lỗi: 1 ô của cột `issued_on` không phải là ngày"), "{shown}");
    assert!(shown.contains("gợi ý: hãy viết ngày/tháng/năm"), "{shown}");
}
