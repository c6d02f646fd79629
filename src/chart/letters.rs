//! Finds the letters of a chart that the bundled font does not have, so that nobody takes boxes for words.

use std::collections::BTreeSet;

use super::plot::{Marks, Plot};
use super::text::has_letter;

/// Lists the letters without a picture, each once.
pub fn missing_letters(plot: &Plot) -> BTreeSet<char> {
    let letters = texts(plot).into_iter().flat_map(str::chars);
    letters.filter(|letter| !letter.is_whitespace() && !has_letter(*letter)).collect()
}

/// Lists the texts of a chart, as far as they come from its author and its data.
fn texts(plot: &Plot) -> Vec<&str> {
    let titles = [&plot.title, &plot.subtitle, &plot.caption, &plot.x_title, &plot.y_title];
    let words = plot.layers().flat_map(|layer| match &layer.marks {
        Marks::Texts(texts) => texts.as_slice(),
        _ => &[],
    });
    let all = titles.into_iter().flatten().chain(plot.labels());
    all.chain(words.map(|text| &text.words)).map(String::as_str).collect()
}
