//! Feeds text to base64url and to the reader of codes, refresh tokens and session cookies; draws tickets from the
//! input.
//!
//! Must hold: each value has one spelling, so that what is read is written letter by letter as it came; a ticket of one
//! kind is none of another.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mandate_base::TenantId;
use mandate_fuzz::Chosen;
use mandate_jose::{b64url_decode, b64url_encode};
use mandate_usecases::tickets::{Ticket, TicketKind};

const KINDS: [TicketKind; 4] = [TicketKind::Session, TicketKind::Code, TicketKind::Refresh, TicketKind::Device];

fuzz_target!(|data: &[u8]| {
    assert_eq!(b64url_decode(&b64url_encode(data)).as_deref(), Some(data));
    let text = String::from_utf8_lossy(data).into_owned();
    if let Some(bytes) = b64url_decode(&text) {
        assert_eq!(b64url_encode(&bytes), text);
    }
    assert!(read(&text).len() <= 1);
    for (kind, ticket) in read(&text) {
        assert_eq!(ticket.text(kind), text);
    }

    let drawn = Ticket::draw(TenantId::from_u128(5), &mut Chosen::by(data));
    for kind in KINDS {
        let found = read(&drawn.text(kind));
        assert!(matches!(found.as_slice(), [(of, ticket)] if *of == kind && ticket.hash == drawn.hash));
    }
});

/// As which kinds the text can be read.
fn read(text: &str) -> Vec<(TicketKind, Ticket)> {
    KINDS.into_iter().filter_map(|kind| Some((kind, Ticket::read(kind, text)?))).collect()
}
