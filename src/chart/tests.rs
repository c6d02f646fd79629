//! Whole charts: from a clause and data to marks, SVG and PNG.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};

use super::direct;
use super::scene::{Item, Role};
use super::svg::draw_scene;
use super::theme::Theme;
use super::{
    ChartData, ChartOptions, Clause, ColumnNote, ColumnNotes, Plot, Table, ThemeName, draw_png, draw_svg,
    find_visualise, resolve_plot,
};
use crate::error::{Lang, Result};

const FIELDS: [&str; 4] =
    ["Năng lượng nguyên tử", "Khoa học công nghệ", "Tiêu chuẩn đo lường chất lượng", "Sở hữu trí tuệ"];

pub(super) fn table(name: &str, columns: Vec<(&str, ArrayRef)>) -> Table {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, column)| (name, column, true)),
    )
    .unwrap();
    Table { name: name.to_owned(), schema: batch.schema(), batches: vec![batch], is_ordered: true }
}

pub(super) fn texts<T: AsRef<str>>(values: &[T]) -> ArrayRef {
    Arc::new(StringArray::from(values.iter().map(AsRef::as_ref).collect::<Vec<&str>>()))
}

pub(super) fn floats(values: &[Option<f64>]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

pub(super) fn years(values: &[i32]) -> ArrayRef {
    Arc::new(Int32Array::from(values.to_vec()))
}

pub(super) fn counts(values: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

pub(super) fn data(result: Table) -> ChartData {
    ChartData { result, tables: Vec::new() }
}

/// Dossiers by field and year, in an order that is neither the alphabet's nor the contract's.
pub(super) fn dossiers() -> ChartData {
    let (mut year, mut field, mut count) = (Vec::new(), Vec::new(), Vec::new());
    for (at, name) in FIELDS.iter().enumerate() {
        for (index, one) in [2021, 2022, 2023].iter().enumerate() {
            year.push(*one);
            field.push(*name);
            count.push([[212, 245, 318], [96, 121, 87], [1180, 1322, 1496], [41, 0, 63]][at][index]);
        }
    }
    data(table("dossiers", vec![("year", years(&year)), ("field", texts(&field)), ("n", counts(&count))]))
}

fn rates() -> ChartData {
    let (mut year, mut field, mut rate) = (Vec::new(), Vec::new(), Vec::new());
    let values = [
        [Some(96.1), Some(97.4), Some(98.9), Some(99.4)],
        [Some(91.2), Some(93.0), Some(92.1), Some(95.8)],
        [Some(98.0), Some(98.6), Some(99.1), Some(99.72)],
        [Some(88.5), None, Some(94.2), Some(97.86)],
    ];
    for (name, row) in FIELDS.iter().zip(values) {
        for (one, value) in (2020..2024).zip(row) {
            year.push(one);
            field.push(*name);
            rate.push(value);
        }
    }
    data(table("rates", vec![("year", years(&year)), ("linh_vuc", texts(&field)), ("rate", floats(&rate))]))
}

pub(super) fn resolve(text: &str, data: &ChartData, lang: Lang) -> Result<Plot> {
    let start = find_visualise(text).unwrap_or(0);
    let notes = ColumnNotes {
        columns: vec![ColumnNote {
            name: "n".to_owned(),
            title: Some("Số hồ sơ".to_owned()),
            measure_unit: Some("hồ sơ".to_owned()),
            ..ColumnNote::default()
        }],
    };
    resolve_plot(&Clause { file: "charts/thu.sql", text, start }, data, &notes, lang)
}

fn message(text: &str, data: &ChartData) -> String {
    resolve(text, data, Lang::En).unwrap_err().render(Lang::En)
}

fn write_png(name: &str, text: &str, data: &ChartData, options: &ChartOptions) {
    let plot = resolve(text, data, options.lang).unwrap();
    let svg = draw_svg(&plot, options).unwrap();
    let png = draw_png(&svg, options, "Biểu đồ thử").unwrap();
    let folder = std::env::temp_dir().join("chart-out");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.png")), png).unwrap();
    std::fs::write(folder.join(format!("{name}.svg")), svg).unwrap();
}

fn with_source(mut options: ChartOptions) -> ChartOptions {
    options.caption_lines = vec![
        "Nguồn: Sở Khoa học và Công nghệ, báo cáo cải cách hành chính các năm 2021–2023.".to_owned(),
        "Số liệu năm 2021 và 2022 là số liệu mô phỏng.".to_owned(),
    ];
    options
}

pub(super) fn print() -> ChartOptions {
    with_source(ChartOptions::print(155.0, 90.0, 300.0, Lang::Vi))
}

fn screen() -> ChartOptions {
    with_source(ChartOptions::pixels(1200, 700, 144.0, Lang::Vi))
}

const DODGED: &str = "VISUALISE year AS x, n AS y, field AS fill DRAW bar SETTING position => 'dodge' \
    LABEL title => 'Số hồ sơ tiếp nhận theo lĩnh vực và năm', subtitle => 'Giai đoạn 2021–2023'";
const RATES: &str = "VISUALISE year AS x, rate AS y, linh_vuc AS color DRAW line DRAW point \
    LABEL title => 'Tỷ lệ hồ sơ giải quyết đúng hạn theo lĩnh vực', y => 'Tỷ lệ (%)'";

#[test]
fn charts_are_drawn_to_look_at() {
    write_png("dodged_print", DODGED, &dossiers(), &print());
    write_png("dodged_screen", DODGED, &dossiers(), &screen());
    write_png("rates_print", RATES, &rates(), &print());
    write_png("rates_screen", RATES, &rates(), &screen());
    let stacked = "VISUALISE field AS x, n AS y, year AS fill DRAW bar \
        LABEL title => 'Số hồ sơ theo lĩnh vực, cộng dồn các năm', x => NULL";
    write_png("stacked_print", stacked, &dossiers(), &print());
    let filled = "VISUALISE field AS y, n AS x, year AS fill DRAW bar SETTING total => 100 \
        LABEL title => 'Cơ cấu hồ sơ theo năm trong từng lĩnh vực', x => 'Tỷ trọng (%)', y => NULL";
    write_png("filled_screen", filled, &dossiers(), &screen());
    write_png("staffing_screen", STAFFING, &staffing(), &screen());
    write_png("levels_print", LEVELS, &levels(), &print());
    write_png("lone_screen", "VISUALISE field AS y, n AS x DRAW bar LABEL y => NULL", &dossiers(), &screen());
    write_png(
        "scatter_screen",
        "VISUALISE rate AS x, rate AS y, linh_vuc AS color DRAW point",
        &rates(),
        &screen(),
    );
}

#[test]
fn hard_charts_are_drawn_to_look_at() {
    let long = "Ứng dụng công nghệ thông tin trong giải quyết thủ tục hành chính";
    let names: Vec<String> = (0..14).map(|index| format!("{long} số {index}")).collect();
    let values: Vec<Option<f64>> =
        (0..14).map(|index| Some(f64::from(index * index) * 7.25 - 300.0)).collect();
    let upright = data(table("t", vec![("ten", texts(&names)), ("v", floats(&values))]));
    write_png("hard_upright", "VISUALISE ten AS x, v AS y DRAW bar LABEL x => NULL", &upright, &screen());
    write_png("hard_left", "VISUALISE ten AS y, v AS x DRAW bar LABEL y => NULL", &upright, &screen());
    let groups = "VISUALISE ten AS x, v AS y, ten AS color DRAW point LABEL x => NULL, title => 'Một tiêu đề rất dài \
        để xem khi xuống dòng thì khoảng cách giữa các dòng và phần chú giải, trục và khung hình có còn cân đối không'";
    write_png(
        "hard_groups",
        groups,
        &upright,
        &with_source(ChartOptions::print(257.0, 165.0, 300.0, Lang::Vi)),
    );
    let many: Vec<String> = (0..200).map(|index| format!("Thủ tục {index}")).collect();
    let kinds: Vec<String> = (0..200).map(|index| format!("Nhóm thủ tục số {}", index % 23)).collect();
    let counts: Vec<Option<f64>> = (0..200).map(|index| Some(f64::from((index * 7919) % 101))).collect();
    let crowd = data(table("t", vec![("ten", texts(&many)), ("k", texts(&kinds)), ("v", floats(&counts))]));
    write_png("hard_crowd", "VISUALISE ten AS x, v AS y, k AS fill DRAW bar", &crowd, &screen());
    let days: Vec<i32> = (0..90).map(|index| 19_500 + index * 3).collect();
    let dates: ArrayRef = Arc::new(datafusion::arrow::array::Date32Array::from(days));
    let flow: Vec<Option<f64>> =
        (0..90).map(|index| (index % 31 != 7).then_some(40.0 + f64::from((index * 37) % 23))).collect();
    let daily = data(table("t", vec![("ngay", dates), ("v", floats(&flow))]));
    write_png("hard_days", "VISUALISE ngay AS x, v AS y DRAW line", &daily, &screen());
}

const STAFFING: &str = "VISUALISE unit AS y, n AS x, kind AS fill DRAW bar SETTING position => 'dodge' \
    LABEL title => 'Biên chế được giao và có mặt của các đơn vị trực thuộc, tính đến ngày 31/12/2023', y => NULL, x => 'Người'";

fn staffing() -> ChartData {
    let units = [
        "Văn phòng Sở",
        "Thanh tra Sở",
        "Phòng Kế hoạch – Tài chính",
        "Chi cục Tiêu chuẩn Đo lường Chất lượng",
        "Trung tâm Ứng dụng tiến bộ khoa học và công nghệ",
        "Trung tâm Thông tin và Thống kê khoa học và công nghệ",
    ];
    let (mut unit, mut kind, mut n) = (Vec::new(), Vec::new(), Vec::new());
    for (name, (assigned, present)) in
        units.iter().zip([(12, 11), (6, 5), (7, 7), (21, 18), (25, 22), (14, 14)])
    {
        unit.extend([*name, *name]);
        kind.extend(["Được giao", "Có mặt"]);
        n.extend([assigned, present]);
    }
    data(table("staffing", vec![("unit", texts(&unit)), ("kind", texts(&kind)), ("n", counts(&n))]))
}

const LEVELS: &str = "VISUALISE level AS x DRAW bar MAPPING n AS y \
    DRAW point MAPPING target AS y, 'Chỉ tiêu 26/28' AS color SETTING size => 7 \
    LABEL title => 'Dịch vụ công trực tuyến: hiện tại so với chỉ tiêu', x => NULL, y => 'Số thủ tục'";

fn levels() -> ChartData {
    data(table(
        "levels",
        vec![
            ("level", texts(&["Một phần", "Toàn trình", "Tổng số"])),
            ("n", counts(&[13, 4, 17])),
            ("target", floats(&[None, None, Some(26.0)])),
        ],
    ))
}

#[test]
fn a_small_chart_resolves_to_these_marks() {
    let plot = resolve("VISUALISE year AS x, n AS y, field AS fill DRAW bar", &small(), Lang::Vi).unwrap();
    insta::assert_snapshot!(plot.to_string(), @r#"
    x None, y Some("Số hồ sơ")
    groups ["Sở hữu trí tuệ", "Khoa học công nghệ"]
    x ["2022", "2023"]
    y 0–7
    Bar { group: 0, across: (-0.33, 0.33), along: (0.0, 2.0), value: 2.0, direction: Up, is_stacked: true, is_share: false }
    Bar { group: 1, across: (-0.33, 0.33), along: (2.0, 7.0), value: 5.0, direction: Up, is_stacked: true, is_share: false }
    Bar { group: 0, across: (0.6699999999999999, 1.33), along: (0.0, 3.0), value: 3.0, direction: Up, is_stacked: true, is_share: false }
    "#);
}

/// Two years and two fields, one value missing.
fn small() -> ChartData {
    data(table(
        "small",
        vec![
            ("year", years(&[2023, 2022, 2022])),
            ("field", texts(&["Sở hữu trí tuệ", "Sở hữu trí tuệ", "Khoa học công nghệ"])),
            ("n", counts(&[3, 2, 5])),
        ],
    ))
}

#[test]
fn lines_run_over_years_as_categories_and_break_at_missing_values() {
    let plot =
        resolve("VISUALISE year AS x, rate AS y, linh_vuc AS color DRAW line", &rates(), Lang::En).unwrap();
    insta::assert_snapshot!(plot.to_string(), @r#"
    x None, y Some("rate")
    groups ["Năng lượng nguyên tử", "Khoa học công nghệ", "Tiêu chuẩn đo lường chất lượng", "Sở hữu trí tuệ"]
    x ["2020", "2021", "2022", "2023"]
    y 88.5–99.72
    Line { group: 0, style: 0, places: [Some((0.0, 96.1)), Some((1.0, 97.4)), Some((2.0, 98.9)), Some((3.0, 99.4))] }
    Line { group: 1, style: 0, places: [Some((0.0, 91.2)), Some((1.0, 93.0)), Some((2.0, 92.1)), Some((3.0, 95.8))] }
    Line { group: 2, style: 0, places: [Some((0.0, 98.0)), Some((1.0, 98.6)), Some((2.0, 99.1)), Some((3.0, 99.72))] }
    Line { group: 3, style: 0, places: [Some((0.0, 88.5)), None, Some((2.0, 94.2)), Some((3.0, 97.86))] }
    "#);
}

#[test]
fn text_stands_in_the_svg_as_written_and_twice_drawn_is_the_same() {
    let options = print();
    let draw = || {
        let svg = draw_svg(&resolve(DODGED, &dossiers(), Lang::Vi).unwrap(), &options).unwrap();
        let png = draw_png(&svg, &options, "Biểu đồ").unwrap();
        (svg, png)
    };
    let (svg, png) = draw();
    for text in
        ["Tiêu chuẩn đo lường chất lượng", "Số hồ sơ tiếp nhận theo lĩnh vực và năm", "1.496", "Nguồn: Sở"]
    {
        assert!(svg.contains(text), "{text}");
    }
    assert!(svg.starts_with("<svg width=\"1831\" height=\"1063\" viewBox=\"0 0 18310 10630\""));
    assert_eq!((svg, png.clone()), draw());
    let decoder = png::Decoder::new(std::io::Cursor::new(&png)).read_info().unwrap();
    let info = decoder.info();
    assert_eq!((info.width, info.height), (1831, 1063));
    assert_eq!(info.pixel_dims.unwrap().xppu, 11_811);
    assert_eq!(info.utf8_text[0].get_text().unwrap(), "Biểu đồ");
}

#[test]
fn decomposed_text_is_composed() {
    let data =
        data(table("t", vec![("x", texts(&["Tie\u{302}u chua\u{302}\u{309}n"])), ("y", counts(&[1]))]));
    let plot = resolve("VISUALISE x, y DRAW bar", &data, Lang::Vi).unwrap();
    assert!(draw_svg(&plot, &screen()).unwrap().contains("Tiêu chuẩn"));
}

#[test]
fn what_is_not_drawn_is_refused_by_name() {
    let data = dossiers();
    let cases = [
        ("VISUALISE year AS x, n AS y DRAW arrow", "geometry `arrow` is not drawn"),
        ("VISUALISE year AS x, n AS y DRAW bars", "did you mean `bar`?"),
        ("VISUALISE yaer AS x, n AS y DRAW bar", "did you mean `year`?"),
        ("VISUALISE year AS x, n AS y FROM 'a.csv' DRAW bar", "not `a.csv`"),
        ("VISUALISE year AS x, n AS y FROM other DRAW bar", "`FROM other` names no table"),
        ("VISUALISE year AS x, n AS y, n AS color DRAW point", "colour shows groups, and `n` holds numbers"),
        ("VISUALISE field AS x, field AS y DRAW bar", "needs numbers on one axis"),
        ("VISUALISE year AS x, n AS y DRAW line", "several values for `2021`"),
        ("VISUALISE year AS x, n AS y", "there is no DRAW"),
    ];
    for (text, wanted) in cases {
        let found = message(text, &data);
        assert!(found.contains(wanted), "{text}\n{found}");
        assert!(found.contains("charts/thu.sql:1:"), "{found}");
    }
}

#[test]
fn a_syntax_error_names_the_word_and_its_place() {
    for (text, wanted) in [
        ("SELECT 1\nVISUALISE year AS x, n + 1 AS y\nDRAW bar", "charts/thu.sql:2:24"),
        ("SELECT 1\nVISUALISE year AS x, n AS y\nDRAW bar\nLABEL title = 'a'", "charts/thu.sql:4:7"),
        ("SELECT 1\nVISUALISE year AS x, n AS y\nDRAW bar MAPING n AS y", "charts/thu.sql:3:10"),
        ("SELECT 1\nVISUALISE CAST(year AS text) AS x DRAW bar", "charts/thu.sql:2:15"),
    ] {
        let found = message(text, &dossiers());
        assert!(found.contains(wanted), "{text}\n{found}");
    }
}

#[test]
fn tables_of_the_query_can_be_drawn_by_name() {
    let mut data = rates();
    data.tables.push(table(
        "Muc_tieu",
        vec![("year", years(&[2020, 2023])), ("goal", floats(&[Some(90.0), Some(95.0)]))],
    ));
    let text = "VISUALISE year AS x DRAW line MAPPING rate AS y, linh_vuc AS color \
        DRAW line MAPPING goal AS y FROM \"Muc_tieu\"";
    let plot = resolve(text, &data, Lang::Vi).unwrap();
    let layers = &plot.facets[0].layers;
    assert_eq!(layers.len(), 2);
    assert!(!layers[1].is_grouped);
}

#[test]
fn two_hundred_series_are_refused_because_colours_repeat() {
    let names: Vec<String> = (0..200).map(|index| format!("Chuỗi {index}")).collect();
    let values: Vec<Option<f64>> = (0..200).map(|index| Some(f64::from(index))).collect();
    let found =
        drawn(texts(&names), floats(&values), "VISUALISE y AS x, y, x AS color DRAW point").unwrap_err();
    assert!(found.contains("200 groups"), "{found}");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
    #[test]
    fn any_names_and_numbers_give_a_picture_or_a_reason(
        rows in proptest::collection::vec((".{0,12}", proptest::option::of(proptest::num::f64::ANY)), 1..12),
        clause in proptest::sample::select(vec![
            "VISUALISE x, y DRAW bar", "VISUALISE x, y DRAW point", "VISUALISE x AS y, y AS x DRAW bar",
            "VISUALISE x, y DRAW area", "VISUALISE x, y DRAW boxplot", "VISUALISE y AS x DRAW histogram",
        ]),
    ) {
        let names: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
        let values: Vec<Option<f64>> = rows.iter().map(|row| row.1).collect();
        if let Err(message) = drawn(texts(&names), floats(&values), clause) {
            proptest::prop_assert!(!message.is_empty());
        }
    }
}

/// Draws a clause over two columns, or returns the error's message.
fn drawn(x: ArrayRef, y: ArrayRef, clause: &str) -> std::result::Result<String, String> {
    let data = data(table("t", vec![("x", x), ("y", y)]));
    let plot = resolve(clause, &data, Lang::Vi).map_err(|error| error.message(Lang::En))?;
    let svg = draw_svg(&plot, &screen()).map_err(|error| error.message(Lang::En))?;
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    Ok(svg)
}

#[test]
fn strange_values_never_end_the_program() {
    let clauses = [
        "VISUALISE x, y DRAW line",
        "VISUALISE x, y DRAW bar",
        "VISUALISE x AS y, y AS x DRAW bar",
        "VISUALISE x, y DRAW area",
        "VISUALISE x, y DRAW bar SETTING position => 'dodge' FACET x",
        "VISUALISE x, y, x AS label DRAW text",
        "VISUALISE x, y DRAW boxplot",
    ];
    let long = "Ứng dụng công nghệ thông tin trong giải quyết thủ tục hành chính nghiêng nghiêng".repeat(4);
    let names: Vec<String> = (0..200).map(|index| format!("Nhóm {index} {long}")).collect();
    let many: Vec<Option<f64>> = (0..200).map(|index| Some(f64::from(index) - 100.0)).collect();
    for clause in clauses {
        let pairs: [(ArrayRef, ArrayRef); 9] = [
            (texts(&["a"]), floats(&[Some(0.0)])),
            (texts(&["a", "b"]), floats(&[Some(0.0), Some(0.0)])),
            (texts(&["a", "b"]), floats(&[Some(-3.5), None])),
            (texts(&["a", "b"]), floats(&[Some(f64::NAN), Some(2.0)])),
            (texts(&["a", "b"]), floats(&[Some(f64::INFINITY), Some(1e300)])),
            (texts(&["a", "b"]), floats(&[Some(-1e300), Some(1e300)])),
            (texts(&["\u{202E}ngược", "\u{1b}[31mđỏ\0"]), floats(&[Some(1.0), Some(2.0)])),
            (texts(&["chữ ".repeat(1250), "b".repeat(5000)]), floats(&[Some(1.0), Some(2.0)])),
            (texts(&names), floats(&many)),
        ];
        for (x, y) in pairs {
            // A picture or a refusal in words; too many panels, lines of one point and the like are refused.
            match drawn(x, y, clause) {
                Ok(svg) => assert!(!svg.contains('\u{202E}') && !svg.contains('\u{1b}'), "{clause}"),
                Err(message) => assert!(!message.contains("could not be drawn"), "{clause}: {message}"),
            }
        }
        assert!(drawn(texts(&["a"]), floats(&[None]), clause).unwrap_err().contains("nothing to draw"));
        let none: [&str; 0] = [];
        assert!(drawn(texts(&none), floats(&[]), clause).unwrap_err().contains("has no rows"));
    }
}

/// Returns the texts of a chart, each with what it is, or why it cannot be drawn.
fn texts_of(
    text: &str,
    data: &ChartData,
    options: &ChartOptions,
) -> std::result::Result<Vec<(String, Role)>, String> {
    let plot = resolve(text, data, Lang::Vi).map_err(|error| error.message(Lang::En))?;
    let scene = draw_scene(&plot, options).map_err(|error| error.message(Lang::En))?;
    let texts = scene.items.iter().filter_map(|item| match item {
        Item::Text { text, style, .. } => Some((text.clone(), style.role)),
        _ => None,
    });
    Ok(texts.collect())
}

#[test]
fn labels_are_wrapped_whole_or_the_chart_is_refused() {
    let name = "Phê duyệt kế hoạch ứng phó sự cố bức xạ cấp cơ sở đối với công việc sử dụng thiết bị X-quang";
    let long = |count: u32, name: &str| {
        let names: Vec<String> = (0..count).map(|index| format!("{name} {index}")).collect();
        let values: Vec<Option<f64>> = (0..count).map(|index| Some(f64::from(index))).collect();
        data(table("t", vec![("ten", texts(&names)), ("v", floats(&values))]))
    };
    for (clause, role) in [
        ("VISUALISE v AS x, ten AS y DRAW bar", Role::Axis),
        ("VISUALISE ten AS x, v AS y DRAW bar", Role::Axis),
        ("VISUALISE v AS x, v AS y, ten AS color DRAW point", Role::Legend),
        ("VISUALISE v AS y DRAW bar FACET ten", Role::Strip),
    ] {
        let shown = texts_of(clause, &long(3, name), &print()).unwrap();
        let words: Vec<&str> =
            shown.iter().filter(|text| text.1 == role).map(|text| text.0.as_str()).collect();
        let words = words.join(" ");
        assert!(words.contains(name) && !words.contains('…'), "{clause}: {words}");
        for (count, name) in [(2, "chữ ".repeat(1250)), (2, "b".repeat(5000)), (40, name.to_owned())] {
            match texts_of(clause, &long(count, &name), &print()) {
                Ok(shown) => assert!(shown.iter().all(|text| !text.0.contains('…')), "{clause}"),
                Err(found) => assert!(
                    found.contains("labels are not cut")
                        || found.contains("groups are more")
                        || found.contains("panels are more")
                        || found.contains("too small"),
                    "{clause}: {found}"
                ),
            }
        }
    }
    let title = format!(
        "VISUALISE year AS x, n AS y, field AS fill DRAW bar LABEL title => '{}'",
        "dài ".repeat(1250)
    );
    let found = texts_of(&title, &dossiers(), &print()).unwrap_err();
    assert!(found.contains("labels are not cut") && found.contains("of 4999 letters"), "{found}");
}

#[test]
fn a_group_keeps_its_colour_where_others_are_missing() {
    let colours = |rows: &[(&str, i64)]| {
        let names: Vec<&str> = rows.iter().map(|row| row.0).collect();
        let values: Vec<i64> = rows.iter().map(|row| row.1).collect();
        let data = data(table("t", vec![("field", texts(&names)), ("n", counts(&values))]));
        let order = FIELDS.iter().map(|&field| field.to_owned()).collect();
        let notes = ColumnNotes {
            columns: vec![ColumnNote { name: "field".to_owned(), order, ..ColumnNote::default() }],
        };
        let text = "VISUALISE n AS y, field AS fill DRAW bar";
        let plot = resolve_plot(&Clause { file: "f", text, start: 0 }, &data, &notes, Lang::Vi).unwrap();
        let theme = Theme::new(ThemeName::Report, 300.0).for_plot(&plot);
        let groups = plot.groups.unwrap();
        let last = groups.labels.iter().position(|label| label == FIELDS[3]).unwrap();
        theme.colour(last)
    };
    let all: Vec<(&str, i64)> = FIELDS.iter().map(|&field| (field, 1)).collect();
    assert_eq!(colours(&all), colours(&[(FIELDS[3], 1)]));
    assert_eq!(colours(&all), colours(&[(FIELDS[1], 1), (FIELDS[3], 1)]));
}

#[test]
fn missing_categories_stay_beside_a_list_and_values_follow_the_axis_pattern() {
    let names: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), Some("b"), None]));
    let data = data(table("t", vec![("k", names), ("v", floats(&[Some(40.0), Some(35.5), Some(24.5)]))]));
    let text = "VISUALISE k AS x, v AS y, k AS fill DRAW bar SCALE fill FROM ['b', 'a'] SCALE y RENAMING '*' => '{}%'";
    let plot = resolve(text, &data, Lang::Vi).unwrap();
    assert_eq!(plot.groups.unwrap().labels, ["b", "a", "Không rõ"]);
    let shown = texts_of(text, &data, &print()).unwrap();
    for value in ["40,0%", "35,5%", "24,5%"] {
        assert!(shown.iter().any(|text| text.0 == value && text.1 == Role::Value), "{shown:?}");
    }
}

