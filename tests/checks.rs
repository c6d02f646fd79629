use std::collections::{BTreeMap, BTreeSet};

use crate::support::{Project, repository};

/// The folder of a small year without faults.
fn fixture(name: &str) -> String {
    std::fs::read_to_string(repository().join("tests/fixtures/checks").join(name)).unwrap()
}

/// Every dataset of the clean year 2025, and what 2024 leaves to it.
const CLEAN: [(&str, i32); 11] = [
    ("figures", 2025),
    ("training", 2025),
    ("documents", 2025),
    ("procedures", 2025),
    ("targets", 2026),
    ("staffing", 2024),
    ("staffing", 2025),
    ("autonomy", 2024),
    ("autonomy", 2025),
    ("dossiers", 2024),
    ("dossiers", 2025),
];

fn import(project: &Project, dataset: &str, year: i32, text: &str) {
    let file = format!("{dataset}_{year}.csv");
    project.write(&file, text);
    let (period, closing) = (format!("{year}-01-01..{year}-12-31"), format!("{year}-12-15"));
    let period =
        if dataset == "dossiers" && year == 2025 { "2025-01-01..2025-12-15" } else { period.as_str() };
    let year = year.to_string();
    let words = ["import", dataset, &year, &file, "--period", period, "--as-of", &closing];
    project.run(&words).data();
}

fn clean_year() -> Project {
    let project = Project::new();
    for (dataset, year) in CLEAN {
        import(&project, dataset, year, &fixture(&format!("{dataset}_{year}.csv")));
    }
    project
}

/// What a run of one check found, as `severity key` lines without what is fine.
fn findings(project: &Project, check: &str) -> Vec<String> {
    let run = project.run(&["check", check, "--format", "ndjson"]);
    assert!(matches!(run.code, Some(0 | 1)), "{check}: {run}");
    assert!(!run.stderr.contains("cannot be used") && !run.stderr.contains("failed: 1"), "{check}: {run}");
    let rows = run.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let found = rows.filter(|row| row["severity"] != "fine");
    found
        .map(|row| format!("{} {}", row["severity"].as_str().unwrap(), row["key"].as_str().unwrap()))
        .collect()
}

#[test]
fn a_clean_year_has_no_findings_and_everything_is_looked_at() {
    let run = clean_year().run(&["check", "--format", "ndjson"]);
    let rows: Vec<serde_json::Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let found: Vec<_> = rows.iter().filter(|row| row["severity"] != "fine").collect();
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(run.code, Some(0), "{run}");
    // Each check says what it found right, except those that have nothing to count when all is well.
    let silent = ["r06_merged_states"];
    let spoke: BTreeSet<&str> = rows.iter().map(|row| row["check"].as_str().unwrap()).collect();
    for check in check_names() {
        assert!(spoke.contains(check.as_str()) || silent.contains(&check.as_str()), "{check} says nothing");
    }
}

