//! `/authorize` and the forms of its pages (protocol.md §2).
//!
//! A request is checked, then the first unmet step is found; each form comes back with the sealed request and the road
//! begins anew, so that nothing a page showed is trusted. Next: `check` for the request (`device` and `admin` for the two that are no app's), `proceed` for the steps, `reply` for
//! the answer.

mod admin;
mod check;
mod device;
mod flow;
mod forms;
mod proceed;
mod reply;

pub use check::{claims, has_openid, meets, scopes, v1_scopes};
pub use device::{enter as enter_device_code, page as device_page};
pub use flow::{Errand, Flow};
pub use forms::{confirm_device, consent, language, login, new_password, request_consent, reselect};
pub use proceed::{Standing, run};

use crate::cx::Cx;
use crate::errors::Trouble;
use http::Method;
use mandate_web::{Answer, Params};

/// A fresh authorization request.
pub async fn begin(cx: Cx<'_>) -> Answer {
    match params(cx) {
        Ok(params) => {
            let flow = Flow::begin(cx, &params);
            proceed::run(cx, flow, crate::browser::Browser::of(cx)).await
        }
        Err(trouble) => crate::show::refuse(cx, &trouble).await,
    }
}

/// An administrator's consent, asked for by its own address (protocol.md §1.10).
pub async fn begin_admin_consent(cx: Cx<'_>) -> Answer {
    match params(cx) {
        Ok(params) => {
            let flow = Flow { errand: Errand::AdminConsent, ..Flow::begin(cx, &params) };
            proceed::run(cx, flow, crate::browser::Browser::of(cx)).await
        }
        Err(trouble) => crate::show::refuse(cx, &trouble).await,
    }
}

/// A request is carried through every page of its sign-in.
const LONGEST: usize = 16 * 1024;

/// What is kept in a page's sealed form must fit into the next request.
pub fn within_limit(cx: Cx<'_>) -> Result<(), Trouble> {
    if cx.request.query.len() > LONGEST || cx.request.body.len() > LONGEST {
        return Err(Trouble::malformed("the request is too long"));
    }
    Ok(())
}

fn params(cx: Cx<'_>) -> Result<Params, Trouble> {
    within_limit(cx)?;
    if cx.request.method == Method::POST {
        let form = cx.request.form().ok_or_else(|| Trouble::malformed("the body is not a form"))?;
        return Ok(form?);
    }
    Ok(cx.request.query_params()?)
}
