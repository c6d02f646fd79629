//! What printed charts owe their readers: every number, free of lines, in every look.

use datafusion::arrow::array::ArrayRef;

use super::pattern::Dash;
use super::plot::Marks;
use super::scene::{Bounds, Colour, Item, Role, Scene};
use super::svg::draw_scene;
use super::tests::{counts, data, dossiers, floats, print, resolve, table, texts, years};
use super::text::Face;
use super::theme::Theme;
use super::{ChartData, ChartOptions, LeftOut, Plot, ThemeName, draw_svg};
use crate::error::Lang;

fn scene(text: &str, data: &ChartData, options: &ChartOptions) -> Scene {
    draw_scene(&resolve(text, data, Lang::Vi).unwrap(), options).unwrap()
}

fn values(scene: &Scene) -> Vec<(String, Bounds)> {
    let value = |item: &Item| match item {
        Item::Text { text, style, .. } if style.role == Role::Value => {
            Some((text.clone(), item.text_bounds()?))
        }
        _ => None,
    };
    scene.items.iter().filter_map(value).collect()
}

/// Four years of outcomes, of which all but the first are few.
fn outcomes() -> ChartData {
    let (mut year, mut outcome, mut count) = (Vec::new(), Vec::new(), Vec::new());
    for (at, row) in
        [[117, 3, 1, 1, 2], [114, 2, 2, 2, 1], [135, 3, 2, 3, 1], [137, 1, 1, 2, 5]].iter().enumerate()
    {
        for (name, number) in ["Trước hạn", "Trả lại", "Rút", "Trong hạn", "Quá hạn"].iter().zip(row)
        {
            year.push(2020 + i32::try_from(at).unwrap());
            outcome.push(*name);
            count.push(*number);
        }
    }
    data(table("t", vec![("year", years(&year)), ("outcome", texts(&outcome)), ("n", counts(&count))]))
}

#[test]
fn every_part_of_a_stack_has_its_number_in_it_or_beside_it() {
    for text in [
        "VISUALISE year AS y, n AS x, outcome AS fill DRAW bar SETTING total => 100, width => 0.56",
        "VISUALISE year AS x, n AS y, outcome AS fill DRAW bar SETTING total => 100",
        "VISUALISE year AS x, n AS y, outcome AS fill DRAW bar FILTER outcome IN ('Trước hạn', 'Quá hạn')",
    ] {
        for theme in [ThemeName::Report, ThemeName::Print, ThemeName::Screen] {
            let scene = scene(text, &outcomes(), &ChartOptions { theme, ..print() });
            let shown = values(&scene);
            let parts = if text.contains("FILTER") { 2 } else { 5 };
            let totals = if text.contains("total") { 0 } else { 4 };
            assert_eq!(shown.len(), 4 * parts + totals, "{text}: {shown:?}");
            for (index, (one, bounds)) in shown.iter().enumerate() {
                // A digit is as wide as its advance, so letters that stand side by side may touch there.
                let narrow = Bounds {
                    left: bounds.left + 0.5,
                    right: bounds.right - 0.5,
                    top: bounds.top + 2.0,
                    ..*bounds
                };
                let other = shown[..index].iter().find(|(_, other)| other.meets(&narrow));
                assert!(other.is_none(), "{text}: {one} meets {other:?}");
            }
        }
    }
}

#[test]
fn numbers_that_have_no_room_beside_their_stack_are_left_out_together() {
    let names: Vec<String> = (0..20).map(|index| format!("k{index}")).collect();
    let (mut year, mut kind, mut count) = (Vec::new(), Vec::new(), Vec::new());
    for name in &names {
        year.push(2020);
        kind.push(name.as_str());
        count.push(1);
    }
    year.push(2020);
    kind.push("lớn");
    count.push(1980);
    let data = data(table("t", vec![("year", years(&year)), ("k", texts(&kind)), ("n", counts(&count))]));
    let scene =
        scene("VISUALISE year AS y, n AS x, k AS fill DRAW bar SETTING total => 100", &data, &print());
    let shown: Vec<String> = values(&scene).into_iter().map(|value| value.0).collect();
    assert_eq!(shown, ["1.980"]);
}

