//! Every parser is fed with changed samples: it gives a value or an error, never a panic, and soon.
//!
//! The samples are committed (`tests/fixtures/corpora`, and the exports). CI tries some thousands of inputs per
//! parser; `CCHC_FUZZ=all` a million texts and fifty thousand files of each format, `CCHC_FUZZ_SEED` others.
//! An input that fails is written to the folder for temporary files of the build and named.

mod mutate;

use std::io::{Cursor, Read as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cchc::analysis::checks::parse_waivers;
use cchc::chart::find_visualise;
use cchc::contract::parse_contract;
use cchc::engine::{Script, split_lexemes};
use cchc::query::parse_saved_query;
use cchc::source::{ReadOptions, read_exports};
use cchc::vietnamese::{calendar::Calendar, dates, fold, numbers, quantities, syllables};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use crate::support::{exports, repository};
use mutate::{Dice, mutate};

/// Longer than this, and an input hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many inputs are tried: few where a person or CI waits.
fn rounds(few: usize, all: usize) -> usize {
    match std::env::var("CCHC_FUZZ").as_deref() {
        Ok("all") => all,
        Ok(count) => count.parse().unwrap_or(few),
        Err(_) => few,
    }
}

fn seed() -> u64 {
    std::env::var("CCHC_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

/// The committed samples of a parser.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = repository().join("tests/fixtures/corpora").join(name);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Gives `try_one` changed samples; what panics or hangs is kept and named.
#[expect(clippy::print_stderr, reason = "a long run tells how much it tried")]
fn feed(name: &str, rounds: usize, mut make: impl FnMut(&mut Dice) -> Vec<u8>, try_one: impl Fn(&[u8])) {
    let mut dice = Dice::new(seed());
    let begun = Instant::now();
    for round in 0..rounds {
        let input = make(&mut dice);
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| try_one(&input)));
        // A machine that was stopped meanwhile makes any input slow, so a slow one is tried again.
        let is_slow = start.elapsed() > PATIENCE && {
            let again = Instant::now();
            let _outcome = catch_unwind(AssertUnwindSafe(|| try_one(&input)));
            again.elapsed() > PATIENCE
        };
        if outcome.is_err() || is_slow {
            let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{round}"));
            std::fs::write(&file, &input).unwrap();
            panic!(
                "{name}: {} at input {round}, see {}",
                if is_slow { "hangs" } else { "panics" },
                file.display()
            );
        }
    }
    eprintln!("{name}: {rounds} inputs in {:.0} s, no panic, none slow", begun.elapsed().as_secs_f64());
}

fn feed_texts(name: &str, words: &[&str], try_one: impl Fn(&str)) {
    let samples = corpus(name);
    let make = |dice: &mut Dice| mutate(dice, &samples, words);
    feed(name, rounds(3_000, 1_000_000), make, |bytes| try_one(&String::from_utf8_lossy(bytes)));
}

#[test]
fn contracts() {
    let words = [
        "[[columns]]",
        "[columns.categories]",
        "type = \"category\"",
        "unpivot",
        "minimum = ",
        "pattern = \"(\"",
        "= [",
        "\"\"\"",
    ];
    feed_texts("contract", &words, |text| drop(parse_contract("x", "x.toml", text)));
}

#[test]
fn headers_of_saved_queries() {
    let words = [
        "-- param ",
        ": int = ",
        "-- choices ",
        "-- column ",
        "rate(a/b)",
        "-- form: $",
        "-- numbers: 1,",
        "-- missing ",
        "[]",
        "?",
        "(SELECT",
    ];
    feed_texts("query", &words, |text| {
        drop(parse_saved_query("q", "q.sql", text));
        let script = Script::new("q.sql", text);
        for statement in script.statements() {
            let _ = script.sql(&statement);
        }
    });
}

#[test]
fn where_visualise_begins_and_what_sql_is_made_of() {
    let words = ["VISUALISE", "visualize", "$$", "/*", "--", "'", "\"", "DRAW", "E'\\'", ";"];
    feed_texts("statement", &words, |text| {
        if let Some(at) = find_visualise(text) {
            assert!(text.is_char_boundary(at));
        }
        for lexeme in split_lexemes(text) {
            let _ = lexeme.text(text);
        }
    });
}

#[test]
fn waivers() {
    let words = ["[[waivers]]", "check = ", "key = ", "until = ", "2023-13-01", "reason = \"\""];
    feed_texts("waivers", &words, |text| drop(parse_waivers("waivers.toml", text)));
}

#[test]
fn days_of_the_calendar() {
    let words = ["public_holiday", "makeup_workday", "2024-02-30", ",,", "\"", "date,kind,name,source"];
    let shipped = Calendar::shipped();
    feed_texts("calendar", &words, |text| drop(shipped.extended(text)));
}

#[test]
fn dates_numbers_and_quantities() {
    let words = [
        "ngày",
        "tháng",
        "năm",
        "/",
        ".",
        ",",
        "%",
        "đồng",
        "triệu",
        "trên",
        "1.234,5",
        "29/02",
        "h",
        "phút",
        "Từ ngày",
        "đến",
    ];
    feed_texts("values", &words, |text| {
        for line in text.lines() {
            let _ = (numbers::parse_number(line), quantities::parse_quantity(line));
            let _ = (dates::parse_date(line), dates::parse_date_time(line), dates::parse_span(line));
            for (range, _) in dates::find_dates(line) {
                assert!(line.get(range).is_some(), "{line}");
            }
            let folded = fold::fold(line);
            assert_eq!(fold::fold(&folded), folded, "{line}");
            let _ = (syllables::weigh(line), syllables::has_lost_letters(line));
        }
    });
}

fn read(bytes: &[u8]) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let _ = read_exports(file.path(), &ReadOptions::default());
}

