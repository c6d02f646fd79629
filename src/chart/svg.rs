//! Draws a plot as a scene, and the scene as SVG with what screen readers read.

use super::bar_values::{self, ValueFormat};
use super::format::NumberFormat;
use super::layout::{Block, Framed, Layout, Panel, lay_out};
use super::paint::write_items;
use super::plot::{Bar, Direction, Facet, Layer, Marks, Plot, Scale, Text};
use super::scale::number_of;
use super::scene::{Anchor, Pen, Role, Scene, Style};
use super::text::Face;
use super::theme::{Theme, ThemeName};
use super::{
    ChartOptions, axis, describe::describe, direct, legend, mark_bar, mark_box, mark_line, mark_point,
    mark_segment, mark_shape, mark_text,
};
use crate::error::{Error, Explain as _, Result};
use crate::messages::ChartFault;

/// The most pixels of a picture: 50 million take 200 MB while they are drawn.
const MOST_PIXELS: u64 = 50_000_000;
/// The least width and height of a panel, in points.
const LEAST_PANEL_PT: f64 = 24.0;

/// Draws the plot; the same plot and options give the same text.
///
/// # Errors
/// [`ChartFault::TooSmall`] or [`ChartFault::TooLarge`] if the size does not suit the chart,
/// [`ChartFault::LabelTooLong`] if a label does not fit into it.
pub fn draw_svg(plot: &Plot, options: &ChartOptions) -> Result<String> {
    let scene = draw_scene(plot, options)?;
    let (width, height) = (options.width_px, options.height_px);
    let body = write_items(&scene, f64::from(width), f64::from(height));
    Ok(with_head(&body, plot, options))
}

/// Draws the plot as shapes and texts in pixels.
///
/// # Errors
/// As [`draw_svg`].
pub(super) fn draw_scene(plot: &Plot, options: &ChartOptions) -> Result<Scene> {
    let (width, height) = (options.width_px, options.height_px);
    let is_sound =
        options.dpi.is_finite() && (10.0..=2400.0).contains(&options.dpi) && width > 0 && height > 0;
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(ChartFault::TooLarge { width, height }.error());
    }
    let dpi = if is_sound { options.dpi } else { 96.0 };
    let theme = Theme::new(options.theme, dpi).for_plot(plot);
    let suited = (options.theme != ThemeName::Report).then(|| plot.recoloured(|colour| theme.suited(colour)));
    let plot = suited.as_ref().unwrap_or(plot);
    let layout = lay_out(plot, options, &theme);
    let least = LEAST_PANEL_PT * theme.point;
    let is_small =
        |Panel { left, top, right, bottom, .. }: Panel| right - left < least || bottom - top < least;
    if !is_sound {
        return Err(ChartFault::TooSmall { width, height }.error());
    }
    if layout.panels.iter().any(|framed| is_small(framed.panel)) {
        return Err(match longest_text(plot, options) {
            Some(text) => label_fault(&text, options),
            None => ChartFault::TooSmall { width, height }.error(),
        });
    }
    if let Some(text) = layout.unfit.clone().or_else(|| unfit_text(plot, &layout, &theme)) {
        return Err(label_fault(&text, options));
    }
    let mut scene = Scene::default();
    scene.rectangle((0.0, 0.0), (f64::from(width), f64::from(height)), theme.paper, 1.0);
    for (facet, framed) in plot.facets.iter().zip(&layout.panels) {
        draw_panel(&mut scene, plot, facet, framed, &theme);
        if layout.line_ends.is_shown() {
            direct::draw(&mut scene, facet, &framed.panel, &theme, &layout.line_ends);
        }
    }
    if let Some((legend, corner)) = &layout.legend {
        legend::draw(&mut scene, &theme, legend, *corner);
    }
    draw_blocks(&mut scene, &layout, &theme);
    Ok(scene)
}

/// Letters of a label in a message.
const SHOWN_LETTERS: usize = 60;
/// A text of more letters than this is what takes the room away.
const LONG: usize = 200;

fn label_fault(text: &str, options: &ChartOptions) -> Error {
    let mut label: String = text.chars().take(SHOWN_LETTERS).collect();
    let letters = text.chars().count();
    if letters > SHOWN_LETTERS {
        label.push('…');
    }
    ChartFault::LabelTooLong { label, letters, width: options.width_px, height: options.height_px }.error()
}

