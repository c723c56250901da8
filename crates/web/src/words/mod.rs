//! The words of the pages: one field per message, one value per language, so that a missing translation does not compile.
//! Never: markup, or a sentence glued together from halves; what varies stands in a `{place}` and comes in through `fill`.
//! Next: en.rs, nl.rs and de.rs hold the texts; pages/ shows them.

mod dates;
mod de;
mod en;
mod nl;

pub use dates::Civil;
pub use de::DE;
pub use en::EN;
pub use nl::NL;

/// A language the pages speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lang {
    En,
    Nl,
    De,
}

impl Lang {
    pub const ALL: [Lang; 3] = [Lang::Nl, Lang::De, Lang::En];

    /// The primary language subtag, as it stands in `lang="…"` (RFC 5646 §2.2.1).
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Nl => "nl",
            Lang::De => "de",
        }
    }

    /// What the language calls itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Lang::En => "English",
            Lang::Nl => "Nederlands",
            Lang::De => "Deutsch",
        }
    }

    pub fn words(self) -> &'static Words {
        match self {
            Lang::En => &EN,
            Lang::Nl => &NL,
            Lang::De => &DE,
        }
    }

    /// Reads one language tag; region and script do not matter: `nl`, `nl-BE` and `NL_be` are the same here.
    pub fn parse(text: &str) -> Option<Lang> {
        let primary = text.trim().split(['-', '_']).next()?;
        Lang::ALL.into_iter().find(|lang| lang.tag().eq_ignore_ascii_case(primary))
    }

    /// The language a browser prefers among ours; English when it names none of them.
    pub fn from_accept_language(header: &str) -> Lang {
        let mut best: Option<(f32, Lang)> = None;
        for part in header.split(',') {
            let mut pieces = part.split(';');
            let Some(lang) = pieces.next().and_then(Lang::parse) else {
                continue;
            };
            // RFC 9110 §12.4.2: a missing weight is 1, and a weight of 0 means "not this one".
            let weight =
                pieces.find_map(|piece| piece.trim().strip_prefix("q=")?.trim().parse::<f32>().ok()).unwrap_or(1.0);
            if weight <= 0.0 {
                continue;
            }
            // The first of equals wins: browsers list in order of preference.
            if best.is_none_or(|(top, _)| weight > top) {
                best = Some((weight, lang));
            }
        }
        best.map_or(Lang::En, |(_, lang)| lang)
    }
}

