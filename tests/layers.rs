use std::collections::BTreeSet;
use std::path::Path;

use crate::support::repository;

/// The modules from the bottom up: each may use those before it.
const ORDER: [&str; 21] = [
    "error",
    "guard",
    "messages",
    "progress",
    "remote",
    "workspace",
    "pipeline",
    "vietnamese",
    "contract",
    "source",
    "store",
    "query",
    "engine",
    "import",
    "output",
    "analysis",
    "chart",
    "terminal",
    "cli",
    "commands",
    "shell",
];

#[test]
fn modules_use_only_modules_below_them() {
    let mut faults = Vec::new();
    let source = repository().join("src");
    for_each_file(&source, &mut |path| {
        let relative = path.strip_prefix(&source).unwrap().to_string_lossy().replace('\\', "/");
        let module = relative.split(['/', '.']).next().unwrap().to_owned();
        if matches!(module.as_str(), "main" | "lib") {
            return;
        }
        let own = ORDER.iter().position(|name| *name == module);
        let own = own.unwrap_or_else(|| panic!("`{module}` is missing in the order of modules"));
        for used in used_modules(&std::fs::read_to_string(path).unwrap()) {
            match ORDER.iter().position(|name| *name == used) {
                Some(other) if other > own => {
                    faults.push(format!("{relative} uses `{used}`, which lies above it"));
                }
                _ => {}
            }
        }
    });
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_library_lists_its_modules_in_the_same_order() {
    let text = std::fs::read_to_string(repository().join("src/lib.rs")).unwrap();
    let listed: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let expected: Vec<&str> = ORDER.iter().copied().filter(|name| listed.contains(name)).collect();
    assert_eq!(listed, expected);
}

fn used_modules(text: &str) -> BTreeSet<&str> {
    text.split("crate::")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default())
        .collect()
}

fn for_each_file(folder: &Path, visit: &mut impl FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            for_each_file(&path, visit);
        } else {
            visit(&path);
        }
    }
}
