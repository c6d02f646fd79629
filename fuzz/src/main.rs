//! Feeds the parser that `CCHC_PARSER` names with inputs that libFuzzer makes from those that reached something new.
//!
//! The parsers and their first inputs are those of `tests/fuzz`; `fuzz/run` builds this and runs one after the other.

#![no_main]

use std::sync::{Arc, OnceLock};

use cchc::analysis::checks::parse_waivers;
use cchc::chart::find_visualise;
use cchc::contract::parse_contract;
use cchc::engine::{Script, split_lexemes};
use cchc::query::parse_saved_query;
use cchc::source::{ReadOptions, read_exports};
use cchc::vietnamese::{calendar::Calendar, dates, fold, numbers, quantities, syllables};
use libfuzzer_sys::fuzz_target;

type Parser = fn(&[u8]);

static PARSER: OnceLock<Parser> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| PARSER.get_or_init(named)(bytes));

fn named() -> Parser {
    match std::env::var("CCHC_PARSER").as_deref() {
        Ok("contract") => |bytes| drop(parse_contract("x", "x.toml", &String::from_utf8_lossy(bytes))),
        Ok("query") => query,
        Ok("statement") => statement,
        Ok("waivers") => |bytes| drop(parse_waivers("waivers.toml", &String::from_utf8_lossy(bytes))),
        Ok("calendar") => calendar,
        Ok("values") => values,
        Ok("text" | "markup" | "xls") => file,
        _ => panic!("CCHC_PARSER names no parser; fuzz/run has the names"),
    }
}

fn query(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    drop(parse_saved_query("q", "q.sql", &text));
    let script = Script::new("q.sql", &*text);
    for statement in script.statements() {
        let _ = script.sql(&statement);
    }
}

fn statement(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(at) = find_visualise(&text) {
        assert!(text.is_char_boundary(at));
    }
    for lexeme in split_lexemes(&text) {
        let _ = lexeme.text(&text);
    }
}

fn calendar(bytes: &[u8]) {
    static SHIPPED: OnceLock<Arc<Calendar>> = OnceLock::new();
    drop(SHIPPED.get_or_init(Calendar::shipped).extended(&String::from_utf8_lossy(bytes)));
}

fn values(bytes: &[u8]) {
    for line in String::from_utf8_lossy(bytes).lines() {
        let _ = (numbers::parse_number(line), quantities::parse_quantity(line));
        let _ = (dates::parse_date(line), dates::parse_date_time(line), dates::parse_span(line));
        for (range, _) in dates::find_dates(line) {
            assert!(line.get(range).is_some(), "{line}");
        }
        let folded = fold::fold(line);
        assert_eq!(fold::fold(&folded), folded, "{line}");
        let _ = (syllables::weigh(line), syllables::has_lost_letters(line));
    }
}

/// Exports are read from files, whatever their form; a file system in memory makes it quick.
fn file(bytes: &[u8]) {
    let path = std::env::temp_dir().join(format!("cchc-fuzz-{}", std::process::id()));
    std::fs::write(&path, bytes).expect("the folder for temporary files can be written");
    let _ = read_exports(&path, &ReadOptions::default());
}