fn halos(scene: &Scene) -> Vec<(String, Option<Colour>, Colour)> {
    let halo = |item: &Item| match item {
        Item::Text { text, style, halo, .. } if style.role == Role::Value => {
            Some((text.clone(), *halo, style.colour))
        }
        _ => None,
    };
    scene.items.iter().filter_map(halo).collect()
}

#[test]
fn words_on_the_plot_keep_lines_away_in_every_look() {
    let data = data(table(
        "t",
        vec![
            ("x", texts(&["a", "b"])),
            ("y", floats(&[Some(10.0), Some(60.0)])),
            ("k", texts(&["thiếu 5", "thiếu 6"])),
        ],
    ));
    for theme in [ThemeName::Report, ThemeName::Print, ThemeName::Screen] {
        let options = ChartOptions { theme, ..print() };
        let paper = Theme::new(theme, 300.0).paper;
        let text = "VISUALISE x, y DRAW text MAPPING k AS label";
        let found = halos(&scene(text, &data, &options));
        assert!(found.iter().all(|one| one.1 == Some(paper)) && found.len() == 2, "{theme:?} {found:?}");
        let svg = draw_svg(&resolve(text, &data, Lang::Vi).unwrap(), &options).unwrap();
        let rim = svg.find("<g aria-hidden=\"true\" stroke=").unwrap();
        let letters = svg.rfind("thiếu 5").unwrap();
        assert!(rim < letters && svg.matches("thiếu 5").count() == 2, "the rim lies below the letters");
    }
}

#[test]
fn words_on_a_bar_have_its_colour_around_them_and_an_ink_that_stands_out() {
    let data = data(table(
        "t",
        vec![("x", texts(&["a"])), ("y", floats(&[Some(10.0)])), ("at", floats(&[Some(5.0)]))],
    ));
    let blue = Theme::new(ThemeName::Report, 300.0).colour(0);
    let plain =
        "VISUALISE x DRAW bar MAPPING y AS y SETTING labels => 'none' DRAW text MAPPING at AS y, x AS label";
    let found = halos(&scene(plain, &data, &print()));
    assert_eq!(found[0].1, Some(blue));
    assert!(found[0].2.contrast(blue) >= 4.5, "{found:?}");
    let own = format!("{plain} SETTING color => '#005B96'");
    let found = halos(&scene(&own, &data, &print()));
    assert!(found[0].1.unwrap().contrast(found[0].2) >= 4.5, "letters of the bar's own colour: {found:?}");
}

#[test]
fn infinite_numbers_are_left_out_and_counted() {
    let y = floats(&[Some(1.0), Some(f64::INFINITY), Some(f64::NAN), None, Some(-1e301)]);
    let x = texts(&["a", "b", "c", "d", "e"]);
    let spare = floats(&[Some(f64::NAN); 5]);
    let of = |x: &ArrayRef, y: &ArrayRef| {
        data(table(
            "t",
            vec![("x", ArrayRef::clone(x)), ("y", ArrayRef::clone(y)), ("spare", ArrayRef::clone(&spare))],
        ))
    };
    let counted = [LeftOut { column: "y".to_owned(), count: 3, of: 5 }];
    for text in [
        "VISUALISE x, y DRAW bar",
        "VISUALISE x, y DRAW point DRAW line",
        "VISUALISE DRAW point MAPPING x AS x, y AS y",
    ] {
        assert_eq!(resolve(text, &of(&x, &y), Lang::Vi).unwrap().left_out, counted, "{text}");
    }
    let whole = resolve("VISUALISE x, y DRAW bar", &of(&x, &floats(&[Some(1.0); 5])), Lang::Vi).unwrap();
    assert!(whole.left_out.is_empty());
    for text in ["VISUALISE y AS x DRAW histogram", "VISUALISE y AS x DRAW density"] {
        match resolve(text, &of(&x, &y), Lang::Vi) {
            Ok(plot) => assert_eq!(plot.left_out, counted, "{text}"),
            Err(error) => assert!(!error.message(Lang::En).contains("inf"), "{}", error.message(Lang::En)),
        }
    }
}

