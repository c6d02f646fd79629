//! Turns text from outside into text that a terminal shows and does not obey.

/// Replaces control characters, direction marks and invisible joiners by visible symbols.
///
/// Escape sequences in data could retitle or repaint the terminal; direction marks could make a
/// number read backwards. Vietnamese needs none of these characters.
pub fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => '⏎',
            '\t' => '→',
            '\r' => '␍',
            '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('�'),
            '\u{7f}' => '␡',
            '\u{80}'..='\u{9f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}' => '�',
            _ => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn nothing_in_data_reaches_the_terminal_as_a_command() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c\nđ\u{85}"), "a␛[31mb�c⏎đ�");
        assert_eq!(visible("Nguyễn Thị Ánh – 45,6%"), "Nguyễn Thị Ánh – 45,6%");
    }
}
