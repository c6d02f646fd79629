//! Imports the sample exports into temporary workspaces and compares with what they must give.

use std::path::{Path, PathBuf};

use chrono::DateTime;
use serde_json::Value as Json;

use super::{ImportPlan, ImportRequest, import, plan_import};
use crate::contract::{Contract, parse_contract};
use crate::error::Lang;
use crate::store::{Synthetic, read_provenance};
use crate::workspace::Workspace;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn contract(name: &str) -> Contract {
    let file = format!("datasets/{name}.toml");
    parse_contract(name, &file, &std::fs::read_to_string(root().join(&file)).unwrap()).unwrap()
}

fn fixture(name: &str) -> PathBuf {
    root().join("tests/fixtures/exports").join(name)
}

fn request(year: i32, file: &Path) -> ImportRequest {
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
        now: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
    }
}

fn workspace() -> (tempfile::TempDir, Workspace) {
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

fn refusal(dataset: &str, year: i32, text: &str) -> String {
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
        assert_eq!(read_provenance(&report.path).unwrap(), report.plan.provenance, "{name}");
    }
}
