//! Draws a plot as SVG: the layout decides the places, plotters' backend writes the shapes.

use super::canvas::{Anchor, Canvas, Colour};
use super::format::NumberFormat;
use super::layout::{Block, Layout, lay_out};
use super::plot::{Marks, Plot, Scale};
use super::scale::number_of;
use super::text::Face;
use super::theme::Theme;
use super::{ChartOptions, axis, legend, mark_bar, mark_line, mark_point};
use crate::error::{Explain as _, Result};
use crate::messages::ChartFault;

/// The most pixels of a picture: 50 million take 200 MB while they are drawn.
const MOST_PIXELS: u64 = 50_000_000;
/// The least width and height of the panel, in points.
const LEAST_PANEL_PT: f64 = 24.0;

/// Draws the plot; the same plot and options give the same text.
///
/// # Errors
/// [`ChartFault::TooSmall`] or [`ChartFault::TooLarge`] if the size does not suit the chart.
pub fn draw_svg(plot: &Plot, options: &ChartOptions) -> Result<String> {
    let (width, height) = (options.width_px, options.height_px);
    let is_sound =
        options.dpi.is_finite() && (10.0..=2400.0).contains(&options.dpi) && width > 0 && height > 0;
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(ChartFault::TooLarge { width, height }.error());
    }
    let theme = Theme::report(if is_sound { options.dpi } else { 96.0 });
    let layout = lay_out(plot, options, &theme);
    let panel = &layout.panel;
    let least = LEAST_PANEL_PT * theme.point;
    if !is_sound || panel.right - panel.left < least || panel.bottom - panel.top < least {
        return Err(ChartFault::TooSmall { width, height }.error());
    }
    let mut document = String::new();
    let mut canvas = Canvas::new(&mut document, f64::from(width), f64::from(height));
    canvas.rectangle((0.0, 0.0), (f64::from(width), f64::from(height)), Colour::WHITE, 1.0);
    draw(&mut canvas, plot, &layout, &theme);
    canvas.finish();
    Ok(with_head(&document, plot, width, height))
}

fn draw(canvas: &mut Canvas, plot: &Plot, layout: &Layout, theme: &Theme) {
    draw_grid(canvas, layout, theme);
    for layer in &plot.layers {
        match &layer.marks {
            Marks::Lines(lines) => mark_line::draw(canvas, &layout.panel, theme, layer, lines),
            Marks::Points(points) => mark_point::draw(canvas, &layout.panel, theme, layer, points),
            Marks::Bars(bars) => {
                mark_bar::draw(canvas, &layout.panel, theme, layer, bars, NumberFormat { lang: plot.lang });
            }
        }
    }
    draw_axes(canvas, plot, layout, theme);
    if let Some((legend, corner)) = &layout.legend {
        legend::draw(canvas, theme, legend, *corner);
    }
    let left = theme.margin;
    draw_block(
        canvas,
        &layout.title,
        left,
        theme.title_size,
        Face::SemiBold,
        theme.ink,
        Anchor::Start,
        theme,
    );
    draw_block(
        canvas,
        &layout.subtitle,
        left,
        theme.subtitle_size,
        Face::Regular,
        theme.soft_ink,
        Anchor::Start,
        theme,
    );
    draw_block(
        canvas,
        &layout.y_title,
        left,
        theme.label_size,
        Face::Regular,
        theme.soft_ink,
        Anchor::Start,
        theme,
    );
    let middle = f64::midpoint(layout.panel.left, layout.panel.right);
    draw_block(
        canvas,
        &layout.x_title,
        middle,
        theme.label_size,
        Face::Regular,
        theme.soft_ink,
        Anchor::Middle,
        theme,
    );
    draw_block(
        canvas,
        &layout.caption,
        left,
        theme.caption_size,
        Face::Regular,
        theme.soft_ink,
        Anchor::Start,
        theme,
    );
}

/// Draws light lines at the breaks of the number axes.
fn draw_grid(canvas: &mut Canvas, layout: &Layout, theme: &Theme) {
    let panel = &layout.panel;
    for at in &layout.y_grid {
        let y = panel.y_pixel(*at);
        canvas.line((panel.left, y), (panel.right, y), theme.grid_width, theme.grid, 1.0);
    }
    for at in &layout.x_grid {
        let x = panel.x_pixel(*at);
        canvas.line((x, panel.top), (x, panel.bottom), theme.grid_width, theme.grid, 1.0);
    }
}

/// Draws the base line of each category axis and the labels of both axes.
fn draw_axes(canvas: &mut Canvas, plot: &Plot, layout: &Layout, theme: &Theme) {
    let panel = &layout.panel;
    let zero = |ends: (f64, f64)| if ends.0 < 0.0 && ends.1 > 0.0 { 0.0 } else { ends.0 };
    if matches!(plot.x.scale, Scale::Categories { .. }) {
        let is_measured = matches!(plot.y.scale, Scale::Numbers { .. });
        let y = if is_measured { panel.y_pixel(zero(panel.y)) } else { panel.bottom };
        canvas.line((panel.left, y), (panel.right, y), theme.axis_width, theme.axis, 1.0);
    }
    if matches!(plot.y.scale, Scale::Categories { .. }) {
        let is_measured = matches!(plot.x.scale, Scale::Numbers { .. });
        let x = if is_measured { panel.x_pixel(zero(panel.x)) } else { panel.left };
        canvas.line((x, panel.top), (x, panel.bottom), theme.axis_width, theme.axis, 1.0);
    }
    axis::draw_below(canvas, panel, theme, &layout.x_labels);
    axis::draw_left(canvas, panel, theme, &layout.y_labels);
}

#[expect(clippy::too_many_arguments, reason = "the look of a text is its size, face, colour and anchor")]
fn draw_block(
    canvas: &mut Canvas,
    block: &Block,
    x: f64,
    size: f64,
    face: Face,
    colour: Colour,
    anchor: Anchor,
    theme: &Theme,
) {
    for (index, line) in block.lines.iter().enumerate() {
        let baseline = block.first_baseline + theme.line(size) * number_of(index);
        canvas.text(line, (x, baseline), size, face, colour, anchor);
    }
}

/// Replaces plotters' head, whose size is in tenths of a pixel, and adds what screen readers read.
fn with_head(document: &str, plot: &Plot, width: u32, height: u32) -> String {
    let body = document.split_once('\n').map_or("", |(_, body)| body);
    let title =
        plot.title.as_deref().map(|title| format!("<title>{}</title>\n", escaped(title))).unwrap_or_default();
    format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width}0 {height}0\" \
         xmlns=\"http://www.w3.org/2000/svg\" stroke-linejoin=\"round\" role=\"img\">\n{title}{body}"
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
