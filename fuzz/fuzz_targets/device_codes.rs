//! Feeds what a person types for a device code, and chance to the draw of one.
//!
//! Must hold: what is drawn is read; what is read has nine letters and digits and is the same in small letters, in
//! capital ones, and with hyphens and blanks anywhere.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_domain::signin::device::{USER_CODE_LENGTH, draw_user_code, read_user_code};
use mandate_fuzz::Chosen;

fuzz_target!(|data: &[u8]| {
    let drawn = draw_user_code(&mut Chosen::by(data));
    assert_eq!(read_user_code(&drawn).as_ref(), Some(&drawn));

    let typed = String::from_utf8_lossy(data);
    let Some(code) = read_user_code(&typed) else { return };
    assert!(code.len() == USER_CODE_LENGTH && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
    let spread: String = code.chars().flat_map(|c| ['-', c, ' ']).collect();
    for spelled in [code.clone(), typed.to_ascii_lowercase(), typed.to_ascii_uppercase(), spread] {
        assert_eq!(read_user_code(&spelled).as_ref(), Some(&code));
    }
});
