//! Runs the committed list of statements: each is drawn in every look, or refused with its message.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, Date32Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
};

use super::scene::{Bounds, Item, Role};
use super::svg::draw_scene;
use super::{
    ChartData, ChartOptions, Clause, ColumnNotes, Plot, Table, ThemeName, find_visualise, resolve_plot,
};
use crate::error::{Lang, Result};

const STATEMENTS: &str = include_str!("../../tests/fixtures/grammar/statements.txt");
const FIELDS: [&str; 4] =
    ["Năng lượng nguyên tử", "Khoa học công nghệ", "Tiêu chuẩn đo lường chất lượng", "Sở hữu trí tuệ"];

fn table(name: &str, columns: Vec<(&str, ArrayRef)>) -> Table {
    let columns = columns.into_iter().map(|(name, column)| (name, column, true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    Table { name: name.to_owned(), schema: batch.schema(), batches: vec![batch], is_ordered: true }
}

/// Four years of four fields.
fn data() -> ChartData {
    let rows: Vec<(usize, i32)> =
        (0..4).flat_map(|field| (2020..2024).map(move |year| (field, year))).collect();
    let number = |field: usize, year: i32| {
        let step = i64::from(year - 2020);
        [120, 90, 1180, 40][field] + step * [30, -8, 110, 9][field]
    };
    #[expect(clippy::cast_precision_loss, reason = "small numbers of a test")]
    let rate = |field: usize, year: i32| 88.0 + (number(field, year) % 11) as f64;
    let result = table(
        "result",
        vec![
            ("year", Arc::new(rows.iter().map(|row| row.1).collect::<Int32Array>())),
            ("field", Arc::new(rows.iter().map(|row| Some(FIELDS[row.0])).collect::<StringArray>())),
            ("n", Arc::new(rows.iter().map(|row| number(row.0, row.1)).collect::<Int64Array>())),
            ("rate", Arc::new(rows.iter().map(|row| rate(row.0, row.1)).collect::<Float64Array>())),
            ("low", Arc::new(rows.iter().map(|row| rate(row.0, row.1) - 3.0).collect::<Float64Array>())),
            ("high", Arc::new(rows.iter().map(|row| rate(row.0, row.1) + 2.0).collect::<Float64Array>())),
            (
                "day",
                Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| (row.1 - 1970) * 365 + 90))),
            ),
            (
                "kind",
                Arc::new(rows.iter().map(|row| Some(["thường", "khác"][row.0 % 2])).collect::<StringArray>()),
            ),
        ],
    );
    let goals = table(
        "goals",
        vec![
            ("year", Arc::new(Int32Array::from(vec![2021, 2022, 2023]))),
            ("goal", Arc::new(Float64Array::from(vec![900.0, 1000.0, 1100.0]))),
        ],
    );
    ChartData { result, tables: vec![goals] }
}

fn resolve(text: &str) -> Result<Plot> {
    let start = find_visualise(text).unwrap_or(0);
    let clause = Clause { file: "charts/thu.sql", text, start };
    resolve_plot(&clause, &data(), &ColumnNotes::default(), Lang::Vi)
}

fn statements(verdict: &str) -> Vec<(Vec<&'static str>, usize)> {
    let lines =
        STATEMENTS.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|(number, line)| (line.split(" | ").collect::<Vec<_>>(), number + 1))
        .filter(|(parts, _)| parts[0] == verdict)
        .collect()
}

