//! Feeds a Graph path, percent-decoded segment by segment as the dispatcher does it.
//!
//! Must hold: what was read can be written again, and is then the same to the letter: no two paths mean the same steps
//! but by their spelling, and nothing between parentheses gets lost.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_odata::{Path, Step};
use mandate_web::percent::decode_path;

fuzz_target!(|text: &str| {
    let Some(segments) = text.split('/').map(decode_path).collect::<Option<Vec<String>>>() else { return };
    let Ok(path) = Path::parse(segments.iter().map(String::as_str)) else { return };
    assert!(segments.len() <= 32);
    let mut written: Vec<String> = Vec::new();
    for step in path.steps() {
        let behind = match step {
            Step::Name(name) => {
                assert!(step.is(&name.to_ascii_uppercase()) && step.key() == Some(name.as_str()));
                written.push(name.clone());
                continue;
            }
            Step::Key(key) => format!("({})", quoted(key)),
            Step::NamedKey { name, value } => format!("({name}={})", quoted(value)),
            Step::Call => "()".to_owned(),
        };
        written.last_mut().expect("a key stands behind a name").push_str(&behind);
    }
    assert_eq!(written, segments);
});

fn quoted(text: &str) -> String {
    assert!(!text.is_empty() && !text.chars().any(char::is_control));
    format!("'{}'", text.replace('\'', "''"))
}
