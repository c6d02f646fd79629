//! Turns a number as reports state it (`trên 35 lượt`, `≥ 80%`, `13/28`) into its parts.
//!
//! `trên 35` is not 35, so the word is a part of its own; whether a column may drop it is not
//! decided here.

use std::sync::LazyLock;

use regex::Regex;

use super::numbers::{Typed, parse_number};

/// A number with what stands around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// The words or the sign that make it a bound or an estimate: `trên`, `≥`; empty if exact.
    pub qualifier: String,
    /// The number, of a ratio the upper one, with its unit.
    pub number: Typed,
    /// The lower number of a ratio.
    pub denominator: Option<Typed>,
}

static QUALIFIED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let signs = "≥|≤|>=|<=|>|<|~|≈|±";
    let words = "trên|dưới|hơn|gần|khoảng|ít nhất|tối thiểu|nhiều nhất|tối đa|không quá|không dưới|không ít hơn|ước đạt|ước tính|ước|từ";
    Regex::new(&format!(
        r"(?i)^(?:(?P<sign>{signs})\s*|(?P<word>{words})\s+)?(?P<number>.*?)(?:\s+(?P<after>trở lên|trở xuống))?$"
    ))
    .ok()
});

static RATIO: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?P<upper>\d[\d.\s]*)\s*/\s*(?P<lower>\d.*)$").ok());

/// Parses a number, a ratio, and the words before and after it; `None` if there is no number.
pub fn parse_quantity(text: &str) -> Option<Quantity> {
    let text = text.trim();
    let found = QUALIFIED.as_ref()?.captures(text)?;
    let words = ["sign", "word", "after"].into_iter().filter_map(|part| found.name(part));
    let qualifier = words.map(|part| part.as_str().to_lowercase()).collect::<Vec<_>>().join(" ");
    let number = found.name("number")?.as_str();
    if let Some(ratio) = RATIO.as_ref()?.captures(number) {
        let upper = parse_number(&ratio["upper"])?;
        let mut lower = parse_number(&ratio["lower"])?;
        let unit = std::mem::take(&mut lower.unit);
        let is_plain = !upper.percent && !lower.percent;
        return is_plain.then_some(Quantity {
            qualifier,
            number: Typed { unit, ..upper },
            denominator: Some(lower),
        });
    }
    Some(Quantity { qualifier, number: parse_number(number)?, denominator: None })
}

#[cfg(test)]
mod tests {
    use super::parse_quantity;

    /// Writes the parts of a quantity with bars between them.
    fn parts(text: &str) -> Option<String> {
        let quantity = parse_quantity(text)?;
        let lower = quantity.denominator.map(|lower| lower.value.to_string()).unwrap_or_default();
        Some([quantity.qualifier, quantity.number.value.to_string(), quantity.number.unit, lower].join("|"))
    }

    #[test]
    fn qualifiers_numbers_and_units_are_told_apart() {
        assert_eq!(parts("trên 35 lượt").as_deref(), Some("trên|35|lượt|"));
        assert_eq!(parts("≥80%").as_deref(), Some("≥|80||"));
        assert_eq!(parts("Khoảng 1.200").as_deref(), Some("khoảng|1200||"));
        assert_eq!(parts("35 lượt trở lên").as_deref(), Some("trở lên|35|lượt|"));
        assert_eq!(parts("137 hồ sơ").as_deref(), Some("|137|hồ sơ|"));
    }

    #[test]
    fn a_ratio_keeps_both_numbers() {
        assert_eq!(parts("13/28").as_deref(), Some("|13||28"));
        assert_eq!(parts("59/59 đơn vị").as_deref(), Some("|59|đơn vị|59"));
        assert_eq!(parts("13/28/2"), None);
    }

    #[test]
    fn words_without_a_number_are_none() {
        for text in ["nhiều lượt", "trên", "", "từ", "-", "10 ngày (5 ngày)"] {
            assert_eq!(parts(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(text in "\\PC{0,24}") {
            drop(parse_quantity(&text));
        }
    }
}
