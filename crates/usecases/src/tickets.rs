//! What browsers and clients hold: session cookies, codes, refresh tokens. A tenant and a secret; we keep its hash.

use mandate_base::{Draw, Secret, TenantId};
use mandate_jose::{b64url_decode, b64url_encode, hash};

/// A secret that was just drawn, or that somebody presented.
#[derive(Clone, Debug)]
pub struct Ticket {
    pub tenant: TenantId,
    pub hash: [u8; 32],
    secret: Secret<[u8; 32]>,
}

/// Two characters in front tell the kinds apart for people who read logs and traces; they prove nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketKind {
    Session,
    Code,
    Refresh,
    Device,
}

impl TicketKind {
    const fn mark(self) -> &'static str {
        match self {
            TicketKind::Session => "1s",
            TicketKind::Code => "1c",
            TicketKind::Refresh => "1r",
            TicketKind::Device => "1d",
        }
    }
}

impl Ticket {
    pub fn draw(tenant: TenantId, draw: &mut dyn Draw) -> Ticket {
        Ticket::of(tenant, draw.bytes::<32>())
    }

    fn of(tenant: TenantId, secret: [u8; 32]) -> Ticket {
        Ticket { tenant, hash: hash::sha256(&secret), secret: Secret::new(secret) }
    }

    pub fn text(&self, kind: TicketKind) -> String {
        let bytes = [self.tenant.bytes().as_slice(), self.secret.expose()].concat();
        format!("{}.{}", kind.mark(), b64url_encode(&bytes))
    }

    pub fn read(kind: TicketKind, text: &str) -> Option<Ticket> {
        let bytes = b64url_decode(text.strip_prefix(kind.mark())?.strip_prefix('.')?)?;
        let bytes: [u8; 48] = bytes.try_into().ok()?;
        let (tenant, secret) = bytes.split_first_chunk::<16>()?;
        Some(Ticket::of(TenantId::from_bytes(*tenant), secret.try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_read_back_and_nothing_else_is() {
        let ticket = Ticket::of(TenantId::from_u128(5), [9; 32]);
        let text = ticket.text(TicketKind::Code);
        let read = Ticket::read(TicketKind::Code, &text).expect("just written");
        assert_eq!((read.tenant, read.hash), (ticket.tenant, ticket.hash));
        for bad in ["", "1c", "1c.", "1c.AAAA", &text[..text.len() - 2], &format!("{text}A"), &text.replace("1c", "1r")]
        {
            assert!(Ticket::read(TicketKind::Code, bad).is_none(), "{bad}");
        }
    }
}