#[test]
fn a_chart_names_the_tables_that_its_layers_draw() {
    let mut data = dossiers();
    data.tables.push(table("Ton", vec![("year", years(&[2021])), ("n", counts(&[5]))]));
    data.tables.push(table("khac", vec![("year", years(&[2021])), ("n", counts(&[5]))]));
    let plot = resolve(
        "VISUALISE year AS x, n AS y DRAW line MAPPING n AS y FROM ton DRAW bar DRAW point MAPPING n AS y FROM Ton",
        &data,
        Lang::Vi,
    );
    assert_eq!(plot.unwrap().tables, [None, Some("ton".to_owned())]);
    let plot = resolve("VISUALISE year AS x, n AS y FROM ton DRAW point", &data, Lang::Vi);
    assert_eq!(plot.unwrap().tables, [Some("ton".to_owned())]);
}

/// Two series with a part to come.
fn forecast() -> Plot {
    let data = data(table(
        "t",
        vec![
            ("year", years(&[2022, 2023, 2022, 2023])),
            ("k", texts(&["a", "a", "b", "b"])),
            ("v", floats(&[Some(1.0), Some(2.0), Some(3.0), Some(5.0)])),
        ],
    ));
    let text = "VISUALISE year AS x, v AS y, k AS color DRAW line DRAW line SETTING linetype => 'dashed' FILTER year = 2023";
    resolve(text, &data, Lang::Vi).unwrap()
}

#[test]
fn without_colour_a_dash_means_one_thing() {
    let theme = Theme::new(ThemeName::Print, 300.0).for_plot(&forecast());
    assert!((0..2).all(|group| theme.dash(group) == Dash::Solid), "the dash says what is to come");
    assert_ne!(theme.line_colour(0), theme.line_colour(1));
    let text = "VISUALISE year AS x, n AS y DRAW bar MAPPING field AS color DRAW line MAPPING 'Tổng' AS color FILTER n > 1000";
    let plot = resolve(text, &dossiers(), Lang::Vi).unwrap();
    let line = plot.layers().find_map(|layer| match &layer.marks {
        Marks::Lines(lines) => lines.first().map(|line| line.group),
        _ => None,
    });
    let theme = Theme::new(ThemeName::Print, 300.0).for_plot(&plot);
    assert_eq!(theme.dash(line.unwrap()), Dash::Solid, "the only line needs no dash");
}

#[test]
fn the_authors_colours_keep_their_order_on_a_copier_and_are_seen_in_the_dark() {
    let of = |name: ThemeName, colours: &str| {
        let text = format!(
            "VISUALISE year AS x, n AS y, field AS fill DRAW bar FILTER field < 'L' SCALE fill TO [{colours}]"
        );
        Theme::new(name, 300.0).for_plot(&resolve(&text, &dossiers(), Lang::Vi).unwrap())
    };
    let theme = of(ThemeName::Print, "'#9FB4C7', '#005B96'");
    assert!(theme.colour(0).luminance() > theme.colour(1).luminance(), "light stays light");
    let theme = of(ThemeName::Print, "'#2F93C8', '#7C8C9A'");
    assert!(theme.colour(0).contrast(theme.colour(1)) > 2.0, "what is alike in grey is told apart otherwise");
    let theme = of(ThemeName::Screen, "'#005B96', '#4A4A4A'");
    assert!([0, 1].iter().all(|group| theme.colour(*group).contrast(theme.paper) >= 3.0));
    let text = "VISUALISE year AS x, n AS y, year AS fill DRAW bar";
    let theme = Theme::new(ThemeName::Print, 300.0).for_plot(&resolve(text, &dossiers(), Lang::Vi).unwrap());
    assert!(theme.colour(2).luminance() < theme.colour(0).luminance(), "the last year is the darkest");
}

#[test]
fn words_that_are_an_axis_number_read_as_its_labels_do() {
    let text = "VISUALISE field AS x, n AS y DRAW text MAPPING n AS label FILTER year = 2021 SCALE y RENAMING '*' => '{}%'";
    let shown = values(&scene(text, &dossiers(), &print()));
    assert!(shown.iter().any(|(text, _)| text == "1.180%"), "{shown:?}");
}

