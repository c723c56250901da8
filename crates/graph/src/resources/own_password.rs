//! `changePassword`: people choose a new password of their own, and prove the old one (graph-api.md §2.2).

use super::key::meant;
use crate::body;
use crate::call::Call;
use crate::dispatch::{Object, Subject};
use crate::errors::{Refusal, Stop};
use crate::operations::Op;
use crate::respond;
use mandate_base::Secret;
use mandate_domain::properties::{Broken, Rule};
use mandate_usecases::signin::{Network, NewPassword, PasswordChangeRefusal, change_password};
use mandate_web::Answer;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    current_password: String,
    new_password: String,
}

pub(super) async fn change(call: &Call<'_>, subject: &Subject) -> Result<Answer, Stop> {
    call.refuse_paging()?;
    let op = if *subject == Subject::Me { Op::MeChangePassword } else { Op::UsersChangePassword };
    let meant = meant(call, &Object::User(subject.clone())).await?;
    call.permit_on(op, meant.id).await?;
    let wanted: Wanted = body::read(call)?;
    let user = call.caller.user().ok_or(Refusal::NobodyIsMe)?;
    let change = NewPassword {
        tenant: call.caller.tenant,
        user,
        old: Secret::new(wanted.current_password),
        new: Secret::new(wanted.new_password),
        network: Network::of(call.peer),
        keep: None,
        correlation: call.correlation,
    };
    change_password(call.house, change).await?.map_err(told)?;
    Ok(respond::nothing())
}

fn told(refusal: PasswordChangeRefusal) -> Refusal {
    let bad = |sentence| Refusal::Broken(Broken::new("newPassword", Rule::Bad(sentence)));
    match refusal {
        PasswordChangeRefusal::WrongOld => {
            Refusal::Broken(Broken::new("currentPassword", Rule::Bad("the specified password is not the current one")))
        }
        PasswordChangeRefusal::Locked => Refusal::Broken(Broken::new(
            "currentPassword",
            Rule::Bad("too many wrong passwords were tried, and the account takes none for a while"),
        )),
        PasswordChangeRefusal::Busy => Refusal::Busy,
        PasswordChangeRefusal::TooShort => bad("the password is too short"),
        PasswordChangeRefusal::TooLong => bad("the password is too long"),
        PasswordChangeRefusal::TooEasy => bad("the password is too easy to guess"),
        PasswordChangeRefusal::Gone => Refusal::NoSuchObject("me".to_owned()),
    }
}
