//! Turns text into a key whose bytes are in the order of a Vietnamese dictionary.
//!
//! Source: the Vietnamese tailoring of the CLDR (common/collation/vi.xml): the letters a ă â, d đ, e ê,
//! o ô ơ, u ư differ first, the tones second (level, huyền, hỏi, ngã, sắc, nặng), capitals last. Digraphs
//! (ch, gh, nh, th, tr) are no letters of their own in the modern order.

use std::sync::LazyLock;

use icu_collator::options::CollatorOptions;
use icu_collator::{CollatorBorrowed, CollatorPreferences};
use icu_locale_core::locale;

/// The data are compiled in, so it is there; without it the order would be that of the bytes.
static COLLATOR: LazyLock<Option<CollatorBorrowed<'static>>> = LazyLock::new(|| {
    let vietnamese = CollatorPreferences::from(&locale!("vi"));
    CollatorBorrowed::try_new(vietnamese, CollatorOptions::default()).ok()
});

/// Returns the key: `a` comes before `b` where its key is less.
pub fn sort_key(text: &str) -> Vec<u8> {
    let Some(collator) = COLLATOR.as_ref() else { return text.as_bytes().to_vec() };
    let mut key = Vec::new();
    // Writing to memory cannot fail.
    let Ok(()) = collator.write_sort_key_to(text, &mut key);
    key
}

#[cfg(test)]
mod tests {
    use super::sort_key;

    /// Sorts the words of a text that stands in another order.
    fn sorted(text: &str) -> String {
        let mut words: Vec<&str> = text.split(' ').rev().collect();
        words.sort_by_key(|word| sort_key(word));
        words.join(" ")
    }

    #[test]
    fn tones_and_letters_are_in_the_order_of_the_cldr() {
        for order in [
            "ba bà bả bã bá bạ",
            "a ă â b c d đ e ê g h i k l m n o ô ơ p q r s t u ư v x y",
            "An Ánh ân ấn ấp ầu ẩu bá dầu Dung đầu Đinh e ê ua úc ủy ưu",
            "Nghệ Nghi Nghĩa ngon",
        ] {
            assert_eq!(sorted(order), order);
        }
    }

    #[test]
    fn the_unicode_form_does_not_matter() {
        assert_eq!(sort_key("Nguyễn"), sort_key("Nguye\u{302}\u{303}n"));
    }
}
