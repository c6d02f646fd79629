//! Turns a chart into what the terminal can show: an image by its own protocol, or blocks and words.
//!
//! Protocols: kitty (<https://sw.kovidgoyal.net/kitty/graphics-protocol/>), iTerm2
//! (<https://iterm2.com/documentation-images.html>), sixel (DEC STD 070). Which one a terminal knows
//! is told by its environment; asking it would mean to wait for an answer that may never come.

use std::fmt::Write as _;
use std::io::Write as _;

use super::settings::Preview;
use crate::chart::draw_blocks;
use crate::commands::Drawing;
use crate::error::Result;
use crate::terminal::Terminal;

/// The width in pixels of an image in a terminal, and their density.
const IMAGE: (u32, f64) = (1000, 120.0);
/// A sixel image is sent as text; a smaller one is sent sooner.
const SIXEL_IMAGE: (u32, f64) = (720, 88.0);
/// Cells of a chart in blocks, at most.
const BLOCKS: (usize, usize) = (100, 26);

/// Writes a chart to the terminal.
pub(super) fn write_picture(terminal: Terminal, drawing: &Drawing, preview: Preview) -> Result<()> {
    let preview = if preview == Preview::Auto { find_protocol(terminal) } else { preview };
    let text = match preview {
        Preview::Off => return Ok(()),
        Preview::Kitty => kitty(&image(drawing, IMAGE)?),
        Preview::Iterm => iterm(&image(drawing, IMAGE)?),
        Preview::Sixel => {
            let (width, dpi) = SIXEL_IMAGE;
            sixel(&drawing.as_wide_as(width, dpi).pixels()?, width as usize)
        }
        Preview::Blocks | Preview::Auto => {
            let (width, height) = terminal.size().unwrap_or(BLOCKS);
            let (width, height) = (width.min(BLOCKS.0), height.saturating_sub(2).min(BLOCKS.1));
            draw_blocks(&drawing.plot, width, height, terminal.colors_data())
        }
    };
    terminal.data(|out| out.write_all(text.as_bytes()))
}

fn image(drawing: &Drawing, (width, dpi): (u32, f64)) -> Result<Vec<u8>> {
    drawing.as_wide_as(width, dpi).png()
}

/// Finds what the terminal says of itself; within a multiplexer images would go astray.
fn find_protocol(terminal: Terminal) -> Preview {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let value = |name: &str| std::env::var(name).unwrap_or_default();
    if !terminal.colors_data() || is_set("TMUX") || is_set("STY") {
        return Preview::Blocks;
    }
    let (term, program) = (value("TERM"), value("TERM_PROGRAM"));
    if is_set("KITTY_WINDOW_ID") || term == "xterm-kitty" || term == "xterm-ghostty" || program == "ghostty" {
        return Preview::Kitty;
    }
    if ["iTerm.app", "WezTerm"].contains(&program.as_str()) || value("LC_TERMINAL") == "iTerm2" {
        return Preview::Iterm;
    }
    if term.contains("sixel") || term.starts_with("foot") || term.starts_with("mlterm") {
        return Preview::Sixel;
    }
    Preview::Blocks
}

/// Bytes of base64 that one sequence of kitty's may carry.
const KITTY_CHUNK: usize = 4096;

fn kitty(png: &[u8]) -> String {
    let encoded = base64(png);
    let mut out = String::new();
    let chunks: Vec<&[u8]> = encoded.as_bytes().chunks(KITTY_CHUNK).collect();
    for (index, chunk) in chunks.iter().enumerate() {
        let control = if index == 0 { "a=T,f=100," } else { "" };
        let more = u8::from(index + 1 < chunks.len());
        // The encoding is plain letters, so every piece of it is text.
        let chunk = String::from_utf8_lossy(chunk);
        let _ = write!(out, "\u{1b}_G{control}m={more};{chunk}\u{1b}\\");
    }
    out.push('\n');
    out
}

fn iterm(png: &[u8]) -> String {
    format!("\u{1b}]1337;File=inline=1;size={};preserveAspectRatio=1:{}\u{7}\n", png.len(), base64(png))
}

/// Encodes as RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let triple =
            chunk.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for index in 0..4 {
            let letter = LETTERS[(triple >> (18 - 6 * index) & 63) as usize];
            out.push(if index <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

/// Levels of each of red, green and blue: 216 colours, which every sixel terminal has room for.
const LEVELS: u32 = 6;
/// Pixels of one sixel.
const SIXEL: usize = 6;

fn sixel(pixels: &[[u8; 3]], width: usize) -> String {
    let mut out = String::from("\u{1b}Pq");
    for colour in 0..LEVELS.pow(3) {
        let part = |divisor: u32| (colour / divisor % LEVELS) * 100 / (LEVELS - 1);
        let _ = write!(out, "#{colour};2;{};{};{}", part(LEVELS * LEVELS), part(LEVELS), part(1));
    }
    let levels: Vec<u32> = pixels.iter().map(|pixel| colour_of(*pixel)).collect();
    for band in levels.chunks(width * SIXEL) {
        let mut used: Vec<u32> = band.to_vec();
        used.sort_unstable();
        used.dedup();
        for colour in used {
            let _ = write!(out, "#{colour}");
            write_band(&mut out, band, width, colour);
            out.push('$');
        }
        out.push('-');
    }
    out.push_str("\u{1b}\\\n");
    out
}

fn colour_of([red, green, blue]: [u8; 3]) -> u32 {
    let level = |part: u8| (u32::from(part) * (LEVELS - 1) + 127) / 255;
    level(red) * LEVELS * LEVELS + level(green) * LEVELS + level(blue)
}

/// Writes the pixels of one colour in a band of six rows, runs of equal sixels as their count.
fn write_band(out: &mut String, band: &[u32], width: usize, colour: u32) {
    let bits_at = |column: usize| -> u8 {
        (0..SIXEL).filter(|row| band.get(row * width + column) == Some(&colour)).map(|row| 1 << row).sum()
    };
    let mut column = 0;
    while column < width {
        let bits = bits_at(column);
        let run = (column..width).take_while(|next| bits_at(*next) == bits).count();
        let letter = char::from(bits + b'?');
        if run > 3 {
            let _ = write!(out, "!{run}{letter}");
        } else {
            out.extend(std::iter::repeat_n(letter, run));
        }
        column += run;
    }
}

#[cfg(test)]
mod tests {
    use super::{base64, kitty, sixel};

    #[test]
    fn base64_follows_the_examples_of_rfc_4648() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn kitty_gets_chunks_and_the_last_one_says_so() {
        let text = kitty(&[0; 4000]);
        assert_eq!(text.matches("\u{1b}_G").count(), 2);
        assert!(text.starts_with("\u{1b}_Ga=T,f=100,m=1;") && text.contains("\u{1b}_Gm=0;"));
    }

    #[test]
    fn sixels_hold_every_pixel_of_a_band() {
        let text = sixel(&[[255, 255, 255], [0, 0, 0], [0, 0, 0], [0, 0, 0]], 2);
        // Two rows of two pixels: white and black, then black twice.
        assert!(text.contains("#215@?$") && text.contains("#0AB$"), "{text}");
        assert!(text.ends_with("-\u{1b}\\\n"));
    }
}
