//! The emulator's own page: time, state, faults, keys, and what was refused and why.
//! Never: in production; `mandate serve` has no address for it. Next: crates/server/src/dev/steer answers its deeds.

use askama::Template;

use super::render;
use crate::words::{Lang, Words};

#[derive(Template)]
#[template(path = "dev.html")]
pub struct DevPage {
    pub lang: Lang,
    pub now: String,
    pub frozen: bool,
    /// It is not the real time.
    pub moved: bool,
    pub snapshots: Vec<String>,
    pub faults: Vec<DevFault>,
    pub keys: Vec<DevKey>,
    pub exchanges: Vec<DevExchange>,
    pub nonce: String,
}

pub struct DevFault {
    pub id: u64,
    pub path: String,
    pub effect: String,
}

pub struct DevKey {
    pub kid: String,
    /// `Next`, `InUse` or `Retired`.
    pub state: String,
}

pub struct DevExchange {
    pub refused: bool,
    pub at: String,
    pub what: String,
    pub status: u16,
    pub code: String,
    pub text: String,
    pub cause: String,
    pub correlation: String,
}

impl DevPage {
    pub fn html(&self) -> String {
        render(self)
    }

    fn css_href(&self) -> &'static str {
        crate::assets::css_href()
    }

    fn w(&self) -> &'static Words {
        self.lang.words()
    }

    fn key_state(&self, key: &DevKey) -> &'static str {
        match key.state.as_str() {
            "InUse" => self.w().dev_key_in_use,
            "Next" => self.w().dev_key_next,
            _ => self.w().dev_key_retired,
        }
    }
}
