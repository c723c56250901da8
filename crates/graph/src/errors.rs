//! Every refusal of the Graph wire, with its status, code and public text (graph-api.md §3.4 and §4).
//!
//! Never: the cause of a fault; the log has it under the same request id. Next: `respond` for the body around them.

mod rules;

use crate::trail::Trail;
use http::{Method, StatusCode};
use mandate_domain::properties::Broken;
use mandate_odata::{FilterError, MOST_IN_PAGE, OptionError, SearchError};
use mandate_usecases::Fault;
use mandate_usecases::access::EnterRefusal;
use mandate_usecases::explain::Explanation;
use std::borrow::Cow;

/// Why a call ends early.
#[derive(Debug)]
pub(crate) enum Stop {
    Refused(Refusal),
    Fault(Fault),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Stop {
        Stop::Refused(refusal)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Fault(fault)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Unproven(Unproven),
    Denied {
        operation: &'static str,
        explanation: Box<Explanation>,
    },
    /// UserInfo for a token without `openid`.
    NoOpenId {
        operation: &'static str,
        explanation: Box<Explanation>,
    },
    /// `/me`, and nobody is signed in.
    NobodyIsMe,
    MalformedPath,
    MalformedQuery,
    NoSuchSegment(String),
    /// `/users/$count`
    NoCountSegment,
    MethodNotAllowed(&'static [Method]),
    Option(OptionError),
    NotACollection,
    /// A relation that is not there, or not expanded here.
    NoExpansion(String),
    /// An option that this collection does not take.
    NoQuery(&'static str),
    /// There is no such property, or it cannot be asked for so.
    Unfilterable {
        property: String,
        kind: &'static str,
    },
    /// A literal of another type than the property's.
    Mistyped {
        property: String,
        kind: &'static str,
    },
    /// A batch that is not one, in a sentence.
    BadBatch(String),
    /// A body that is no JSON object.
    Unreadable,
    /// A body that is compressed.
    Encoded,
    Missing(String),
    UnknownMember(String),
    /// A value of another type than its property's.
    MistypedMember(String),
    /// A property that the service sets.
    ReadOnly(String),
    /// A rule of the directory's.
    Broken(Broken),
    /// What was asked to be judged does not do.
    Unfit(Broken),
    /// A value that cannot be, in a sentence.
    Invalid(String),
    /// A body names an object that is not here.
    NoSuchReference(String),
    AlreadyThere(&'static str),
    /// Only of an app that is registered here and theirs.
    NotTheirs,
    /// Its app's owner keeps others from changing it.
    Locked,
    /// No key of the object signed the proof.
    NotProven,
    /// More ids than one answer holds.
    TooLarge,
    /// Allowed, but not of a person that stands above the caller.
    AboveTheCaller,
    /// The hashing of passwords has too much to do.
    Busy,
    /// Known to Graph, and not offered here.
    NotOffered(&'static str),
    /// The call is allowed, and what it would give is more than policy lets this person give.
    BeyondPolicy,
    Unsearchable(String),
    Unsortable(String),
    /// A property that the caller does not see, and must not learn of by what is found.
    OutOfView(String),
    /// `$search` without `ConsistencyLevel: eventual`.
    SearchWantsHeader,
    /// What is answered only with `ConsistencyLevel: eventual` and `$count=true`.
    Advanced,
    NoSuchProperty {
        property: String,
        kind: &'static str,
    },
    /// Altered, of another query or of another caller; which, is not told.
    PageToken,
    /// A delta token of another time: its changes are not known any more. Where to begin again.
    ReadAnew(String),
    /// Nobody at the address says that it wants to be told, and why not.
    Unvalidated(String),
    TooManySubscriptions,
    /// The person, or the group, has no picture of this size.
    NoPhoto,
    /// As the path named it. Another tenant's object is not there either.
    NoSuchObject(String),
}

/// The bearer token did not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unproven {
    NoToken,
    /// Not of the form that our tokens have.
    Garbled,
    /// An app's own, where only a person's will do.
    AppOnly,
    Refused(EnterRefusal),
}

pub(crate) struct Entry {
    pub status: StatusCode,
    pub code: &'static str,
    pub text: Cow<'static, str>,
}

/// What a fault looks like from outside.
pub(crate) const FAILURE: Entry = Entry {
    status: StatusCode::INTERNAL_SERVER_ERROR,
    code: "Service_InternalServerError",
    text: Cow::Borrowed("An internal error occurred. Retry the request, and quote its request-id if it fails again."),
};

const BAD_REQUEST: &str = "BadRequest";
const DIRECTORY_BAD_REQUEST: &str = "Request_BadRequest";
const UNSUPPORTED: &str = "Request_UnsupportedQuery";
const DENIED: &str = "Authorization_RequestDenied";
const INVALID_TOKEN: &str = "InvalidAuthenticationToken";

fn entry(status: StatusCode, code: &'static str, text: impl Into<Cow<'static, str>>) -> Entry {
    Entry { status, code, text: text.into() }
}

fn bad(code: &'static str, text: impl Into<Cow<'static, str>>) -> Entry {
    entry(StatusCode::BAD_REQUEST, code, text)
}

impl Refusal {
    pub fn entry(&self) -> Entry {
        match self {
            Refusal::Unproven(unproven) => unproven.entry(),
            // Azure CLI looks for the words (graph-api.md §4.3).
            Refusal::Denied { .. } => {
                entry(StatusCode::FORBIDDEN, DENIED, "Insufficient privileges to complete the operation.")
            }
            Refusal::NoOpenId { .. } => {
                entry(StatusCode::FORBIDDEN, DENIED, "Insufficient privileges: the token does not hold openid.")
            }
            Refusal::OutOfView(property) => {
                entry(StatusCode::FORBIDDEN, DENIED, format!("Insufficient privileges to ask for '{property}'."))
            }
            Refusal::NobodyIsMe => bad(BAD_REQUEST, "/me request is only valid with delegated authentication flow."),
            Refusal::MalformedPath => bad(BAD_REQUEST, "The request URI is not valid."),
            Refusal::MalformedQuery => bad(BAD_REQUEST, "The query of the request URI is not valid."),
            Refusal::NoSuchSegment(segment) => {
                bad(BAD_REQUEST, format!("Resource not found for the segment '{segment}'."))
            }
            Refusal::NoCountSegment => bad(DIRECTORY_BAD_REQUEST, "$count is not currently supported."),
            Refusal::MethodNotAllowed(_) => entry(
                StatusCode::METHOD_NOT_ALLOWED,
                DIRECTORY_BAD_REQUEST,
                "Specified HTTP method is not allowed for the request target.",
            ),
            Refusal::Option(error) => option_entry(error),
            Refusal::NotACollection => bad(
                BAD_REQUEST,
                "The requested resource is not a collection. Query options $filter, $orderby, $count, $skip, \
                 $skiptoken and $top can be applied only on collections.",
            ),
            Refusal::NoQuery(option) => {
                bad(UNSUPPORTED, format!("The query option '{option}' is not supported for this collection."))
            }
            Refusal::NoExpansion(relation) => bad(
                UNSUPPORTED,
                format!("The relation '{relation}' cannot be expanded here: one relation of the resource's own can."),
            ),
            Refusal::Unfilterable { property, kind } => bad(
                UNSUPPORTED,
                format!(
                    "Unsupported or invalid query filter clause specified for property '{property}' of resource '{kind}'."
                ),
            ),
            Refusal::Mistyped { property, kind } => bad(
                DIRECTORY_BAD_REQUEST,
                format!("Invalid filter clause: the value is not of the type of property '{property}' of '{kind}'."),
            ),
            Refusal::Unreadable => bad(
                BAD_REQUEST,
                "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid \
                 JSON format.",
            ),
            Refusal::BadBatch(text) => bad(BAD_REQUEST, text.clone()),
            Refusal::Encoded => entry(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UnsupportedMediaType",
                "A compressed request body is not supported.",
            ),
            Refusal::Missing(property) => {
                bad(DIRECTORY_BAD_REQUEST, format!("A value is required for property '{property}' of the resource."))
            }
            Refusal::UnknownMember(name) => bad(
                DIRECTORY_BAD_REQUEST,
                format!(
                    "One or more property values specified are invalid: there is no property '{name}' to set here."
                ),
            ),
            Refusal::MistypedMember(path) => {
                bad(DIRECTORY_BAD_REQUEST, format!("Invalid value specified for property '{path}' of the resource."))
            }
            Refusal::ReadOnly(name) => {
                bad(DIRECTORY_BAD_REQUEST, format!("Property '{name}' is read-only and cannot be set."))
            }
            Refusal::Broken(broken) => bad(rules::code(broken).unwrap_or(DIRECTORY_BAD_REQUEST), rules::text(broken)),
            Refusal::Unfit(broken) => {
                entry(StatusCode::UNPROCESSABLE_ENTITY, "Request_UnprocessableEntity", rules::text(broken))
            }
            // Azure CLI looks for the words (graph-api.md §5.1).
            Refusal::NotTheirs => entry(
                StatusCode::FORBIDDEN,
                DENIED,
                "When using this permission, the backing application of the service principal being created must in \
                 the local tenant, and the caller must own it.",
            ),
            Refusal::Locked => entry(
                StatusCode::FORBIDDEN,
                DENIED,
                "The application's owner has locked this property of its service principals in other tenants.",
            ),
            Refusal::NotProven => entry(
                StatusCode::UNAUTHORIZED,
                "Authentication_MissingOrMalformed",
                "The proof of possession is not valid: it is signed with no certificate of the object.",
            ),
            Refusal::TooLarge => {
                bad("Directory_ResultSizeLimitExceeded", "The size of the result is more than one answer holds.")
            }
            Refusal::AboveTheCaller => entry(
                StatusCode::FORBIDDEN,
                DENIED,
                "Insufficient privileges to complete the operation: the user holds a role that the caller is not above.",
            ),
            Refusal::Busy => entry(
                StatusCode::SERVICE_UNAVAILABLE,
                "Service_Unavailable",
                "The service is busy. Retry the request in a moment.",
            ),
            Refusal::NotOffered(what) => {
                entry(StatusCode::NOT_IMPLEMENTED, "notImplemented", format!("{what} is not offered by this service."))
            }
            Refusal::Invalid(text) => bad(DIRECTORY_BAD_REQUEST, text.clone()),
            Refusal::NoSuchReference(name) => bad(
                DIRECTORY_BAD_REQUEST,
                format!(
                    "Resource '{name}' does not exist or one of its queried reference-property objects are not present."
                ),
            ),
            Refusal::AlreadyThere(text) => {
                entry(StatusCode::CONFLICT, "Request_MultipleObjectsWithSameKeyValue", *text)
            }
            Refusal::BeyondPolicy => entry(
                StatusCode::FORBIDDEN,
                DENIED,
                "Insufficient privileges to complete the operation: no policy lets the signed-in user consent to this.",
            ),
            Refusal::Unsearchable(property) => bad(
                UNSUPPORTED,
                format!("The $search term must name a searchable property and a value; '{property}' is none here."),
            ),
            Refusal::Unsortable(property) => {
                bad(UNSUPPORTED, format!("Sorting by '{property}' is not supported for this collection."))
            }
            // Clients look for the words (graph-api.md §3.4).
            Refusal::SearchWantsHeader => bad(
                UNSUPPORTED,
                "Request with $search query parameter only works through MSGraph with a special request header: \
                 'ConsistencyLevel: eventual'",
            ),
            Refusal::Advanced => bad(
                UNSUPPORTED,
                "The query is answered only with the header 'ConsistencyLevel: eventual' and the query option \
                 '$count=true'.",
            ),
            Refusal::NoSuchProperty { property, kind } => {
                bad(BAD_REQUEST, format!("Could not find a property named '{property}' on type '{kind}'."))
            }
            Refusal::PageToken => bad("Directory_ExpiredPageToken", "The specified page token value has expired."),
            // Graph's own libraries know the code (graph-api.md §2.16).
            Refusal::Unvalidated(why) => bad(
                "ValidationError",
                format!(
                    "Subscription validation request failed. The notification endpoint must answer with 200 and the \
                         validation token as text/plain: {why}."
                ),
            ),
            Refusal::NoPhoto => entry(StatusCode::NOT_FOUND, "ImageNotFound", "The photo wasn't found."),
            Refusal::TooManySubscriptions => entry(
                StatusCode::FORBIDDEN,
                "Forbidden",
                "The number of subscriptions of this application, or of the whole organisation, is at its limit.",
            ),
            Refusal::ReadAnew(_) => entry(
                StatusCode::GONE,
                "syncStateNotFound",
                "The delta token is no longer valid, and the application must reset the sync state.",
            ),
            Refusal::NoSuchObject(name) => entry(
                StatusCode::NOT_FOUND,
                "Request_ResourceNotFound",
                format!(
                    "Resource '{name}' does not exist or one of its queried reference-property objects are not present."
                ),
            ),
        }
    }

    /// What clients match on beside the code (graph-api.md §2.5).
    pub fn detail(&self) -> Option<(&'static str, &str)> {
        match self {
            Refusal::Broken(broken) => rules::detail(broken),
            Refusal::Unfit(broken) => Some(rules::judged(broken)),
            _ => None,
        }
    }

    pub fn explanation(&self) -> Option<&Explanation> {
        match self {
            Refusal::Denied { explanation, .. } | Refusal::NoOpenId { explanation, .. } => Some(explanation),
            _ => None,
        }
    }

    /// A denial is told to whoever keeps the house, with both halves of its reason.
    pub fn log(&self, trail: &Trail) {
        let (Refusal::Denied { operation, explanation } | Refusal::NoOpenId { operation, explanation }) = self else {
            return;
        };
        let explanation = serde_json::to_string(explanation).unwrap_or_default();
        let Trail { request, client, .. } = trail;
        tracing::info!(request_id = %request, client_request_id = %client, operation, explanation, "denied");
    }
}

impl Unproven {
    fn entry(self) -> Entry {
        let (code, text) = match self {
            Unproven::NoToken => (INVALID_TOKEN, "Access token is empty."),
            Unproven::Garbled => (INVALID_TOKEN, "CompactToken parsing failed with error code: 80049217"),
            Unproven::AppOnly => {
                (INVALID_TOKEN, "Access token validation failure. The token was issued to an application for itself.")
            }
            Unproven::Refused(refusal) => match refusal {
                EnterRefusal::Token(_) => (INVALID_TOKEN, "Access token validation failure. Signing key is invalid."),
                EnterRefusal::NotAnAccessToken => {
                    (INVALID_TOKEN, "Access token validation failure. The token is not an access token.")
                }
                EnterRefusal::WrongAudience => (INVALID_TOKEN, "Access token validation failure. Invalid audience."),
                EnterRefusal::WrongIssuer => (INVALID_TOKEN, "Access token validation failure. Invalid issuer."),
                EnterRefusal::Expired => (INVALID_TOKEN, "Lifetime validation failed, the token is expired."),
                EnterRefusal::NotYetValid => (INVALID_TOKEN, "Lifetime validation failed, the token is not yet valid."),
                EnterRefusal::NoSuchIdentity => (
                    "Authorization_IdentityNotFound",
                    "The identity of the calling application could not be established.",
                ),
                EnterRefusal::IdentityDisabled => {
                    ("Authorization_IdentityDisabled", "The identity of the calling application or user is disabled.")
                }
                EnterRefusal::Revoked { .. } => {
                    (INVALID_TOKEN, "Continuous access evaluation resulted in a challenge: the token was revoked.")
                }
            },
        };
        entry(StatusCode::UNAUTHORIZED, code, text)
    }
}

fn option_entry(error: &OptionError) -> Entry {
    match error {
        OptionError::Repeated(name) => bad(
            BAD_REQUEST,
            format!("Query option '{name}' was specified more than once, but it must be specified at most once."),
        ),
        OptionError::TooLong(name) => bad(BAD_REQUEST, format!("The value of query option '{name}' is too long.")),
        OptionError::NotYet(name) => bad(UNSUPPORTED, format!("The query option '{name}' is not supported yet.")),
        OptionError::Skip => bad(UNSUPPORTED, "The query option '$skip' is not supported."),
        OptionError::Unknown(name) => bad(BAD_REQUEST, format!("The query parameter '{name}' is not supported.")),
        OptionError::NoName(name) => bad(BAD_REQUEST, format!("Term '{name}' is not valid in a $select expression.")),
        OptionError::NoNumber(text) => bad(
            BAD_REQUEST,
            format!(
                "Invalid value '{text}' for $top query option found. The $top query option requires a non-negative \
                 integer value."
            ),
        ),
        OptionError::PageSize(text) => bad(
            UNSUPPORTED,
            format!("Invalid page size specified: '{text}'. Must be between 1 and {MOST_IN_PAGE} inclusive."),
        ),
        OptionError::Filter(error) => bad(BAD_REQUEST, format!("Invalid filter clause: {}", filter_text(error))),
        OptionError::Search(error) => bad(BAD_REQUEST, format!("Invalid $search clause: {}", search_text(error))),
        OptionError::NoOrder(text) => bad(BAD_REQUEST, format!("Term '{text}' is not valid in a $orderby expression.")),
        OptionError::NoExpand(text) => {
            bad(BAD_REQUEST, format!("Term '{text}' is not valid in a $select or $expand expression."))
        }
        OptionError::NoTruth(text) => bad(
            BAD_REQUEST,
            format!("Invalid value '{text}' for $count query option found. Valid values are 'true' and 'false'."),
        ),
    }
}

fn filter_text(error: &FilterError) -> String {
    match error {
        FilterError::Unexpected { found, at } if found.is_empty() => format!("it ends at position {at}, unfinished."),
        FilterError::Unexpected { found, at } => format!("'{found}' was not expected at position {at}."),
        FilterError::Unterminated { at } => format!("the string that begins at position {at} has no end."),
        FilterError::TooDeep => "it is nested too deeply.".to_owned(),
        FilterError::TooMany => "it has too many terms.".to_owned(),
    }
}

fn search_text(error: &SearchError) -> String {
    match error {
        SearchError::Unexpected(found) => format!("'{found}' was not expected; each term stands in double quotes."),
        SearchError::Unterminated => "a quoted term or a parenthesis has no end.".to_owned(),
        SearchError::TooMany => "it has too many terms.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::Route;
    use mandate_domain::query::Noun;

    fn shown(refusal: Refusal) -> (u16, &'static str, String) {
        let entry = refusal.entry();
        (entry.status.as_u16(), entry.code, entry.text.into_owned())
    }

    #[test]
    fn texts_that_clients_look_for_stay_as_they_are() {
        let cases = [
            (Refusal::Unproven(Unproven::NoToken), 401, "InvalidAuthenticationToken", "Access token is empty."),
            (
                Refusal::Unproven(Unproven::Refused(EnterRefusal::Expired)),
                401,
                "InvalidAuthenticationToken",
                "Lifetime validation failed, the token is expired.",
            ),
            (Refusal::NoSuchSegment("x".to_owned()), 400, "BadRequest", "Resource not found for the segment 'x'."),
            (
                Refusal::NoSuchObject("x".to_owned()),
                404,
                "Request_ResourceNotFound",
                "Resource 'x' does not exist or one of its queried reference-property objects are not present.",
            ),
            (
                Refusal::Option(OptionError::PageSize("1000".to_owned())),
                400,
                "Request_UnsupportedQuery",
                "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.",
            ),
            (
                Refusal::MethodNotAllowed(Route::List(Noun::User).methods()),
                405,
                "Request_BadRequest",
                "Specified HTTP method is not allowed for the request target.",
            ),
        ];
        for (refusal, status, code, text) in cases {
            assert_eq!(shown(refusal), (status, code, text.to_owned()));
        }
    }
}