/// Finds the longest of the texts around the panels, if it is long enough to take their room.
fn longest_text(plot: &Plot, options: &ChartOptions) -> Option<String> {
    let titles = [&plot.title, &plot.subtitle].into_iter().filter(|_| options.has_title).flatten();
    let notes = [&plot.caption, &plot.x_title, &plot.y_title].into_iter().flatten();
    let all = titles.chain(notes).chain(&options.caption_lines).chain(plot.labels());
    all.max_by_key(|text| text.chars().count()).filter(|text| text.chars().count() > LONG).cloned()
}

/// Finds a text among the marks that is larger than its panel.
fn unfit_text(plot: &Plot, layout: &Layout, theme: &Theme) -> Option<String> {
    plot.facets.iter().zip(&layout.panels).find_map(|(facet, framed)| {
        let panel = &framed.panel;
        facet.layers.iter().find_map(|layer| {
            let Marks::Texts(texts) = &layer.marks else { return None };
            let is_unfit = |text: &&Text| {
                let wrapped = mark_text::wrap_text(text, layer, theme);
                wrapped.height > panel.height() || wrapped.width > panel.width()
            };
            texts.iter().find(is_unfit).map(|text| text.words.clone())
        })
    })
}

fn draw_blocks(scene: &mut Scene, layout: &Layout, theme: &Theme) {
    let style = |size, face, colour, role| Style { size, face, colour, anchor: Anchor::Start, role };
    let soft = |size| style(size, Face::Regular, theme.soft_ink, Role::Note);
    let left = theme.margin;
    let title = style(theme.title_size, Face::SemiBold, theme.ink, Role::Title);
    draw_block(scene, &layout.title, left, title, theme);
    draw_block(scene, &layout.subtitle, left, soft(theme.subtitle_size), theme);
    draw_block(scene, &layout.y_title, left, soft(theme.label_size), theme);
    let edges = layout.panels.iter().map(|framed| (framed.panel.left, framed.panel.right));
    let (left_edge, right_edge) = edges
        .fold((f64::INFINITY, 0.0), |(left, right), (from, to)| (f64::min(left, from), f64::max(right, to)));
    let x_title = Style { anchor: Anchor::Middle, ..soft(theme.label_size) };
    draw_block(scene, &layout.x_title, f64::midpoint(left_edge, right_edge), x_title, theme);
    draw_block(scene, &layout.caption, left, soft(theme.caption_size), theme);
}

fn draw_panel(scene: &mut Scene, plot: &Plot, facet: &Facet, framed: &Framed, theme: &Theme) {
    let panel = &framed.panel;
    let format = NumberFormat { lang: plot.lang };
    draw_grid(scene, framed, theme);
    // Bars stand on the line; everything else lies over it.
    let has_bars = facet.layers.iter().any(|layer| matches!(layer.marks, Marks::Bars(_)));
    if !has_bars {
        draw_axes(scene, facet, framed, theme);
    }
    for layer in &facet.layers {
        draw_areas(scene, plot, panel, theme, layer, format);
    }
    // Values come after the rules, which would run through them.
    for layer in &facet.layers {
        if let Marks::Bars(bars) = &layer.marks {
            let written = value_format(facet, bars, format);
            bar_values::draw(scene, panel, theme, layer, bars, written);
        }
    }
    for layer in &facet.layers {
        match &layer.marks {
            Marks::Lines(lines) => mark_line::draw(scene, panel, theme, layer, lines, has_bars),
            Marks::Points(points) => mark_point::draw(scene, panel, theme, layer, points),
            Marks::Segments(segments) => mark_segment::draw_segments(scene, panel, theme, layer, segments),
            _ => {}
        }
    }
    if has_bars {
        draw_axes(scene, facet, framed, theme);
    }
    // Words find their places among all marks.
    for layer in &facet.layers {
        if let Marks::Texts(texts) = &layer.marks {
            mark_text::draw(scene, panel, theme, layer, texts);
        }
    }
    axis::draw_below(scene, panel, theme, &framed.x_labels);
    axis::draw_left(scene, panel, theme, &framed.y_labels);
    let strip = Style { face: Face::SemiBold, ..theme.style(theme.label_size, Anchor::Start, Role::Strip) };
    draw_block(scene, &framed.strip, panel.left, strip, theme);
}