/// Puts values into the `{place}`s of a text. A place without a value stays as it is.
///
/// One pass over the text: a value that itself looks like a place (an app may be named `{app}`) is never expanded.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let found = rest.find('}').and_then(|close| {
            let name = &rest[1..close];
            values.iter().find(|(place, _)| *place == name).map(|(_, value)| (close, *value))
        });
        match found {
            Some((close, value)) => {
                out.push_str(value);
                rest = &rest[close + 1..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// Title and text of the error page for a code a person may meet; `None` for a code without words of its own.
pub fn error_text(lang: Lang, code: u32) -> Option<(&'static str, &'static str)> {
    let w = lang.words();
    let said = match code {
        700016 => &w.error_app_unknown,
        7000112 => &w.error_app_disabled,
        90002 | 900021 => &w.error_tenant_unknown,
        50011 | 900971 => &w.error_reply_address,
        50105 => &w.error_not_assigned,
        70018 | 70020 | 90120 => &w.error_device_code,
        50020 => &w.error_other_organisation,
        50034 | 50126 => &w.error_name_or_password,
        50057 => &w.error_account_disabled,
        50053 => &w.error_account_locked,
        65004 => &w.error_declined,
        90093 | 90094 => &w.error_admin_needed,
        900144 => &w.error_missing_part,
        90023 | 9002313 => &w.error_malformed,
        90100 => &w.error_bad_value,
        50194 => &w.error_one_organisation,
        50196 => &w.error_loop,
        90033 => &w.error_trouble,
        50089 => &w.error_expired,
        _ => return None,
    };
    Some((said.title, said.text))
}

/// A heading and what follows it.
pub struct Said {
    pub title: &'static str,
    pub text: &'static str,
}

/// Every message of the pages. The comment behind a field names its places.
pub struct Words {
    // Everywhere
    pub language: &'static str,
    pub new_tab: &'static str,
    pub title_with_error: &'static str, // {title}
    pub other_account: &'static str,
    pub cancel: &'static str,
    pub to_app: &'static str, // {app}

    // Sign-in
    pub sign_in_title: &'static str,
    pub username: &'static str,
    pub password: &'static str,
    pub keep_signed_in: &'static str,
    pub keep_signed_in_hint: &'static str,
    pub sign_in_button: &'static str,
    pub choose_account: &'static str,
    pub sign_in_wrong: &'static str,
    pub sign_in_disabled: &'static str,
    pub sign_in_locked: &'static str,
    pub sign_in_other_organisation: &'static str,
    pub sign_in_missing: &'static str,
    pub sign_in_busy: &'static str,

    // Accounts
    pub accounts_title: &'static str,
    pub signed_in: &'static str,
    pub signed_out: &'static str,

    // The app that asks, and the facts around it
    pub publisher_verified: &'static str,
    pub publisher_own: &'static str,
    pub publisher_unknown: &'static str,
    pub publisher_claimed: &'static str, // {publisher}
    pub publisher_unverified: &'static str,
    pub publisher_unverified_text: &'static str,
    pub facts_title: &'static str,
    pub fact_account: &'static str,
    pub fact_organisation: &'static str,
    pub fact_home: &'static str,
    pub fact_home_hint: &'static str,
    pub fact_afterwards: &'static str,
    pub fact_terms: &'static str,
    pub privacy: &'static str,
    pub no_privacy: &'static str,
    pub terms: &'static str,

    // Permissions
    pub gives: &'static str,
    pub gives_not: &'static str,
    pub admin_tag: &'static str,
    pub purpose_sign_in: &'static str,
    pub purpose_profile: &'static str,
    pub purpose_offline: &'static str,
    pub purpose_people: &'static str,
    pub purpose_groups: &'static str,
    pub purpose_directory: &'static str,
    pub purpose_apps: &'static str,
    pub purpose_mail: &'static str,
    pub purpose_calendar: &'static str,
    pub purpose_contacts: &'static str,
    pub purpose_files: &'static str,
    pub purpose_chat: &'static str,
    pub purpose_tasks: &'static str,
    pub purpose_security: &'static str,
    pub purpose_api: &'static str, // {api}
    pub purpose_other: &'static str,

    // Consent
    pub consent_title: &'static str, // {app}
    pub consent_asked: &'static str,
    pub consent_behind: &'static str, // {app}
    pub consent_already_one: &'static str,
    pub consent_already_many: &'static str, // {count}
    pub consent_for_all: &'static str,      // {organisation}
    pub consent_for_all_hint: &'static str, // {organisation}
    pub consent_accept: &'static str,
    pub consent_decline: &'static str,
    pub consent_org_title: &'static str, // {app} {organisation}
    pub consent_org_text: &'static str,  // {organisation}
    pub consent_accept_org: &'static str,
    pub alone_tag: &'static str,
    pub consent_not_you: &'static str, // {name}

    // Approval needed
    pub needs_admin_title: &'static str,
    pub needs_admin_all: &'static str,  // {app}
    pub needs_admin_one: &'static str,  // {app} {total}
    pub needs_admin_some: &'static str, // {app} {total} {blocked}
    pub nothing_granted: &'static str,
    pub blocked_title: &'static str,
    pub others_title: &'static str,
    pub others_hint: &'static str,
    pub why_admin_only: &'static str,
    pub why_turned_off: &'static str,
    pub why_not_low: &'static str,
    pub why_outside_policy: &'static str,
    pub why_assignment: &'static str,
    pub why_application: &'static str,
    pub why_for_all: &'static str,
    pub helpers_title: &'static str,
    pub helpers_none: &'static str,
    pub helpers_write: &'static str,
    pub mail_subject: &'static str, // {app}
    pub mail_body: &'static str,    // {name} {app} {permissions} {reference} {sender}
    pub request_title: &'static str,
    pub request_hint: &'static str,
    pub request_reason: &'static str,
    pub request_send: &'static str,
    pub request_no_reason: &'static str,
    pub request_too_many: &'static str,
    pub request_sent: &'static str, // {since}
    pub reference: &'static str,
    pub sign_in_other: &'static str,
    pub back_to_app: &'static str,

    // Errors
    pub error_details: &'static str,
    pub error_code: &'static str,
    pub error_app: &'static str,
    pub error_correlation: &'static str,
    pub error_trace: &'static str,
    pub error_time: &'static str,
    pub error_generic: Said,
    pub error_app_unknown: Said,
    pub error_app_disabled: Said,
    pub error_tenant_unknown: Said,
    pub error_reply_address: Said,
    pub error_not_assigned: Said,
    pub error_other_organisation: Said,
    pub error_name_or_password: Said,
    pub error_account_disabled: Said,
    pub error_account_locked: Said,
    pub error_declined: Said,
    pub error_admin_needed: Said,
    pub error_missing_part: Said,
    pub error_malformed: Said,
    pub error_bad_value: Said,
    pub error_one_organisation: Said,
    pub error_loop: Said,
    pub error_trouble: Said,
    pub error_expired: Said,
    pub error_device_code: Said,

    // Devices
    pub device_message: &'static str, // {address} {code}
    pub device_title: &'static str,
    pub device_text: &'static str,
    pub device_code: &'static str,
    pub device_next: &'static str,
    pub device_wrong: &'static str,
    pub device_locked: &'static str,
    pub device_confirm_title: &'static str, // {app}
    pub device_confirm_text: &'static str,
    pub device_from: &'static str,
    pub device_at: &'static str,
    pub device_yes: &'static str,
    pub device_no: &'static str,
    pub device_done_title: &'static str,
    pub device_done_text: &'static str, // {app}
    pub device_declined_title: &'static str,
    pub device_declined_text: &'static str,

    // The emulator's page
    pub dev_title: &'static str,
    pub dev_lead: &'static str,
    pub dev_clock: &'static str,
    pub dev_frozen: &'static str,
    pub dev_moved: &'static str,
    pub dev_freeze: &'static str,
    pub dev_thaw: &'static str,
    pub dev_real_time: &'static str,
    pub dev_state: &'static str,
    pub dev_reset_hint: &'static str,
    pub dev_reset: &'static str,
    pub dev_snapshot: &'static str,
    pub dev_keep: &'static str,
    pub dev_restore: &'static str,
    pub dev_remove: &'static str,
    pub dev_faults: &'static str,
    pub dev_faults_hint: &'static str,
    pub dev_clear: &'static str,
    pub dev_keys: &'static str,
    pub dev_key_in_use: &'static str,
    pub dev_key_next: &'static str,
    pub dev_key_retired: &'static str,
    pub dev_rotate: &'static str,
    pub dev_exchanges: &'static str,
    pub dev_exchanges_none: &'static str,
    pub dev_request: &'static str,
    pub dev_answer: &'static str,
    pub dev_reason: &'static str,

    // A person's own page
    pub my_title: &'static str,
    pub my_sessions: &'static str,
    pub my_sessions_hint: &'static str,
    pub my_since: &'static str, // {since} {until}
    pub my_here: &'static str,
    pub my_persistent: &'static str,
    pub my_used_for: &'static str,
    pub my_end: &'static str,
    pub my_apps: &'static str,
    pub my_apps_none: &'static str,
    pub my_apps_hint: &'static str,
    pub my_take_back: &'static str,
    pub my_requests: &'static str,
    pub my_requests_hint: &'static str,
    pub request_waiting: &'static str,
    pub request_expired: &'static str,
    pub request_approved: &'static str,
    pub request_denied: &'static str,
    pub request_blocked: &'static str,
    pub review_title: &'static str,
    pub review_hint: &'static str,
    pub review_none: &'static str,
    pub review_more: &'static str,
    pub review_whole_list: &'static str,
    pub review_open: &'static str,
    pub review_reason: &'static str,
    pub review_deny: &'static str,
    pub review_block: &'static str,
    pub review_done: &'static str,
    pub review_approved: &'static str,
    pub review_gone: &'static str,
    pub review_no_reason: &'static str,
    pub review_may_not_block: &'static str,
    pub my_password: &'static str,
    pub my_password_hint: &'static str,
    pub my_password_changed: &'static str,
    pub my_ended: &'static str,
    pub my_sign_out: &'static str,
    pub password_old: &'static str,
    pub password_new: &'static str,
    pub password_again: &'static str,
    pub password_change: &'static str,
    pub password_wrong_old: &'static str,
    pub password_too_short: &'static str,
    pub password_too_long: &'static str,
    pub password_too_easy: &'static str,
    pub password_not_the_same: &'static str,
    pub new_password_title: &'static str,
    pub new_password_text: &'static str,

    // Signing out and handing over
    pub signed_out_title: &'static str,
    pub signed_out_text: &'static str,
    pub signed_out_next: &'static str,
    pub signing_out_title: &'static str,
    pub signing_out_text: &'static str,
    pub signing_out_all: &'static str,
    pub native_done: &'static str,
    pub form_post_title: &'static str,
    pub form_post_text: &'static str,
    pub form_post_button: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_the_first_of_our_languages_it_likes_best() {
        let cases = [
            ("nl-NL,nl;q=0.9,en;q=0.8", Lang::Nl),
            ("fr-FR, de;q=0.7, en;q=0.7", Lang::De),
            ("en;q=0.2, de-AT;q=0.6", Lang::De),
            ("nl;q=0, en", Lang::En),
            ("fr, es;q=0.5", Lang::En),
            ("*", Lang::En),
            ("", Lang::En),
            (";;;,q=,nl;q=x", Lang::Nl),
        ];
        for (header, expected) in cases {
            assert_eq!(Lang::from_accept_language(header), expected, "{header}");
        }
    }

    #[test]
    fn a_tag_is_read_without_its_region() {
        assert_eq!(Lang::parse("nl-BE"), Some(Lang::Nl));
        assert_eq!(Lang::parse("DE_at"), Some(Lang::De));
        assert_eq!(Lang::parse("fr"), None);
        assert_eq!(Lang::parse(""), None);
    }

    #[test]
    fn a_value_that_looks_like_a_place_is_not_expanded() {
        let filled = fill("{app} asks {name}", &[("app", "{name}"), ("name", "Joris")]);
        assert_eq!(filled, "{name} asks Joris");
    }

    #[test]
    fn a_place_without_a_value_and_a_lone_brace_stay() {
        assert_eq!(fill("{nobody} { {app}", &[("app", "Planner")]), "{nobody} { Planner");
        assert_eq!(fill("", &[("app", "Planner")]), "");
    }

    #[test]
    fn known_codes_have_words_and_unknown_ones_do_not() {
        let known = [
            700016, 7000112, 90002, 900021, 50011, 900971, 50105, 50020, 50034, 50126, 50057, 50053, 65004, 90093,
            90094, 900144, 90023, 9002313, 90100, 50194, 50196, 90033, 50089,
        ];
        for lang in Lang::ALL {
            for code in known {
                assert!(error_text(lang, code).is_some(), "{code} in {}", lang.tag());
            }
            assert_eq!(error_text(lang, 1), None);
        }
    }
}