#[test]
fn of_three_years_the_last_is_stressed() {
    let text = "VISUALISE field AS y, n AS x, year AS fill DRAW bar SETTING position => 'dodge'";
    let plot = resolve(text, &dossiers(), Lang::Vi).unwrap();
    let theme = Theme::new(ThemeName::Report, 300.0);
    let strongest = theme.colour(0);
    let theme = theme.for_plot(&plot);
    assert_eq!(theme.colour(2), strongest);
    assert_ne!(theme.colour(0), strongest);
}

#[test]
fn the_black_and_white_look_has_no_colours_even_of_the_authors() {
    let options = ChartOptions { theme: ThemeName::Print, ..print() };
    for text in [
        "VISUALISE year AS x, n AS y, field AS fill DRAW bar SCALE fill TO ['#D55E00', 'red', 'blue', '#009E73']",
        "VISUALISE n AS x, field AS y DRAW point SETTING color => '#D55E00'",
        "VISUALISE n AS x DRAW histogram SETTING fill => 'green'",
    ] {
        let svg = draw_svg(&resolve(text, &dossiers(), Lang::Vi).unwrap(), &options).unwrap();
        for colour in svg.split('#').skip(1).filter_map(|rest| rest.get(..6)) {
            assert!(
                colour.get(..2) == colour.get(2..4) && colour.get(2..4) == colour.get(4..),
                "{text}: #{colour}"
            );
        }
    }
}