/// Draws what lies under lines and points.
fn draw_areas(
    scene: &mut Scene,
    plot: &Plot,
    panel: &Panel,
    theme: &Theme,
    layer: &Layer,
    format: NumberFormat,
) {
    match &layer.marks {
        Marks::Bars(bars) => mark_bar::draw(scene, panel, theme, layer, bars),
        Marks::Shapes(shapes) => {
            mark_shape::draw(scene, panel, theme, layer, shapes, plot.shades.as_ref(), format);
        }
        Marks::Boxes(boxes) => mark_box::draw(scene, panel, theme, layer, boxes),
        Marks::Rules(rules) => {
            let is_area = |layer: &Layer| matches!(layer.marks, Marks::Bars(_) | Marks::Shapes(_));
            let is_over_areas = plot.layers().any(is_area);
            mark_segment::draw_rules(scene, panel, theme, layer, rules, is_over_areas);
        }
        _ => {}
    }
}

/// Values at bars are written as the labels of their axis are.
fn value_format<'f>(facet: &'f Facet, bars: &[Bar], format: NumberFormat) -> ValueFormat<'f> {
    let is_level = bars.first().is_some_and(|bar| bar.direction == Direction::Right);
    let template = match if is_level { &facet.x } else { &facet.y } {
        Scale::Numbers(numbers) => numbers.template.as_deref(),
        Scale::Categories { .. } => None,
    };
    ValueFormat { format, template }
}

/// Draws light lines at the breaks of the number axes.
fn draw_grid(scene: &mut Scene, framed: &Framed, theme: &Theme) {
    let panel = &framed.panel;
    let pen = Pen::solid(theme.grid_width, theme.grid);
    for at in &framed.y_grid {
        let y = panel.y_pixel(*at);
        scene.line((panel.left, y), (panel.right, y), pen);
    }
    // Level lines suffice where both axes are numbers.
    for at in framed.x_grid.iter().filter(|_| framed.y_grid.is_empty()) {
        let x = panel.x_pixel(*at);
        scene.line((x, panel.top), (x, panel.bottom), pen);
    }
}

/// Draws the base line of each axis.
fn draw_axes(scene: &mut Scene, facet: &Facet, framed: &Framed, theme: &Theme) {
    let panel = &framed.panel;
    let pen = Pen::solid(theme.axis_width, theme.axis);
    let is_measured = |scale: &Scale| matches!(scale, Scale::Numbers(_));
    let y = if is_measured(&facet.y) { panel.y_pixel(panel.y.baseline()) } else { panel.bottom };
    if !is_measured(&facet.x) || is_measured(&facet.y) {
        scene.line((panel.left, y), (panel.right, y), pen);
    }
    if !is_measured(&facet.y) {
        let x = if is_measured(&facet.x) { panel.x_pixel(panel.x.baseline()) } else { panel.left };
        scene.line((x, panel.top), (x, panel.bottom), pen);
    }
}

fn draw_block(scene: &mut Scene, block: &Block, x: f64, style: Style, theme: &Theme) {
    for (index, line) in block.lines.iter().enumerate() {
        let baseline = block.first_baseline + theme.line(style.size) * number_of(index);
        scene.text(line, (x, baseline), style);
    }
}

/// Puts the shapes into a document of the picture's size, with what screen readers read.
fn with_head(body: &str, plot: &Plot, options: &ChartOptions) -> String {
    let (width, height) = (options.width_px, options.height_px);
    let title =
        plot.title.as_deref().map(|title| format!("<title>{}</title>\n", escaped(title))).unwrap_or_default();
    let description = [vec![describe(plot)], options.caption_lines.clone()].concat().join("\n");
    format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width}0 {height}0\" \
         xmlns=\"http://www.w3.org/2000/svg\" stroke-linejoin=\"round\" role=\"img\">\n\
         {title}<desc>{}</desc>\n{body}</svg>\n",
        escaped(&description)
    )
}

fn escaped(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '&' => "&amp;".to_owned(),
            control if control.is_control() => " ".to_owned(),
            other => other.to_string(),
        })
        .collect()
}
