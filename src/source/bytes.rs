//! Turns runs of bytes into numbers and texts, refusing what is cut short.

use super::Cell;
use crate::error::Result;
use crate::messages::SourceFault;

/// A cursor over bytes in the order of Intel processors.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count).ok_or(SourceFault::Damaged)?;
        self.0 = rest;
        Ok(head)
    }

    pub(super) fn skip(&mut self, count: usize) -> Result<()> {
        self.take(count).map(drop)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk().ok_or(SourceFault::Damaged)?;
        self.0 = rest;
        Ok(*head)
    }

    pub(super) fn u8(&mut self) -> Result<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn f64(&mut self) -> Result<f64> {
        self.array().map(f64::from_le_bytes)
    }

    /// Reads a 30-bit number: an integer or the upper part of a float, perhaps times a hundred.
    pub(super) fn rk(&mut self) -> Result<f64> {
        let raw = self.u32()?;
        let value = if raw & 2 != 0 {
            f64::from(raw.cast_signed() >> 2)
        } else {
            f64::from_bits(u64::from(raw & !3) << 32)
        };
        Ok(if raw & 1 != 0 { value / 100.0 } else { value })
    }

    /// Reads `count` UTF-16 units.
    pub(super) fn utf16(&mut self, count: usize) -> Result<Vec<u16>> {
        let bytes = self.take(count.checked_mul(2).ok_or(SourceFault::Damaged)?)?;
        Ok(bytes.as_chunks().0.iter().copied().map(u16::from_le_bytes).collect())
    }
}

/// Makes an error cell of its code.
pub(super) fn error_cell(code: u8) -> Cell {
    let text = match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2A => "#N/A",
        _ => "#ERROR!",
    };
    Cell::Error(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Bytes;

    #[test]
    fn packed_numbers_come_out_whole_and_in_hundredths() {
        let rk = |raw: u32| Bytes(&raw.to_le_bytes()).rk().unwrap().to_string();
        assert_eq!(rk((5 << 2) | 2), "5");
        assert_eq!(rk((-7_i32 << 2).cast_unsigned() | 2), "-7");
        assert_eq!(rk((1234 << 2) | 3), "12.34");
        assert_eq!(rk(0x3FF0_0000), "1");
    }

    #[test]
    fn what_is_cut_short_is_refused() {
        assert!(Bytes(&[1, 2, 3]).u32().is_err());
        assert!(Bytes(&[1]).utf16(usize::MAX).is_err());
    }
}