#[test]
fn lines_that_end_apart_have_a_legend_instead_of_names_at_their_ends() {
    let of = |last: Option<f64>| {
        let (mut year, mut k, mut v) = (Vec::new(), Vec::new(), Vec::new());
        for (name, end) in [("a", Some(3.0)), ("b", last)] {
            for (one, value) in [(2021, Some(1.0)), (2022, Some(2.0)), (2023, end)] {
                year.push(one);
                k.push(name);
                v.push(value);
            }
        }
        let data = data(table("t", vec![("year", years(&year)), ("k", texts(&k)), ("v", floats(&v))]));
        let text = "VISUALISE year AS x, v AS y, k AS color DRAW line SETTING labels => 'end'";
        let plot = resolve(text, &data, Lang::Vi).unwrap();
        direct::find(&plot, 1800.0, 1000.0, &Theme::new(ThemeName::Report, 300.0)).is_shown()
    };
    assert!(of(Some(4.0)));
    assert!(!of(None));
}

#[test]
fn a_picture_without_room_is_refused() {
    let plot = resolve(DODGED, &dossiers(), Lang::Vi).unwrap();
    for (width, height, dpi) in [(60, 40, 96.0), (0, 0, 96.0), (400, 300, f64::NAN), (100_000, 100_000, 96.0)]
    {
        assert!(draw_svg(&plot, &ChartOptions::pixels(width, height, dpi, Lang::Vi)).is_err());
    }
}