#[test]
fn curves_end_where_their_data_end() {
    let x: Vec<Option<f64>> = (0..40).map(|index| Some(f64::from(index % 7 + 1))).collect();
    let y: Vec<Option<f64>> = (0..40).map(|index| Some(f64::from(index * index % 11 + 3))).collect();
    let k: Vec<&str> = (0..40).map(|index| if index % 2 == 0 { "a" } else { "b" }).collect();
    let data = data(table("t", vec![("x", floats(&x)), ("y", floats(&y)), ("k", texts(&k))]));
    for (text, ends) in [
        ("VISUALISE x, y DRAW smooth", (1.0, 7.0)),
        ("VISUALISE x, y, k AS color DRAW smooth", (1.0, 7.0)),
        ("VISUALISE x DRAW density", (1.0, 7.0)),
        ("VISUALISE x, k AS color DRAW density", (1.0, 7.0)),
    ] {
        let plot = resolve(text, &data, Lang::Vi).unwrap();
        let places = plot.layers().flat_map(|layer| match &layer.marks {
            Marks::Lines(lines) => {
                lines.iter().flat_map(|line| line.places.iter().flatten().copied()).collect()
            }
            Marks::Shapes(shapes) => {
                shapes.iter().flat_map(|shape| shape.corners.clone()).collect::<Vec<_>>()
            }
            _ => Vec::new(),
        });
        let x: Vec<f64> = places.map(|place| place.0).collect();
        let found = x.iter().fold((f64::MAX, f64::MIN), |(low, high), at| (low.min(*at), high.max(*at)));
        assert!((found.0 - ends.0).abs() < 0.05 && (found.1 - ends.1).abs() < 0.05, "{text}: {found:?}");
    }
    let plot = resolve("VISUALISE k AS x, y DRAW violin", &data, Lang::Vi).unwrap();
    let within = |place: &(f64, f64)| (2.9..=13.1).contains(&place.1);
    assert!(plot.layers().all(|layer| match &layer.marks {
        Marks::Shapes(shapes) =>
            shapes.len() == 2 && shapes.iter().all(|shape| shape.corners.iter().all(within)),
        _ => false,
    }));
}

fn axis_labels(scene: &Scene) -> Vec<String> {
    let label = |item: &Item| match item {
        Item::Text { text, style, .. } if style.role == Role::Axis => Some(text.clone()),
        _ => None,
    };
    scene.items.iter().filter_map(label).collect()
}

#[test]
fn the_year_that_is_reported_on_is_stressed_on_either_axis_and_with_its_closing_date() {
    let bold = |scene: &Scene| -> Vec<String> {
        let label = |item: &Item| match item {
            Item::Text { text, style, .. } if style.role == Role::Axis && style.face == Face::SemiBold => {
                Some(text.clone())
            }
            _ => None,
        };
        scene.items.iter().filter_map(label).collect()
    };
    let names = texts(&["2022", "2023 (đến 14/12)"]);
    let data = data(table("t", vec![("k", names), ("v", floats(&[Some(15.0), Some(25.0)]))]));
    assert_eq!(bold(&scene("VISUALISE k AS x, v AS y DRAW bar", &data, &print())), ["2023 (đến 14/12)"]);
    let level = "VISUALISE year AS y, n AS x DRAW bar FILTER field < 'L'";
    assert_eq!(bold(&scene(level, &dossiers(), &print())), ["2023"]);
    assert!(bold(&scene("VISUALISE field AS x, n AS y DRAW bar", &dossiers(), &print())).is_empty());
}

#[test]
fn a_level_axis_ends_soon_after_the_data() {
    let data = data(table("t", vec![("k", texts(&["a", "b"])), ("v", floats(&[Some(15.0), Some(25.0)]))]));
    let shown = axis_labels(&scene("VISUALISE v AS x, k AS y DRAW bar", &data, &print()));
    assert_eq!(shown, ["0", "5", "10", "15", "20", "25", "a", "b"]);
    let text = "VISUALISE v AS x, k AS y DRAW bar SCALE x SETTING breaks => [0, 10]";
    let scene = scene(text, &data, &print());
    let right = |item: &Item| match item {
        Item::Rectangle { to, colour, .. } if *colour != Colour::WHITE => Some(to.0),
        _ => None,
    };
    let longest = scene.items.iter().filter_map(right).fold(0.0, f64::max);
    assert!(longest > 0.85 * f64::from(print().width_px), "no empty end without a label: {longest}");
}
