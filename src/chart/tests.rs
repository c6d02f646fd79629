//! Whole charts: from a clause and data to marks, SVG and PNG.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};

use super::{
    ChartData, ChartOptions, Clause, ColumnNote, ColumnNotes, Plot, Table, draw_png, draw_svg, find_visualise,
    resolve_plot,
};
use crate::error::{Lang, Result};

const FIELDS: [&str; 4] =
    ["Năng lượng nguyên tử", "Khoa học công nghệ", "Tiêu chuẩn đo lường chất lượng", "Sở hữu trí tuệ"];

fn table(name: &str, columns: Vec<(&str, ArrayRef)>) -> Table {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
        .unwrap();
    Table { name: name.to_owned(), schema: batch.schema(), batches: vec![batch] }
}

fn texts<T: AsRef<str>>(values: &[T]) -> ArrayRef {
    Arc::new(StringArray::from(values.iter().map(AsRef::as_ref).collect::<Vec<&str>>()))
}

fn floats(values: &[Option<f64>]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

fn years(values: &[i32]) -> ArrayRef {
    Arc::new(Int32Array::from(values.to_vec()))
}

fn counts(values: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn data(result: Table) -> ChartData {
    ChartData { result, tables: Vec::new() }
}

/// Dossiers by field and year, in an order that is neither the alphabet's nor the contract's.
fn dossiers() -> ChartData {
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

fn resolve(text: &str, data: &ChartData, lang: Lang) -> Result<Plot> {
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

fn print() -> ChartOptions {
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
    write_png("lone_screen", "VISUALISE field AS y, n AS x DRAW bar", &dossiers(), &screen());
    write_png("scatter_screen", "VISUALISE rate AS x, rate AS y, linh_vuc AS color DRAW point", &rates(), &screen());
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
    for (name, (assigned, present)) in units.iter().zip([(12, 11), (6, 5), (7, 7), (21, 18), (25, 22), (14, 14)]) {
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