#[test]
fn delimited_text_in_any_encoding() {
    let samples = corpus("text");
    let words = [";", "\t", ",", "|", "\"\"", "sep=;", "\r"];
    feed("text", rounds(500, 1_000_000), |dice| mutate(dice, &samples, &words), read);
}

#[test]
fn html_and_xml_tables() {
    let samples = corpus("markup");
    let words = [
        "<td colspan=\"99999\">",
        "<tr>",
        "</table>",
        "<!--",
        "&#x1F;",
        "&amp",
        "<![CDATA[",
        "<!DOCTYPE a [",
        "ss:Index=\"0\"",
        "<Cell>",
    ];
    feed("markup", rounds(300, 50_000), |dice| mutate(dice, &samples, &words), read);
}

/// Workbooks of Excel 97 and before: one stream in a container of sectors.
#[test]
fn binary_workbooks() {
    let names = ["biff5.xls", "biff8.xls", "merged.xls"];
    let folder = repository().join("tests/fixtures/formats");
    let samples: Vec<Vec<u8>> = names.iter().map(|name| std::fs::read(folder.join(name)).unwrap()).collect();
    feed("xls", rounds(200, 50_000), |dice| mutate(dice, &samples, &[]), read);
}

/// The parts of packed formats are changed before they are packed: the container's check sums would hide it.
#[test]
fn packed_workbooks() {
    let folder = repository().join("tests/fixtures/formats");
    let mut files: Vec<PathBuf> = [
        "strict.xlsx",
        "xlsxwriter.xlsx",
        "old_fonts.xlsx",
        "binary.xlsb",
        "merged.xlsb",
        "packed.ods",
        "merged.ods",
    ]
    .map(|name| folder.join(name))
    .to_vec();
    files.push(exports().join("tu_chu_2023.xlsx"));
    let packages: Vec<Vec<(String, Vec<u8>)>> = files.iter().map(|file| unpack(file)).collect();
    let words = [
        "<c r=\"XFD1048576\"",
        "t=\"s\"",
        "<v>",
        "</row>",
        "<mergeCell ref=\"A1:XFD9\"/>",
        "s=\"99999\"",
        "count=\"4294967295\"",
    ];
    let make = |dice: &mut Dice| {
        let mut parts = packages[dice.roll(packages.len())].clone();
        for _ in 0..=dice.roll(2) {
            let at = dice.roll(parts.len());
            let sample = std::slice::from_ref(&parts[at].1);
            parts[at].1 = mutate(dice, sample, &words);
        }
        pack(&parts)
    };
    feed("packed", rounds(150, 50_000), make, read);
}

/// Containers themselves: what is packed is reached through lies about it.
#[test]
fn containers() {
    let mut samples = vec![std::fs::read(exports().join("tu_chu_2022.xlsx")).unwrap()];
    let text = std::fs::read(exports().join("chi_tieu_2024.csv")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&text).unwrap();
    samples.push(packed.finish().unwrap());
    samples.push(pack(&[("a.csv".to_owned(), text)]));
    feed(
        "container",
        rounds(300, 50_000),
        |dice| mutate(dice, &samples, &["PK\u{3}\u{4}", "../a", "\u{1f}"]),
        read,
    );
}

fn unpack(file: &Path) -> Vec<(String, Vec<u8>)> {
    let mut package = zip::ZipArchive::new(Cursor::new(std::fs::read(file).unwrap())).unwrap();
    let mut parts = Vec::new();
    for at in 0..package.len() {
        let mut part = package.by_index(at).unwrap();
        let mut inside = Vec::new();
        part.read_to_end(&mut inside).unwrap();
        parts.push((part.name().unwrap().into_owned(), inside));
    }
    parts
}

fn pack(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut packer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in parts {
        packer.start_file(name.as_str(), options).unwrap();
        packer.write_all(bytes).unwrap();
    }
    packer.finish().unwrap().into_inner()
}