#[test]
fn the_grammars_own_means_are_followed() {
    let data = dossiers();
    let text = "VISUALISE year AS x, n AS y DRAW bar FILTER field = 'Sở hữu trí tuệ' \
        SCALE CONTINUOUS y FROM (0, 100) LABEL y => 'Hồ sơ'";
    let plot = resolve(text, &data, Lang::Vi).unwrap();
    insta::assert_snapshot!(plot.to_string(), @r#"
    x None, y Some("Hồ sơ")
    x ["2021", "2022", "2023"]
    y 0–100
    Bar { group: 0, across: (-0.33, 0.33), along: (0.0, 41.0), value: 41.0, direction: Up, is_stacked: false, is_share: false }
    Bar { group: 0, across: (0.6699999999999999, 1.33), along: (0.0, 0.0), value: 0.0, direction: Up, is_stacked: false, is_share: false }
    Bar { group: 0, across: (1.67, 2.33), along: (0.0, 63.0), value: 63.0, direction: Up, is_stacked: false, is_share: false }
    "#);
    let counted = resolve(
        "VISUALISE field AS x DRAW bar SCALE DISCRETE x RENAMING 'Sở hữu trí tuệ' => 'SHTT'",
        &data,
        Lang::Vi,
    );
    let counted = counted.unwrap().to_string();
    for part in ["Số dòng", "\"SHTT\"", "along: (0.0, 3.0)"] {
        assert!(counted.contains(part), "{counted}");
    }
    let wildcard = data_of_xy();
    assert_eq!(resolve("VISUALISE * DRAW point", &wildcard, Lang::En).unwrap().layers().count(), 1);
    let ordered = "VISUALISE field AS y, n AS x, year AS color DRAW bar SETTING position => 'dodge' \
        SCALE DISCRETE y FROM ('Sở hữu trí tuệ', 'Khoa học công nghệ')";
    let plot = resolve(ordered, &data, Lang::Vi).unwrap();
    assert!(plot.to_string().contains("y [\"Sở hữu trí tuệ\", \"Khoa học công nghệ\"]"), "{plot}");
    let chosen = "VISUALISE year AS x, n AS y, field AS color DRAW line SCALE color FROM ('Sở hữu trí tuệ')";
    assert_eq!(resolve(chosen, &data, Lang::Vi).unwrap().groups.unwrap().labels, ["Sở hữu trí tuệ"]);
}

fn data_of_xy() -> ChartData {
    data(table("t", vec![("x", floats(&[Some(1.0), Some(2.0)])), ("y", floats(&[Some(3.0), Some(4.0)]))]))
}

#[test]
fn the_contracts_order_goes_before_that_of_the_rows() {
    let data = dossiers();
    let mut order: Vec<String> = FIELDS.iter().map(|&field| field.to_owned()).collect();
    order.reverse();
    let notes = ColumnNotes {
        columns: vec![ColumnNote { name: "field".to_owned(), order: order.clone(), ..ColumnNote::default() }],
    };
    let text = "VISUALISE year AS x, n AS y, field AS fill DRAW bar";
    let plot = resolve_plot(&Clause { file: "f", text, start: 0 }, &data, &notes, Lang::Vi).unwrap();
    assert_eq!(plot.groups.unwrap().labels, order);
}