fn check_names() -> Vec<String> {
    let folder = std::fs::read_dir(repository().join("queries/checks")).unwrap();
    let names = folder.filter_map(|entry| {
        entry.unwrap().file_name().to_string_lossy().strip_suffix(".sql").map(str::to_owned)
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// A fault: the check, the finding, and in which file which text becomes which.
type Seed = (&'static str, &'static str, &'static str, i32, &'static str, &'static str);

const SEEDS: [Seed; 51] = [
    ("r01_status_sum", "error dossiers_total", "figures", 2025, "hồ sơ;8;", "hồ sơ;9;"),
    ("r02_class_missing", "error dossiers_on_time", "figures", 2025, "dossiers_on_time;", "x;"),
    ("r03_claim_against_number", "error F25", "figures", 2025, "kết quả;0;;hồ sơ;;", "kết quả;2;;hồ sơ;;"),
    (
        "r04_received_and_resolved",
        "error dossiers_resolved",
        "figures",
        2025,
        "giải quyết;4;;",
        "giải quyết;5;;",
    ),
    ("r05_field_sum", "error dossiers_total", "figures", 2025, "nguyên tử;2;", "nguyên tử;3;"),
    (
        "r05_field_sum",
        "note dossiers_intellectual_property",
        "figures",
        2025,
        "dossiers_intellectual_property",
        "x",
    ),
    (
        "r06_merged_states",
        "warning F18",
        "figures",
        2025,
        "dossiers_returned;",
        "dossiers_returned_withdrawn;",
    ),
    ("r07_opening_stock", "gap dossiers_carried_in", "figures", 2025, "dossiers_carried_in", "x"),
    ("r07_opening_stock", "gap dossiers_direct_postal", "figures", 2025, "dossiers_direct_postal", "x"),
    ("r07_opening_stock", "error balance", "figures", 2025, "chuyển sang;1;", "chuyển sang;2;"),
    ("r09_overdue_explained", "gap apology_letters", "figures", 2025, "apology_letters", "x"),
    ("r09_overdue_explained", "warning overdue_reasons", "figures", 2025, "nguyên nhân;1;", "nguyên nhân;0;"),
    ("r10_unit_count", "error groups", "figures", 2025, "chi thường xuyên;1;", "chi thường xuyên;2;"),
    ("r10_unit_count", "error named", "figures", 2025, "nêu tên;1;", "nêu tên;0;"),
    (
        "r10_unit_count",
        "error staffing",
        "staffing",
        2025,
        "Trung tâm Ứng dụng;Sự",
        "Trung tâm Khác;Sự nghiệp;Công chức;0;0;0;\nTrung tâm Ứng dụng;Sự",
    ),
    ("r11_autonomy_detail", "gap Trung tâm Ứng dụng", "autonomy", 2025, "100/QĐ-UBND", ""),
    ("r11_autonomy_detail", "gap Trung tâm Ứng dụng", "autonomy", 2025, "Nhóm 2", "3"),
    (
        "r12_repealed_basis",
        "warning 16/2015/NĐ-CP",
        "documents",
        2025,
        "90/QĐ-UBND;01/6/2024",
        "16/2015/NĐ-CP;14/02/2015",
    ),
    (
        "r12_repealed_basis",
        "note 115/2005/NĐ-CP",
        "documents",
        2025,
        "90/QĐ-UBND;01/6/2024",
        "115/2005/NĐ-CP;05/09/2005",
    ),
    ("r13_autonomy_deadline", "warning preparing", "autonomy", 2025, "Đã phê duyệt", "Đang xây dựng"),
    ("r15_staffing_identity", "error civil_servants", "figures", 2025, "giao;10;", "giao;11;"),
    ("r15_staffing_identity", "gap civil_servants", "figures", 2025, "civil_servants_assigned", "x"),
    ("r15_staffing_identity", "error Văn phòng Sở · civil_servant", "staffing", 2025, ";10;9;1;", ";10;9;2;"),
    (
        "r16_as_of",
        "gap II.4",
        "figures",
        2025,
        "công chức có mặt 9 người;15/12/2025",
        "công chức có mặt 9 người;",
    ),
    ("r17_missing_dimensions", "gap labour_contract", "figures", 2025, "labour_contracts_present", "x"),
    ("r18_transfers", "warning F34", "figures", 2025, "staff_transfers_in", "staff_transfers"),
    ("r19_imprecise", "warning F36", "figures", 2025, "12;;lượt;;", "10;;lượt;trên;"),
    ("r19_imprecise", "warning F36", "figures", 2025, "12;;lượt;;số đếm", ";;lượt;nhiều;không định lượng"),
    (
        "r20_unit_of_count",
        "warning training",
        "training",
        2025,
        "Bồi dưỡng",
        "Tập huấn;Khác;3;người;01/04/2025;02/04/2025\nBồi dưỡng",
    ),
    ("r20_unit_of_count", "warning F36", "figures", 2025, "12;;lượt;;số đếm", "80;;lượt/người;;tỷ lệ"),
    ("r21_obsolete_levels", "note procedures", "procedures", 2025, "Toàn trình", "Mức độ 4"),
    ("r22_stale_catalogue", "warning 90/QĐ-UBND", "documents", 2025, "01/6/2024", "01/6/2020"),
    ("r23_vacuous_ratio", "warning F04", "figures", 2025, "iso_rate", "x"),
    ("r24_target_in_plan", "warning F40", "targets", 2026, "training_turns", "x"),
    (
        "r24_target_in_plan",
        "warning F40",
        "targets",
        2026,
        "Nêu trong báo cáo;31/12/2026;Văn phòng Sở;\npro",
        "Nêu trong báo cáo;;;\npro",
    ),
    ("r25_target_feasible", "warning procedures_level4", "figures", 2025, "mức độ 4;4;5;", "mức độ 4;5;5;"),
    ("r25_target_feasible", "error procedures_level4", "figures", 2025, "mức độ 4;4;5;", "mức độ 4;6;5;"),
    ("r26_no_baseline", "gap training_turns", "targets", 2026, "2026;12;15", "2026;;15"),
    ("r27_frequency", "warning F02", "figures", 2025, "CCHC;12;", "CCHC;;"),
    ("r28_duplicates", "error dossiers_early/count", "figures", 2025, "dossiers_on_time;", "dossiers_early;"),
    (
        "r28_duplicates",
        "warning dossiers_overdue/count",
        "figures",
        2025,
        "dossiers_on_time;",
        "dossiers_overdue;",
    ),
    ("r29_document_symbol", "note 10/SKHCN-VP", "documents", 2025, "10/KH-SKHCN", "10/SKHCN-VP"),
    ("r30_document_order", "warning 12/BC-SKHCN", "documents", 2025, "12/02/2025", "09/02/2025"),
    (
        "r31_document_chronology",
        "warning 10/KH-SKHCN",
        "documents",
        2025,
        "5/QĐ-UBND;10/01",
        "5/QĐ-UBND;10/03",
    ),
    ("r32_document_list", "warning F01", "figures", 2025, "ban hành;1;", "ban hành;2;"),
    ("r33_expired_period", "warning 5/QĐ-UBND", "documents", 2025, "2021 - 2025", "2016 - 2020"),
    ("r34_scope_words", "warning dossiers_early", "figures", 2025, "dossiers_on_time;", "dossiers_early;"),
    (
        "r37_claim_without_data",
        "gap F25",
        "figures",
        2025,
        "F25;II.2;dossiers_unknown",
        "F25;II.2;complaints",
    ),
    ("r38_doubled_words", "warning F05/hồ", "figures", 2025, "số hồ sơ: 8", "số hồ hồ sơ: 8"),
    ("figures_against_data", "error F36", "figures", 2025, "12;;lượt;;", "13;;lượt;;"),
    ("figures_against_data", "error F36", "figures", 2025, "12;;lượt;;", "12;;lượt;trên;"),
];

/// Faults of the register of dossiers, as [`SEEDS`].
const DOSSIER_SEEDS: [Seed; 9] = [
    (
        "dossiers_without_outcome",
        "warning H41.24-251105-0001",
        "dossiers",
        2025,
        ";Đang giải quyết quá hạn",
        ";",
    ),
    (
        "dossiers_outcome_and_dates",
        "warning H41.24-250403-0001",
        "dossiers",
        2025,
        "22/04/2025 15:00",
        "18/04/2025 15:00",
    ),
    (
        "dossiers_outcome_and_dates",
        "note H41.24-250303-0001",
        "dossiers",
        2025,
        "14/03/2025 15:00",
        "17/03/2025 15:00",
    ),
    (
        "dossiers_outcome_and_dates",
        "warning H41.24-251205-0001",
        "dossiers",
        2025,
        "26/12/2025 09:00",
        "10/12/2025 09:00",
    ),
    ("dossiers_in_two_years", "error H41.24-250203-0001", "dossiers", 2024, "240603", "250203"),
    (
        "dossiers_carried_over",
        "warning dossiers",
        "dossiers",
        2025,
        "H41.24-241220-0001",
        "H41.24-241220-0009",
    ),
    ("names_across_years", "note staffing.unit/Văn phòng", "staffing", 2025, "Văn phòng Sở", "Văn phòng"),
    (
        "names_across_years",
        "warning staffing.unit/Văn Phòng Sở",
        "staffing",
        2025,
        "Văn phòng Sở",
        "Văn Phòng Sở",
    ),
    (
        "names_across_years",
        "note dossiers.field/Sở hữu trí tuệ",
        "dossiers",
        2025,
        "Sở hữu trí tuệ",
        "Khoa học và công nghệ",
    ),
];

/// Everything that all checks find, as `check severity key`.
fn all_findings(project: &Project) -> BTreeSet<String> {
    let run = project.run(&["check", "--format", "ndjson"]);
    let rows = run.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let word = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.map(|row| format!("{} {} {}", word(&row, "check"), word(&row, "severity"), word(&row, "key")))
        .collect()
}

/// Puts the faults into the files as long as they do not get into each other's way; returns the others.
fn seed<'a>(project: &Project, seeds: &[&'a Seed]) -> (Vec<&'a Seed>, Vec<&'a Seed>) {
    let mut texts: BTreeMap<(&str, i32), String> = BTreeMap::new();
    let (mut put, mut left) = (Vec::new(), Vec::new());
    for seed in seeds {
        let (check, _, dataset, year, from, to) = **seed;
        let clean = fixture(&format!("{dataset}_{year}.csv"));
        assert!(clean.contains(from), "{check}: no `{from}` in {dataset} {year}");
        let text = texts.entry((dataset, year)).or_insert(clean);
        let is_second = put.iter().any(|(other, ..): &&Seed| *other == check);
        if is_second || !text.contains(from) {
            left.push(*seed);
        } else {
            *text = text.replace(from, to);
            put.push(*seed);
        }
    }
    for ((dataset, year), text) in &texts {
        import(project, dataset, *year, text);
    }
    (put, left)
}

fn assert_found(seeds: &[Seed]) {
    let project = clean_year();
    let mut left: Vec<&Seed> = seeds.iter().collect();
    while !left.is_empty() {
        let (put, rest) = seed(&project, &left);
        let found = all_findings(&project);
        let is_found = |seed: &&Seed| found.contains(&format!("{} {}", seed.0, seed.1));
        // One fault may hide another one; alone it must be found.
        for hidden in put.into_iter().filter(|seed| !is_found(seed)) {
            let alone = clean_year();
            seed(&alone, &[hidden]);
            let found = findings(&alone, hidden.0);
            assert!(found.iter().any(|finding| finding == hidden.1), "{hidden:?} gave {found:?}");
        }
        left = rest;
    }
}

#[test]
fn every_check_finds_its_fault() {
    let seeds: Vec<Seed> = SEEDS.iter().chain(&DOSSIER_SEEDS).copied().collect();
    assert_found(&seeds);
}

#[test]
fn every_check_has_a_seeded_fault() {
    let seeded = SEEDS.iter().chain(&DOSSIER_SEEDS).map(|(check, ..)| *check);
    let seeded: BTreeSet<&str> = seeded.chain(["contract_left_behind"]).collect();
    let names = check_names();
    let missing: Vec<_> = names.iter().filter(|name| !seeded.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let rules = names
        .iter()
        .filter(|name| {
            name.strip_prefix('r')
                .is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
        })
        .count();
    assert!(rules >= 19, "only {rules} rules are checked");
}

#[test]
fn a_contract_that_no_longer_fits_names_the_years_to_import_again() {
    let project = Project::with_data();
    assert_eq!(findings(&project, "contract_left_behind"), Vec::<String>::new());
    let contract = std::fs::read_to_string(project.path("datasets/training.toml")).unwrap();
    project.write(
        "datasets/training.toml",
        &contract.replace("\"Lượt và", "\"Số lượt và").replace("Lượt và người là", "Lượt, người là"),
    );
    assert_eq!(findings(&project, "contract_left_behind").first().unwrap(), "note training/2021");
    project.write(
        "datasets/training.toml",
        &contract.replace(
            "name = \"participants\"\ntitle = \"Số lượng\"",
            "name = \"attendees\"\ntitle = \"Số lượng\"",
        ),
    );
    let found = findings(&project, "contract_left_behind");
    assert_eq!(found, ["error training/2021", "error training/2022", "error training/2023"]);
}

#[test]
fn the_contradictions_of_the_report_of_2023_are_found_with_their_numbers() {
    let project = Project::with_data();
    let run = project.run(&["check", "--format", "csv"]);
    assert_eq!(run.code, Some(1), "{run}");
    let line = |start: &str| {
        run.stdout
            .lines()
            .find(|line| line.starts_with(start))
            .unwrap_or_else(|| panic!("{start}: {run}"))
            .to_owned()
    };
    assert!(line("r01_status_sum,dossiers_total,2023,error").contains(",149.0,144.0,-5.0,"));
    assert!(line("r01_status_sum").contains("137 + 3 + 2 + 2 = 144"));
    assert!(line("r03_claim_against_number,F11,2023,error").contains(",0.0,3.0,3.0,"));
    assert!(line("r10_unit_count,groups,2023,error").contains(",5.0,4.0,-1.0,"));
    assert!(line("r10_unit_count,named,2023,error").contains(",5.0,4.0,-1.0,"));
    assert!(line("r05_field_sum,dossiers_total,2023,fine").contains("66 + 18 + 65 = 149"));
    assert!(
        line("r25_target_feasible").contains("+22") && line("r25_target_feasible").contains("at least 9")
    );
    assert!(line("r29_document_symbol,59/SKHCN-VP,2023,note").contains("KH"));
    assert!(line("r38_doubled_words,F17/quyết").contains("giải quyết quyết"));
    let empty = run.stdout.lines().filter(|line| line.starts_with("dossiers_without_outcome,H41")).count();
    assert_eq!(empty, 5);
    let page = project.run(&["check", "--format", "table"]).stdout;
    for rule in ["R08", "R14", "R35", "R36"] {
        assert!(page.contains(rule), "{rule}");
    }
}

#[test]
fn findings_are_shown_to_people_in_both_languages() {
    let project = Project::with_data();
    for lang in ["vi", "en"] {
        let words = [
            "--lang",
            lang,
            "check",
            "r01_status_sum",
            "r05_field_sum",
            "r12_repealed_basis",
            "--format",
            "table",
        ];
        insta::assert_snapshot!(format!("page_{lang}"), project.run(&words));
    }
}

const WAIVER: &str = "[[waivers]]
check = \"r23_vacuous_ratio\"
key = \"F12\"
year = 2023
reason = \"28 thủ tục theo Quyết định 4617/QĐ-UBND\"
date = 2024-01-05
";

#[test]
fn a_waiver_keeps_its_finding_visible_and_a_stale_one_is_a_finding() {
    let project = Project::with_data();
    project.write("queries/checks/waivers.toml", WAIVER);
    let run = project.run(&["--lang", "vi", "check", "r23_vacuous_ratio", "--format", "table"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.contains("Đã chấp nhận (1)") && run.stdout.contains("05/01/2024"), "{run}");
    assert!(run.stdout.contains("28 thủ tục theo Quyết định 4617/QĐ-UBND"), "{run}");
    project.write("queries/checks/waivers.toml", &WAIVER.replace("F12", "F99"));
    let stale = "warning r23_vacuous_ratio/F99".to_owned();
    assert!(findings(&project, "r23_vacuous_ratio").contains(&stale));
    // A waiver of a check that did not run, or of another year, is not judged.
    assert_eq!(findings(&project, "r05_field_sum"), ["note dossiers_intellectual_property"]);
    project.write("queries/checks/waivers.toml", &WAIVER.replace("F12", "F99").replace("2023", "2022"));
    assert!(!findings(&project, "r23_vacuous_ratio").contains(&stale));
    project.write("queries/checks/waivers.toml", &WAIVER.replace("r23_vacuous_ratio", "r99_gone"));
    assert!(findings(&project, "r05_field_sum").contains(&"warning r99_gone/F12".to_owned()));
}

#[test]
fn an_error_that_is_waived_does_not_fail_the_run() {
    let project = Project::with_data();
    assert_eq!(project.run(&["check", "r01_status_sum"]).code, Some(1));
    let waiver = WAIVER.replace("r23_vacuous_ratio", "r01_status_sum").replace("F12", "dossiers_total");
    project.write("queries/checks/waivers.toml", &waiver);
    assert_eq!(project.run(&["check", "r01_status_sum"]).code, Some(0));
}

#[test]
fn a_waiver_without_a_reason_is_refused_with_file_and_line() {
    let project = Project::with_data();
    let waiver = WAIVER.lines().filter(|line| !line.starts_with("reason")).collect::<Vec<_>>().join("\n");
    project.write("queries/checks/waivers.toml", &waiver);
    for lang in ["vi", "en"] {
        let run = project.run(&["--lang", lang, "check"]);
        assert_eq!(run.code, Some(2));
        insta::assert_snapshot!(format!("waiver_without_reason_{lang}"), run);
    }
}

#[test]
fn a_check_that_cannot_run_is_named_and_hides_no_other() {
    let project = Project::with_data();
    project.write("queries/checks/broken.sql", "-- title: Hỏng\nSELECT nothing FROM figures\n");
    project.write("queries/checks/short.sql", "-- title: Thiếu cột\nSELECT 'a' AS key\n");
    project.write("queries/checks/header.sql", "-- title: Sai\n-- param x: words\nSELECT 1\n");
    let page = project.run(&["--lang", "en", "check", "--format", "table"]);
    assert_eq!(page.code, Some(1));
    for name in [
        "broken",
        "short",
        "header",
        "queries/checks/header.sql:2:4",
        "no column `nothing`",
        "no column `year`",
    ] {
        assert!(page.stdout.contains(name), "{name}: {page}");
    }
    assert!(page.stdout.contains("r01_status_sum/dossiers_total"), "{page}");
    let list = project.run(&["--lang", "en", "check", "--format", "csv"]);
    assert!(list.stdout.contains("r01_status_sum,") && list.stderr.contains("broken"), "{list}");
}

#[test]
fn names_and_parameters_of_checks_are_checked_before_anything_runs() {
    let project = Project::with_data();
    let unknown = project.run(&["check", "r01_status_sums"]);
    assert_eq!(unknown.code, Some(2), "{unknown}");
    assert!(unknown.stderr.contains("did you mean `r01_status_sum`"), "{unknown}");
    assert_eq!(project.run(&["check", "r01_status_sum", "fr_year=2023"]).code, Some(2));
    let other = project.run(&["check", "r01_status_sum", "for_year=2022", "--format", "table"]);
    assert_eq!(other.code, Some(0), "{other}");
    let words = other.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("cannot be checked, because the workspace has no data"), "{other}");
}

#[test]
fn the_shell_runs_checks_too() {
    let project = Project::with_data();
    let run = project.run_with(&["--lang", "en"], "\\check r05_field_sum --format table\n");
    assert!(run.stdout.contains("66 + 18 + 65 = 149"), "{run}");
}

#[test]
fn a_workspace_without_data_has_nothing_to_check_and_nothing_breaks() {
    let run = Project::new().run(&["--lang", "en", "check", "--format", "csv"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(run.stdout.lines().count(), 1, "{run}");
}
