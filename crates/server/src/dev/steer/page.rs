//! The same as one page.

use super::{Steer, api};
use mandate_web::answer::{self, Answer, PagePolicy};
use mandate_web::pages::{DevExchange, DevFault, DevKey, DevPage};
use mandate_web::words::Lang;
use mandate_web::{Incoming, base64};

const SHOWN: usize = 50;

pub async fn show(steer: &Steer, request: &Incoming) -> Result<Answer, String> {
    let keys = api::key_list(steer).await.map_err(|(_, why)| why)?;
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("").to_owned();
    let keys = keys["keys"].as_array().cloned().unwrap_or_default();
    let exchanges = steer.exchanges.list(SHOWN, false).into_iter().map(|exchange| DevExchange {
        refused: exchange.is_refusal(),
        at: exchange.at.get(11..19).unwrap_or("").to_owned(),
        what: format!("{} {}", exchange.method, exchange.path),
        status: exchange.status,
        code: exchange.code.unwrap_or_default(),
        text: exchange.text.unwrap_or_default(),
        cause: exchange.cause.unwrap_or_default(),
        correlation: exchange.correlation_id,
    });
    let faults = steer.faults.list().into_iter().map(|fault| DevFault {
        id: fault.id,
        path: fault.path.clone(),
        effect: [
            fault.status.map(|status| status.to_string()),
            fault.error.clone(),
            (fault.latency_ms > 0).then(|| format!("{} ms", fault.latency_ms)),
            (fault.probability < 1.0).then(|| format!("{} %", (fault.probability * 100.0).round())),
            fault.count.map(|count| format!("{count} ×")),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · "),
    });
    let nonce = steer.house.draw(|draw| base64::url(&draw.bytes::<16>()));
    let page = DevPage {
        lang: Lang::from_accept_language(request.accept_language()),
        now: mandate_domain::time::iso(steer.clock.now()),
        frozen: steer.clock.is_still(),
        moved: steer.clock.offset().abs() > 2000,
        snapshots: steer.snapshots.list().into_iter().map(|(name, _)| name).collect(),
        faults: faults.collect(),
        keys: keys.iter().map(|key| DevKey { kid: text(&key["kid"]), state: text(&key["state"]) }).collect(),
        exchanges: exchanges.collect(),
        nonce,
    };
    // The script calls nobody but this house.
    let policy = PagePolicy { form_targets: &[], script_nonce: Some(&page.nonce), frames: false };
    let mut answer = answer::html(http::StatusCode::OK, page.html(), &policy);
    answer::allow_calls_home(&mut answer);
    Ok(answer)
}
