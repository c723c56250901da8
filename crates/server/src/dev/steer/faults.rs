//! Failures on order: which requests, how often, how long they take and what they are told.

use http::{StatusCode, header};
use mandate_web::Incoming;
use mandate_web::answer::{self, Answer, Reason};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

#[derive(Default)]
pub struct Faults(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    next: u64,
    list: Vec<Fault>,
}

/// Members that are absent mean: every request, always, at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    #[serde(default)]
    pub id: u64,
    /// Part of the path, such as `/oauth2/v2.0/token`; without regard to case and to empty segments.
    #[serde(default)]
    pub path: String,
    #[serde(default)]
    pub method: Option<String>,
    /// The HTTP status of the answer; without it, and without `error`, the request is only delayed.
    #[serde(default)]
    pub status: Option<u16>,
    /// The OAuth word (or Graph code) that the answer tells.
    #[serde(default)]
    pub error: Option<String>,
    #[serde(default)]
    pub error_description: Option<String>,
    /// Beside the word, as clients branch on it.
    #[serde(default)]
    pub suberror: Option<String>,
    /// Seconds, for 429 and 503.
    #[serde(default)]
    pub retry_after: Option<u32>,
    #[serde(default)]
    pub latency_ms: u32,
    #[serde(default = "always")]
    pub probability: f64,
    /// How many requests it still strikes.
    #[serde(default)]
    pub count: Option<u32>,
}

const fn always() -> f64 {
    1.0
}

pub enum Struck {
    No,
    Delay(Duration),
    Answer(Duration, Box<Answer>),
}

const MOST: usize = 100;
const LONGEST_LATENCY: u32 = 120_000;

impl Fault {
    /// What is wrong with it, if anything.
    pub fn check(&self) -> Result<(), &'static str> {
        if !(0.0..=1.0).contains(&self.probability) {
            return Err("probability is a number from 0 to 1");
        }
        if self.latency_ms > LONGEST_LATENCY {
            return Err("latencyMs is at most 120000");
        }
        if self.status.is_some_and(|status| !(200..600).contains(&status)) {
            return Err("status is an HTTP status from 200 to 599");
        }
        if self.status.is_none() && self.error.is_none() && self.latency_ms == 0 {
            return Err("a fault has a status, an error or a latency");
        }
        Ok(())
    }

    fn fits(&self, request: &Incoming) -> bool {
        let method = self.method.as_deref().is_none_or(|method| request.method.as_str().eq_ignore_ascii_case(method));
        method && told(&request.path).contains(&told(&self.path))
    }

    fn answer(&self, request: &Incoming) -> Option<Answer> {
        if self.status.is_none() && self.error.is_none() {
            return None;
        }
        let status = StatusCode::from_u16(self.status.unwrap_or(400)).unwrap_or(StatusCode::BAD_REQUEST);
        let error = self.error.clone().unwrap_or_else(|| "temporarily_unavailable".to_owned());
        let text = self.error_description.clone().unwrap_or_else(|| "A fault that was asked for.".to_owned());
        let graph = request.segments().first().is_some_and(|first| matches!(*first, "v1.0" | "beta"));
        let mut body = if graph {
            json!({ "error": { "code": error, "message": text } })
        } else {
            json!({
                "error": error,
                "error_description": format!("AADSTS9000004: {text}"),
                "error_codes": [9_000_004],
                "trace_id": request.trace.to_string(),
                "correlation_id": request.correlation.to_string(),
            })
        };
        if let Some(suberror) = self.suberror.as_ref().filter(|_| !graph) {
            body["suberror"] = json!(suberror);
        }
        let mut answer = answer::json(status, &body);
        answer::no_store(&mut answer);
        if let Some(seconds) = self.retry_after {
            answer::put_text(&mut answer, header::RETRY_AFTER, &seconds.to_string());
        }
        // A script must see the fault as it would see the real one.
        if let Some(origin) = request.origin() {
            answer::put_text(&mut answer, header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
        let cause = format!("fault {}", self.id);
        answer::tell(&mut answer, Reason { code: error, text, cause });
        Some(answer)
    }
}

impl Faults {
    /// `None`: there are too many.
    pub fn add(&self, fault: Fault) -> Option<Fault> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.list.len() >= MOST {
            return None;
        }
        kept.next += 1;
        let fault = Fault { id: kept.next, ..fault };
        kept.list.push(fault.clone());
        Some(fault)
    }

    pub fn list(&self) -> Vec<Fault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).list.clone()
    }

    pub fn remove(&self, id: u64) -> bool {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = kept.list.len();
        kept.list.retain(|fault| fault.id != id);
        kept.list.len() < before
    }

    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).list.clear();
    }

    /// The first fault that fits and whose chance it is.
    pub fn strike(&self, request: &Incoming, chance: impl FnOnce() -> f64) -> Struck {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.list.is_empty() {
            return Struck::No;
        }
        let chance = chance();
        let place = kept.list.iter().position(|fault| fault.fits(request) && chance <= fault.probability);
        let Some(place) = place else { return Struck::No };
        let fault = kept.list[place].clone();
        match &mut kept.list[place].count {
            Some(left) if *left <= 1 => drop(kept.list.remove(place)),
            Some(left) => *left -= 1,
            None => {}
        }
        let time = Duration::from_millis(fault.latency_ms.into());
        fault.answer(request).map_or(Struck::Delay(time), |answer| Struck::Answer(time, Box::new(answer)))
    }
}

/// As the house reads a path.
fn told(path: &str) -> String {
    let mut told = path.to_ascii_lowercase();
    while told.contains("//") {
        told = told.replace("//", "/");
    }
    told
}
