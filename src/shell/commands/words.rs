//! Turns the arguments of a command into words.

/// Splits at blanks outside of quotes; quotes are taken off, a doubled one stands for itself.
pub(in crate::shell) fn split_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match quote {
            Some(open) if letter == open && letters.peek() == Some(&open) => {
                letters.next();
                word.get_or_insert_default().push(letter);
            }
            Some(open) if letter == open => quote = None,
            None if letter == '\'' || letter == '"' => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            None if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::split_words;

    #[test]
    fn quotes_keep_blanks_and_double_for_themselves() {
        assert_eq!(split_words("a 'b c'  x='d ''e'"), ["a", "b c", "x=d 'e"]);
        assert_eq!(split_words("''"), [""]);
        assert!(split_words("  ").is_empty());
    }
}