#[test]
fn every_statement_of_the_list_is_drawn_in_every_look() {
    let mut failures = Vec::new();
    for (parts, line) in statements("drawn") {
        let plot = match resolve(parts[1]) {
            Ok(plot) => plot,
            Err(error) => {
                failures.push(format!("{line}: {}\n{}", parts[1], error.message(Lang::En)));
                continue;
            }
        };
        for theme in [ThemeName::Report, ThemeName::Print, ThemeName::Screen] {
            let options = ChartOptions { theme, ..ChartOptions::print(155.0, 90.0, 150.0, Lang::Vi) };
            match draw_scene(&plot, &options) {
                Ok(scene) => {
                    failures.extend(meeting(&scene.items, &options).map(|what| format!("{line}: {what}")));
                }
                Err(error) => failures.push(format!("{line}: {}", error.message(Lang::En))),
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Finds a text that leaves the picture, or two that meet.
fn meeting(items: &[Item], options: &ChartOptions) -> Option<String> {
    let texts: Vec<(&str, Role, Bounds)> = items
        .iter()
        .filter_map(|item| match item {
            Item::Text { text, style, .. } => Some((text.as_str(), style.role, item.text_bounds()?)),
            _ => None,
        })
        .collect();
    for (index, (text, role, bounds)) in texts.iter().enumerate() {
        let (width, height) = (f64::from(options.width_px), f64::from(options.height_px));
        if bounds.left < -1.0
            || bounds.top < -1.0
            || bounds.right > width + 1.0
            || bounds.bottom > height + 1.0
        {
            return Some(format!("`{text}` ({role:?}) leaves the picture: {bounds:?}"));
        }
        let is_other = |other: &&(&str, Role, Bounds)| {
            // Values lie where the data put them.
            !(*role == Role::Value && other.1 == Role::Value) && other.2.meets(bounds)
        };
        if let Some((other, other_role, _)) = texts[..index].iter().find(is_other) {
            return Some(format!("`{text}` ({role:?}) meets `{other}` ({other_role:?})"));
        }
    }
    None
}

#[test]
fn every_other_statement_is_refused_with_its_message_and_place() {
    for (parts, line) in statements("refused") {
        let message = resolve(parts[2]).unwrap_err().render(Lang::En);
        assert!(message.contains(parts[1]), "{line}: {}\n{message}", parts[2]);
        assert!(message.contains("charts/thu.sql:1:"), "{line}: {message}");
    }
}

#[test]
fn every_geometry_of_the_grammar_stands_in_the_list() {
    for geometry in super::clause::GEOMETRIES {
        let word = format!("DRAW {geometry}");
        assert!(STATEMENTS.contains(&word), "{geometry}");
    }
    for geometry in super::DRAWN {
        let word = format!("DRAW {geometry}");
        assert!(statements("drawn").iter().any(|(parts, _)| parts[1].contains(&word)), "{geometry}");
    }
}

/// The geometries as the grammar crate knows them.
fn geometries() -> Vec<ggsql::plot::Geom> {
    use ggsql::plot::Geom;
    vec![
        Geom::point(),
        Geom::line(),
        Geom::path(),
        Geom::bar(),
        Geom::area(),
        Geom::tile(),
        Geom::polygon(),
        Geom::ribbon(),
        Geom::histogram(),
        Geom::density(),
        Geom::smooth(),
        Geom::boxplot(),
        Geom::violin(),
        Geom::text(),
        Geom::segment(),
        Geom::rule(),
        Geom::range(),
    ]
}

/// What the published grammar offers stands in the list, so that an upgrade of the crate cannot add something silently.
#[test]
fn every_word_of_the_grammar_and_every_setting_of_a_layer_stands_in_the_list() {
    let mut missing = Vec::new();
    let language = tree_sitter_ggsql::language();
    for id in 0..language.node_kind_count() {
        let id = u16::try_from(id).unwrap();
        let Some(word) = language.node_kind_for_id(id).filter(|_| !language.node_kind_is_named(id)) else {
            continue;
        };
        // What starts with an underline is a rule of the grammar's own.
        let is_word = word.chars().all(|letter| letter.is_ascii_lowercase());
        let stands = |line: &str| {
            let mut words = line.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
            words.any(|found| found == word)
        };
        if is_word && word.len() > 1 && !STATEMENTS.lines().any(stands) {
            missing.push(word.to_owned());
        }
    }
    for geometry in geometries() {
        let name = geometry.geom_type().to_string();
        for setting in geometry.valid_settings().into_iter().filter(|setting| !setting.starts_with("pos")) {
            let draw = format!("DRAW {name} ");
            let stands = STATEMENTS.lines().any(|line| {
                let own = line.split("DRAW ").filter(|part| part.starts_with(&format!("{name} ")));
                own.into_iter().any(|part| part.contains(&format!("{setting} =>"))) && line.contains(&draw)
            });
            if !stands {
                missing.push(format!("{draw}SETTING {setting}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn three_charts_are_written_as_they_always_were() {
    let options = ChartOptions::print(100.0, 60.0, 100.0, Lang::Vi);
    for (name, text) in [
        (
            "stacked",
            "VISUALISE year AS x, n AS y, field AS fill DRAW bar LABEL title => 'Hồ sơ theo lĩnh vực', y => 'Hồ sơ'",
        ),
        (
            "panels",
            "VISUALISE year AS x, rate AS y DRAW line DRAW point FACET field LABEL subtitle => '%', y => NULL",
        ),
        (
            "band",
            "VISUALISE year AS x, field AS color DRAW ribbon MAPPING low AS ymin, high AS ymax DRAW line MAPPING rate AS y",
        ),
    ] {
        insta::assert_snapshot!(name, super::draw_svg(&resolve(text).unwrap(), &options).unwrap());
    }
}

#[test]
fn bars_are_as_long_as_their_values_and_stand_on_zero() {
    let plot = resolve("VISUALISE field AS x, n AS y DRAW bar FILTER year = 2020").unwrap();
    let scene = draw_scene(&plot, &ChartOptions::print(155.0, 90.0, 300.0, Lang::Vi)).unwrap();
    let bars: Vec<(f64, f64)> = scene
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Rectangle { from, to, colour, .. } if *colour != super::scene::Colour::WHITE => {
                Some((from.1, to.1))
            }
            _ => None,
        })
        .collect();
    let lengths: Vec<f64> = bars.iter().map(|(top, bottom)| bottom - top).collect();
    let values = [120.0, 90.0, 1180.0, 40.0];
    assert_eq!(lengths.len(), 4);
    for (length, value) in lengths.iter().zip(values) {
        assert!((length / lengths[0] - value / values[0]).abs() < 1e-6, "{lengths:?}");
    }
    assert!(bars.windows(2).all(|pair| (pair[0].1 - pair[1].1).abs() < 1e-6));
    let written: Vec<&str> = scene
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Text { text, style, .. } if style.role == Role::Value => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(written, ["120", "90", "1.180", "40"]);
}

#[test]
fn a_hundred_thousand_points_are_one_shape_per_group() {
    let count = 100_000_i32;
    let x: ArrayRef = Arc::new((0..count).map(|at| f64::from(at * 37 % 9973)).collect::<Float64Array>());
    let y: ArrayRef = Arc::new((0..count).map(|at| f64::from(at * 101 % 8191)).collect::<Float64Array>());
    let data = ChartData { result: table("many", vec![("x", x), ("y", y)]), tables: Vec::new() };
    let text = "VISUALISE x, y DRAW point";
    let clause = Clause { file: "f", text, start: 0 };
    let plot = resolve_plot(&clause, &data, &ColumnNotes::default(), Lang::Vi).unwrap();
    let scene = draw_scene(&plot, &ChartOptions::print(155.0, 90.0, 300.0, Lang::Vi)).unwrap();
    assert_eq!(scene.items.iter().filter(|item| matches!(item, Item::Dots { .. })).count(), 1);
    assert!(scene.items.len() < 100);
}
