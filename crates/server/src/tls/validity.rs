//! Reads from when until when a certificate is valid (RFC 5280 §4.1.2.5).
//!
//! A trust anchor's own expiry is nothing that a verifier of leaves looks at, and the CA's is ours to watch.
//! Never: a judgement about the rest of the certificate; what this does not understand is None.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use mandate_base::Moment;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Validity {
    pub from: Moment,
    pub until: Moment,
}

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

impl Validity {
    pub fn of(certificate: &[u8]) -> Option<Validity> {
        let (certificate, _) = element(certificate, SEQUENCE)?;
        let (to_be_signed, _) = element(certificate, SEQUENCE)?;
        let (_, after_version) = element(to_be_signed, VERSION)?;
        let (_serial, rest) = element(after_version, INTEGER)?;
        let (_signature, rest) = element(rest, SEQUENCE)?;
        let (_issuer, rest) = element(rest, SEQUENCE)?;
        let (validity, _) = element(rest, SEQUENCE)?;
        let (from, rest) = time(validity)?;
        let (until, _) = time(rest)?;
        Some(Validity { from, until })
    }
}

/// The content of the element that `input` begins with, and what follows it.
fn element(input: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = input.split_first()?;
    if found != tag {
        return None;
    }
    let (&first, rest) = rest.split_first()?;
    let (len, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // The long form: so many bytes hold the length. Three of them are 16 MiB, more than any certificate.
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0_usize, |len, &byte| (len << 8) | usize::from(byte)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(len)
}

fn time(input: &[u8]) -> Option<(Moment, &[u8])> {
    if let Some((text, rest)) = element(input, UTC_TIME) {
        let (year, text) = text.split_at_checked(2)?;
        // A year of two digits belongs to 1950–2049.
        let year = match number(year)? {
            year @ 50.. => 1900 + year,
            year => 2000 + year,
        };
        return Some((moment(year, text)?, rest));
    }
    let (text, rest) = element(input, GENERALIZED_TIME)?;
    let (year, text) = text.split_at_checked(4)?;
    Some((moment(number(year)?, text)?, rest))
}

/// `text` is what follows the year: `MMDDHHMMSSZ`, the only form RFC 5280 allows.
fn moment(year: i16, text: &[u8]) -> Option<Moment> {
    let digits = text.strip_suffix(b"Z").filter(|digits| digits.len() == 10)?;
    let pair = |at: usize| number(&digits[at..at + 2]).and_then(|number| i8::try_from(number).ok());
    let civil = DateTime::new(year, pair(0)?, pair(2)?, pair(4)?, pair(6)?, pair(8)?, 0).ok()?;
    let timestamp = Offset::UTC.to_timestamp(civil).ok()?;
    Some(Moment::from_secs(timestamp.as_second()))
}

/// INVARIANT: at most four digits, so that it fits.
fn number(digits: &[u8]) -> Option<i16> {
    digits
        .iter()
        .try_fold(0, |number: i16, digit| digit.is_ascii_digit().then(|| number * 10 + i16::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut der = vec![tag];
        match u8::try_from(content.len()) {
            Ok(len @ 0..=0x7f) => der.push(len),
            Ok(len) => der.extend([0x81, len]),
            Err(_) => {
                der.push(0x82);
                der.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
            }
        }
        der.extend(content);
        der
    }

    fn certificate(from: Vec<u8>, until: Vec<u8>, issuer_len: usize) -> Vec<u8> {
        let fields = [
            encoded(VERSION, &encoded(INTEGER, &[2])),
            encoded(INTEGER, &[7]),
            encoded(SEQUENCE, &[]),
            encoded(SEQUENCE, &vec![0; issuer_len]),
            encoded(SEQUENCE, &[from, until].concat()),
        ];
        encoded(SEQUENCE, &encoded(SEQUENCE, &fields.concat()))
    }

    #[test]
    fn both_forms_of_time_and_all_forms_of_length_are_read() {
        for issuer_len in [0, 1, 127, 128, 255, 256, 4000] {
            let der = certificate(
                encoded(UTC_TIME, b"700101000001Z"),
                encoded(GENERALIZED_TIME, b"20500101000000Z"),
                issuer_len,
            );
            let expected = Validity { from: Moment::from_secs(1), until: Moment::from_secs(2_524_608_000) };
            assert_eq!(Validity::of(&der), Some(expected), "{issuer_len}");
        }
    }

    #[test]
    fn a_damaged_certificate_has_no_validity() {
        let good = certificate(encoded(UTC_TIME, b"260101000000Z"), encoded(UTC_TIME, b"360101000000Z"), 40);
        for len in 0..good.len() {
            assert_eq!(Validity::of(&good[..len]), None, "cut at {len}");
        }
        for odd in
            [&b"260101000000"[..], b"261301000000Z", b"2601010000Z", b"26010100000aZ", b"260101000000+", b"2", b""]
        {
            let der = certificate(encoded(UTC_TIME, odd), encoded(UTC_TIME, b"360101000000Z"), 40);
            assert_eq!(Validity::of(&der), None, "{odd:?}");
        }
    }
}
